// What is to be bought for the jobs of one queue, on paper, so that a plan that leaves out the head can be thrown away.

import type { LaunchReason } from "../../model/decision.js";
import { mostShapes } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { allowedPools } from "./allowed-pools.js";
import type { Fallback } from "./fallback.js";
import type { GangWant } from "./gangs.js";
import type { PlannedLaunch } from "./plan.js";
import type { Source, Sources } from "./sources.js";

/** A planned launch with everything that it allows. */
export interface Purchase {
  readonly environment: number;
  readonly reason: LaunchReason;
  readonly launch: PlannedLaunch;
  /** Pools that may answer, the best first. */
  readonly pools: readonly number[];
  /** Pools of their types, those included that may not be asked now. */
  readonly poolsInAll: number;
}

/** Instances on their way that no demand has claimed, by environment and instance type. */
export interface Coming {
  readonly all: readonly Int32Array[];
  /** Those of them that are on-demand in an environment on spot; empty where none is ever bought. */
  readonly onDemand: readonly Int32Array[];
}

/** Pools of a launch that is divided over pools: as many as there are. */
const ANY_NUMBER = Number.MAX_SAFE_INTEGER;

export class QueuePlan {
  readonly purchases: Purchase[] = [];
  /** Per shape: waiting jobs that the plan does not cover yet. */
  readonly demand: Int32Array;
  /** Per shape: those of them that are to run on-demand. */
  readonly urgent: Int32Array;
  /** A policy that takes one choice at a time has left jobs for the next decision. */
  unfinished = false;
  private readonly cluster: Cluster;
  private readonly sources: readonly Sources[];
  /** Per environment; null: it never falls back. */
  private readonly fallbacks: readonly (Fallback | null)[];
  private readonly coming: Coming;
  private readonly comingBefore: Coming;
  private readonly vcpuMilli: Float64Array;
  /** Scratch: demand that falls back; on-demand instances on their way, before some of them are claimed. */
  private readonly fallen: Int32Array;
  private readonly ownBefore: Int32Array;
  private launchesLeft = 0;
  private launchesAllowed = 0;

  constructor(cluster: Cluster, sources: readonly Sources[], fallbacks: readonly (Fallback | null)[], coming: Coming) {
    this.cluster = cluster;
    this.sources = sources;
    this.fallbacks = fallbacks;
    this.coming = coming;
    this.comingBefore = {
      all: coming.all.map((types) => new Int32Array(types.length)),
      onDemand: coming.onDemand.map((types) => new Int32Array(types.length)),
    };
    this.demand = new Int32Array(mostShapes(cluster.tables));
    this.urgent = new Int32Array(this.demand.length);
    this.fallen = new Int32Array(this.demand.length);
    this.ownBefore = new Int32Array(cluster.tables.instanceTypes.length);
    this.vcpuMilli = new Float64Array(sources.length);
  }

  /** An empty plan of at most so many launches. */
  begin(launchesAllowed: number): void {
    this.launchesAllowed = launchesAllowed;
    copy(this.coming, this.comingBefore);
    this.clear();
  }

  /** Throws the plan away. */
  discard(): void {
    copy(this.comingBefore, this.coming);
    this.clear();
  }

  /** Whether the pace limit leaves something for the next decision. */
  get isCutShort(): boolean {
    return this.launchesLeft === 0;
  }

  private clear(): void {
    this.purchases.length = 0;
    this.launchesLeft = this.launchesAllowed;
    this.unfinished = false;
    this.vcpuMilli.fill(0);
    this.demand.fill(0);
    this.urgent.fill(0);
  }

  /**
   * Adds what a multi-node job lacks; false when it does not fit under maxvCpus any more. Where the pace is too slow for all
   * its nodes at once, the next decision goes on.
   */
  addGang({ jobClass, environment, candidate, missing }: GangWant): boolean {
    const { tables } = this.cluster;
    const room = tables.environments[environment]!.maxVcpuMilli - this.fleetVcpuMilli(environment);
    if (missing > 0 && missing * candidate.vcpuMilli > room) return false;
    const copies = Math.min(missing, this.launchesLeft);
    if (copies === 0) return true;
    const source = this.sources[environment]!.main;
    const worth = source.candidates.unitMicroUsdPerHour[tables.classes[jobClass]!.shape]!;
    const priceOverWorth = candidate.microUsdPerHour / worth;
    const launch = { candidate, copies, jobsPerCopy: 1, priceOverWorth, runnerUp: null };
    this.add(environment, source, [launch], room, "pending-demand");
    return true;
  }

