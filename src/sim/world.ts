// The simulated EC2 and ECS: answers the engine's actions with events later on. It alone knows how long a job really runs.
// Each kind of delay has its own seeded stream, so that strategies compared on one seed meet the same sequence of boots.

import { Float64Column } from "../base/columns.js";
import { EventHeap } from "../base/event-heap.js";
import { type RandomStream, randomStream, sampleDurationMs } from "../base/random.js";
import type { Engine } from "../engine/engine.js";
import { EventKind } from "../model/event.js";
import type { Profiles } from "../model/profile.js";
import type { SystemTables } from "../model/tables.js";
import type { WorldModel } from "../model/world.js";

/** An event in the heap is its subject and, in the low bits, its kind. */
const KIND_BITS = 3;
const KIND_MASK = (1 << KIND_BITS) - 1;

/** Every job of a replayed trace ends in success: traces give run times, failures are a model of their own. */
const EXIT_SUCCESS = 0;

export class SimulatedWorld {
  readonly heap = new EventHeap();
  private readonly tables: SystemTables;
  private readonly profiles: Profiles;
  private readonly model: WorldModel;
  private readonly pendingStream: RandomStream;
  private readonly bootStream: RandomStream;
  private readonly pullStream: RandomStream;
  /** Per instance: when its image pull ends; NaN before one began. */
  private readonly imageReadyMs = new Float64Column();

  constructor(tables: SystemTables, profiles: Profiles, model: WorldModel, seed: number) {
    this.tables = tables;
    this.profiles = profiles;
    this.model = model;
    this.pendingStream = randomStream(seed, "pending");
    this.bootStream = randomStream(seed, "boot");
    this.pullStream = randomStream(seed, "pull");
  }

  /** EC2 starts an instance. The instances of a fixed fleet are there at once: they were before the run began. */
  launch(instance: number, environment: number, nowMs: number): void {
    this.imageReadyMs.reserve(instance + 1);
    this.imageReadyMs.data[instance] = Number.NaN;
    const fixed = this.tables.environments[environment]!.fixedFleet !== null;
    const runningMs = fixed ? nowMs : nowMs + sampleDurationMs(this.model.pending, this.pendingStream);
    const registeredMs = fixed ? nowMs : runningMs + sampleDurationMs(this.model.boot, this.bootStream);
    this.schedule(runningMs, EventKind.InstanceRunning, instance);
    this.schedule(registeredMs, EventKind.InstanceRegistered, instance);
  }

  /** ECS starts a job's container on an instance. The first job there pulls the image, and those after it wait for that. */
  place(job: number, instance: number, nowMs: number): void {
    const { data } = this.imageReadyMs;
    let startedMs: number;
    if (Number.isNaN(data[instance]!)) {
      startedMs = nowMs + sampleDurationMs(this.model.pull, this.pullStream);
      data[instance] = startedMs;
    } else {
      startedMs = Math.max(data[instance]!, nowMs + sampleDurationMs(this.model.cachedPull, this.pullStream));
    }
    this.schedule(startedMs + this.profiles.runtimeMs[job]!, EventKind.JobEnded, job);
  }

  /** EC2 terminates an instance; billing ends with the request, so the answer may come at once. */
  terminate(instance: number, nowMs: number): void {
    this.schedule(nowMs, EventKind.InstanceTerminated, instance);
  }

  /** Takes the next event off the heap and hands it over; returns its kind. */
  deliver(engine: Engine): EventKind {
    const timeMs = this.heap.nextTime;
    const payload = this.heap.pop();
    const kind = (payload & KIND_MASK) as EventKind;
    const subject = payload >> KIND_BITS;
    if (kind === EventKind.JobEnded) {
      const startedMs = timeMs - this.profiles.runtimeMs[subject]!;
      engine.ingest(kind, timeMs, subject, startedMs, EXIT_SUCCESS);
    } else {
      engine.ingest(kind, timeMs, subject, 0, 0);
    }
    return kind;
  }

  private schedule(timeMs: number, kind: EventKind, subject: number): void {
    this.heap.push(timeMs, (subject << KIND_BITS) | kind);
  }
}
