// What must hold of a sealed trace's columns, so that no reader of a damaged file can stumble: lengths fit, every reference
// has an aim, what ascends ascends. One pass over each column, when it is read.

import { NONE } from "../../model/tables.js";
import { findCycle } from "../dependency-cycle.js";
import type { Columns } from "./columns.js";
import type { Tables } from "./tables.js";

/** What the columns of a file are to fit. */
export interface Fitting {
  readonly columns: Columns;
  readonly tables: Tables;
  readonly jobCount: number;
}

/** Columns that are read and checked together. */
export interface ColumnGroup {
  readonly names: readonly (keyof Columns)[];
  readonly fits: (fitting: Fitting) => boolean;
}

const group = (name: keyof Columns, fits: ColumnGroup["fits"]): ColumnGroup => ({ names: [name], fits });
const isKnownOrNaN = (name: "limitMs" | "recordedWaitMs" | "recordedPullMs" | "peakMemoryMib") =>
  group(name, ({ columns }) => !columns[name].some((value) => value < 0 || value === Number.POSITIVE_INFINITY));

export const GROUPS = {
  submitMs: group("submitMs", ({ columns: { submitMs } }) => isAscendingFrom0(submitMs)),
  runtimeMs: group("runtimeMs", ({ columns: { runtimeMs } }) => areDurations(runtimeMs)),
  limitMs: isKnownOrNaN("limitMs"),
  recordedWaitMs: isKnownOrNaN("recordedWaitMs"),
  recordedPullMs: isKnownOrNaN("recordedPullMs"),
  peakMemoryMib: isKnownOrNaN("peakMemoryMib"),
  jobClass: group("jobClass", ({ columns, tables }) => areIn(columns.jobClass, 0, tables.classes.length)),
  jobName: group("jobName", ({ columns, tables }) => areIn(columns.jobName, 0, tables.jobNames.length)),
  jobDefinition: group("jobDefinition", ({ columns, tables }) =>
    areIn(columns.jobDefinition, 0, tables.definitions.length),
  ),
  script: group("script", ({ columns, tables }) => areIn(columns.script, NONE, tables.scripts.length)),
  ids: {
    names: ["idEnds", "idBytes"],
    fits: ({ columns: { idEnds, idBytes } }) => areOffsets(idEnds, idBytes.length),
  },
  arrays: {
    names: ["arrayStarts", "arrayChildren", "arrayOfJob", "indexInArray", "sequential"],
    fits: ({ columns, jobCount }) => areArrays(columns, jobCount),
  },
  dependencies: {
    names: ["dependent", "on", "kind"],
    fits: ({ columns, tables, jobCount }) => areEdges(columns, tables.arrayIds.length + jobCount),
  },
} as const satisfies Record<string, ColumnGroup>;

/** Whether the lengths of all columns and tables fit each other. */
export function haveLengths({ columns, tables, jobCount }: Fitting): boolean {
  const { submitMs, limitMs, runtimeMs, recordedWaitMs, idEnds, jobClass, jobName } = columns;
  const { recordedPullMs, peakMemoryMib, jobDefinition, script, arrayOfJob, indexInArray } = columns;
  const count = tables.arrayIds.length;
  const always = [submitMs, limitMs, runtimeMs, recordedWaitMs, idEnds, jobClass, jobName];
  const sometimes = [recordedPullMs, peakMemoryMib, jobDefinition, script];
  const ofArrays = [arrayOfJob, indexInArray];
  return (
    always.every(({ length }) => length === jobCount) &&
    sometimes.every(({ length }) => length === 0 || length === jobCount) &&
    ofArrays.every(({ length }) => length === (count === 0 ? 0 : jobCount)) &&
    columns.sequential.length === count &&
    columns.arrayStarts.length === (count === 0 ? 0 : count + 1) &&
    columns.on.length === columns.dependent.length &&
    columns.kind.length === columns.dependent.length &&
    tables.definitions.length > 0 &&
    tables.interventions.every(({ unit }) => unit < count + jobCount)
  );
}

/** (The comparisons below are such that NaN fails them.) */
function isAscendingFrom0(values: Float64Array): boolean {
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(values[i]! >= last)) return false;
    last = values[i]!;
  }
  return values.length === 0 || (values[0] === 0 && last < Number.POSITIVE_INFINITY);
}

function areDurations(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!(values[i]! >= 0 && values[i]! < Number.POSITIVE_INFINITY)) return false;
  }
  return true;
}

/** Whole numbers from 0 that do not fall and end at `end`. */
function areOffsets(values: Float64Array | Int32Array, end: number): boolean {
  let last = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= last && value <= end) || value !== Math.floor(value)) return false;
    last = value;
  }
  return last === end;
}

function areIn(values: Int32Array, least: number, end: number): boolean {
  for (let i = 0; i < values.length; i++) {
    if (values[i]! < least || values[i]! >= end) return false;
  }
  return true;
}

function areArrays(columns: Columns, jobCount: number): boolean {
  const { arrayStarts, arrayChildren, arrayOfJob, indexInArray, sequential } = columns;
  const areWithin =
    areOffsets(arrayStarts, arrayChildren.length) &&
    (arrayStarts.length === 0 || arrayStarts[0] === 0) &&
    areIn(arrayChildren, 0, jobCount) &&
    areIn(arrayOfJob, NONE, sequential.length);
  if (!areWithin) return false;
  let children = 0;
  for (let job = 0; job < arrayOfJob.length; job++) {
    const array = arrayOfJob[job]!;
    if (array === NONE) continue;
    children++;
    const index = indexInArray[job]!;
    const place = arrayStarts[array]! + index;
    if (index < 0 || place >= arrayStarts[array + 1]! || arrayChildren[place] !== job) return false;
  }
  return children === arrayChildren.length;
}

function areEdges({ dependent, on, kind }: Columns, units: number): boolean {
  if (dependent.length === 0) return true;
  const areWithin = areIn(dependent, 0, units) && areIn(on, 0, units) && kind.every((each) => each <= 2);
  return areWithin && findCycle(units, dependent, on) === undefined;
}
