// AWS Batch's own scheduler in an UNMANAGED compute environment: it places waiting jobs on whatever instances are registered
// and not draining, queue by queue, and launches nothing. It is an engine of its own that may only place; how it chooses among
// instances with room is a model, since AWS does not say.

import { Engine } from "../../engine/engine.js";
import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { ComputeEnvironment } from "../../model/environment.js";
import { EventKind } from "../../model/event.js";
import { NO_HEADROOM, PLAIN_SCALE_DOWN, PLAIN_SPOT_POLICY } from "../../model/policy.js";
import type { SystemTables } from "../../model/tables.js";
import type { UnmanagedModel } from "../../model/world.js";
import type { EventSink } from "../batch/batch-service.js";
import { nextGridMs } from "../decision-grid.js";

export class BatchScheduler implements EventSink {
  private readonly engine: Engine;
  private readonly intervalMs: number;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(tables: SystemTables, { placement, schedulerIntervalMs }: UnmanagedModel, expectedJobs: number) {
    this.engine = new Engine(placingTables(tables, placement), expectedJobs);
    this.intervalMs = schedulerIntervalMs;
  }

  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    this.engine.ingest(kind, timeMs, subject, a, b);
  }

  /** A host is on its way, in one of the tables' pools. Hosts are numbered in the order of these calls. */
  hostComes(host: number, pool: number, environment: number, nowMs: number): void {
    this.ingest(EventKind.InstanceFound, nowMs, host, pool, environment);
  }

  /** When it next looks at its queues; Infinity: nothing calls for it. */
  get nextMs(): number {
    const dueMs = Math.min(this.wakeAtMs, Math.max(0, this.engine.dueMs));
    if (dueMs === Number.POSITIVE_INFINITY) return dueMs;
    const gridMs = nextGridMs(dueMs, this.intervalMs);
    // What happens at the instant of a cycle, behind it, waits for the next one.
    return gridMs > this.lastMs || this.intervalMs === 0 ? gridMs : this.lastMs + this.intervalMs;
  }

  /** One cycle: what it places, and what its time limits cancel, as actions. */
  cycle(nowMs: number): ActionBuffer {
    const actions = this.engine.evaluate(nowMs);
    this.lastMs = nowMs;
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < actions.length; i++) {
      if (actions.kind[i] === ActionKind.WakeAt) this.wakeAtMs = Math.min(this.wakeAtMs, actions.timeMs[i]!);
    }
    return actions;
  }
}

/** The same queues and pools, in environments in which nothing is ever bought or ended. */
function placingTables(tables: SystemTables, placement: UnmanagedModel["placement"]): SystemTables {
  const environments = tables.environments.map(
    (environment): ComputeEnvironment => ({
      ...environment,
      minVcpuMilli: 0,
      desiredVcpuMilli: 0,
      onDemandPools: [],
      fixedFleet: [],
      placement,
    }),
  );
  const strategy = {
    ...tables.strategy,
    estimateQuantile: 0,
    placement,
    spot: PLAIN_SPOT_POLICY,
    scaleDown: PLAIN_SCALE_DOWN,
    headroom: NO_HEADROOM,
    holdBackMicroUsd: null,
    spareLaunches: 0,
    learnsMemory: false,
    batchingWindowMs: 0,
  };
  return { ...tables, environments, strategy, placedBy: "engine" };
}
