// Ends everything of a run and waits until nothing is left. TerminateJob cancels what waits and ends what runs; CancelJob would do
// nothing to a job that has just been placed.

import type { BatchClient } from "@aws-sdk/client-batch";
import type { Clock } from "../ports.js";
import { describeJobs, MOST_DESCRIBED } from "../pull/jobs.js";
import { Pace } from "../pull/pace.js";
import { hasEnded, jobsNamed, SUBMISSIONS_PER_SECOND, wordsOf } from "./submit.js";

/** A job that is told to end does so within seconds; images that are pulled may take minutes. */
const LOOK_EVERY_MS = 5_000;
/** Without any job's having ended. */
const GIVE_UP_MS = 15 * 60_000;
/** Looks for a job that may be there though AWS's lists do not have it yet. */
const UNSURE_ROUNDS = 4;

export interface CleanUp {
  readonly batch: BatchClient;
  readonly clock: Clock;
  /** Of reads. */
  readonly pace: Pace;
  readonly queue: string;
  readonly run: string;
  /** Jobs that are known to have been submitted; others of the run are looked for by name. */
  readonly jobIds: readonly string[];
  readonly reason: string;
  /** Some submission was never answered: its job may come into sight later. */
  readonly isUnsure: boolean;
  /** Aborts: no more waiting. */
  readonly abandon: AbortSignal;
  readonly onLeft?: (left: number) => void;
}

export interface CleanedUp {
  /** Jobs that had not ended when it was given up. */
  readonly left: readonly string[];
  /** What AWS said to the last call that failed; "": none did. */
  readonly problem: string;
}

/** Ends the run's jobs. Never throws for what AWS answers. */
export async function cleanUp(task: CleanUp): Promise<CleanedUp> {
  const { batch, clock, pace, queue, run, abandon } = task;
  const changes = new Pace(clock, SUBMISSIONS_PER_SECOND);
  const ids = new Set(task.jobIds);
  let progressMs = clock.monotonicMs();
  let fewest = Number.POSITIVE_INFINITY;
  let problem = "";
  let left: readonly string[] = [...ids];
  for (let rounds = task.isUnsure ? UNSURE_ROUNDS : 1; ; rounds--) {
    try {
      problem = "";
      for (const { jobId, jobName } of await jobsNamed(batch, queue, `${run}-*`, pace)) {
        if (jobId !== undefined && isOfRun(jobName, run)) ids.add(jobId);
      }
      const round = await endRound(task, [...ids], changes);
      left = round.left;
      problem = round.problem;
    } catch (error) {
      problem = wordsOf(error);
    }
    task.onLeft?.(left.length);
    if (left.length === 0 && problem === "" && rounds <= 1) return { left, problem };
    if (left.length < fewest && problem === "") {
      fewest = left.length;
      progressMs = clock.monotonicMs(); // a round of many jobs takes its time
    }
    if (abandon.aborted || clock.monotonicMs() - progressMs > GIVE_UP_MS) return { left, problem };
    await clock.sleep(LOOK_EVERY_MS, abandon);
  }
}

/** The filter takes every name that begins so: another run's id may begin like this one's. */
function isOfRun(name: string | undefined, run: string): boolean {
  return name?.startsWith(`${run}-`) === true && /^\d+$/.test(name.slice(run.length + 1));
}

/** Tells every job that has not ended to end. */
async function endRound(task: CleanUp, ids: readonly string[], changes: Pace): Promise<CleanedUp> {
  const { TerminateJobCommand } = await import("@aws-sdk/client-batch");
  const { batch, pace, reason } = task;
  const left: string[] = [];
  let problem = "";
  for (let start = 0; start < ids.length; start += MOST_DESCRIBED) {
    const jobs = await describeJobs(batch, ids.slice(start, start + MOST_DESCRIBED), pace);
    for (const job of jobs.filter((candidate) => !hasEnded(candidate))) {
      left.push(job.jobId ?? "");
      if (task.abandon.aborted) continue;
      try {
        await changes.turn();
        await batch.send(new TerminateJobCommand({ jobId: job.jobId ?? "", reason }));
      } catch (error) {
        problem = wordsOf(error); // the others are ended all the same, and this one is asked again
      }
    }
  }
  return { left, problem };
}
