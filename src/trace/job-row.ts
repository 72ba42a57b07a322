// One job on its way into a workload.

import { NONE } from "../model/tables.js";

/** One job as the builder takes it. Callers reuse one such record for all rows; `neutralJobRow` makes one. */
export interface JobRow {
  id: string;
  name: string;
  queue: string;
  /** Milliseconds since the epoch, or since any origin. */
  submitMs: number;
  vcpuMilli: number;
  memoryMib: number;
  gpuMilli: number;
  runtimeMs: number;
  /** NaN: no limit. */
  limitMs: number;
  /** NaN: unknown. */
  recordedWaitMs: number;
  /** NaN: unknown. */
  recordedPullMs: number;
  /** NaN: unknown. */
  peakMemoryMib: number;
  /** shareIdentifier; "": none. */
  share: string;
  /** schedulingPriority, 0..9999. */
  priority: number;
  /** Nodes of a multi-node parallel job, else 1. */
  nodes: number;
  /** From addConsumables; 0: none. */
  consumables: number;
  /** From addDefinition; 0: one attempt, no timeout. */
  definition: number;
  /** From addScript; NONE: every attempt runs for runtimeMs and succeeds. */
  script: number;
  /** From addArray: the job is its next child; NONE: of no array. */
  array: number;
  /** Orders jobs of one submit time, before the order of the rows; not NaN. */
  tieBreak: number;
}

/** A row without anything that is not in every trace. */
export function neutralJobRow(): JobRow {
  return {
    ...{ id: "", name: "", queue: "", submitMs: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, runtimeMs: 0 },
    ...{
      limitMs: Number.NaN,
      recordedWaitMs: Number.NaN,
      recordedPullMs: Number.NaN,
      peakMemoryMib: Number.NaN,
      share: "",
      priority: 0,
      nodes: 1,
      consumables: 0,
    },
    ...{ definition: 0, script: NONE, array: NONE, tieBreak: 0 },
  };
}
