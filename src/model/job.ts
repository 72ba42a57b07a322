// Jobs as columns. What a scheduler may know about a job lives here; what only the world knows (true run time, exit
// code) lives in profile.ts, which core and engine may not import.

import type { SealedText } from "../base/text-column.js";

/** What a job asks for. Many jobs, few shapes: a job refers to a shape by index. */
export interface Shape {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

/** Everything that scheduling may tell jobs apart by: pending work is kept per class, so a decision costs in classes. */
export interface JobClass {
  /** Index into Workload.queueNames. */
  readonly queue: number;
  /** Index into Workload.shapes; of one node where the job has several. */
  readonly shape: number;
  /** Index into Workload.shareNames. */
  readonly share: number;
  /** schedulingPriority, 0..9999: within a share higher goes first. */
  readonly priority: number;
  /** Nodes of a multi-node parallel job, else 1. */
  readonly nodes: number;
  /** Index into Workload.consumableSets. */
  readonly consumables: number;
}

/** ConsumableResourceRequirement: an amount of a resource, by index into the run's consumable resources. */
export interface ConsumableRequest {
  readonly name: string;
  readonly quantity: number;
}

/** One entry of evaluateOnExit: literals with an optional trailing *; all that are given must match. */
export interface ExitRule {
  readonly onStatusReason: string | undefined;
  readonly onReason: string | undefined;
  readonly onExitCode: string | undefined;
  readonly action: "RETRY" | "EXIT";
}

export interface RetryStrategy {
  /** Attempts in all, 1..10. */
  readonly attempts: number;
  readonly evaluateOnExit: readonly ExitRule[];
}

/** What a job definition (with SubmitJob's overrides) says beyond the request. Many jobs, few definitions. */
export interface JobDefinition {
  readonly name: string;
  readonly retry: RetryStrategy;
  /** attemptDurationSeconds, enforced; NaN: none. */
  readonly timeoutMs: number;
  /** The job saves its work every so many ms of run time, and its next attempt goes on from there. Not given: it starts again. */
  readonly checkpointMs?: number;
}

/**
 * Units are what dependencies connect: arrays first (unit = index of the array), then jobs that belong to no array
 * (unit = number of arrays + job). A child of an array is a job, never a unit.
 */
export interface ArrayJobs {
  readonly count: number;
  /** Children of array a: children[starts[a] .. starts[a + 1]), by array index. */
  readonly starts: Int32Array;
  readonly children: Int32Array;
  /** Per job: its array, or NONE. Length 0 when there is no array. */
  readonly arrayOfJob: Int32Array;
  /** Per job: its arrayProperties.index; 0 for other jobs. Length 0 when there is no array. */
  readonly indexInArray: Int32Array;
  /** Per array: 1 when child i waits for child i - 1 (SEQUENTIAL). */
  readonly sequential: Uint8Array;
  readonly ids: readonly string[];
}

/** What a dependency waits for. */
export const DependencyKind = {
  /** The whole of the other unit has succeeded; if it fails, so does whoever waits. */
  Success: 0,
  /** Child i waits for the success of child i of the other array (N_TO_N). */
  NToN: 1,
  /** The other unit has ended, however: AWS Batch has none such; it stands for a program that submits the next job then. */
  End: 2,
} as const;
export type DependencyKind = (typeof DependencyKind)[keyof typeof DependencyKind];

/** Edges between units, in any order. */
export interface Dependencies {
  readonly count: number;
  /** The unit that waits. */
  readonly dependent: Int32Array;
  /** The unit it waits for. */
  readonly on: Int32Array;
  /** A DependencyKind each. */
  readonly kind: Uint8Array;
}

/** CancelJob or TerminateJob by the user, at a time of the trace. */
export interface Intervention {
  readonly timeMs: number;
  readonly kind: "cancel" | "terminate";
  /** A unit (ArrayJobs). */
  readonly unit: number;
}

/**
 * A sealed workload: jobs sorted by (submit time, original row), one typed array per attribute, all of them views of one
 * buffer (shared memory where there is any) so that workers read it without copying.
 */
export interface Workload {
  readonly jobCount: number;
  /** Epoch milliseconds of the first submission (0 when the trace has only relative times); job times are offsets. */
  readonly originMs: number;
  readonly shapes: readonly Shape[];
  readonly classes: readonly JobClass[];
  readonly queueNames: readonly string[];
  readonly jobNames: readonly string[];
  /** shareIdentifiers; the first is "", of jobs without one. */
  readonly shareNames: readonly string[];
  /** The first is empty. */
  readonly consumableSets: readonly (readonly ConsumableRequest[])[];
  /** The first has one attempt and no timeout. */
  readonly definitions: readonly JobDefinition[];
  /** Milliseconds after originMs; ascending. */
  readonly submitMs: Float64Array;
  /** Index into classes. */
  readonly jobClass: Int32Array;
  /** Index into jobNames. */
  readonly jobName: Int32Array;
  /** The user's run-time limit or estimate per attempt, milliseconds; NaN when there is none. Not enforced by itself. */
  readonly limitMs: Float64Array;
  /** Index into definitions; length 0 when every job has the first. */
  readonly jobDefinition: Int32Array;
  readonly arrays: ArrayJobs;
  readonly dependencies: Dependencies;
  /** Ascending in time. */
  readonly interventions: readonly Intervention[];
  /** The trace's own job ids (children of arrays: "parent:index"). */
  readonly ids: SealedText;
  /** Identity hash of all columns and tables, hidden profile included. */
  readonly hash: string;
}
