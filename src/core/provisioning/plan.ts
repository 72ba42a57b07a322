// A launch plan: what one decision wants to buy, and how a single instance is filled on paper.

import type { Shape } from "../../model/job.js";
import { mostShapes, type SystemTables } from "../../model/tables.js";
import { type Candidate, type Candidates, type Capacity, jobsThatFit } from "./candidates.js";

export type { Capacity };

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
  /**
   * Other types that will do for the same jobs, the best first: the launch may be answered from any of them. Not given: those
   * that hold `need` and cost little more.
   */
  readonly alternatives?: readonly Candidate[];
  /** What the jobs of one copy take together; not given: no other type will do. */
  readonly need?: Capacity;
  /** Of a plan that was optimised: its cost over the linear bound of what any plan costs, less 1. */
  readonly gap?: number;
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
  /** How long a job is expected to run, ms; not given: nobody looks at that. */
  readonly expectedRunMs?: number;
}

/** A provisioning policy. `demand` is the number of waiting jobs per shape; what is covered is taken off it. */
export interface Provisioner {
  /** It takes one choice at a time: what a plan leaves is looked at again by the next decision. */
  readonly oneChoicePerDecision?: boolean;
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
  constructor(tables: Pick<SystemTables, "capacity" | "shapes">, candidates: Candidates) {
    this.shapes = tables.shapes;
    this.candidates = candidates;
    this.order = new Int32Array(mostShapes(tables));
    this.jobs = new Int32Array(mostShapes(tables));
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
    if (capacity.mostJobs !== undefined || capacity.sharedVcpuMilli !== undefined) return this.capped(capacity, demand);
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

  /** The same where not everything that fits may be put onto one instance. */
  private capped(capacity: Capacity, demand: Int32Array): number {
    const { order, jobs, shapes } = this;
    const { mostJobs = Number.POSITIVE_INFINITY, sharedVcpuMilli = Number.POSITIVE_INFINITY } = capacity;
    let { vcpuMilli, memoryMib, gpuMilli } = capacity;
    let total = 0;
    for (let i = 0; i < this.count; i++) {
      const index = order[i]!;
      const shape = shapes[index]!;
      const left = Math.max(0, sharedVcpuMilli - (capacity.vcpuMilli - vcpuMilli));
      const sharable = shape.vcpuMilli === 0 ? Number.POSITIVE_INFINITY : Math.floor(left / shape.vcpuMilli);
      const allowed = total === 0 ? Math.max(1, sharable) : sharable;
      const fitting = jobsThatFit(shape, { vcpuMilli, memoryMib, gpuMilli });
      const count = Math.min(demand[index]!, fitting, mostJobs - total, allowed);
      jobs[index] = count;
      vcpuMilli -= count * shape.vcpuMilli;
      memoryMib -= count * shape.memoryMib;
      gpuMilli -= count * shape.gpuMilli;
      total += count;
    }
    return total;
  }

  /** What the jobs of the last fill take together. */
  need(): Capacity {
    const need = { vcpuMilli: 0, memoryMib: 0, gpuMilli: 0 };
    for (let i = 0; i < this.count; i++) {
      const index = this.order[i]!;
      const shape = this.shapes[index]!;
      need.vcpuMilli += this.jobs[index]! * shape.vcpuMilli;
      need.memoryMib += this.jobs[index]! * shape.memoryMib;
      need.gpuMilli += this.jobs[index]! * shape.gpuMilli;
    }
    return need;
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
