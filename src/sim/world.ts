// The simulated EC2 and ECS: how long instances take to come up, and images to be pulled. Each kind of delay has its own
// seeded stream, so that strategies compared on one seed meet the same sequence of boots.

import { Float64Column, Int32Column, Uint8Column } from "../base/columns.js";
import { type RandomStream, randomStream, sampleDurationMs } from "../base/random.js";
import { EventKind } from "../model/event.js";
import { NONE, type SystemTables } from "../model/tables.js";
import type { WorldModel } from "../model/world.js";
import type { EventSink } from "./batch/batch-service.js";
import { nextGridMs } from "./decision-grid.js";
import type { CloudMarket } from "./market/cloud-market.js";
import type { WorldEvents } from "./world-events.js";

export class SimulatedWorld {
  private readonly events: WorldEvents;
  private readonly tables: SystemTables;
  private readonly model: WorldModel;
  private readonly pendingStream: RandomStream;
  private readonly bootStream: RandomStream;
  private readonly pullStream: RandomStream;
  /** Per instance: when its image pull ends; NaN before one began, and always where images are not kept. */
  private readonly imageReadyMs = new Float64Column();
  /** Per instance: 1 when it keeps images for later jobs. */
  private readonly keepsImages = new Uint8Column();
  /** Per instance: the pool that answered its launch. */
  private readonly pool = new Int32Column();
  private readonly market: CloudMarket;

  constructor(events: WorldEvents, tables: SystemTables, model: WorldModel, market: CloudMarket, seed: number) {
    this.market = market;
    this.events = events;
    this.tables = tables;
    this.model = model;
    this.pendingStream = randomStream(seed, "pending");
    this.bootStream = randomStream(seed, "boot");
    this.pullStream = randomStream(seed, "pull");
  }

  /**
   * EC2 starts an instance in one of the pools that will do, or refuses. The instances of a fixed fleet are there at once:
   * they were before the run began, and the market leaves them alone. A machine of Fargate has no boot that anybody sees or
   * pays for, and its image is pulled for every job (a model: AWS publishes neither); it comes with the decision that places
   * its job, since billing starts with the pull.
   */
  launch(instance: number, pools: readonly number[], environment: number, nowMs: number, sink: EventSink): void {
    const { fixedFleet, fargate } = this.tables.environments[environment]!;
    const ideal = fixedFleet !== null || fargate;
    const pool = ideal ? pools[0]! : this.market.launch(instance, pools, nowMs, sink);
    this.pool.reserve(instance + 1);
    this.pool.data[instance] = pool;
    if (pool === NONE) {
      this.events.schedule(nowMs, EventKind.LaunchRefused, instance);
      return;
    }
    this.imageReadyMs.reserve(instance + 1);
    this.imageReadyMs.data[instance] = Number.NaN;
    this.keepsImages.reserve(instance + 1);
    this.keepsImages.data[instance] = fargate ? 0 : 1;
    const fixed = fixedFleet !== null;
    let runningMs = fixed ? nowMs : nowMs + sampleDurationMs(this.model.pending, this.pendingStream);
    if (fargate) runningMs = nextGridMs(runningMs, this.tables.strategy.decisionIntervalMs);
    const registeredMs = ideal ? runningMs : runningMs + this.bootMs(nowMs);
    this.events.schedule(runningMs, EventKind.InstanceRunning, instance);
    this.events.schedule(registeredMs, EventKind.InstanceRegistered, instance);
  }

  /** The pool that answered the launch of an instance. */
  poolOf(instance: number): number {
    return this.pool.data[instance]!;
  }

  private bootMs(nowMs: number): number {
    return Math.round(sampleDurationMs(this.model.boot, this.bootStream) * this.market.bootFactor(nowMs));
  }

  /**
   * ECS begins a task on an instance; returns when its image is there and its container can start. The first job on an
   * instance pulls the image, and those after it wait for that.
   */
  pullImage(instance: number, nowMs: number): number {
    const { data } = this.imageReadyMs;
    const readyMs = data[instance]!;
    if (!Number.isNaN(readyMs)) {
      return Math.max(readyMs, nowMs + sampleDurationMs(this.model.cachedPull, this.pullStream));
    }
    const pulledMs = nowMs + sampleDurationMs(this.model.pull, this.pullStream);
    if (this.keepsImages.data[instance] === 1) data[instance] = pulledMs;
    return pulledMs;
  }

  /** EC2 terminates an instance; billing ends with the request, so the answer may come at once. */
  terminate(instance: number, nowMs: number): void {
    this.events.schedule(nowMs, EventKind.InstanceTerminated, instance);
  }
}
