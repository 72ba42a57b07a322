// A sealed job back as the row that it once was, as far as the columns tell. What they cannot tell apart counts as missing:
// an amount of 0, a priority of 0, one node, and a name that is that of the job definition.

import { MILLI } from "../../base/units.js";
import type { JobClass } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import { DEFAULT_NAME } from "../admission.js";
import type { RawAttempt, RawJob } from "../raw-job.js";
import type { SealedTrace } from "../workload-builder.js";

/** What all jobs of a class have in common. */
export function fillClass(raw: RawJob, { workload }: SealedTrace, jobClass: JobClass): void {
  const { queue, shape, share, priority, nodes } = jobClass;
  const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
  raw.queue = workload.queueNames[queue]!;
  raw.vcpus = vcpuMilli === 0 ? Number.NaN : vcpuMilli / MILLI;
  raw.memoryMib = memoryMib === 0 ? Number.NaN : memoryMib;
  raw.gpus = gpuMilli === 0 ? Number.NaN : gpuMilli / MILLI;
  raw.share = workload.shareNames[share]!;
  raw.priority = priority === 0 ? Number.NaN : priority;
  raw.nodes = nodes === 1 ? Number.NaN : nodes;
}

/** Everything else, but its id. */
export function fillJob(raw: RawJob, { workload, profiles }: SealedTrace, job: number): void {
  raw.submitMs = workload.originMs + workload.submitMs[job]!;
  raw.runtimeMs = profiles.runtimeMs[job]!;
  raw.limitMs = workload.limitMs[job]!;
  raw.waitMs = profiles.recordedWaitMs[job]!;
  raw.pullMs = profiles.recordedPullMs[job] ?? Number.NaN;
  raw.usedMemoryMib = profiles.peakMemoryMib[job] ?? Number.NaN;
  raw.definition = workload.definitions[workload.jobDefinition[job] ?? 0]!.name;
  const name = workload.jobNames[workload.jobName[job]!]!;
  raw.name = name === raw.definition || name === DEFAULT_NAME ? "" : name;
  fillEnding(raw, profiles, job);
  const array = workload.arrays.arrayOfJob[job] ?? NONE;
  raw.arrayId = array === NONE ? "" : workload.arrays.ids[array]!;
  raw.dependsOn = array !== NONE && workload.arrays.sequential[array] === 1 ? "SEQUENTIAL" : "";
}

function fillEnding(raw: RawJob, profiles: SealedTrace["profiles"], job: number): void {
  const script = profiles.scripts[profiles.script[job] ?? NONE] ?? [];
  const last = script.at(-1)?.exitCode;
  raw.exitCode = last ?? Number.NaN;
  raw.attempts = script.length < 2 ? NO_ATTEMPTS : script;
  raw.status = "";
  if (last !== undefined) raw.status = last === 0 ? "SUCCEEDED" : "FAILED";
}

const NO_ATTEMPTS: readonly RawAttempt[] = [];
