// jobs.csv: one line per job of one run, in the order of submission. Beside it arrays.csv: one line per array job.
// Times are epoch milliseconds, or milliseconds since the trace's own zero when it has no date; empty where there is none.

import { textAt } from "../base/text-column.js";
import { MILLI, MS_PER_SECOND } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import { type JobRows, jobRowsOf } from "../metrics/job-rows.js";
import { arrayEnd, arrayOf, arrayTimeline, containerExitCode, jobTimeline } from "../metrics/job-states.js";
import type { Workload } from "../model/job.js";
import { NONE } from "../model/tables.js";
import { type CsvCell, csvText } from "./csv-lines.js";
import type { ReportFile } from "./write-report.js";

// placed_ms, started_ms, exit_code, instance and what follows from it are those of the last attempt (of several nodes: of
// the main one). wait_s is from being RUNNABLE for the first time to the first container start.
const JOB_COLUMNS = [
  ...["id", "name", "queue", "vcpus", "memory_mib", "gpus", "submit_ms", "placed_ms", "started_ms", "ended_ms"],
  ...["wait_s", "exit_code", "instance", "instance_type", "zone", "market"],
  ...["status", "status_reason", "attempts", "runnable_ms", "array_id", "array_index", "share_identifier"],
];

const ARRAY_COLUMNS = ["id", "size", "submit_ms", "ended_ms", "status", "succeeded", "failed"];

/**
 * The tables of a run: jobs.csv, and arrays.csv when the workload has array jobs; of every strategy but the first under
 * jobs/, with its name.
 */
export function jobFiles(ledger: Ledger, workload: Workload, strategy: string | null): ReportFile[] {
  const place = (table: string) => (strategy === null ? `${table}.csv` : `jobs/${strategy}.${table}.csv`);
  const jobs = { path: place("jobs"), text: jobsCsv(ledger, workload) };
  return workload.arrays.count === 0 ? [jobs] : [jobs, { path: place("arrays"), text: arraysCsv(ledger, workload) }];
}

/** Yields the text of jobs.csv. */
export function jobsCsv(ledger: Ledger, workload: Workload): Generator<string> {
  return csvText(JOB_COLUMNS, jobLines(ledger, workload));
}

/** Yields the text of arrays.csv. */
export function arraysCsv(ledger: Ledger, workload: Workload): Generator<string> {
  return csvText(ARRAY_COLUMNS, arrayLines(ledger, workload));
}

function* jobLines(ledger: Ledger, workload: Workload): Generator<CsvCell[]> {
  const rows = jobRowsOf(ledger, workload);
  for (let job = 0; job < workload.jobCount; job++) {
    const { queue, shape } = workload.classes[workload.jobClass[job]!]!;
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
    yield [
      textAt(workload.ids, job),
      workload.jobNames[workload.jobName[job]!]!,
      workload.queueNames[queue]!,
      vcpuMilli / MILLI,
      memoryMib,
      gpuMilli / MILLI,
      at(workload, workload.submitMs[job]!),
      ...attemptCells(ledger, workload, rows, job),
      ...lifeCells(ledger, workload, rows, job),
    ];
  }
}

/** placed_ms to market. */
function attemptCells(ledger: Ledger, workload: Workload, rows: JobRows, job: number): CsvCell[] {
  const { attempts, instances, tables } = ledger;
  const endedMs = at(workload, rows.endedMs(job));
  const row = rows.lastAttemptRow(job);
  if (row === NONE) return [null, null, endedMs, null, null, null, null, null, null];
  const hasEnded = !Number.isNaN(attempts.endedMs[row]!);
  const first = rows.firstStartedRow(job);
  const instance = attempts.instance[row]!;
  const pool = tables.pools[instances.pool.data[instance]!]!;
  return [
    at(workload, attempts.placedMs[row]!),
    hasEnded ? at(workload, attempts.startedMs[row]!) : null,
    endedMs,
    first === NONE ? null : (attempts.startedMs[first]! - rows.firstRunnableMs(job)) / MS_PER_SECOND,
    hasEnded ? containerExitCode(attempts.outcome[row]!) : null,
    instance,
    tables.instanceTypes[pool.instanceType]!.name,
    pool.zone,
    pool.market,
  ];
}

/** status to share_identifier. */
function lifeCells(ledger: Ledger, workload: Workload, rows: JobRows, job: number): CsvCell[] {
  const { arrays, shareNames, classes, jobClass } = workload;
  const { states, statusReason } = jobTimeline(ledger, workload, job);
  const array = arrayOf(workload, job);
  return [
    states.at(-1)!.state,
    statusReason,
    rows.attemptCount(job),
    at(workload, rows.firstRunnableMs(job)),
    array === NONE ? null : arrays.ids[array]!,
    array === NONE ? null : arrays.indexInArray[job]!,
    shareNames[classes[jobClass[job]!]!.share]!,
  ];
}

function* arrayLines(ledger: Ledger, workload: Workload): Generator<CsvCell[]> {
  const { arrays } = workload;
  for (let array = 0; array < arrays.count; array++) {
    const states = arrayTimeline(ledger, workload, array);
    const { succeeded, failed, endedMs } = arrayEnd(ledger, workload, array);
    yield [
      arrays.ids[array]!,
      arrays.starts[array + 1]! - arrays.starts[array]!,
      at(workload, states[0]!.timeMs),
      at(workload, endedMs),
      states.at(-1)!.state,
      succeeded,
      failed,
    ];
  }
}

/** A time as it is written; null for none. */
function at({ originMs }: Workload, offsetMs: number): number | null {
  return Number.isNaN(offsetMs) ? null : originMs + offsetMs;
}
