// Which sessions of a trace make up k times its load, and where copies of them go. The choice is random first, and then
// changed step by step, a change being kept when it brings the index of dispersion of counts, on scales from a minute to a
// day, the number of jobs and their vCPU-hours closer to what they should be. It ends as soon as all are close enough: the
// result differs from plain chance as little as burstiness demands. Why this model: docs/decisions, load scaling.

import type { RandomStream } from "../../base/random.js";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { SealedTrace } from "../workload-builder.js";
import { Burstiness } from "./burstiness.js";
import { sessionsOf } from "./sessions.js";
import type { JobGroups } from "./unit-groups.js";

/** A copy of a trace: sessions that are not in it are ABSENT, the others are moved by this many milliseconds. */
export interface SessionCopy {
  readonly shiftMs: Float64Array;
}

const ABSENT = Number.NaN;

export interface LoadPlan {
  readonly sessions: JobGroups;
  readonly copies: readonly SessionCopy[];
}

/** A change of the index of dispersion that small is no change. */
const CLOSE_DISPERSION = 0.02;
const CLOSE_JOBS = 0.002;
/** vCPU-hours have heavy tails: one job may be several per cent of them. */
const CLOSE_WORK = 0.02;
/** The number of jobs is what was asked for; burstiness comes next, work last. */
const WEIGHT_OF_JOBS = 25;
const WEIGHT_OF_WORK = 0.5;
/** The search ends as it is after so many changes for each session that together brought less than a hundredth, */
const VAIN_CHANGES_PER_SESSION = 20;
const FEWEST_VAIN_CHANGES = 200;
const WORTHWHILE = 0.99;
/** and after so many jobs moved, some seconds' worth. */
const MOST_MOVES = 20_000_000;

/**
 * Copies move by whole multiples of the longest of these that fits so often into the trace: weekdays and hours stay. Where
 * burstiness demands it single sessions move by the next shorter ones too: two loads with one daily cycle are more bursty
 * than one.
 */
const PERIODS_MS = [7 * MS_PER_DAY, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND, 1];
const FEWEST_PERIODS = 4;
const PERIODS_IN_USE = 3;

/** Plans `factor` times the load of a trace. */
export function planLoad(trace: SealedTrace, factor: number, stream: RandomStream): LoadPlan {
  const sessions = sessionsOf(trace);
  const search = new LoadSearch(trace, sessions, factor, stream);
  search.run();
  return { sessions, copies: search.copies };
}

class LoadSearch {
  readonly copies: SessionCopy[] = [];
  private readonly trace: SealedTrace;
  private readonly sessions: JobGroups;
  private readonly stream: RandomStream;
  private readonly spanMs: number;
  private readonly periodsMs: readonly number[];
  private readonly work: Float64Array;
  private readonly counts: Burstiness;
  private readonly wanted: readonly number[];
  private readonly wantedJobs: number;
  private readonly wantedWork: number;
  /** The copy of which only a part of the sessions is there; -1: there is none. */
  private readonly partial: number;
  private jobs = 0;
  private workDone = 0;
  private moved = 0;

  constructor(trace: SealedTrace, sessions: JobGroups, factor: number, stream: RandomStream) {
    const { submitMs, jobCount } = trace.workload;
    this.trace = trace;
    this.sessions = sessions;
    this.stream = stream;
    this.spanMs = jobCount === 0 ? 0 : submitMs[jobCount - 1]!;
    this.periodsMs = PERIODS_MS.filter((ms) => ms * FEWEST_PERIODS <= this.spanMs).slice(0, PERIODS_IN_USE);
    this.work = workOf(trace, sessions);
    const original = new Burstiness(this.spanMs);
    for (const timeMs of submitMs) original.add(timeMs, 1);
    this.wanted = original.dispersions();
    this.counts = new Burstiness(this.spanMs);
    this.wantedJobs = Math.max(1, Math.round(factor * jobCount));
    this.wantedWork = factor * this.work.reduce((sum, work) => sum + work, 0);
    const whole = Math.floor(factor);
    for (let copy = 0; copy < whole; copy++) this.addWhole(copy);
    this.partial = this.jobs < this.wantedJobs ? whole : -1;
    if (this.partial >= 0) this.addPart();
  }

