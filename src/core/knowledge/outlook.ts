// When instances are expected to empty: an instance lives until the last of its jobs ends, and how long a job will run is
// expected from those before it (expected-runs.ts), never known. A job that outlives its expectation is expected to run for as
// long again as it has run by then, up to its limit: run times are heavy-tailed, the longer something has lasted, the longer
// it still will (Lindy's rule: the mean residual life of a Pareto tail with index 2).
//
// Expectations are kept in steps of a quarter of an octave, so that waiting jobs fall into few groups.

import { assert } from "../../base/assert.js";
import { MS_PER_MINUTE } from "../../base/units.js";
import { Outcome, outcomeOf } from "../../model/outcome.js";
import { NONE } from "../../model/tables.js";
import { ExpectedRuns } from "./expected-runs.js";

/** From one minute to 45 days. */
export const RUN_STEPS = 64;

const HALF_OCTAVE = Math.sqrt(2);
const QUARTER_OCTAVE = Math.sqrt(HALF_OCTAVE);
const QUARTERS = [1, QUARTER_OCTAVE, HALF_OCTAVE, HALF_OCTAVE * QUARTER_OCTAVE];

/** The expected run times that there are, ms. */
const STEP_MS = new Float64Array(RUN_STEPS);
for (let step = 0; step < RUN_STEPS; step++) {
  STEP_MS[step] = step < 4 ? MS_PER_MINUTE * QUARTERS[step]! : 2 * STEP_MS[step - 4]!;
}

/** Numbers per job in `times`. */
const TIMES = 3;
const PLACED_MS = 0;
const LIMIT_MS = 1;
const SAVES_EVERY_MS = 2;
/** Integers per job in `links`: its neighbours among the jobs of its instance, its name, and its kind (expected-runs.ts). */
const LINKS = 4;
const NEXT = 0;
const PREVIOUS = 1;
const NAME = 2;
const KIND = 3;

export class Outlook {
  /** The instant of the decision that is being taken, ms. */
  nowMs = 0;
  private readonly runs: ExpectedRuns;
  /** Per job. */
  private step: Uint8Array;
  private times: Float64Array;
  private links: Int32Array;
  /** Jobs below this have been heard of, or one behind them has. */
  private jobCount = 0;
  /** Per instance: the first of its jobs; and when the last of them is expected to end, NaN: it has none, or that is to be reckoned again. */
  private first = new Int32Array(64).fill(NONE);
  private lastEndMs = new Float64Array(64).fill(Number.NaN);

  /** `classCount`: job classes are numbered below it; `expectedJobs` only sizes the columns, which grow when it was too low. */
  constructor(classCount: number, expectedJobs = 1024) {
    const capacity = Math.max(1, expectedJobs);
    this.runs = new ExpectedRuns(classCount);
    this.step = new Uint8Array(capacity);
    this.times = new Float64Array(capacity * TIMES);
    this.links = new Int32Array(capacity * LINKS);
  }

  /**
   * A job that will be submitted has this name, and saves its work every so many ms of its run (0: never; NaN: it has no second
   * attempt that could go on from there).
   */
  jobNamed(job: number, name: number, savesEveryMs: number): void {
    this.reserveJob(job);
    this.links[job * LINKS + NAME] = name;
    this.times[job * TIMES + SAVES_EVERY_MS] = savesEveryMs;
  }

  /** A job waits; limitMs NaN: without a limit; `isRetry`: it has lost an attempt, and is not to lose another by us. */
  jobQueued(job: number, jobClass: number, limitMs: number, isRetry: boolean): void {
    this.reserveJob(job);
    if (isRetry) this.times[job * TIMES + SAVES_EVERY_MS] = Number.NaN;
    const kind = this.runs.kindOf(this.links[job * LINKS + NAME]!, jobClass, limitMs);
    this.links[job * LINKS + KIND] = kind;
    this.step[job] = stepOf(this.runs.expectedMs(kind, limitMs));
    this.times[job * TIMES + LIMIT_MS] = limitMs;
  }

  /** A waiting job goes to an instance. */
  jobPlaced(job: number, instance: number, nowMs: number): void {
    if (instance >= this.first.length) this.growInstances(instance + 1);
    const { links, first, lastEndMs } = this;
    const next = first[instance]!;
    this.times[job * TIMES + PLACED_MS] = nowMs;
    links[job * LINKS + NEXT] = next;
    links[job * LINKS + PREVIOUS] = NONE;
    if (next !== NONE) links[next * LINKS + PREVIOUS] = job;
    first[instance] = job;
    const endMs = nowMs + this.expectedMs(job);
    if (next === NONE) lastEndMs[instance] = endMs;
    else if (endMs > lastEndMs[instance]!) lastEndMs[instance] = endMs; // NaN stays
  }

