// Slurm's job states and what they say about a job's end. https://slurm.schedmd.com/job_state_codes.html

export type SlurmEnd =
  | "unknown"
  | "completed"
  | "failed"
  | "out-of-memory"
  | "cancelled"
  | "requeued"
  | "running"
  | "queued";

/** "cancelled": possibly before the start. "requeued": its machine or its slot was lost, and it may have been tried again. */
const END_OF_STATE = new Map<string, SlurmEnd>(
  Object.entries({
    ...{ COMPLETED: "completed", FAILED: "failed", TIMEOUT: "failed", BOOT_FAIL: "failed" },
    ...{ LAUNCH_FAILED: "failed", RECONFIG_FAIL: "failed", OUT_OF_MEMORY: "out-of-memory" },
    ...{ CANCELLED: "cancelled", DEADLINE: "cancelled", REVOKED: "cancelled", EXPEDITING: "queued" },
    ...{ NODE_FAIL: "requeued", PREEMPTED: "requeued", REQUEUED: "requeued" },
    ...{ RUNNING: "running", COMPLETING: "running", SUSPENDED: "running", STOPPED: "running", RESIZING: "running" },
    ...{ SIGNALING: "running", STAGE_OUT: "running", UPDATE_DB: "running", POWER_UP_NODE: "queued" },
    ...{ PENDING: "queued", CONFIGURING: "queued", REQUEUE_FED: "queued", REQUEUE_HOLD: "queued" },
    ...{ RESV_DEL_HOLD: "queued", SPECIAL_EXIT: "queued" },
  } satisfies Record<string, SlurmEnd>),
);

/** Columns of fixed width cut long words and put a "+" behind them. */
const CUT = /^([A-Z_]{3,})\+$/;

/** "CANCELLED by 1234" is cancelled; an empty cell is unknown. Undefined: no state. */
export function endOf(cell: string): SlurmEnd | undefined {
  const word = cell.trim().split(" ", 1)[0]!.toUpperCase();
  if (word === "" || word === "UNKNOWN") return "unknown";
  const known = END_OF_STATE.get(word);
  const cut = known === undefined ? CUT.exec(word) : null;
  if (cut === null) return known;
  for (const [state, end] of END_OF_STATE) if (state.startsWith(cut[1]!)) return end;
  return undefined;
}

/** What a container killed for its memory exits with: 128 + SIGKILL. Slurm's own "0:125" is none of the program's codes. */
const KILLED = 137;

interface EndedState {
  readonly status: "" | "SUCCEEDED" | "FAILED";
  /** Undefined: the row's. */
  readonly exitCode?: number;
}

const FAILED: EndedState = { status: "FAILED" };
const STATE_OF_END: Readonly<Record<SlurmEnd, EndedState>> = {
  unknown: { status: "" },
  completed: { status: "SUCCEEDED", exitCode: 0 },
  failed: FAILED,
  "out-of-memory": { status: "FAILED", exitCode: KILLED },
  cancelled: FAILED,
  requeued: FAILED,
  running: { status: "" },
  queued: { status: "" },
};

/** How a job ended that ran. */
export function stateOf(end: SlurmEnd): EndedState {
  return STATE_OF_END[end];
}
