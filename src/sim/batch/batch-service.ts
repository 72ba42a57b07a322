// The simulated Batch service as the run loop sees it: it answers the user's requests (SubmitJob, CancelJob, TerminateJob)
// and owns a job's life outside the queue. The engine hears of it only what a live driver would see.

import type { Engine } from "../../engine/engine.js";

/** Who is told what happens: the engine. */
export type EventSink = Pick<Engine, "ingest">;

/** Jobs that never ended. */
export interface StuckJobs {
  readonly count: number;
  /** The first few of them, those that wait in a queue before those that wait for a dependency. */
  readonly examples: readonly number[];
}

/** How many stuck jobs are named: enough for a message. */
export const STUCK_EXAMPLES = 5;

export interface BatchService {
  /** Time of the user's next request; Infinity after the last. */
  readonly nextRequestMs: number;
  /** When the last job so far ended or was cancelled. */
  readonly lastEndMs: number;
  /** Carries out the next request. */
  request(sink: EventSink): void;
  /** Whether every job has ended. */
  readonly done: boolean;
  /** The engine has placed a job, or the next node of one, on an instance; its container can start there at `readyMs`. */
  place(job: number, readyMs: number, instance: number): void;
  /** The instance is gone: its jobs end there, and are retried if they may be. */
  hostLost(instance: number, timeMs: number, sink: EventSink): void;
  /** An end that was scheduled is due. It may be out of date: the job was stopped before. */
  end(job: number, timeMs: number, sink: EventSink): void;
  /** The engine has cancelled a waiting job (jobStateTimeLimitActions). */
  cancelByTimeLimit(job: number, timeMs: number, sink: EventSink): void;
  /** What is left when nothing more can happen. */
  stuck(engine: Engine): StuckJobs;
}
