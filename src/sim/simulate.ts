// The simulator: a virtual clock round the engine. The user's requests, in order of time, are merged with the world's event
// heap; the engine is evaluated on the decision grid, only when something changed or it asked to be woken, and always after
// all events of the instant.

import { assert } from "../base/assert.js";
import { MS_PER_DAY } from "../base/units.js";
import { Engine } from "../engine/engine.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import { EventKind } from "../model/event.js";
import { learns } from "../model/policy.js";
import type { BatchService, EventSink } from "./batch/batch-service.js";
import { makeBatch } from "./batch/make-batch.js";
import { closeRemaining } from "./close-remaining.js";
import { nextGridMs } from "./decision-grid.js";
import { type CloudMarket, type MarketVictims, UNLIMITED_MARKET } from "./market/cloud-market.js";
import { makeMarket } from "./market/make-market.js";
import type { SimulationInput, SimulationOutcome } from "./simulation-input.js";
import { TellingSink } from "./telling-sink.js";
import { UnmanagedRun } from "./unmanaged/simulate-unmanaged.js";
import { SimulatedWorld } from "./world.js";
import { kindOf, subjectOf, WorldEvents } from "./world-events.js";

/** Between two events of jobs there are boots, idle delays and paced terminations; never this many. */
const MAX_FRUITLESS_DECISIONS = 1_000_000;

/**
 * A market that has had nothing for the waiting jobs for so long will have nothing: twice the longest outage of the public
 * availability traces (14.2 days). Stress is the user's own, and may last longer.
 */
const PATIENCE_MS = 30 * MS_PER_DAY;

/** Later than anything that happens, and before "never" (Infinity). */
const END_OF_TIME_MS = Number.MAX_VALUE;

export type { SimulationInput, SimulationOutcome };

/** Replays a workload to its end and returns the ledger. Pure: the same input gives the same ledger. */
export function simulate(input: SimulationInput): SimulationOutcome {
  const run = makeRun(input);
  while (run.step(END_OF_TIME_MS)) {
    // All the work is in the step: as a function of its own it is compiled once, not again in every run.
  }
  return run.finish();
}

/**
 * Replays a workload until all events and decisions up to and including `timeMs` (after the first submission) have been,
 * and returns the engine as it is then. For looking at the state in which something was decided.
 */
export function simulateUntil(input: SimulationInput, timeMs: number): Engine {
  const run = makeRun(input);
  while (run.step(Math.min(timeMs, END_OF_TIME_MS))) {
    // As in `simulate`.
  }
  return run.engine;
}

/** As `simulateUntil` for several instants, ascending: `look` sees the engine at each, in one replay. */
export function simulateThrough(
  input: SimulationInput,
  timesMs: readonly number[],
  look: (engine: Engine, index: number) => void,
): void {
  const run = makeRun(input);
  timesMs.forEach((timeMs, index) => {
    assert(index === 0 || timeMs >= timesMs[index - 1]!, "instants to look at must ascend");
    while (run.step(Math.min(timeMs, END_OF_TIME_MS))) {
      // As in `simulate`.
    }
    look(run.engine, index);
  });
}

function makeRun(input: SimulationInput): Run | UnmanagedRun {
  return input.world.unmanaged === undefined ? new Run(input) : new UnmanagedRun(input);
}

class Run {
  readonly engine: Engine;
  /** Who is told of jobs: the engine, and more than usual when it learns. */
  private readonly sink: EventSink;
  private readonly events = new WorldEvents();
  private readonly world: SimulatedWorld;
  private readonly batch: BatchService;
  private readonly market: CloudMarket;
  /** Instances that are gone: what was still to happen to them does not. */
  private readonly lost = new Set<number>();
  private readonly victims: MarketVictims = { lose: (instance, cause, timeMs) => this.lose(instance, cause, timeMs) };
  private readonly intervalMs: number;
  private readonly mayKill: boolean;
  /** Whether launches may fail and instances be lost. */
  private readonly disturbed: boolean;
  private wakeAtMs = 0;
  /** What the engine said when `decideMs`, the time of the next decision, was reckoned. */
  private dueMs = Number.NaN;
  private decideMs = 0;
  /** Decisions since something last happened to a job, and when that was. */
  private fruitless = 0;
  private fruitfulMs = 0;
  /** When the last of the stress that has an end is over. */
  private readonly stressEndMs: number;

  constructor(input: SimulationInput) {
    const { tables, workload, world, seed } = input;
    this.engine = new Engine(tables, workload.jobCount);
    this.sink =
      input.learns === true || learns(tables.strategy)
        ? new TellingSink(this.engine, workload, input.profiles)
        : this.engine;
    this.market = makeMarket(input);
    this.disturbed = this.market !== UNLIMITED_MARKET;
    this.world = new SimulatedWorld(this.events, tables, world, this.market, seed);
    this.batch = makeBatch(input, this.events);
    this.intervalMs = tables.strategy.decisionIntervalMs;
    this.mayKill = tables.strategy.scaleDown.mayKill;
    this.stressEndMs = world.market.stress.reduce((last, { untilMs }) => Math.max(last, untilMs ?? 0), 0);
  }