  /** Improves the first choice until it is close enough or changes bring nothing more. */
  run(): void {
    const { sessions, copies } = this;
    if (this.counts.scaleCount === 0 || sessions.count < 2) return;
    const mostVain = VAIN_CHANGES_PER_SESSION * sessions.count + FEWEST_VAIN_CHANGES;
    let best = this.distance();
    let milestone = best;
    this.moved = 0;
    for (let vain = 0; best > 0 && vain < mostVain && this.moved < MOST_MOVES; vain++) {
      const undo = this.changeSomething(copies.length);
      if (undo === undefined) continue;
      const now = this.distance();
      if (now >= best) {
        undo();
      } else {
        best = now;
        if (now > WORTHWHILE * milestone) continue;
        milestone = now;
        vain = 0;
      }
    }
  }

  /** How far the present choice is from what is wanted; 0 when it is close enough. */
  private distance(): number {
    const { squared, largest } = this.counts.distance(this.wanted);
    const jobs = Math.abs(this.jobs / this.wantedJobs - 1);
    const work = this.wantedWork === 0 ? 0 : Math.abs(this.workDone / this.wantedWork - 1);
    if (largest <= CLOSE_DISPERSION && jobs <= CLOSE_JOBS && work <= CLOSE_WORK) return 0;
    return squared + WEIGHT_OF_JOBS * jobs * jobs + WEIGHT_OF_WORK * work * work;
  }

  /** Makes one random change; returns what takes it back, or undefined when nothing was changed. */
  private changeSomething(copyCount: number): (() => void) | undefined {
    const copy = Math.floor(this.stream.uniform() * copyCount);
    if (copy !== this.partial) return copy === 0 ? undefined : this.moveOne(copy);
    return copy > 0 && this.stream.uniform() < 0.5 ? this.moveOne(copy) : this.exchange(copy);
  }

  private moveOne(copy: number): (() => void) | undefined {
    const session = this.drawSession();
    const before = this.copies[copy]!.shiftMs[session]!;
    if (Number.isNaN(before)) return undefined;
    const after = this.drawShift(session);
    if (after === before) return undefined;
    this.place(copy, session, after);
    return () => this.place(copy, session, before);
  }

  /** One session goes, another one comes: of two drawn, one must be there and the other not. */
  private exchange(copy: number): (() => void) | undefined {
    const first = this.drawSession();
    const second = this.drawSession();
    const { shiftMs } = this.copies[copy]!;
    const before = [shiftMs[first]!, shiftMs[second]!] as const;
    if (Number.isNaN(before[0]) === Number.isNaN(before[1])) return undefined;
    for (const session of [first, second]) {
      const isThere = !Number.isNaN(shiftMs[session]!);
      this.place(copy, session, isThere ? ABSENT : copy === 0 ? 0 : this.drawShift(session));
    }
    return () => {
      this.place(copy, first, before[0]);
      this.place(copy, second, before[1]);
    };
  }

  private addWhole(copy: number): void {
    const { count } = this.sessions;
    this.copies.push({ shiftMs: new Float64Array(count).fill(ABSENT) });
    const shift = this.drawCommonShift(copy);
    for (let session = 0; session < count; session++) this.place(copy, session, this.shiftOf(session, shift));
  }

  /** Sessions in random order, as long as they fit into the number of jobs wanted. */
  private addPart(): void {
    const { count, starts } = this.sessions;
    const copy = this.copies.length;
    this.copies.push({ shiftMs: new Float64Array(count).fill(ABSENT) });
    const shift = this.drawCommonShift(copy);
    for (const session of shuffled(count, this.stream)) {
      const size = starts[session + 1]! - starts[session]!;
      // A session that would overshoot comes in when that is closer to the number than leaving it out.
      if (this.jobs + size / 2 <= this.wantedJobs) this.place(copy, session, this.shiftOf(session, shift));
    }
  }

