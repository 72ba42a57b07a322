// Capacity that no waiting job asks for: fixed fleets, desiredvCpus at the start of a run, minvCpus, headroom.

import type { ActionBuffer } from "../../model/action.js";
import type { LaunchReason } from "../../model/decision.js";
import type { Cluster } from "../state/cluster.js";
import { mayExceedMaximum } from "./allocation-strategy.js";
import type { Candidate } from "./candidates.js";
import type { Launcher } from "./launcher.js";
import { nextForMinimum } from "./minimum.js";
import type { Sources } from "./sources.js";
import { cheapestForUnits, type SpareUnits, type Units } from "./spare-units.js";

export class StandingCapacity {
  /** When a pool may be asked again that something still lacks; Infinity: nothing lacks any. */
  wakeAtMs = Number.POSITIVE_INFINITY;
  private readonly cluster: Cluster;
  private readonly sources: readonly Sources[];
  private readonly launcher: Launcher;
  private fixedFleetLaunched = false;
  /** Per environment: whether it has had its desiredvCpus. */
  private readonly startedUp: boolean[];

  constructor(cluster: Cluster, sources: readonly Sources[], launcher: Launcher) {
    this.cluster = cluster;
    this.sources = sources;
    this.launcher = launcher;
    this.startedUp = sources.map(() => false);
  }

  begin(): void {
    this.wakeAtMs = Number.POSITIVE_INFINITY;
  }

  /** Once: everything that is there for the whole run, whatever its pools say. */
  launchFixedFleets(nowMs: number, actions: ActionBuffer): void {
    if (this.fixedFleetLaunched) return;
    this.fixedFleetLaunched = true;
    this.cluster.tables.environments.forEach((environment, index) => {
      for (const { pool, count } of environment.fixedFleet ?? []) {
        this.launcher.launchUnweighed("fixed-fleet", index, [pool], 1, count, nowMs, actions);
      }
    });
  }

  /** minvCpus, and at the start of the run desiredvCpus. */
  keepMinimum(nowMs: number, actions: ActionBuffer): void {
    const { tables, environments } = this.cluster;
    for (let index = 0; index < environments.length; index++) {
      const { minVcpuMilli, desiredVcpuMilli, maxVcpuMilli, fixedFleet } = tables.environments[index]!;
      if (fixedFleet !== null) continue;
      const startVcpuMilli = Math.max(minVcpuMilli, Math.min(desiredVcpuMilli, maxVcpuMilli));
      const targetVcpuMilli = this.startedUp[index] ? minVcpuMilli : startVcpuMilli;
      if (environments[index]!.vcpuMilli < targetVcpuMilli) this.fill(index, targetVcpuMilli, nowMs, actions);
      if (environments[index]!.vcpuMilli >= startVcpuMilli) this.startedUp[index] = true;
    }
  }

  private fill(index: number, targetVcpuMilli: number, nowMs: number, actions: ActionBuffer): void {
    const { tables, environments, market } = this.cluster;
    const { minVcpuMilli, maxVcpuMilli, provisioning } = tables.environments[index]!;
    const { candidates } = this.sources[index]!.main;
    candidates.refresh(market, nowMs);
    while (environments[index]!.vcpuMilli < targetVcpuMilli && this.launcher.launchesLeft > 0) {
      const { vcpuMilli } = environments[index]!;
      const candidate = nextForMinimum(candidates, targetVcpuMilli - vcpuMilli);
      if (candidate === undefined && candidates.known.length > 0) {
        this.wakeAtMs = Math.min(this.wakeAtMs, candidates.nextOfferMs);
        return;
      }
      const exceeds = candidate !== undefined && vcpuMilli + candidate.vcpuMilli > maxVcpuMilli;
      if (candidate === undefined || (exceeds && !mayExceedMaximum(provisioning, candidate))) {
        this.startedUp[index] = true; // as far as it can be
        return;
      }
      const reason = vcpuMilli < minVcpuMilli ? "minvCpus" : "desiredvCpus";
      if (this.launch(reason, index, candidate, 1, nowMs, actions) === 0) return;
    }
  }

  /** Headroom: `available` are the instances on their way, by environment and type, that no job has claimed. */
  keepSpare(spare: SpareUnits, available: readonly Int32Array[], nowMs: number, actions: ActionBuffer): void {
    this.cluster.tables.environments.forEach(({ fixedFleet, fargate }, index) => {
      if (fixedFleet !== null || fargate) return;
      const { candidates } = this.sources[index]!.main;
      candidates.refresh(this.cluster.market, nowMs);
      for (const units of spare.missing(index, available[index]!)) this.buyUnits(index, units, nowMs, actions);
    });
  }

  private buyUnits(index: number, units: Units, nowMs: number, actions: ActionBuffer): void {
    const { environments, tables } = this.cluster;
    const { candidates } = this.sources[index]!.main;
    let { count } = units;
    while (count > 0 && this.launcher.launchesLeft > 0) {
      const room = tables.environments[index]!.maxVcpuMilli - environments[index]!.vcpuMilli;
      const choice = cheapestForUnits({ ...units, count }, candidates.all, room);
      if (choice === undefined) {
        this.wakeAtMs = Math.min(this.wakeAtMs, candidates.nextOfferMs);
        return;
      }
      const affordable = Math.floor(room / choice.candidate.vcpuMilli);
      const copies = Math.min(Math.floor(count / choice.units), affordable, this.launcher.launchesLeft);
      const launched = this.launch("headroom", index, choice.candidate, copies, nowMs, actions);
      if (launched === 0) return;
      count -= launched * choice.units;
    }
  }

  /** From any pool of a type; returns how many. */
  private launch(
    reason: LaunchReason,
    index: number,
    { pools, instanceType }: Candidate,
    copies: number,
    nowMs: number,
    actions: ActionBuffer,
  ): number {
    const poolsInAll = this.sources[index]!.main.candidates.poolsOf(instanceType).length;
    const launched = this.launcher.launchUnweighed(reason, index, pools, poolsInAll, copies, nowMs, actions);
    this.launcher.launchesLeft -= launched;
    return launched;
  }
}
