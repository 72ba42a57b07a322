// Two engines in one small world: one that has had all job classes from the start, and one that is told of each just before its
// first job. The world answers the first one; both hear the same, and are to say the same.

import { expect } from "vitest";
import { Engine } from "../../../src/engine/engine.js";
import { type ActionBuffer, ActionKind } from "../../../src/model/action.js";
import { EventKind } from "../../../src/model/event.js";
import type { JobClass, Shape } from "../../../src/model/job.js";
import { EndCause, RefusalReason } from "../../../src/model/market.js";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { s } from "../../builders.js";

export interface WorldJob {
  readonly jobClass: number;
  readonly submitMs: number;
  /** It is PENDING for so long first; NaN: not at all. */
  readonly pendingMs: number;
  readonly runMs: number;
  readonly limitMs: number;
  readonly name: number;
  /** Its first attempt fails, and it is retried. */
  readonly fails: boolean;
}

/** `number`: the pool whose price changes, or that runs dry or has capacity again; the instance (counted round) that is lost. */
export interface Happening {
  readonly atMs: number;
  readonly what: "price" | "dry" | "back" | "lost";
  readonly number: number;
  readonly amount: number;
}

export interface Growth {
  readonly all: SystemTables;
  /** The same tables as far as they are known at the start. */
  readonly first: GrowingTables;
  readonly jobs: readonly WorldJob[];
  readonly happenings: readonly Happening[];
}

export interface GrowingTables extends SystemTables {
  readonly shapes: Shape[];
  readonly classes: JobClass[];
  readonly shareNames: string[];
}

const TICK_MS = s(15);
const BOOT_MS = s(70);
const END_MS = s(40);
/** Ticks after which a world ends in any case: jobs that fit nowhere wait for ever. */
const MOST_TICKS = 240;
/** Both are asked for more than their decisions every so many ticks: that takes longest. */
const ASKED_TICKS = 8;

/** An event of the world: kind, subject, a, b. */
type Told = readonly [EventKind, number, number?, number?];

interface Host {
  readonly pool: number;
  readonly jobs: Set<number>;
  isThere: boolean;
}

export class Twins {
  /** Classes that the second engine was told of, and actions of both. */
  taught = 0;
  actions = 0;
  private readonly growth: Growth;
  private readonly all: Engine;
  private readonly grown: Engine;
  private readonly tables: GrowingTables;
  private readonly agenda: { readonly atMs: number; readonly act: () => void }[] = [];
  private readonly hosts = new Map<number, Host>();
  private readonly dry = new Set<number>();
  private readonly waiting: number[] = [];
  private readonly attempts: number[];
  private nowMs = 0;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  private endedJobs = 0;

  constructor(growth: Growth) {
    this.growth = growth;
    this.all = new Engine(growth.all);
    this.grown = new Engine(growth.first);
    this.tables = growth.first;
    this.attempts = growth.jobs.map(() => 0);
    growth.jobs.forEach((job, number) => {
      this.at(job.submitMs, () => this.submit(number));
    });
    for (const happening of growth.happenings) this.at(happening.atMs, () => this.happen(happening));
  }

  /** Plays until all jobs have ended, and the instances after them. */
  play(): void {
    for (let tick = 0; tick < MOST_TICKS; tick++) {
      const untilMs = tick * TICK_MS;
      for (let next = this.next(untilMs); next !== undefined; next = this.next(untilMs)) next();
      this.nowMs = untilMs;
      if (this.all.dueMs <= untilMs || this.wakeAtMs <= untilMs) this.decide();
      if (tick % ASKED_TICKS === 0) this.compareStates();
      if (this.growth.all.placedBy === "batch") this.placeAsBatch();
      const hasInstances = [...this.hosts.values()].some(({ isThere }) => isThere);
      if (this.endedJobs === this.growth.jobs.length && !hasInstances) break;
    }
    this.compareLedgers();
  }

  private at(atMs: number, act: () => void): void {
    this.agenda.push({ atMs, act });
  }

  /** The earliest thing on the agenda up to a time; of several the one that was put there first. */
  private next(untilMs: number): (() => void) | undefined {
    const due = this.agenda.filter(({ atMs }) => atMs <= untilMs);
    if (due.length === 0) return undefined;
    const first = due.reduce((a, b) => (b.atMs < a.atMs ? b : a));
    this.agenda.splice(this.agenda.indexOf(first), 1);
    this.nowMs = Math.max(this.nowMs, first.atMs);
    return first.act;
  }

