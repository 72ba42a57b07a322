// Jobs as columns. What a scheduler may know about a job lives here; what only the world knows (true run time, exit
// code) lives in profile.ts, which core and engine may not import.

import type { SealedText } from "../base/text-column.js";

/** What a job asks for. Many jobs, few shapes: a job refers to a shape by index. */
export interface Shape {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

/** A (queue, shape) pair: pending work is kept per class, so a decision costs in classes, never in jobs. */
export interface JobClass {
  /** Index into Workload.queueNames. */
  readonly queue: number;
  /** Index into Workload.shapes. */
  readonly shape: number;
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
  /** Milliseconds after originMs; ascending. */
  readonly submitMs: Float64Array;
  /** Index into classes. */
  readonly jobClass: Int32Array;
  /** Index into jobNames. */
  readonly jobName: Int32Array;
  /** The user's run-time limit per attempt, milliseconds; NaN when there is none. */
  readonly limitMs: Float64Array;
  /** The trace's own job ids. */
  readonly ids: SealedText;
  /** Identity hash of all columns and tables, hidden profile included. */
  readonly hash: string;
}
