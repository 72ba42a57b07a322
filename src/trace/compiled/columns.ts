// The columns of a sealed trace by name, as a compiled file lists them: where in the one buffer each lies.

import { assert } from "../../base/assert.js";
import type { SealedTrace } from "../workload-builder.js";

export interface Columns {
  readonly submitMs: Float64Array;
  readonly limitMs: Float64Array;
  readonly runtimeMs: Float64Array;
  readonly recordedWaitMs: Float64Array;
  readonly recordedPullMs: Float64Array;
  readonly peakMemoryMib: Float64Array;
  readonly idEnds: Float64Array;
  readonly idBytes: Uint8Array;
  readonly jobClass: Int32Array;
  readonly jobName: Int32Array;
  readonly jobDefinition: Int32Array;
  readonly script: Int32Array;
  readonly arrayStarts: Int32Array;
  readonly arrayChildren: Int32Array;
  readonly arrayOfJob: Int32Array;
  readonly indexInArray: Int32Array;
  readonly sequential: Uint8Array;
  readonly dependent: Int32Array;
  readonly on: Int32Array;
  readonly kind: Uint8Array;
}

const TYPES = {
  ...{ submitMs: Float64Array, limitMs: Float64Array, runtimeMs: Float64Array, recordedWaitMs: Float64Array },
  ...{ recordedPullMs: Float64Array, peakMemoryMib: Float64Array, idEnds: Float64Array, idBytes: Uint8Array },
  ...{ jobClass: Int32Array, jobName: Int32Array, jobDefinition: Int32Array, script: Int32Array },
  ...{ arrayStarts: Int32Array, arrayChildren: Int32Array, arrayOfJob: Int32Array, indexInArray: Int32Array },
  ...{ sequential: Uint8Array, dependent: Int32Array, on: Int32Array, kind: Uint8Array },
} as const satisfies Record<keyof Columns, unknown>;

/** By column: the place of its first byte, and its length in elements. */
export type Layout = Readonly<Record<keyof Columns, readonly [start: number, length: number]>>;

export function columnsOf({ workload, profiles }: SealedTrace): Columns {
  const { submitMs, limitMs, ids, jobClass, jobName, jobDefinition, arrays, dependencies } = workload;
  const { runtimeMs, recordedWaitMs, recordedPullMs, peakMemoryMib, script } = profiles;
  return {
    ...{ submitMs, limitMs, runtimeMs, recordedWaitMs, recordedPullMs, peakMemoryMib },
    ...{ idEnds: ids.ends, idBytes: ids.bytes, jobClass, jobName, jobDefinition, script },
    ...{ arrayStarts: arrays.starts, arrayChildren: arrays.children, arrayOfJob: arrays.arrayOfJob },
    ...{ indexInArray: arrays.indexInArray, sequential: arrays.sequential },
    ...{ dependent: dependencies.dependent, on: dependencies.on, kind: dependencies.kind },
  };
}

/** The trace with other columns of the same meaning. */
export function withColumns(trace: SealedTrace, columns: Columns): SealedTrace {
  const { workload, profiles } = trace;
  const { submitMs, limitMs, jobClass, jobName, jobDefinition, arrayStarts, arrayChildren } = columns;
  const { arrayOfJob, indexInArray, sequential, dependent, on, kind } = columns;
  const { runtimeMs, recordedWaitMs, recordedPullMs, peakMemoryMib, script } = columns;
  const ofArrays = { starts: arrayStarts, children: arrayChildren, arrayOfJob, indexInArray, sequential };
  return {
    ...trace,
    workload: {
      ...{ ...workload, submitMs, limitMs, jobClass, jobName, jobDefinition },
      arrays: { ...workload.arrays, ...ofArrays },
      dependencies: { count: on.length, dependent, on, kind },
      ids: { ends: columns.idEnds, bytes: columns.idBytes },
    },
    profiles: { ...profiles, runtimeMs, recordedWaitMs, recordedPullMs, peakMemoryMib, script },
  };
}

/** All bytes of the columns, which lie in one buffer. */
export function bufferOf(columns: Columns): Uint8Array {
  const { buffer } = columns.submitMs;
  assert(
    Object.values(columns).every((column: Uint8Array) => column.buffer === buffer),
    "a column of a sealed trace lies outside its buffer",
  );
  return new Uint8Array(buffer);
}

export function layoutOf(columns: Columns): Layout {
  const entries = Object.entries<Float64Array | Int32Array | Uint8Array>({ ...columns });
  const places = entries.map(([name, column]) => [name, [column.byteOffset, column.length] as const] as const);
  return Object.fromEntries(places) as Record<string, readonly [number, number]> as Layout;
}

/** Views of a buffer; undefined when one would not lie within it. */
export function columnsAt(buffer: ArrayBufferLike, layout: Layout): Columns | undefined {
  const columns: Partial<Record<keyof Columns, unknown>> = {};
  for (const name of Object.keys(TYPES) as (keyof Columns)[]) {
    const [start, length] = layout[name] ?? [];
    const Type = TYPES[name];
    const isWithin = isCount(start) && isCount(length) && start + length * Type.BYTES_PER_ELEMENT <= buffer.byteLength;
    if (!isWithin || start % Type.BYTES_PER_ELEMENT !== 0) return undefined;
    columns[name] = new Type(buffer as ArrayBuffer, start, length); // (shared memory does as well)
  }
  return columns as unknown as Columns;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
