// Headroom: capacity that is kept beside what jobs need, so that the next ones need not wait for a boot. It is counted in
// whole units, each on one instance, and summed over instances: 2 + 3 + 5 units are 10. Units of the automatic headroom have
// the shapes of the jobs that are submitted most, and grow with the vCPUs in use.

import { mostShapes, type SystemTables } from "../../model/tables.js";
import type { Cluster, SpareKeeper } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import { type Candidate, type Capacity, jobsThatFit } from "./candidates.js";

/** Shapes that automatic headroom is made of. */
const COMMONEST = 5;

/** So many units of one size. */
export interface Units {
  readonly size: Capacity;
  count: number;
}

export class SpareUnits implements SpareKeeper {
  private readonly cluster: Cluster;
  /** Per environment: instances that may be there still, by number. */
  private readonly members: number[][];
  private seen = 0;
  /** Per shape: jobs that were submitted. */
  private readonly submitted: Float64Array;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.members = cluster.environments.map(() => []);
    this.submitted = new Float64Array(mostShapes(cluster.tables));
  }

  /** Whether the strategy keeps any. */
  static areKept({ strategy: { headroom } }: SystemTables): boolean {
    return headroom.units > 0 || headroom.automaticShare > 0;
  }

  jobSubmitted(jobClass: number): void {
    const { shape } = this.cluster.tables.classes[jobClass]!;
    this.submitted[shape] = this.submitted[shape]! + 1;
  }

  /**
   * Units that an environment lacks, the largest first, after what its registered instances have room for and what
   * `available` instances on their way (by type, empty) will have.
   */
  missing(environment: number, available: Int32Array, except = -1): Units[] {
    const { cluster } = this;
    this.lookForMembers(environment);
    const units = this.wanted(environment).sort((a, b) => b.size.vcpuMilli - a.size.vcpuMilli);
    for (const instance of this.members[environment]!) {
      if (instance !== except && cluster.instances.status(instance) === InstanceStatus.Registered) {
        takeUnits(units, this.roomOn(instance), 1);
      }
    }
    available.forEach((count, type) => {
      if (count > 0) takeUnits(units, cluster.tables.instanceTypes[type]!, count);
    });
    return units.filter(({ count }) => count > 0);
  }

  /** An empty instance that holds units which would be missing without it stays. */
  mayEnd(instance: number): boolean {
    const environment = this.cluster.instances.environment(instance);
    const { inFlightByType } = this.cluster.environments[environment]!;
    return (
      lacking(this.missing(environment, inFlightByType, instance)) <= lacking(this.missing(environment, inFlightByType))
    );
  }

  private wanted(environment: number): Units[] {
    const { headroom } = this.cluster.tables.strategy;
    const { vcpuMilli, memoryMib, gpuMilli, units, automaticShare } = headroom;
    const wanted: Units[] = units > 0 ? [{ size: { vcpuMilli, memoryMib, gpuMilli }, count: units }] : [];
    if (automaticShare > 0) wanted.push(...this.automatic(automaticShare * this.usedVcpuMilli(environment)));
    return wanted;
  }

  /** So many vCPUs, in equal parts to the commonest shapes, each rounded up to whole units. */
  private automatic(vcpuMilli: number): Units[] {
    const { shapes } = this.cluster.tables;
    const commonest = [...shapes.keys()]
      .filter((shape) => this.submitted[shape]! > 0 && shapes[shape]!.vcpuMilli > 0)
      .sort((a, b) => this.submitted[b]! - this.submitted[a]! || a - b)
      .slice(0, COMMONEST);
    return commonest.map((shape) => {
      const count = Math.ceil(vcpuMilli / commonest.length / shapes[shape]!.vcpuMilli);
      return { size: shapes[shape]!, count };
    });
  }

  private usedVcpuMilli(environment: number): number {
    const { instances, tables } = this.cluster;
    let used = 0;
    for (const instance of this.members[environment]!) {
      const status = instances.status(instance);
      if (status !== InstanceStatus.Registered && status !== InstanceStatus.Draining) continue;
      used += tables.instanceTypes[instances.instanceType(instance)]!.vcpuMilli - instances.freeVcpuMilli(instance);
    }
    return used;
  }

  private roomOn(instance: number): Capacity {
    const { instances } = this.cluster;
    return {
      vcpuMilli: instances.freeVcpuMilli(instance),
      memoryMib: instances.freeMemoryMib(instance),
      gpuMilli: instances.freeGpuMilli(instance),
    };
  }

  private lookForMembers(environment: number): void {
    const { instances } = this.cluster;
    for (; this.seen < instances.count; this.seen++) this.members[instances.environment(this.seen)]!.push(this.seen);
    this.members[environment] = this.members[environment]!.filter((instance) => {
      const status = instances.status(instance);
      return status !== InstanceStatus.Gone && status !== InstanceStatus.Terminating;
    });
  }
}

/** The candidate that holds units of a size at the lowest price a unit, of at most `count`; undefined when none holds one. */
export function cheapestForUnits(
  { size, count }: Units,
  candidates: readonly Candidate[],
  mostVcpuMilli: number,
): { readonly candidate: Candidate; readonly units: number } | undefined {
  let best: { readonly candidate: Candidate; readonly units: number } | undefined;
  for (const candidate of candidates) {
    const units = Math.min(count, jobsThatFit(size, candidate));
    if (units < 1 || candidate.vcpuMilli > mostVcpuMilli) continue;
    if (best === undefined || candidate.microUsdPerHour / units < best.candidate.microUsdPerHour / best.units) {
      best = { candidate, units };
    }
  }
  return best;
}

/** Takes off the units that `instances` instances with so much room hold. */
function takeUnits(units: Units[], room: Capacity, instances: number): void {
  let { vcpuMilli, memoryMib, gpuMilli } = room;
  for (const unit of units) {
    if (unit.count <= 0) continue;
    const each = jobsThatFit(unit.size, { vcpuMilli, memoryMib, gpuMilli });
    if (each < 1) continue;
    const held = Math.min(unit.count, each * instances);
    unit.count -= held;
    const most = Math.ceil(held / instances);
    vcpuMilli -= most * unit.size.vcpuMilli;
    memoryMib -= most * unit.size.memoryMib;
    gpuMilli -= most * unit.size.gpuMilli;
  }
}

function lacking(units: readonly Units[]): number {
  return units.reduce((sum, { count }) => sum + count, 0);
}
