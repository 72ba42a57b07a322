// Ends everything of a run and waits until nothing is left. TerminateJob cancels what waits and ends what runs; CancelJob would do
// nothing to a job that has just been placed.

import type { BatchClient } from "@aws-sdk/client-batch";
import type { Clock } from "../ports.js";
import { describeJobs, MOST_DESCRIBED } from "../pull/jobs.js";
import { Pace } from "../pull/pace.js";
import { CALLS_AT_ONCE, hasEnded, jobsNamed, SUBMISSIONS_PER_SECOND, wordsOf } from "./submit.js";

/** A job that is told to end does so within seconds; images that are pulled may take minutes. */
const LOOK_EVERY_MS = 5_000;
/** Without any job's having ended, or having been found. */
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
  const { clock, abandon } = task;
  const changes = new Pace(clock, SUBMISSIONS_PER_SECOND);
  const jobs: Jobs = { open: new Set(task.jobIds), ended: new Set() };
  let progressMs = clock.monotonicMs();
  let wereOpen = Number.NaN;
  for (let rounds = task.isUnsure ? UNSURE_ROUNDS : 1; ; rounds--) {
    const problem = await endRound(task, jobs, changes);
    const left = [...jobs.open];
    task.onLeft?.(left.length);
    if (left.length === 0 && problem === "" && rounds <= 1) return { left, problem };
    // The first round too is progress, however long it took: another one sees what became of it.
    if (left.length !== wereOpen) progressMs = clock.monotonicMs();
    wereOpen = left.length;
    if (abandon.aborted || clock.monotonicMs() - progressMs > GIVE_UP_MS) return { left, problem };
    await clock.sleep(LOOK_EVERY_MS, abandon);
  }
}

/** Ids: those that are not known to have ended, and those that have. */
interface Jobs {
  readonly open: Set<string>;
  readonly ended: Set<string>;
}

/** Finds the run's jobs and tells all that have not ended to end. What AWS said to the last call that failed; "": none did. */
async function endRound(task: CleanUp, { open, ended }: Jobs, changes: Pace): Promise<string> {
  const { batch, pace, queue, run } = task;
  let problem = "";
  try {
    for (const { jobId, jobName } of await jobsNamed(batch, queue, `${run}-*`, pace)) {
      if (jobId !== undefined && isOfRun(jobName, run) && !ended.has(jobId)) open.add(jobId);
    }
    const ids = [...open];
    for (let start = 0; start < ids.length; start += MOST_DESCRIBED) {
      const part = ids.slice(start, start + MOST_DESCRIBED);
      const described = await describeJobs(batch, part, pace);
      const going = described.filter((job) => !hasEnded(job)).map(({ jobId = "" }) => jobId);
      for (const id of part.filter((asked) => !going.includes(asked))) open.delete(id);
      for (const { jobId = "" } of described.filter(hasEnded)) ended.add(jobId);
      problem = (await tellToEnd(task, going, changes)) || problem;
    }
    return problem;
  } catch (error) {
    return wordsOf(error);
  }
}

/** The filter takes every name that begins so: another run's id may begin like this one's. */
function isOfRun(name: string | undefined, run: string): boolean {
  return name?.startsWith(`${run}-`) === true && /^\d+$/.test(name.slice(run.length + 1));
}

/** One that cannot be told leaves the others as they are, and is told again in the next round. As of endRound, what went wrong. */
async function tellToEnd(task: CleanUp, ids: readonly string[], changes: Pace): Promise<string> {
  const { TerminateJobCommand } = await import("@aws-sdk/client-batch");
  const { batch, reason, abandon } = task;
  let problem = "";
  for (let start = 0; start < ids.length && !abandon.aborted; start += CALLS_AT_ONCE) {
    const calls = ids.slice(start, start + CALLS_AT_ONCE).map(async (jobId) => {
      try {
        await changes.turn(abandon);
        await batch.send(new TerminateJobCommand({ jobId, reason }));
      } catch (error) {
        problem = wordsOf(error);
      }
    });
    await Promise.all(calls);
  }
  return problem;
}
