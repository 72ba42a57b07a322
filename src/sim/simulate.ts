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
  const { tables, workload, profiles } = input;
  const engine = new Engine(tables, workload.jobCount);
  const world = new SimulatedWorld(tables, profiles, input.world, input.seed);
  const intervalMs = tables.strategy.decisionIntervalMs;
  let cursor = 0;
  let lastJobEndMs = 0;
  let wakeAtMs = 0;
  let dueMs = Number.NaN;
  let decideMs = 0;
  let fruitless = 0;
  for (;;) {
    const submitMs = cursor < workload.jobCount ? workload.submitMs[cursor]! : Number.POSITIVE_INFINITY;
    const worldMs = world.heap.nextTime;
    if (engine.dueMs !== dueMs) {
      dueMs = engine.dueMs;
      decideMs = nextGridMs(Math.min(wakeAtMs, Math.max(0, dueMs)), intervalMs);
    }
    if (worldMs <= submitMs && worldMs <= decideMs && worldMs < Number.POSITIVE_INFINITY) {
      if (world.deliver(engine) === EventKind.JobEnded) {
        lastJobEndMs = worldMs;
        fruitless = 0;
      }
    } else if (submitMs <= decideMs && submitMs < Number.POSITIVE_INFINITY) {
      const jobClass = workload.jobClass[cursor]!;
      engine.ingest(EventKind.JobSubmitted, submitMs, cursor, jobClass, workload.limitMs[cursor]!);
      cursor++;
      fruitless = 0;
    } else if (decideMs < Number.POSITIVE_INFINITY) {
      assert(++fruitless < MAX_FRUITLESS_DECISIONS, "decisions go round in circles: nothing happens to any job");
      wakeAtMs = execute(engine.evaluate(decideMs), world, decideMs);
      dueMs = Number.NaN; // the wake-up is new: reckon again
    } else {
      break;
    }
  }
  closeRemaining(engine.ledger, lastJobEndMs);
  assert(engine.placedJobs === 0, "a placed job never ended");
  return { ledger: engine.ledger, lastJobEndMs, stuckJobs: engine.waitingJobs };
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