  /** Adds launches for `demand`, compute environment by compute environment; takes off what is covered. */
  coverDemand(queue: number, nowMs: number): void {
    const { tables } = this.cluster;
    for (const environment of tables.queues[queue]!.computeEnvironments) {
      const { main, onDemand } = this.sources[environment]!;
      if (onDemand === null) {
        this.coverComing(environment, main, this.demand);
        this.planFrom(environment, main, this.demand, "pending-demand");
      } else {
        this.coverOnTwoMarkets(environment, main, onDemand, nowMs);
      }
    }
  }

  /** Urgent jobs on-demand, then the others on spot as far as it has not run dry for them. */
  private coverOnTwoMarkets(environment: number, main: Source, onDemand: Source, nowMs: number): void {
    const { demand, urgent, fallen, coming } = this;
    subtract(demand, urgent);
    const own = coming.onDemand[environment]!;
    const all = coming.all[environment]!;
    if (this.cluster.environments[environment]!.inFlight > 0) {
      const { ownBefore } = this;
      ownBefore.set(own);
      onDemand.provisioner.coverInFlight(own, urgent);
      for (let type = 0; type < own.length; type++) all[type] = all[type]! - (ownBefore[type]! - own[type]!);
    }
    this.coverComing(environment, main, demand);
    for (let type = 0; type < own.length; type++) own[type] = Math.min(own[type]!, all[type]!);
    this.planFrom(environment, onDemand, urgent, "escalation");
    const fallback = this.fallbacks[environment]!;
    fallen.fill(0);
    if (fallback !== null) {
      const { market } = this.cluster;
      for (let shape = 0; shape < demand.length; shape++) {
        if (demand[shape] === 0 || !fallback.isOnDemand(shape, main.candidates, market, nowMs)) continue;
        fallen[shape] = demand[shape]!;
        demand[shape] = 0;
      }
    }
    this.planFrom(environment, main, demand, "pending-demand");
    this.planFrom(environment, onDemand, fallen, "fallback");
    add(demand, fallen);
    add(demand, urgent);
  }

  private coverComing(environment: number, { provisioner }: Source, demand: Int32Array): void {
    if (this.cluster.environments[environment]!.inFlight === 0) return;
    provisioner.coverInFlight(this.coming.all[environment]!, demand);
  }

  private planFrom(environment: number, source: Source, demand: Int32Array, reason: LaunchReason): void {
    const { maxVcpuMilli, fixedFleet } = this.cluster.tables.environments[environment]!;
    const fleetVcpuMilli = this.fleetVcpuMilli(environment);
    const launches = this.launchesLeft;
    if (fixedFleet !== null || fleetVcpuMilli >= maxVcpuMilli || launches === 0) return;
    const room = maxVcpuMilli - fleetVcpuMilli;
    const { outlook } = this.cluster;
    const expected = outlook === null ? {} : { expectedRunMs: outlook.meanMs };
    const plan = source.provisioner.plan(demand, { fleetVcpuMilli, vcpuMilli: room, launches, ...expected });
    this.add(environment, source, plan, room, reason);
    if (source.provisioner.oneChoicePerDecision === true && plan.length > 0) {
      this.unfinished ||= demand.some((jobs) => jobs > 0);
    }
  }

  /** Adds launches with the pools that they allow, whose largest types stay within `room` whichever of them answers. */
  private add(
    environment: number,
    { candidates }: Source,
    plan: readonly PlannedLaunch[],
    room: number,
    reason: LaunchReason,
  ): void {
    const { poolsPerLaunch } = this.cluster.tables.strategy.spot;
    const spread = this.cluster.spotFleet !== null && candidates.all[0]?.market === "spot";
    let planned = 0;
    for (const { copies, candidate } of plan) planned += copies * candidate.vcpuMilli;
    let spare = Math.max(0, room - planned);
    for (const launch of plan) {
      const { copies, candidate } = launch;
      const most = spread ? ANY_NUMBER : poolsPerLaunch;
      const { pools, poolsInAll, mostVcpuMilli } = allowedPools(launch, candidates, most, spare / copies, spread);
      spare -= copies * (mostVcpuMilli - candidate.vcpuMilli);
      this.purchases.push({ environment, reason, launch, pools, poolsInAll });
      this.launchesLeft -= copies;
      this.vcpuMilli[environment] = this.vcpuMilli[environment]! + copies * mostVcpuMilli;
    }
  }

  private fleetVcpuMilli(environment: number): number {
    return this.cluster.environments[environment]!.vcpuMilli + this.vcpuMilli[environment]!;
  }
}

function copy(from: Coming, to: Coming): void {
  for (let environment = 0; environment < from.all.length; environment++) {
    to.all[environment]!.set(from.all[environment]!);
    to.onDemand[environment]!.set(from.onDemand[environment]!);
  }
}

function add(to: Int32Array, amounts: Int32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + amounts[i]!;
}

function subtract(from: Int32Array, amounts: Int32Array): void {
  for (let i = 0; i < from.length; i++) from[i] = from[i]! - amounts[i]!;
}
