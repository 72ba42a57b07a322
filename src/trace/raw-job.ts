// What one row of a trace file says, before anything is decided about it.

/** Numbers: NaN where the row gives no value, UNREADABLE where it gives something else. Texts: empty when missing. */
export interface RawJob {
  id: string;
  name: string;
  queue: string;
  submitMs: number;
  runtimeMs: number;
  /** Why runtimeMs is NaN, when it is. */
  withoutRuntime: "no-runtime" | "never-ran" | "still-running";
  vcpus: number;
  memoryMib: number;
  gpus: number;
  limitMs: number;
  waitMs: number;
  /** A job definition's name, name:revision or ARN. */
  definition: string;
  share: string;
  priority: number;
  nodes: number;
  exitCode: number;
  /** Id of the array job that the row is a child of. */
  arrayId: string;
  arraySize: number;
  /** Ids separated by ";", with ":N_TO_N"; or SEQUENTIAL. */
  dependsOn: string;
  /** Orders jobs of one submit time before the order of the rows; a number, never NaN. */
  tieBreak: number;
}

/** A row that says nothing. */
export function emptyRawJob(): RawJob {
  const none = Number.NaN;
  return {
    ...{ id: "", name: "", queue: "", submitMs: none, runtimeMs: none, withoutRuntime: "no-runtime", vcpus: none },
    ...{ memoryMib: none, gpus: none, limitMs: none, waitMs: none, definition: "", share: "", priority: none },
    ...{ nodes: none, exitCode: none, arrayId: "", arraySize: none, dependsOn: "", tieBreak: 0 },
  };
}

/** What a reason is about: the cells that a report shows with it. */
export type RawField =
  | ("row" | "submit" | "runtime" | "vcpus" | "memory" | "gpus" | "limit" | "wait" | "id")
  | ("definition" | "share" | "priority" | "nodes" | "exitCode" | "array" | "arraySize" | "dependsOn");

/** The text of a field in the current row, for examples in the report. */
export type Describe = (field: RawField) => string;
