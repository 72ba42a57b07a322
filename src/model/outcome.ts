// How an attempt or a job ended, as small numbers for the hot path and as AWS Batch's words for people and for
// evaluateOnExit. An outcome travels packed with the exit code of the container.

export const Outcome = {
  Succeeded: 0,
  /** The container exited with a code other than 0. */
  Exited: 1,
  /** The container was killed for using more memory than it asked for. */
  OutOfMemory: 2,
  /** The image could not be pulled: the attempt ended in STARTING. */
  CannotPull: 3,
  /** attemptDurationSeconds was exceeded. */
  TimedOut: 4,
  /** The instance went away under it (Spot reclaim, host failure). */
  HostTerminated: 5,
  /** TerminateJob by the user. */
  Terminated: 6,
  /** A job it depends on failed: it never became RUNNABLE. */
  DependencyFailed: 7,
  /** CancelJob by the user before it started. */
  Cancelled: 8,
  /** Cancelled by jobStateTimeLimitActions at the head of its queue. */
  TimeLimit: 9,
} as const;
export type Outcome = (typeof Outcome)[keyof typeof Outcome];

/** Exit codes of containers are 0..255. */
const EXIT_CODES = 256;

/** One number for an outcome and an exit code (0 where the container gave none); 0 is success. */
export function packOutcome(outcome: Outcome, exitCode: number): number {
  return outcome * EXIT_CODES + exitCode;
}

export function outcomeOf(packed: number): Outcome {
  return Math.floor(packed / EXIT_CODES) as Outcome;
}

export function exitCodeOf(packed: number): number {
  return packed % EXIT_CODES;
}

/** What AWS Batch says about an ended attempt or job. Texts marked in docs/fidelity.md are models. */
export interface OutcomeWords {
  readonly statusReason: string;
  /** The container's reason; empty when there is none. */
  readonly reason: string;
}

/** The words by outcome, in the order of their numbers. */
export const OUTCOME_WORDS: readonly OutcomeWords[] = [
  { statusReason: "Essential container in task exited", reason: "" },
  { statusReason: "Essential container in task exited", reason: "" },
  {
    statusReason: "Essential container in task exited",
    reason: "OutOfMemoryError: Container killed due to memory usage",
  },
  { statusReason: "Task failed to start", reason: "CannotPullContainerError: pull image manifest has been retried" },
  { statusReason: "Job attempt duration exceeded timeout", reason: "" },
  { statusReason: "Host EC2 (instance) terminated.", reason: "" },
  { statusReason: "Terminated by user", reason: "" },
  { statusReason: "Dependent Job failed", reason: "" },
  { statusReason: "Canceled by user", reason: "" },
  { statusReason: "Canceled by JobStateTimeLimit action", reason: "" },
];
