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
  "still-queued": ["runtime", "the job had not started when the trace was written"],
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
  "bad-status": ["status", "the status is none of the words for it"],
  "bad-attempts": ["attempts", 'the attempts are not of the form "seconds:exit code;seconds:exit code"'],
  "bad-exit-code": ["exitCode", "the exit code is no whole number between 0 and 255"],
  "bad-array-size": ["arraySize", "the array size is no whole number between 2 and 10000"],
  "array-twice": [
    "array",
    "the array job comes twice: in two rows with a size, or in one with a size and in rows of children",
  ],
  "array-without-children": [
    "arraySize",
    "the trace has only the array job itself, whose times span all its children: export the children too",
  ],
  "service-task": ["row", "the task belongs to a service, which is no batch work"],
  "sequential-without-array": ["dependsOn", "only array jobs can have a SEQUENTIAL dependency"],
  "line-too-long": ["row", "the line is longer than any row can be"],
  "text-too-long": ["row", "an id or a name of the row is longer than 65536 characters"],
  malformed: ["row", "the record cannot be parsed"],
  "too-deep": ["row", "the record is nested deeper than any of its kind"],
  "not-a-job": ["row", "the record is no job: it has neither a job's fields nor its times"],
  cached: ["row", "the result was taken from an earlier run: there was no work"],
  "incomplete-window": ["row", "the trace does not cover the job's submission, start and end"],
  "bad-times": ["row", "a time of the record cannot be read"],
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
  "failed-without-exit-code": ["exitCode", "the job failed, but its exit code is missing or 0: 1 was used"],
  "pull-ignored": ["pull", "the recorded pull time is negative or cannot be read, and was left out"],
  "used-memory-ignored": ["usedMemory", "the memory used is negative or cannot be read, and was left out"],
  "submit-is-start": ["submit", "the trace gives no submission: the start was used, and the wait is unknown"],
  "missing-vcpus": ["vcpus", "the vCPU request is missing or 0: the scenario's trace.defaults must give it"],
  "missing-memory": ["memory", "the memory request is missing or 0: the scenario's trace.defaults must give it"],
  "clamped-nodes": ["nodes", "a node range reaches beyond the number of nodes: it was cut there"],
  "host-loss-left-out": [
    "attempts",
    "attempts that ended because their host vanished were left out: they are no property of the job",
  ],
  "unstarted-attempt-left-out": ["attempts", "attempts that never started a container were left out"],
  "ambiguous-time": ["submit", "a local time occurs twice (clocks were set back): the first that fits was taken"],
  "skipped-time": ["submit", "a local time never occurred (clocks were set forward): it was taken as an hour later"],
  "estimated-vcpus": ["vcpus", "the trace gives no vCPU request: what the job used was rounded up"],
  "estimated-memory": ["memory", "the trace gives no memory request: what the job used was taken"],
  "repeated-id": ["id", "another row has the same id: a number was added to it"],
  "chained-retry": ["dependsOn", "the row tries an earlier row's work again: it waits for that one's end"],
  "preceding-job-ignored": [
    "dependsOn",
    "more than half of the rows name the same preceding job, or the row names itself: it was left out",
  ],
  "suspicious-memory": ["memory", "the memory request is below 4 MiB: a unit is probably missing"],
  "per-cpu-memory": ["memory", "the memory request is per CPU: it was multiplied"],
  "missing-columns": ["row", "the row has fewer columns than the header: what the last ones hold is missing"],
  "joined-cells": [
    "row",
    "the row has more columns than the header: a text contains the delimiter and was joined again",
  ],
  "signal-as-exit-code": ["exitCode", "a signal ended the job: 128 plus its number was taken as the exit code"],
  "unexpanded-array": ["arraySize", "the row stands for array tasks that had not started"],
  "exit-code-out-of-range": ["exitCode", "the exit code is not between 0 and 255: its last eight bits were kept"],
  "share-ignored": ["share", "the job has a shareIdentifier but its queue no scheduling policy: it was left out"],
} as const satisfies Record<string, readonly [RawField, string]>;

export const FOLDS = {
  step: "a step of a job: only its memory use is taken",
  "earlier-event": "an earlier state of a job that another event tells more of",
  duplicate: "a second copy of a record",
  "other-event": "an event of another kind, which is no job",
  "array-parent": "an array job whose children have rows of their own",
  "node-record": "a single node of a multi-node parallel job",
  "part-of-job": "a record that other records of the same job complete",
  header: "a line of headings or settings",
  summary: "a summary of a job that another record describes in full",
} as const satisfies Record<string, string>;

export type FoldCode = keyof typeof FOLDS;
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
