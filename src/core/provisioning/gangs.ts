// Capacity for multi-node parallel jobs: all nodes of one instance type in one compute environment. A waiting job claims the
// empty registered instances of a type and those on their way; what is still missing is bought, all or nothing under
// maxvCpus. Of the types that hold a node, the one whose missing instances cost least is completed.

import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import { type Candidate, type Candidates, jobsThatFit } from "./candidates.js";

/** What one waiting multi-node job still lacks: `missing` instances of a type, after everything that it has claimed. */
export interface GangWant {
  readonly jobClass: number;
  readonly environment: number;
  readonly candidate: Candidate;
  readonly missing: number;
}

export class GangClaims {
  private readonly cluster: Cluster;
  private readonly candidates: readonly Candidates[];
  /** Per environment and instance type: instances on their way that nothing has claimed. */
  private readonly available: readonly Int32Array[];
  /** Per environment, by instance type: registered instances empty at first; null: not looked at in this decision. */
  private readonly empty: (Map<number, number[]> | null)[];
  /** vCPUs that the wants of this decision will add. */
  private readonly wantedVcpuMilli: Float64Array;

  constructor(cluster: Cluster, candidates: readonly Candidates[], available: readonly Int32Array[]) {
    this.cluster = cluster;
    this.candidates = candidates;
    this.available = available;
    this.empty = candidates.map(() => null);
    this.wantedVcpuMilli = new Float64Array(candidates.length);
  }

  /** A new decision: nothing is claimed. */
  begin(): void {
    this.empty.fill(null);
    this.wantedVcpuMilli.fill(0);
  }

  /**
   * Claims for one job of a class: takes instances on their way off `available` and tells `hold` of registered ones. Null
   * when no environment of its queue has room for what would be missing.
   */
  claim(jobClass: number, hold: (instance: number) => void): GangWant | null {
    const { tables } = this.cluster;
    for (const environment of tables.queues[tables.classes[jobClass]!.queue]!.computeEnvironments) {
      const { multiNode, fixedFleet } = tables.environments[environment]!;
      const candidate = multiNode && fixedFleet === null ? this.cheapestToComplete(jobClass, environment) : null;
      if (candidate === null) continue;
      const { nodes } = tables.classes[jobClass]!;
      const registered = this.emptyOf(environment, candidate.instanceType).slice(0, nodes);
      registered.forEach(hold);
      const available = this.available[environment]!;
      const coming = Math.min(available[candidate.instanceType]!, nodes - registered.length);
      available[candidate.instanceType] = available[candidate.instanceType]! - coming;
      const missing = nodes - registered.length - coming;
      this.wantedVcpuMilli[environment] = this.wantedVcpuMilli[environment]! + missing * candidate.vcpuMilli;
      return { jobClass, environment, candidate, missing };
    }
    return null;
  }

  private cheapestToComplete(jobClass: number, environment: number): Candidate | null {
    const { tables, environments } = this.cluster;
    const { nodes, shape } = tables.classes[jobClass]!;
    const taken = environments[environment]!.vcpuMilli + this.wantedVcpuMilli[environment]!;
    const room = tables.environments[environment]!.maxVcpuMilli - taken;
    let best: Candidate | null = null;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const candidate of this.candidates[environment]!.known) {
      if (jobsThatFit(tables.shapes[shape]!, candidate) < 1) continue;
      const there = this.emptyOf(environment, candidate.instanceType).length;
      const missing = Math.max(0, nodes - there - this.available[environment]![candidate.instanceType]!);
      if (missing > 0 && candidate.pools.length === 0) continue;
      const cost = missing * candidate.microUsdPerHour;
      if (missing * candidate.vcpuMilli > room || cost >= bestCost) continue;
      best = candidate;
      bestCost = cost;
    }
    return best;
  }

  /** Empty registered instances of a type that nothing holds, the longest empty first. */
  private emptyOf(environment: number, instanceType: number): number[] {
    this.empty[environment] ??= this.findEmpty(environment);
    const { instances } = this.cluster;
    return (this.empty[environment].get(instanceType) ?? []).filter((instance) => instances.jobs(instance) === 0);
  }

  private findEmpty(environment: number): Map<number, number[]> {
    const { instances, environments } = this.cluster;
    const { idle } = environments[environment]!;
    const found = new Set<number>();
    const byType = new Map<number, number[]>();
    for (let position = 0; position < idle.length; position++) {
      const instance = idle.instanceAt(position);
      if (instance === NONE || found.has(instance)) continue;
      if (instances.status(instance) !== InstanceStatus.Registered || instances.jobs(instance) !== 0) continue;
      found.add(instance);
      const type = instances.instanceType(instance);
      const list = byType.get(type);
      if (list === undefined) byType.set(type, [instance]);
      else list.push(instance);
    }
    return byType;
  }
}