  private drawSession(): number {
    return Math.floor(this.stream.uniform() * this.sessions.count);
  }

  /** How far a whole copy is moved at first; the first copy stays where it is. */
  private drawCommonShift(copy: number): number {
    const periodMs = this.periodsMs[0] ?? 0;
    const periods = periodMs === 0 ? 0 : Math.floor(this.spanMs / periodMs);
    return copy === 0 || periods < 2 ? 0 : (1 + Math.floor(this.stream.uniform() * (periods - 1))) * periodMs;
  }

  /** The common shift of a copy for one session: what would leave the trace at its end comes in again at its beginning. */
  private shiftOf(session: number, commonMs: number): number {
    if (commonMs === 0) return 0;
    const { firstMs, lastMs } = this.extentOf(session);
    const periodMs = this.periodsMs[0]!;
    const wrapped = commonMs - Math.floor(this.spanMs / periodMs) * periodMs;
    for (const shift of [commonMs, wrapped]) {
      if (firstMs + shift >= 0 && lastMs + shift <= this.spanMs) return shift;
    }
    return this.drawShift(session);
  }

  /** A shift, other than none, by whole periods of one kind, that leaves the session within the trace; 0: there is none. */
  private drawShift(session: number): number {
    const { firstMs, lastMs } = this.extentOf(session);
    const first = Math.floor(this.stream.uniform() * this.periodsMs.length);
    for (const periodMs of this.periodsMs.slice(first)) {
      const earlier = Math.floor(firstMs / periodMs);
      const later = Math.floor((this.spanMs - lastMs) / periodMs);
      if (earlier + later === 0) continue;
      const drawn = Math.floor(this.stream.uniform() * (earlier + later)) - earlier;
      return (drawn >= 0 ? drawn + 1 : drawn) * periodMs;
    }
    return 0;
  }

  private extentOf(session: number): { firstMs: number; lastMs: number } {
    const { jobs, starts } = this.sessions;
    const { submitMs } = this.trace.workload;
    return { firstMs: submitMs[jobs[starts[session]!]!]!, lastMs: submitMs[jobs[starts[session + 1]! - 1]!]! };
  }

  /** Puts a session at a shift, or takes it out (ABSENT). */
  private place(copy: number, session: number, after: number): void {
    const { shiftMs } = this.copies[copy]!;
    const before = shiftMs[session]!;
    if (!Number.isNaN(before)) this.count(session, before, -1);
    if (!Number.isNaN(after)) this.count(session, after, 1);
    shiftMs[session] = after;
  }

  private count(session: number, shiftMs: number, sign: 1 | -1): void {
    const { jobs, starts } = this.sessions;
    const { submitMs } = this.trace.workload;
    const end = starts[session + 1]!;
    for (let i = starts[session]!; i < end; i++) this.counts.add(submitMs[jobs[i]!]! + shiftMs, sign);
    const size = end - starts[session]!;
    this.jobs += sign * size;
    this.workDone += sign * this.work[session]!;
    this.moved += size;
  }
}

/** vCPU-milliseconds of each session. */
function workOf({ workload, profiles }: SealedTrace, sessions: JobGroups): Float64Array {
  const { shapes, classes, jobClass, jobCount } = workload;
  const work = new Float64Array(sessions.count);
  for (let job = 0; job < jobCount; job++) {
    const { shape, nodes } = classes[jobClass[job]!]!;
    work[sessions.ofJob[job]!]! += (shapes[shape]!.vcpuMilli / 1_000) * nodes * profiles.runtimeMs[job]!;
  }
  return work;
}

/** 0 .. count - 1 in random order (Fisher and Yates). */
export function shuffled(count: number, stream: RandomStream): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const other = Math.floor(stream.uniform() * (i + 1));
    order[i] = order[other]!;
    order[other] = i;
  }
  return order;
}