  /** One event or one decision, whichever is next; false when none is left to come until `limitMs`. */
  step(limitMs: number): boolean {
    const { engine, events, batch } = this;
    const worldMs = events.nextMs;
    const requestMs = batch.nextRequestMs;
    if (engine.dueMs !== this.dueMs) {
      this.dueMs = engine.dueMs;
      this.decideMs = nextGridMs(Math.min(this.wakeAtMs, Math.max(0, this.dueMs)), this.intervalMs);
    }
    const { decideMs } = this;
    if (this.disturbed) {
      const nextMs = Math.min(worldMs, requestMs, decideMs);
      const marketMs = this.market.nextMs;
      if (marketMs < Number.POSITIVE_INFINITY && marketMs <= nextMs) return this.marketStep(marketMs, nextMs, limitMs);
    }
    if (worldMs <= requestMs && worldMs <= decideMs && worldMs <= limitMs) {
      this.deliver(worldMs);
    } else if (requestMs <= decideMs && requestMs <= limitMs) {
      batch.request(this.sink);
      this.jobHappened(requestMs);
    } else if (decideMs <= limitMs) {
      if (this.disturbed && batch.done) this.market.close();
      if (this.isHopeless(decideMs)) return false;
      this.wakeAtMs = this.execute(engine.evaluate(decideMs), decideMs);
      this.dueMs = Number.NaN; // the wake-up is new: reckon again
    } else {
      return false;
    }
    return true;
  }

  /** The next event of the market, which comes before anything else does at `nextMs`. */
  private marketStep(marketMs: number, nextMs: number, limitMs: number): boolean {
    // Nobody is left to whom it could matter, when all jobs have ended.
    if (marketMs > limitMs || nextMs === Number.POSITIVE_INFINITY) return false;
    if (this.batch.done) this.market.close();
    else this.market.happen(this.sink, this.victims);
    return true;
  }

  finish(): SimulationOutcome {
    const { engine, batch, events } = this;
    // Nothing, but where the run was given up: a ledger has no half of an instance.
    while (events.nextMs < Number.POSITIVE_INFINITY) this.deliver(events.nextMs);
    closeRemaining(engine.ledger, batch.lastEndMs);
    assert(engine.placedJobs === 0, "a placed job never ended");
    const stuck = batch.stuck(engine);
    return {
      ledger: engine.ledger,
      lastJobEndMs: batch.lastEndMs,
      stuckJobs: stuck.count,
      stuckExamples: stuck.examples,
    };
  }

  /** Takes the next event of the world and hands it over. */
  private deliver(timeMs: number): void {
    const event = this.events.take();
    const kind = kindOf(event);
    const subject = subjectOf(event);
    if (kind === EventKind.JobEnded) {
      this.batch.end(subject, timeMs, this.sink);
      this.jobHappened(timeMs);
    } else {
      this.deliverOfInstance(kind, timeMs, subject);
    }
  }

  private deliverOfInstance(kind: EventKind, timeMs: number, subject: number): void {
    if (this.lost.size > 0 && this.lost.has(subject)) return;
    if (kind === EventKind.InstanceRunning) {
      this.engine.ingest(kind, timeMs, subject, this.world.poolOf(subject), 0);
      this.market.running(subject, timeMs);
    } else {
      this.engine.ingest(kind, timeMs, subject, 0, 0);
    }
  }

  /** EC2 takes an instance, or its host fails: first its jobs end, then it is gone. */
  private lose(instance: number, cause: number, timeMs: number): void {
    this.lost.add(instance);
    this.endJobsOn(instance, timeMs);
    this.market.ended(instance, timeMs);
    this.engine.ingest(EventKind.InstanceLost, timeMs, instance, cause, 0);
  }

  /** The jobs on an instance end with it. */
  private endJobsOn(instance: number, timeMs: number): void {
    const placed = this.engine.placedJobs;
    this.batch.hostLost(instance, timeMs, this.sink);
    if (this.engine.placedJobs < placed) this.jobHappened(timeMs);
  }

  private jobHappened(timeMs: number): void {
    this.fruitless = 0;
    this.fruitfulMs = timeMs;
  }

  /**
   * Whether decisions would go on for ever: jobs wait for which no pool has capacity, and nothing else will happen to a job.
   * Where launches always succeed that cannot be; where they may fail, it can take long until something happens to a job.
   */
  private isHopeless(nowMs: number): boolean {
    const isCircle = ++this.fruitless >= MAX_FRUITLESS_DECISIONS;
    if (!isCircle && nowMs < Math.max(this.fruitfulMs, this.stressEndMs) + PATIENCE_MS) return false;
    const { disturbed } = this;
    if (disturbed && this.engine.placedJobs === 0 && this.batch.nextRequestMs === Number.POSITIVE_INFINITY) return true;
    assert(
      !isCircle || (disturbed && nowMs > this.fruitfulMs),
      "decisions go round in circles: nothing happens to any job",
    );
    if (disturbed) this.jobHappened(nowMs); // a long job, or a long pause of the user's: look again as much later
    return false;
  }

  /** Carries the actions out in the simulated world; returns when the engine wants to be woken (Infinity: not at all). */
  private execute(actions: ActionBuffer, nowMs: number): number {
    const { batch, world } = this;
    let wakeAtMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      switch (actions.kind[i] as ActionKind) {
        case ActionKind.Place:
          batch.place(subject, world.pullImage(actions.a[i]!, nowMs), actions.a[i]!);
          break;
        case ActionKind.Launch:
          world.launch(subject, actions.pools(i), actions.b[i]!, nowMs, this.sink);
          break;
        case ActionKind.Terminate:
          if (this.mayKill) this.endJobsOn(subject, nowMs);
          this.market.ended(subject, nowMs);
          world.terminate(subject, nowMs);
          break;
        case ActionKind.WakeAt:
          wakeAtMs = Math.min(wakeAtMs, actions.timeMs[i]!);
          break;
        case ActionKind.Drain: // the engine places; ECS would not
          break;
        case ActionKind.CancelJob:
          batch.cancelByTimeLimit(subject, nowMs, this.sink);
          this.jobHappened(nowMs);
          break;
      }
    }
    return wakeAtMs;
  }
}
