// Instances as rows of one integer column: what a placement reads and writes of an instance lies in one cache line, and the
// instances in use fit the fastest cache. An instance number is dense, given at launch, never reused: a number costs some
// seventy bytes, and a fleet that launches a thousand instances a day needs years to make that matter.

import { assert } from "../../base/assert.js";
import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";

export const InstanceStatus = {
  /** Asked for; EC2 has not answered. Not billed. */
  Requested: 0,
  /** EC2 says running, ECS agent not yet registered. Billed, cannot take jobs. */
  Booting: 1,
  /** Can take jobs. */
  Registered: 2,
  /** Termination was asked for; takes no jobs. */
  Terminating: 3,
  /** Terminated, lost, or never launched. */
  Gone: 4,
  /** Registered, but takes no jobs any more: cordoned, or about to be taken. Its jobs go on. */
  Draining: 5,
} as const;
export type InstanceStatus = (typeof InstanceStatus)[keyof typeof InstanceStatus];

const STATUS = 0;
const POOL = 1;
const ENVIRONMENT = 2;
const TYPE = 3;
const FREE_VCPU_MILLI = 4;
const FREE_MEMORY_MIB = 5;
const FREE_GPU_MILLI = 6;
const JOBS = 7;
/** Integers per row. */
const WIDTH = 8;

export class Instances {
  count = 0;
  private rows = new Int32Array(64 * WIDTH);
  /** When it last became empty (or registered); NONE before. Meaningful while it is registered and has no job. */
  idleSinceMs = new Float64Array(64);
  /** 1 when a job has ended on it. */
  used = new Uint8Array(64);
  /** When EC2 reported it running; NaN before. */
  runningMs = new Float64Array(64).fill(Number.NaN);
  /** When EC2 will take it, by its notice; Infinity: no notice. */
  takenAtMs = new Float64Array(64).fill(Number.POSITIVE_INFINITY);

  /** A new instance, requested and empty; returns its number. */
  add(pool: number, environment: number, instanceType: number): number {
    if (this.count === this.idleSinceMs.length) this.grow();
    const instance = this.count++;
    const at = instance * WIDTH;
    this.rows[at + STATUS] = InstanceStatus.Requested;
    this.rows[at + POOL] = pool;
    this.rows[at + ENVIRONMENT] = environment;
    this.rows[at + TYPE] = instanceType;
    this.idleSinceMs[instance] = NONE;
    return instance;
  }

  /** The launch was answered from another pool than was liked best. */
  setPool(instance: number, pool: number, instanceType: number): void {
    this.rows[instance * WIDTH + POOL] = pool;
    this.rows[instance * WIDTH + TYPE] = instanceType;
  }

  status(instance: number): InstanceStatus {
    return this.rows[instance * WIDTH + STATUS] as InstanceStatus;
  }
  setStatus(instance: number, status: InstanceStatus): void {
    this.rows[instance * WIDTH + STATUS] = status;
  }
  pool(instance: number): number {
    return this.rows[instance * WIDTH + POOL]!;
  }
  environment(instance: number): number {
    return this.rows[instance * WIDTH + ENVIRONMENT]!;
  }
  instanceType(instance: number): number {
    return this.rows[instance * WIDTH + TYPE]!;
  }
  freeVcpuMilli(instance: number): number {
    return this.rows[instance * WIDTH + FREE_VCPU_MILLI]!;
  }
  freeMemoryMib(instance: number): number {
    return this.rows[instance * WIDTH + FREE_MEMORY_MIB]!;
  }
  freeGpuMilli(instance: number): number {
    return this.rows[instance * WIDTH + FREE_GPU_MILLI]!;
  }
  /** Jobs placed on it now. */
  jobs(instance: number): number {
    return this.rows[instance * WIDTH + JOBS]!;
  }

  /** Whether what is free on an instance is enough for a job of a shape. */
  fits(instance: number, shape: Shape): boolean {
    const { rows } = this;
    const at = instance * WIDTH;
    return (
      rows[at + FREE_MEMORY_MIB]! >= shape.memoryMib &&
      rows[at + FREE_VCPU_MILLI]! >= shape.vcpuMilli &&
      rows[at + FREE_GPU_MILLI]! >= shape.gpuMilli
    );
  }

  /** Adds to what is free on an instance, and to its number of jobs. Negative amounts take. */
  change(instance: number, vcpuMilli: number, memoryMib: number, gpuMilli: number, jobs: number): void {
    const { rows } = this;
    const at = instance * WIDTH;
    const freeVcpuMilli = rows[at + FREE_VCPU_MILLI]! + vcpuMilli;
    const freeMemoryMib = rows[at + FREE_MEMORY_MIB]! + memoryMib;
    const freeGpuMilli = rows[at + FREE_GPU_MILLI]! + gpuMilli;
    const jobCount = rows[at + JOBS]! + jobs;
    assert(freeVcpuMilli >= 0 && freeMemoryMib >= 0 && freeGpuMilli >= 0, "an instance is over-committed");
    assert(jobCount >= 0, "an instance has fewer than no jobs");
    rows[at + FREE_VCPU_MILLI] = freeVcpuMilli;
    rows[at + FREE_MEMORY_MIB] = freeMemoryMib;
    rows[at + FREE_GPU_MILLI] = freeGpuMilli;
    rows[at + JOBS] = jobCount;
  }

  private grow(): void {
    const capacity = this.idleSinceMs.length * 2;
    assert(capacity < 2 ** 27, "too many instances for one run");
    const rows = new Int32Array(capacity * WIDTH);
    rows.set(this.rows);
    this.rows = rows;
    const idleSinceMs = new Float64Array(capacity);
    idleSinceMs.set(this.idleSinceMs);
    this.idleSinceMs = idleSinceMs;
    const used = new Uint8Array(capacity);
    used.set(this.used);
    this.used = used;
    const runningMs = new Float64Array(capacity).fill(Number.NaN);
    runningMs.set(this.runningMs);
    this.runningMs = runningMs;
    const takenAtMs = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
    takenAtMs.set(this.takenAtMs);
    this.takenAtMs = takenAtMs;
  }
}