  /** An attempt has ended; `startedMs` NaN: its container never ran. */
  jobEnded(job: number, instance: number, startedMs: number, endedMs: number, outcome: number): void {
    const { links, first } = this;
    const next = links[job * LINKS + NEXT]!;
    const previous = links[job * LINKS + PREVIOUS]!;
    if (next !== NONE) links[next * LINKS + PREVIOUS] = previous;
    if (previous !== NONE) links[previous * LINKS + NEXT] = next;
    else first[instance] = next;
    const expectedEndMs = this.times[job * TIMES + PLACED_MS]! + this.expectedMs(job);
    const isEmpty = first[instance] === NONE;
    if (isEmpty || !(expectedEndMs < this.lastEndMs[instance]!)) this.lastEndMs[instance] = Number.NaN;
    // An attempt that lost its host, or that the user stopped, would have run on.
    const told = outcomeOf(outcome);
    if (Number.isNaN(startedMs) || told === Outcome.HostTerminated || told === Outcome.Terminated) return;
    this.runs.add(links[job * LINKS + KIND]!, this.times[job * TIMES + LIMIT_MS]!, endedMs - startedMs);
  }

  /** How long any job is expected to run, ms. */
  get meanMs(): number {
    return this.runs.meanMs;
  }

  /** How long a waiting job is expected to run once it is placed, ms. */
  expectedMs(job: number): number {
    return STEP_MS[this.step[job]!]!;
  }

  /** The same as a step, 0..RUN_STEPS - 1: jobs of one class and step are alike. */
  expectedStep(job: number): number {
    return this.step[job]!;
  }

  /** When the last job of an instance is expected to end, ms; now when it has none. */
  endMs(instance: number): number {
    if (instance >= this.lastEndMs.length) return this.nowMs; // it has never had a job
    const known = this.lastEndMs[instance]!;
    return known > this.nowMs ? known : this.reckonEndMs(instance);
  }

  private reckonEndMs(instance: number): number {
    const { nowMs } = this;
    if (!this.hasJobs(instance)) return nowMs;
    let endMs = nowMs;
    for (let job = this.first[instance]!; job !== NONE; job = this.links[job * LINKS + NEXT]!) {
      endMs = Math.max(endMs, this.jobEndMs(job));
    }
    this.lastEndMs[instance] = endMs;
    return endMs;
  }

  /** When a placed job is expected to end, ms. */
  jobEndMs(job: number): number {
    const placedMs = this.times[job * TIMES + PLACED_MS]!;
    const elapsedMs = this.nowMs - placedMs;
    const expectedMs = this.expectedMs(job);
    if (expectedMs > elapsedMs) return placedMs + expectedMs;
    const limitMs = this.times[job * TIMES + LIMIT_MS]!;
    return placedMs + (limitMs > elapsedMs ? Math.min(2 * elapsedMs, limitMs) : 2 * elapsedMs);
  }

  /** How much of its run a placed job loses when it is killed now, ms; Infinity: it is not to be killed. */
  lostMs(job: number): number {
    const elapsedMs = this.nowMs - this.times[job * TIMES + PLACED_MS]!;
    const savesEveryMs = this.times[job * TIMES + SAVES_EVERY_MS]!;
    if (Number.isNaN(savesEveryMs)) return Number.POSITIVE_INFINITY;
    return savesEveryMs > 0 ? elapsedMs % savesEveryMs : elapsedMs;
  }

  /** Whether any job that was placed on the instance (of a multi-node job: as its main node) is still there. */
  hasJobs(instance: number): boolean {
    return instance < this.first.length && this.first[instance] !== NONE;
  }

  /** Calls `look` for every job on an instance, until it says false; returns whether it never did. */
  everyJob(instance: number, look: (job: number) => boolean): boolean {
    if (!this.hasJobs(instance)) return true;
    for (let job = this.first[instance]!; job !== NONE; job = this.links[job * LINKS + NEXT]!) {
      if (!look(job)) return false;
    }
    return true;
  }

  private reserveJob(job: number): void {
    if (job < this.jobCount) return;
    if (job >= this.step.length) this.growJobs(job);
    for (; this.jobCount <= job; this.jobCount++) {
      this.times[this.jobCount * TIMES + SAVES_EVERY_MS] = Number.NaN;
      this.links[this.jobCount * LINKS + NAME] = NONE;
    }
  }

  private growJobs(job: number): void {
    let capacity = this.step.length;
    while (capacity <= job) capacity *= 2;
    const step = new Uint8Array(capacity);
    step.set(this.step);
    this.step = step;
    const times = new Float64Array(capacity * TIMES);
    times.set(this.times);
    this.times = times;
    const links = new Int32Array(capacity * LINKS);
    links.set(this.links);
    this.links = links;
  }

  private growInstances(count: number): void {
    let capacity = this.first.length;
    while (capacity < count) capacity *= 2;
    const first = new Int32Array(capacity).fill(NONE);
    first.set(this.first);
    this.first = first;
    const lastEndMs = new Float64Array(capacity).fill(Number.NaN);
    lastEndMs.set(this.lastEndMs);
    this.lastEndMs = lastEndMs;
  }
}

/** The least step that is not shorter than a time; the last one for what is longer than all. */
function stepOf(runMs: number): number {
  assert(runMs >= 0, "a run time is expected to be negative");
  const octave = 31 - Math.clz32(runMs / MS_PER_MINUTE); // rounded down; -1 below a minute
  let step = Math.max(0, Math.min(RUN_STEPS - 1, 4 * octave));
  while (step < RUN_STEPS - 1 && STEP_MS[step]! < runMs) step++;
  return step;
}
