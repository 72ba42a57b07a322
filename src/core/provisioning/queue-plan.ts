// What is to be bought for the jobs of one queue, on paper, so that a plan that leaves out the head can be thrown away.

import type { Cluster } from "../state/cluster.js";
import type { Candidates } from "./candidates.js";
import type { GangWant } from "./gangs.js";
import type { PlannedLaunch, Provisioner } from "./plan.js";

export class QueuePlan {
  readonly launches: { readonly environment: number; readonly launch: PlannedLaunch }[] = [];
  /** Per shape: waiting jobs that the plan does not cover yet. */
  readonly demand: Int32Array;
  private readonly cluster: Cluster;
  private readonly candidates: readonly Candidates[];
  private readonly provisioners: readonly Provisioner[];
  /** Per environment and instance type: instances on their way that no demand has claimed; and when the plan was begun. */
  private readonly available: readonly Int32Array[];
  private readonly availableBefore: readonly Int32Array[];
  private readonly vcpuMilli: Float64Array;
  private launchesLeft = 0;
  private launchesAllowed = 0;

  constructor(
    cluster: Cluster,
    candidates: readonly Candidates[],
    provisioners: readonly Provisioner[],
    available: readonly Int32Array[],
  ) {
    this.cluster = cluster;
    this.candidates = candidates;
    this.provisioners = provisioners;
    this.available = available;
    this.availableBefore = available.map((types) => new Int32Array(types.length));
    this.demand = new Int32Array(cluster.tables.shapes.length);
    this.vcpuMilli = new Float64Array(provisioners.length);
  }

  /** An empty plan of at most so many launches. */
  begin(launchesAllowed: number): void {
    this.launchesAllowed = launchesAllowed;
    this.available.forEach((types, environment) => {
      this.availableBefore[environment]!.set(types);
    });
    this.clear();
  }

  /** Throws the plan away. */
  discard(): void {
    this.availableBefore.forEach((types, environment) => {
      this.available[environment]!.set(types);
    });
    this.clear();
  }

  private clear(): void {
    this.launches.length = 0;
    this.launchesLeft = this.launchesAllowed;
    this.vcpuMilli.fill(0);
    this.demand.fill(0);
  }

  /**
   * Adds what a multi-node job lacks; false when it does not fit under maxvCpus any more. Where the pace is too slow for all
   * its nodes at once, the next decision goes on.
   */
  addGang({ jobClass, environment, candidate, missing }: GangWant): boolean {
    const { tables } = this.cluster;
    const { maxVcpuMilli } = tables.environments[environment]!;
    if (missing > 0 && this.fleetVcpuMilli(environment) + missing * candidate.vcpuMilli > maxVcpuMilli) return false;
    const copies = Math.min(missing, this.launchesLeft);
    if (copies === 0) return true;
    const worth = this.candidates[environment]!.unitMicroUsdPerHour[tables.classes[jobClass]!.shape]!;
    const priceOverWorth = candidate.microUsdPerHour / worth;
    this.add(environment, { candidate, copies, jobsPerCopy: 1, priceOverWorth, runnerUp: null });
    return true;
  }

  /** Adds launches for `demand`, compute environment by compute environment; takes off what is covered. */
  coverDemand(queue: number): void {
    const { tables, environments } = this.cluster;
    for (const environment of tables.queues[queue]!.computeEnvironments) {
      const { maxVcpuMilli, fixedFleet } = tables.environments[environment]!;
      const provisioner = this.provisioners[environment]!;
      if (environments[environment]!.inFlight > 0) {
        provisioner.coverInFlight(this.available[environment]!, this.demand);
      }
      const fleetVcpuMilli = this.fleetVcpuMilli(environment);
      const launches = this.launchesLeft;
      if (fixedFleet !== null || fleetVcpuMilli >= maxVcpuMilli || launches === 0) continue;
      const limits = { fleetVcpuMilli, vcpuMilli: maxVcpuMilli - fleetVcpuMilli, launches };
      for (const launch of provisioner.plan(this.demand, limits)) this.add(environment, launch);
    }
  }

  private add(environment: number, launch: PlannedLaunch): void {
    const { copies, candidate } = launch;
    this.launches.push({ environment, launch });
    this.launchesLeft -= copies;
    this.vcpuMilli[environment] = this.vcpuMilli[environment]! + copies * candidate.vcpuMilli;
  }

  private fleetVcpuMilli(environment: number): number {
    return this.cluster.environments[environment]!.vcpuMilli + this.vcpuMilli[environment]!;
  }
}