  private tell(...[kind, subject, a = 0, b = 0]: Told): void {
    this.all.ingest(kind, this.nowMs, subject, a, b);
    this.grown.ingest(kind, this.nowMs, subject, a, b);
  }

  private submit(job: number): void {
    const { jobClass, limitMs, name, pendingMs } = this.growth.jobs[job]!;
    while (this.tables.classes.length <= jobClass) this.teach(this.tables.classes.length);
    this.tell(EventKind.JobNamed, job, name, 0);
    if (Number.isNaN(pendingMs)) {
      this.tell(EventKind.JobSubmitted, job, jobClass, limitMs);
      this.waiting.push(job);
      return;
    }
    this.tell(EventKind.JobPending, job, jobClass);
    this.at(this.nowMs + pendingMs, () => {
      this.tell(EventKind.JobReleased, job, jobClass, limitMs);
      this.waiting.push(job);
    });
  }

  /** Of the second engine's tables: a class, with its shape and its share where these are new too. */
  private teach(jobClass: number): void {
    const { classes, shapes, shareNames } = this.growth.all;
    const added = classes[jobClass]!;
    while (this.tables.shapes.length <= added.shape) this.tables.shapes.push(shapes[this.tables.shapes.length]!);
    while (this.tables.shareNames.length <= added.share) {
      this.tables.shareNames.push(shareNames[this.tables.shareNames.length]!);
    }
    this.tables.classes.push(added);
    this.grown.classDefined(jobClass);
    this.taught++;
  }

  private happen({ what, number, amount }: Happening): void {
    if (what === "price") this.tell(EventKind.PriceChanged, number, amount);
    if (what === "dry") this.dry.add(number);
    if (what === "back") this.dry.delete(number);
    if (what !== "lost") return;
    const there = [...this.hosts].filter(([, host]) => host.isThere);
    if (there.length === 0) return;
    const [instance, host] = there[number % there.length]!;
    for (const job of [...host.jobs]) this.endJob(job, instance, Outcome.HostTerminated);
    host.isThere = false;
    this.tell(EventKind.InstanceLost, instance, EndCause.Reclaimed);
  }

