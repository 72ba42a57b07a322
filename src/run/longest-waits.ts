// Why the longest waits were so long: the replay is deterministic, so it runs again, and the engine is asked in the middle of
// each of those waits, when whatever held the job back is there to be seen.

import type { LongWait, RunSummary } from "../model/run-result.js";
import { NONE } from "../model/tables.js";
import { type SimulationInput, simulateThrough } from "../sim/simulate.js";
import { findJob } from "./find-job.js";
import { tellWaiting } from "./why-waiting.js";

/** Waits shorter than this are the decision grid and container start: nothing held the job back. */
const WORTH_EXPLAINING_MS = 60_000;

/** A wait lasts until the first container start: a job that no longer waits in its queue has been placed. */
const IN_STARTING = "placed: its container was being started (image pull)";

/** The summary with `why` filled in for the longest waits. */
export function withReasons(summary: RunSummary, input: SimulationInput): RunSummary {
  const looks = summary.longestWaits
    .map((wait, position) => ({ position, job: findJob(input.workload, wait.job), atMs: middleOf(wait) }))
    .filter(({ position, job }) => job !== NONE && summary.longestWaits[position]!.waitMs >= WORTH_EXPLAINING_MS)
    .sort((a, b) => a.atMs - b.atMs);
  const why = new Map<number, readonly string[]>();
  simulateThrough(
    input,
    looks.map(({ atMs }) => atMs),
    (engine, index) => {
      const { job, atMs, position } = looks[index]!;
      const reasons = engine.whyWaiting(job, atMs);
      const lines = reasons === undefined ? [IN_STARTING] : tellWaiting(reasons, input.tables, input.workload);
      why.set(position, lines);
    },
  );
  return {
    ...summary,
    longestWaits: summary.longestWaits.map((wait, position) => ({ ...wait, why: why.get(position) ?? [] })),
  };
}

function middleOf({ submitMs, waitMs }: LongWait): number {
  return submitMs + waitMs / 2;
}
