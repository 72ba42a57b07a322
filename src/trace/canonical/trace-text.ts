// A sealed trace as the project's own CSV, job by job in order: reading it again gives the same columns.

import { textAt } from "../../base/text-column.js";
import { MILLI } from "../../base/units.js";
import { DependencyKind, type Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";
import { NONE } from "../../model/tables.js";
import { emptyRawJob, type RawJob } from "../raw-job.js";
import type { SealedTrace } from "../workload-builder.js";
import { lineWriter } from "./cells.js";
import type { CanonicalColumn } from "./columns.js";
import { writtenColumns } from "./writer.js";

const LINES_PER_CHUNK = 4_096;

const SUFFIX_OF_KIND: Readonly<Record<DependencyKind, string>> = {
  [DependencyKind.Success]: "",
  [DependencyKind.NToN]: ":N_TO_N",
  [DependencyKind.End]: ":ENDED",
};

/** Yields the text of a trace that was read or made for any scenario (purpose "import"), in chunks. */
export function* traceText(trace: SealedTrace): Generator<string> {
  const columns = writtenColumns(filledColumns(trace));
  const line = lineWriter(columns);
  let lines = [columns.join(",")];
  for (const row of rowsOf(trace)) {
    lines.push(line(row));
    if (lines.length < LINES_PER_CHUNK) continue;
    yield `${lines.join("\n")}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

function filledColumns({ workload, profiles }: SealedTrace): CanonicalColumn[] {
  const { limitMs, definitions, shareNames, classes, arrays, dependencies } = workload;
  const filled: [CanonicalColumn, boolean][] = [
    ["limit_s", limitMs.some((limit) => !Number.isNaN(limit))],
    ["pull_s", profiles.recordedPullMs.length > 0],
    ["used_memory_mib", profiles.peakMemoryMib.length > 0],
    ["attempts", profiles.scripts.some((script) => script.length > 1)],
    ["job_definition", definitions.some(({ name }) => name !== "")],
    ["share_identifier", shareNames.some((name) => name !== "")],
    ["scheduling_priority", classes.some(({ priority }) => priority !== 0)],
    ["nodes", classes.some(({ nodes }) => nodes !== 1)],
    ["array_id", arrays.count > 0],
    ["depends_on", dependencies.count > 0 || arrays.sequential.some((flag) => flag === 1)],
  ];
  return filled.filter(([, isFilled]) => isFilled).map(([column]) => column);
}

/** Every job as a row; one record is reused for all. */
function* rowsOf({ workload, profiles }: SealedTrace): Generator<RawJob> {
  const row = emptyRawJob();
  const waits = dependenciesByUnit(workload);
  const { arrays } = workload;
  for (let job = 0; job < workload.jobCount; job++) {
    fillRequest(row, workload, job);
    fillProfile(row, profiles, job);
    const array = arrays.count === 0 ? NONE : arrays.arrayOfJob[job]!;
    row.arrayId = array === NONE ? "" : arrays.ids[array]!;
    const isFirstChild = array !== NONE && arrays.indexInArray[job] === 0;
    row.dependsOn =
      array === NONE || isFirstChild ? (waits.get(array === NONE ? arrays.count + job : array) ?? "") : "";
    yield row;
  }
}

function fillRequest(row: RawJob, workload: Workload, job: number): void {
  const { queue, shape, share, priority, nodes } = workload.classes[workload.jobClass[job]!]!;
  const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
  row.id = textAt(workload.ids, job);
  row.name = workload.jobNames[workload.jobName[job]!]!;
  row.queue = workload.queueNames[queue]!;
  row.submitMs = workload.originMs + workload.submitMs[job]!;
  row.vcpus = vcpuMilli === 0 ? Number.NaN : vcpuMilli / MILLI;
  row.memoryMib = memoryMib === 0 ? Number.NaN : memoryMib;
  row.gpus = gpuMilli / MILLI;
  row.limitMs = workload.limitMs[job]!;
  row.share = workload.shareNames[share]!;
  row.priority = priority;
  row.nodes = nodes;
  const definition = workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
  row.definition = workload.definitions[definition]!.name;
}

function fillProfile(row: RawJob, profiles: Profiles, job: number): void {
  row.runtimeMs = profiles.runtimeMs[job]!;
  row.waitMs = profiles.recordedWaitMs[job]!;
  row.pullMs = profiles.recordedPullMs[job] ?? Number.NaN;
  row.usedMemoryMib = profiles.peakMemoryMib[job] ?? Number.NaN;
  const script = profiles.script.length === 0 ? NONE : profiles.script[job]!;
  const attempts = script === NONE ? [] : profiles.scripts[script]!;
  row.exitCode = attempts.at(-1)?.exitCode ?? 0;
  row.status = row.exitCode === 0 ? "SUCCEEDED" : "FAILED";
  row.attempts =
    attempts.length < 2
      ? []
      : attempts.map(({ runtimeMs, exitCode }) => ({
          runtimeMs: Number.isNaN(runtimeMs) ? row.runtimeMs : runtimeMs,
          exitCode,
        }));
}

/** The cell depends_on of each unit that waits for something. */
function dependenciesByUnit({ arrays, dependencies, ids }: Workload): ReadonlyMap<number, string> {
  const entries = new Map<number, string[]>();
  const entriesOf = (unit: number) => {
    const known = entries.get(unit) ?? [];
    entries.set(unit, known);
    return known;
  };
  arrays.sequential.forEach((flag, array) => {
    if (flag === 1) entriesOf(array).push("SEQUENTIAL");
  });
  for (let edge = 0; edge < dependencies.count; edge++) {
    const on = dependencies.on[edge]!;
    const id = on < arrays.count ? arrays.ids[on]! : textAt(ids, on - arrays.count);
    const suffix = SUFFIX_OF_KIND[dependencies.kind[edge]! as DependencyKind];
    entriesOf(dependencies.dependent[edge]!).push(`${id}${suffix}`);
  }
  return new Map([...entries].map(([unit, list]) => [unit, list.join(";")]));
}