  private decide(): void {
    const actions = this.all.evaluate(this.nowMs);
    expect(inWords(this.grown.evaluate(this.nowMs))).toBe(inWords(actions));
    expect(this.grown.dueMs).toBe(this.all.dueMs);
    this.actions += actions.length;
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < actions.length; i++) this.carryOut(actions, i);
  }

  private carryOut(actions: ActionBuffer, i: number): void {
    const subject = actions.subject[i]!;
    switch (actions.kind[i]) {
      case ActionKind.WakeAt:
        this.wakeAtMs = Math.min(this.wakeAtMs, actions.timeMs[i]!);
        break;
      case ActionKind.Launch:
        this.launch(subject, [...actions.pools(i)]);
        break;
      case ActionKind.Place:
        this.startJob(subject, actions.a[i]!);
        break;
      case ActionKind.Terminate:
        this.at(this.nowMs + END_MS, () => this.endInstance(subject));
        break;
    }
  }

  private launch(instance: number, pools: readonly number[]): void {
    const granted = pools.find((pool) => !this.dry.has(pool));
    this.at(this.nowMs + 1, () => {
      if (granted !== undefined) {
        this.tell(EventKind.InstanceRunning, instance, granted);
        return;
      }
      for (const pool of pools) this.tell(EventKind.PoolRefused, pool, RefusalReason.Capacity);
      this.tell(EventKind.LaunchRefused, instance);
    });
    if (granted === undefined) return;
    this.at(this.nowMs + BOOT_MS + s(20 * (instance % 3)), () => {
      this.hosts.set(instance, { pool: granted, jobs: new Set(), isThere: true });
      this.tell(EventKind.InstanceRegistered, instance);
    });
  }

  private startJob(job: number, instance: number): void {
    const { runMs } = this.growth.jobs[job]!;
    const attempt = this.attempts[job]!;
    this.waiting.splice(this.waiting.indexOf(job), 1);
    this.hosts.get(instance)!.jobs.add(job);
    this.at(this.nowMs + runMs, () => {
      const outcome = this.growth.jobs[job]!.fails && attempt === 0 ? Outcome.Exited : Outcome.Succeeded;
      if (attempt === this.attempts[job]) this.endJob(job, instance, outcome);
    });
  }

  private endJob(job: number, instance: number, outcome: Outcome): void {
    const { jobClass, limitMs, runMs } = this.growth.jobs[job]!;
    this.attempts[job] = this.attempts[job]! + 1;
    this.hosts.get(instance)!.jobs.delete(job);
    this.tell(EventKind.JobEnded, job, this.nowMs - Math.floor(runMs / 2), packOutcome(outcome, 0));
    if (outcome !== Outcome.Succeeded) {
      this.tell(EventKind.JobRetried, job, jobClass, limitMs);
      this.waiting.unshift(job);
    } else {
      this.endedJobs++;
    }
  }

  /** Where Batch places, an instance that got a job in the meantime is kept; else its jobs were to be killed. */
  private endInstance(instance: number): void {
    const host = this.hosts.get(instance)!;
    if (!host.isThere) return;
    if (host.jobs.size > 0 && this.growth.all.placedBy === "batch") {
      this.tell(EventKind.InstanceKept, instance);
      return;
    }
    for (const job of [...host.jobs]) this.endJob(job, instance, Outcome.HostTerminated);
    host.isThere = false;
    this.tell(EventKind.InstanceTerminated, instance);
  }

  /** Every job that waits goes to the first instance with room. */
  private placeAsBatch(): void {
    for (const job of [...this.waiting]) {
      const found = [...this.hosts].find(([, host]) => host.isThere && this.hasRoom(host, job));
      if (found === undefined) continue;
      this.tell(EventKind.JobPlaced, job, found[0]);
      this.startJob(job, found[0]);
    }
  }

  private hasRoom({ pool, jobs }: Host, job: number): boolean {
    const { pools, instanceTypes, shapes, classes } = this.growth.all;
    const { vcpuMilli, memoryMib, gpuMilli } = instanceTypes[pools[pool]!.instanceType]!;
    const wanted = [...jobs, job].map((each) => shapes[classes[this.growth.jobs[each]!.jobClass]!.shape]!);
    const sum = (amount: (shape: (typeof wanted)[number]) => number) =>
      wanted.reduce((total, each) => total + amount(each), 0);
    return (
      sum((each) => each.vcpuMilli) <= vcpuMilli &&
      sum((each) => each.memoryMib) <= memoryMib &&
      sum((each) => each.gpuMilli) <= gpuMilli
    );
  }

  /** What else both can be asked. */
  private compareStates(): void {
    expect(this.grown.waitingJobs).toBe(this.all.waitingJobs);
    for (const job of this.waiting.slice(0, 2)) {
      expect(this.grown.whyWaiting(job, this.nowMs)).toEqual(this.all.whyWaiting(job, this.nowMs));
    }
    this.growth.all.queues.forEach((_, queue) => {
      const [one, other] = [this.grown, this.all].map((engine) => engine.queueSnapshot(queue, 5, this.nowMs));
      expect(one).toEqual(other);
    });
  }

  private compareLedgers(): void {
    const [one, other] = [this.grown.ledger, this.all.ledger];
    for (let row = 0; row < other.decisions.length; row++)
      expect(one.decisions.at(row)).toEqual(other.decisions.at(row));
    expect(one.attempts.length).toBe(other.attempts.length);
    for (const instance of this.hosts.keys()) {
      expect(one.usage.occupiedMs(instance)).toBe(other.usage.occupiedMs(instance));
      expect(one.usage.idleMs(instance)).toBe(other.usage.idleMs(instance));
    }
  }
}

/** The columns of a decision, a row each. */
function inWords(actions: ActionBuffer): string {
  const { kind, subject, a, b, reason, timeMs } = actions;
  let words = "";
  for (let i = 0; i < actions.length; i++) {
    const pools = kind[i] === ActionKind.Launch ? actions.pools(i).join(" ") : "";
    words += `${kind[i]},${subject[i]},${a[i]},${b[i]},${reason[i]},${timeMs[i]},${pools}\n`;
  }
  return words;
}
