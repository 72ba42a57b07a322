// Why rows are rejected, and what is changed of rows that are not: a stable code, the field to show, a sentence.

import { DEPENDENCY_FINDINGS } from "./dependency-table.js";
import type { RawField } from "./raw-job.js";

export const REJECTIONS = {
  "wrong-column-count": ["row", "the row has more or fewer columns than the header"],
  "no-submit": ["submit", "the submit time is missing"],
  "bad-submit": ["submit", "the submit time cannot be read, is negative or lies after the year 2200"],
  "no-runtime": ["runtime", "the run time is missing"],
  "never-ran": ["runtime", "the job never started"],
  "still-running": ["runtime", "the job had not ended when the trace was written"],
  "bad-runtime": ["runtime", "the run time cannot be read"],
  "negative-runtime": ["runtime", "the run time is negative"],
  "absurd-runtime": ["runtime", "the run time is longer than ten years"],
  "unknown-definition": ["definition", "the scenario's jobDefinitions have no such job definition"],
  "no-vcpus": ["vcpus", "the vCPU request is missing; trace.defaults.vcpus would fill it in"],
  "zero-vcpus": ["vcpus", "the job asks for 0 vCPUs; trace.defaults.vcpus would replace that"],
  "bad-vcpus": ["vcpus", "the vCPU request cannot be read, is negative or is absurdly large"],
  "no-memory": [
    "memory",
    "the memory request is missing; trace.defaults.memory or trace.defaults.memoryPerVcpu would fill it in",
  ],
  "zero-memory": [
    "memory",
    "the job asks for 0 memory; trace.defaults.memory or trace.defaults.memoryPerVcpu would replace that",
  ],
  "bad-memory": ["memory", "the memory request cannot be read, is negative or is absurdly large"],
  "bad-gpus": ["gpus", "the GPU request cannot be read, is negative or is absurdly large"],
  "bad-limit": ["limit", "the run-time limit cannot be read or is negative"],
  "bad-priority": ["priority", "the scheduling priority is no whole number between 0 and 9999"],
  "bad-nodes": ["nodes", "the number of nodes is no whole number between 1 and 1000"],
  "bad-exit-code": ["exitCode", "the exit code is no whole number between 0 and 255"],
  "bad-array-size": ["arraySize", "the array size is no whole number between 2 and 10000"],
  "array-twice": [
    "array",
    "the array job comes twice: in two rows with a size, or in one with a size and in rows of children",
  ],
  "sequential-without-array": ["dependsOn", "only array jobs can have a SEQUENTIAL dependency"],
  unplaceable: ["row", "no compute environment of the job's queue could ever run it"],
} as const satisfies Record<string, readonly [RawField, string]>;

export const ADJUSTMENTS = {
  "default-vcpus": ["vcpus", "the vCPU request is missing or 0: the default was used"],
  "default-memory": ["memory", "the memory request is missing or 0: the default was used"],
  "gpu-share-rounded-up": ["gpus", "a share of a GPU was rounded up to whole GPUs"],
  "zero-limit-ignored": ["limit", "a run-time limit of 0 was taken as no limit"],
  "wait-ignored": ["wait", "the recorded wait is negative or cannot be read, and was left out"],
  "generated-id": ["id", "the row has no id: its line number was used"],
  "definition-ignored": ["definition", "the scenario has no jobDefinitions: the job definition gives only a name"],
  "default-share": ["share", 'the job has no shareIdentifier, which its fair-share queue needs: "default" was used'],
  "share-ignored": ["share", "the job has a shareIdentifier but its queue no scheduling policy: it was left out"],
} as const satisfies Record<string, readonly [RawField, string]>;

export type RejectionCode = keyof typeof REJECTIONS;
export type AdjustmentCode = keyof typeof ADJUSTMENTS;

type Reasons<Code extends string> = Readonly<Record<Code, string>>;

export const REJECTION_REASONS = reasonsOf(REJECTIONS);
export const ADJUSTMENT_REASONS: Reasons<AdjustmentCode | keyof typeof DEPENDENCY_FINDINGS> = {
  ...reasonsOf(ADJUSTMENTS),
  ...DEPENDENCY_FINDINGS,
};

function reasonsOf<Code extends string>(table: Readonly<Record<Code, readonly [RawField, string]>>): Reasons<Code> {
  const reasons = Object.entries<readonly [RawField, string]>(table).map(([code, [, reason]]) => [code, reason]);
  return Object.fromEntries(reasons) as Record<Code, string>;
}
