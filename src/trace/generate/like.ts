// A trace like another one: bursts of submissions, their jobs' names and requests, arrays, dependencies and failures are
// the original's, resampled; run times are drawn from those of their kind; ids and instants are new. docs/workload-models.md
// tells what such a model keeps and what it cannot keep.

import { errorIssue, InputError } from "../../base/issues.js";
import { randomStream } from "../../base/random.js";
import { MS_PER_DAY, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { SealedTrace } from "../workload-builder.js";
import { type Bursts, findBursts } from "./bursts.js";
import { LIKE_PARAMETERS } from "./like-parameters.js";
import { type LikePlan, planUses } from "./like-plan.js";
import { LikeRows } from "./like-rows.js";
import { type GeneratorOptions, MOST_JOBS, refuseAfterLastDate } from "./options.js";
import { readSettings } from "./parameters.js";
import { FEW_JOBS, RuntimeGroups } from "./runtime-groups.js";
import { type TimeGrid, Timelines, timeGrid } from "./timeline.js";

export interface LikeOptions extends Omit<GeneratorOptions, "jobs"> {
  /** Jobs to generate; undefined: those of the original at its rate. */
  readonly jobs: number | undefined;
  /** From the first to the last beginning of a burst; undefined: as in the original. */
  readonly durationMs: number | undefined;
  /** Names of jobs, shares and definitions become numbers. Queues keep their names. */
  readonly anonymousNames: boolean;
}

export interface LikeTrace {
  readonly trace: SealedTrace;
  /** What the user should know of how it was made. */
  readonly notes: readonly string[];
}

/** Generates the trace. Throws InputError when the settings cannot be or the original has no jobs. */
export function generateLike(source: SealedTrace, options: LikeOptions): LikeTrace {
  const settings = readSettings(LIKE_PARAMETERS, options.settings);
  const { workload } = source;
  if (workload.jobCount === 0) throw new InputError([errorIssue("no-rows", "a trace without jobs has no likes")]);
  const spanMs = workload.submitMs.at(-1)!;
  const durationMs = options.durationMs ?? spanMs;
  const jobs = options.jobs ?? jobsAtTheSameRate(workload.jobCount, durationMs, spanMs);
  refuseAfterLastDate(workload.originMs + durationMs);
  if (jobs > MOST_JOBS) {
    const message = `at the rate of the original there would be ${jobs} jobs, more than ${MOST_JOBS}`;
    throw new InputError([errorIssue("bad-jobs", message, { hint: "say how many with --jobs" })]);
  }
  const bursts = findBursts(workload, settings.burstGap);
  const grid = timeGrid(spanMs, durationMs, settings);
  const timelines = new Timelines(bursts, grid, durationMs, options.seed);
  const plan = planUses(timelines, bursts, jobs, randomStream(options.seed, "like/uses"));
  const runtimes = new RuntimeGroups(source);
  const rows = new LikeRows(source, runtimes, options.seed, options.anonymousNames);
  addRows(rows, bursts, plan, settings.gapJitter, options.seed);
  return { trace: rows.seal(), notes: notesOf(source, bursts, grid, runtimes, plan, jobs) };
}

function jobsAtTheSameRate(jobs: number, durationMs: number, spanMs: number): number {
  return spanMs === 0 ? jobs : Math.max(1, Math.round((jobs * durationMs) / spanMs));
}

function addRows(rows: LikeRows, source: Bursts, plan: LikePlan, gapJitter: number, seed: number): void {
  const stream = randomStream(seed, "like/gaps");
  const { starts, groups, groupMs } = source;
  for (let use = 0; use < plan.bursts.length; use++) {
    const burst = plan.bursts[use]!;
    const leftOut = plan.leftOut.get(use);
    let atMs = plan.startMs[use]!;
    rows.beginBurst(groups.jobs.subarray(groups.starts[starts[burst]!]!, groups.starts[starts[burst + 1]!]!));
    for (let group = starts[burst]!; group < starts[burst + 1]!; group++) {
      if (group > starts[burst]!) {
        const gapMs = groupMs[group]! - groupMs[group - 1]!;
        atMs += gapMs * (1 + gapJitter * (2 * stream.uniform() - 1));
      }
      if (leftOut?.has(group)) continue;
      const jobs = groups.jobs.subarray(groups.starts[group]!, groups.starts[group + 1]!);
      rows.addGroup(jobs, groupMs[group]!, Math.round(atMs));
    }
  }
}

function notesOf(
  { workload }: SealedTrace,
  bursts: Bursts,
  { isOneBlock, days, blockDays, binMs }: TimeGrid,
  runtimes: RuntimeGroups,
  plan: LikePlan,
  jobs: number,
): string[] {
  const bins = binMs % MS_PER_MINUTE === 0 ? `${binMs / MS_PER_MINUTE} min` : `${binMs / MS_PER_SECOND} s`;
  const few = runtimes.shareInSmallGroups();
  const notes = [
    `${workload.jobCount} jobs came in ${bursts.groups.count} submissions and ${bursts.count} bursts; there are ${runtimes.count} kinds of run times.`,
    isOneBlock
      ? `The original is shorter than two days: its course over time is kept; bursts are shuffled within ${bins}.`
      : `${days} days are dealt anew, ${blockDays} at a time; bursts are shuffled within ${bins}.`,
  ];
  if (few > 0) {
    notes.push(
      `${(100 * few).toFixed(1)} % of the jobs are of kinds with fewer than ${FEW_JOBS} jobs: their run times hardly vary.`,
    );
  }
  if (plan.jobs > jobs) {
    notes.push(`There are ${plan.jobs - jobs} jobs more than asked for: arrays and workflows are not cut.`);
  }
  if (workload.interventions.length > 0) notes.push("Jobs that the user cancelled or terminated run to their ends.");
  if (!isOneBlock && workload.submitMs.at(-1)! >= days * MS_PER_DAY) {
    notes.push("The last, broken day of the original gives run times, but no arrivals.");
  }
  return notes;
}
