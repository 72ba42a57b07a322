// A launch plan: what one decision wants to buy, and how a single instance is filled on paper.

import type { Shape } from "../../model/job.js";
import type { Candidate, Candidates } from "./candidates.js";

export interface PlannedLaunch {
  readonly candidate: Candidate;
  readonly copies: number;
  /** Jobs that one copy is meant to take. */
  readonly jobsPerCopy: number;
  /**
   * Price of a copy over the worth of the jobs it takes: 1 is a perfect fill, 2 pays double. Best fit counts the expected
   * wait for the last job into the price (expected-tail.ts).
   */
  readonly priceOverWorth: number;
  /** Other types that will do for the same jobs, the best first: the launch may be answered from any of them. */
  readonly alternatives?: readonly Candidate[];
  /** The best other choice at that moment, and its price over worth; null when there was none. */
  readonly runnerUp: { readonly candidate: Candidate; readonly priceOverWorth: number } | null;
}

export interface LaunchLimits {
  /** vCPUs of the environment's instances, those on their way included. */
  readonly fleetVcpuMilli: number;
  /** vCPUs that may still be bought. */
  readonly vcpuMilli: number;
  /** Instances that may still be bought by this decision. */
  readonly launches: number;
}

/** A provisioning policy. `demand` is the number of waiting jobs per shape; what is covered is taken off it. */
export interface Provisioner {
  /** Lets instances that are on their way (`available` per instance type, used up) cover demand. */
  coverInFlight(available: Int32Array, demand: Int32Array): void;
  /** Plans launches for what is left. */
  plan(demand: Int32Array, limits: LaunchLimits): PlannedLaunch[];
}

/** The shapes that are wanted, largest first, and how many jobs of each one instance would take: scratch of a policy. */
export class Fill {
  /** Wanted shapes; the first `count` entries are valid. */
  readonly order: Int32Array;
  count = 0;
  /** Per shape: jobs that the instance filled last takes. */
  readonly jobs: Int32Array;
  private readonly shapes: readonly Shape[];
  private readonly candidates: Candidates;

  /** `candidates` tell which shapes can be served at all, and which are largest. */
  constructor(shapes: readonly Shape[], candidates: Candidates) {
    this.shapes = shapes;
    this.candidates = candidates;
    this.order = new Int32Array(shapes.length);
    this.jobs = new Int32Array(shapes.length);
  }

  /** Takes up the shapes with demand; call it again when some may have run out. Returns how many there are. */
  want(demand: Int32Array): number {
    this.count = 0;
    const { shapesBySize } = this.candidates;
    for (let i = 0; i < shapesBySize.length; i++) {
      const shape = shapesBySize[i]!;
      if (demand[shape]! > 0) this.order[this.count++] = shape;
    }
    return this.count;
  }

  /** Fills one empty instance from the wanted shapes, largest first. Returns the number of jobs; `jobs` has them by shape. */
  instance(capacity: Capacity, demand: Int32Array): number {
    const { order, jobs, shapes } = this;
    let { vcpuMilli, memoryMib, gpuMilli } = capacity;
    let total = 0;
    for (let i = 0; i < this.count; i++) {
      const index = order[i]!;
      const shape = shapes[index]!;
      jobs[index] = 0;
      if (shape.vcpuMilli > vcpuMilli || shape.memoryMib > memoryMib || shape.gpuMilli > gpuMilli) continue;
      let count = demand[index]!;
      if (count * shape.vcpuMilli > vcpuMilli) count = Math.floor(vcpuMilli / shape.vcpuMilli);
      if (count * shape.memoryMib > memoryMib) count = Math.floor(memoryMib / shape.memoryMib);
      if (count * shape.gpuMilli > gpuMilli) count = Math.floor(gpuMilli / shape.gpuMilli);
      vcpuMilli -= count * shape.vcpuMilli;
      memoryMib -= count * shape.memoryMib;
      gpuMilli -= count * shape.gpuMilli;
      jobs[index] = count;
      total += count;
    }
    return total;
  }

  /** How often the last fill can be repeated before `demand` no longer covers it. */
  repeats(demand: Int32Array): number {
    let copies = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.count; i++) {
      const index = this.order[i]!;
      if (this.jobs[index]! > 0) copies = Math.min(copies, Math.floor(demand[index]! / this.jobs[index]!));
    }
    return copies;
  }

  /** Takes `copies` of the last fill off the demand. */
  take(demand: Int32Array, copies: number): void {
    for (let i = 0; i < this.count; i++) {
      const index = this.order[i]!;
      demand[index] = demand[index]! - copies * this.jobs[index]!;
    }
  }

  /** What the jobs of the last fill are worth, given the worth of one job by shape. */
  worth(unit: Float64Array): number {
    let worth = 0;
    for (let i = 0; i < this.count; i++) {
      const index = this.order[i]!;
      worth += this.jobs[index]! * unit[index]!;
    }
    return worth;
  }
}

export interface Capacity {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

/** Covers demand with empty instances that take as many jobs as they hold: `coverInFlight` of policies that pack. */
export function packInFlight(types: readonly Capacity[], fill: Fill, available: Int32Array, demand: Int32Array): void {
  for (let type = 0; type < available.length; type++) {
    while (available[type]! > 0) {
      if (fill.want(demand) === 0) return;
      if (fill.instance(types[type]!, demand) === 0) break;
      const copies = Math.min(available[type]!, fill.repeats(demand));
      fill.take(demand, copies);
      available[type] = available[type]! - copies;
    }
  }
}
