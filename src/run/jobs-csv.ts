// jobs.csv: one line per job of one run, in the order of submission, as text chunks (a million lines are not one string).

import { textAt } from "../base/text-column.js";
import { MILLI, MS_PER_SECOND } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";

const HEADER = [
  "id",
  "name",
  "queue",
  "vcpus",
  "memory_mib",
  "gpus",
  "submit_ms",
  "placed_ms",
  "started_ms",
  "ended_ms",
  "wait_s",
  "exit_code",
  "instance",
  "instance_type",
  "zone",
  "market",
];

/** Lines handed out together. */
const LINES_PER_CHUNK = 4_096;

/** Yields the file's text. Times are epoch milliseconds, or milliseconds since the trace's own zero when it has no date. */
export function* jobsCsv(ledger: Ledger, workload: Workload): Generator<string> {
  const { attempts, instances, tables } = ledger;
  const attemptOf = new Int32Array(workload.jobCount).fill(-1);
  for (let row = 0; row < attempts.length; row++) attemptOf[attempts.job[row]!] = row;
  let lines = [HEADER.join(",")];
  for (let job = 0; job < workload.jobCount; job++) {
    const row = attemptOf[job]!;
    const { queue, shape } = workload.classes[workload.jobClass[job]!]!;
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
    const instance = attempts.instance[row]!;
    const pool = tables.pools[instances.pool.data[instance]!]!;
    const at = (offsetMs: number) => workload.originMs + offsetMs;
    const submitMs = workload.submitMs[job]!;
    const startedMs = attempts.startedMs[row]!;
    lines.push(
      [
        cell(textAt(workload.ids, job)),
        cell(workload.jobNames[workload.jobName[job]!]!),
        cell(workload.queueNames[queue]!),
        vcpuMilli / MILLI,
        memoryMib,
        gpuMilli / MILLI,
        at(submitMs),
        at(attempts.placedMs[row]!),
        at(startedMs),
        at(attempts.endedMs[row]!),
        (startedMs - submitMs) / MS_PER_SECOND,
        attempts.exitCode[row]!,
        instance,
        tables.instanceTypes[pool.instanceType]!.name,
        pool.zone,
        pool.market,
      ].join(","),
    );
    if (lines.length === LINES_PER_CHUNK) {
      yield `${lines.join("\n")}\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** RFC 4180: quoted when it has to be. */
function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
