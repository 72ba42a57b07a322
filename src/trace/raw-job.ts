// What one row of a trace file says, before anything is decided about it.

/** One attempt of a job that was tried more than once. */
export interface RawAttempt {
  /** NaN: unknown. */
  readonly runtimeMs: number;
  /** NaN: unknown. */
  readonly exitCode: number;
}

/** Why a job has no run time: nobody wrote it down, the job never started, it had not ended, or it was still in its queue. */
export type WithoutRuntime = "no-runtime" | "never-ran" | "still-running" | "still-queued";

/** Numbers: NaN where the row gives no value, UNREADABLE where it gives something else. Texts: empty when missing. */
export interface RawJob {
  id: string;
  name: string;
  queue: string;
  /** Milliseconds since the epoch, or since any origin. */
  submitMs: number;
  /** Of the last attempt, from container start to container stop; of a job that still runs: so far, or NaN. */
  runtimeMs: number;
  /** Why there is no run time. Anything but "no-runtime" rejects the row whatever runtimeMs is. */
  withoutRuntime: WithoutRuntime;
  vcpus: number;
  memoryMib: number;
  gpus: number;
  limitMs: number;
  /** Recorded time from submission to the (first) start. */
  waitMs: number;
  /** Recorded time from STARTING to RUNNING, mostly the image pull. */
  pullMs: number;
  /** Most memory that was used. */
  usedMemoryMib: number;
  /** How it ended; "": the row does not say. */
  status: "" | "SUCCEEDED" | "FAILED";
  exitCode: number;
  /** All attempts in order, when there was more than one; the last one's run time and exit code stand above too. */
  attempts: readonly RawAttempt[];
  /** A job definition's name, name:revision or ARN. */
  definition: string;
  share: string;
  priority: number;
  /** Whose job it was; trace.shareFrom makes one of them the share. */
  user: string;
  group: string;
  nodes: number;
  /** Id of the array job that the row is a child of. */
  arrayId: string;
  arraySize: number;
  /** Ids separated by ";", with ":N_TO_N" or ":ENDED"; or SEQUENTIAL. */
  dependsOn: string;
  /** Orders jobs of one submit time before the order of the rows; a number, never NaN. */
  tieBreak: number;
}

/** A row that says nothing. */
export function emptyRawJob(): RawJob {
  const none = Number.NaN;
  return {
    ...{ id: "", name: "", queue: "", submitMs: none, runtimeMs: none, withoutRuntime: "no-runtime", vcpus: none },
    ...{ memoryMib: none, gpus: none, limitMs: none, waitMs: none, pullMs: none, usedMemoryMib: none, status: "" },
    ...{ exitCode: none, attempts: NO_ATTEMPTS, definition: "", share: "", priority: none, user: "", group: "" },
    ...{ nodes: none, arrayId: "", arraySize: none, dependsOn: "", tieBreak: 0 },
  };
}

const NO_ATTEMPTS: readonly RawAttempt[] = [];

/** AWS's own names and ARNs are below 300 characters, other systems' below 4,096; longer ones are damage. */
export const MOST_TEXT_CHARACTERS = 65_536;

const TEXTS = ["id", "name", "queue", "definition", "share", "user", "group", "arrayId"] as const;

/** Whether one of its names is longer than any name. Whoever keeps rows asks before: thousands of such would be too many. */
export function hasTextTooLong(raw: RawJob): boolean {
  for (const field of TEXTS) if (raw[field].length > MOST_TEXT_CHARACTERS) return true;
  return false;
}

/** What a reason is about: the cells that a report shows with it. */
export type RawField =
  | ("row" | "submit" | "runtime" | "vcpus" | "memory" | "gpus" | "limit" | "wait" | "id")
  | ("definition" | "share" | "priority" | "nodes" | "exitCode" | "array" | "arraySize" | "dependsOn")
  | ("pull" | "usedMemory" | "status" | "attempts");

/** The text of a field in the current row, for examples in the report. */
export type Describe = (field: RawField) => string;
