// The simulator: a virtual clock round the engine. Sorted submissions are a cursor merged with the world's event heap; the
// engine is evaluated on the decision grid, only when something changed or it asked to be woken, and always after all
// events of the instant.

import { assert } from "../base/assert.js";
import { Engine } from "../engine/engine.js";
import type { Ledger } from "../ledger/ledger.js";
import { type ActionBuffer, ActionKind } from "../model/action.js";
import { EventKind } from "../model/event.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { SystemTables } from "../model/tables.js";
import type { WorldModel } from "../model/world.js";
import { SimulatedWorld } from "./world.js";

/** Between two events of jobs there are boots, idle delays and paced terminations; never this many. */
const MAX_FRUITLESS_DECISIONS = 1_000_000;

export interface SimulationInput {
  readonly tables: SystemTables;
  readonly workload: Workload;
  readonly profiles: Profiles;
  readonly world: WorldModel;
  readonly seed: number;
}

export interface SimulationOutcome {
  readonly ledger: Ledger;
  /** Time of the last job's end, ms after the first submission. */
  readonly lastJobEndMs: number;
  /** Jobs that nothing could ever place; 0 in a sound scenario. */
  readonly stuckJobs: number;
}

/** Replays a workload to its end and returns the ledger. Pure: the same input gives the same ledger. */
export function simulate(input: SimulationInput): SimulationOutcome {
  const run = new Run(input);
  while (run.step()) {
    // All the work is in the step: as a function of its own it is compiled once, not again in every run.
  }
  return run.finish();
}

class Run {
  private readonly workload: Workload;
  private readonly engine: Engine;
  private readonly world: SimulatedWorld;
  private readonly intervalMs: number;
  /** The next job to be submitted, and when. */
  private cursor = 0;
  private submitMs: number;
  private lastJobEndMs = 0;
  private wakeAtMs = 0;
  /** What the engine said when `decideMs`, the time of the next decision, was reckoned. */
  private dueMs = Number.NaN;
  private decideMs = 0;
  private fruitless = 0;

  constructor({ tables, workload, profiles, world, seed }: SimulationInput) {
    this.workload = workload;
    this.engine = new Engine(tables, workload.jobCount);
    this.world = new SimulatedWorld(tables, profiles, world, seed);
    this.intervalMs = tables.strategy.decisionIntervalMs;
    this.submitMs = this.nextSubmitMs();
  }

  /** One event or one decision, whichever is next; false when there is nothing left to come. */
  step(): boolean {
    const { engine, world, submitMs } = this;
    const worldMs = world.heap.nextTime;
    if (engine.dueMs !== this.dueMs) {
      this.dueMs = engine.dueMs;
      this.decideMs = nextGridMs(Math.min(this.wakeAtMs, Math.max(0, this.dueMs)), this.intervalMs);
    }
    const { decideMs } = this;
    if (worldMs <= submitMs && worldMs <= decideMs && worldMs < Number.POSITIVE_INFINITY) {
      if (world.deliver(engine) === EventKind.JobEnded) {
        this.lastJobEndMs = worldMs;
        this.fruitless = 0;
      }
    } else if (submitMs <= decideMs && submitMs < Number.POSITIVE_INFINITY) {
      this.submitNext();
    } else if (decideMs < Number.POSITIVE_INFINITY) {
      assert(++this.fruitless < MAX_FRUITLESS_DECISIONS, "decisions go round in circles: nothing happens to any job");
      this.wakeAtMs = execute(engine.evaluate(decideMs), world, decideMs);
      this.dueMs = Number.NaN; // the wake-up is new: reckon again
    } else {
      return false;
    }
    return true;
  }

  finish(): SimulationOutcome {
    const { engine, lastJobEndMs } = this;
    closeRemaining(engine.ledger, lastJobEndMs);
    assert(engine.placedJobs === 0, "a placed job never ended");
    return { ledger: engine.ledger, lastJobEndMs, stuckJobs: engine.waitingJobs };
  }

  private submitNext(): void {
    const { workload, cursor } = this;
    this.engine.ingest(
      EventKind.JobSubmitted,
      this.submitMs,
      cursor,
      workload.jobClass[cursor]!,
      workload.limitMs[cursor]!,
    );
    this.cursor++;
    this.submitMs = this.nextSubmitMs();
    this.fruitless = 0;
  }

  private nextSubmitMs(): number {
    return this.cursor < this.workload.jobCount ? this.workload.submitMs[this.cursor]! : Number.POSITIVE_INFINITY;
  }
}

/** The first decision instant at or after `timeMs`. */
function nextGridMs(timeMs: number, intervalMs: number): number {
  return intervalMs === 0 ? timeMs : Math.ceil(timeMs / intervalMs) * intervalMs;
}

/** Carries the actions out in the simulated world; returns when the engine wants to be woken (Infinity: not at all). */
function execute(actions: ActionBuffer, world: SimulatedWorld, nowMs: number): number {
  let wakeAtMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < actions.length; i++) {
    const subject = actions.subject[i]!;
    switch (actions.kind[i] as ActionKind) {
      case ActionKind.Place:
        world.place(subject, actions.a[i]!, nowMs);
        break;
      case ActionKind.Launch:
        world.launch(subject, actions.b[i]!, nowMs);
        break;
      case ActionKind.Terminate:
        world.terminate(subject, nowMs);
        break;
      case ActionKind.WakeAt:
        wakeAtMs = Math.min(wakeAtMs, actions.timeMs[i]!);
        break;
    }
  }
  return wakeAtMs;
}

/** Ends what is still there (fixed fleets, minvCpus) with the last job: a run is billed no longer than it lasts. */
function closeRemaining(ledger: Ledger, lastJobEndMs: number): void {
  const { endedMs, registeredMs } = ledger.instances;
  for (let instance = 0; instance < ledger.instances.length; instance++) {
    if (!Number.isNaN(endedMs.data[instance]!)) continue;
    const timeMs = Math.max(lastJobEndMs, registeredMs.data[instance]!);
    assert(!Number.isNaN(timeMs), "an instance outlives the run unregistered");
    const row = ledger.decisions.terminate("end-of-run", timeMs, instance, Number.NaN, Number.NaN, Number.NaN);
    ledger.endInstance(instance, timeMs, row);
  }
}
