// How full each instance was over its registered life, as integrals that are brought up to date whenever a job comes or
// goes. Shares are of the instance's own capacity; the occupied share D at an instant is the largest of its resource shares.
// One row of numbers per instance, so that an update touches one or two cache lines.

import { addRequest, type ClassRequests, requestsByClass } from "../model/requests.js";
import { NONE, type SystemTables } from "../model/tables.js";

const LAST_MS = 0;
const JOBS = 1;
/** NONE once the instance's life has ended. */
const POOL = 2;
const USED_VCPU_MILLI = 3;
const USED_MEMORY_MIB = 4;
const USED_GPU_MILLI = 5;
const VCPU_SHARE = 6;
const MEMORY_SHARE = 7;
const GPU_SHARE = 8;
const VCPU_MS = 9;
const MEMORY_MS = 10;
const GPU_MS = 11;
const OCCUPIED_MS = 12;
const IDLE_MS = 13;
const UNFILLED_MS = 14;
const OPENED_MS = 15;
/** Numbers per instance; a power of two keeps rows from straddling more cache lines than they must. */
const WIDTH = 16;

export class UsageColumns {
  private rows = new Float64Array(64 * WIDTH);
  private readonly tables: SystemTables;
  private readonly requests: ClassRequests;
  /** By pool: the share of an instance that one unit is; 0 where it has none of the resource. */
  private readonly perVcpuMilli: Float64Array;
  private readonly perMemoryMib: Float64Array;
  private readonly perGpuMilli: Float64Array;

  constructor(tables: SystemTables) {
    const typeOf = (pool: { readonly instanceType: number }) => tables.instanceTypes[pool.instanceType]!;
    this.tables = tables;
    this.requests = requestsByClass(tables);
    this.perVcpuMilli = Float64Array.from(tables.pools, (pool) => 1 / typeOf(pool).vcpuMilli);
    this.perMemoryMib = Float64Array.from(tables.pools, (pool) => 1 / typeOf(pool).memoryMib);
    this.perGpuMilli = Float64Array.from(tables.pools, (pool) => {
      const { gpuMilli } = typeOf(pool);
      return gpuMilli === 0 ? 0 : 1 / gpuMilli;
    });
  }

  /** The tables have a class more. */
  addClass(jobClass: number): void {
    addRequest(this.requests, this.tables, jobClass);
  }

  /** The instance registers: its usable life begins. */
  open(instance: number, pool: number, timeMs: number): void {
    const at = instance * WIDTH;
    if (at >= this.rows.length) this.grow(at + WIDTH);
    this.rows[at + POOL] = pool;
    this.rows[at + LAST_MS] = timeMs;
    this.rows[at + OPENED_MS] = timeMs;
  }

  /** A job of this class is placed. */
  place(instance: number, jobClass: number, timeMs: number): void {
    const at = instance * WIDTH;
    const { rows } = this;
    this.advance(at, timeMs);
    // What was left over beside running jobs until now was not the tail yet: somebody came after all.
    rows[at + UNFILLED_MS] = this.leftOverMs(at);
    this.change(at, jobClass, 1);
  }

  /** A job of this class ends. */
  end(instance: number, jobClass: number, timeMs: number): void {
    const at = instance * WIDTH;
    if (this.rows[at + POOL] === NONE) return; // it went away with its jobs, of whose ends we hear only now
    this.advance(at, timeMs);
    this.change(at, jobClass, -1);
  }

  /** The instance's life ends, and with it what its jobs occupied. */
  close(instance: number, timeMs: number): void {
    this.advance(instance * WIDTH, timeMs);
    this.rows[instance * WIDTH + POOL] = NONE;
  }

  /** Integral of the used share of vCPUs, ms. */
  vcpuMs(instance: number): number {
    return this.rows[instance * WIDTH + VCPU_MS]!;
  }
  /** Integral of the used share of memory, ms. */
  memoryMs(instance: number): number {
    return this.rows[instance * WIDTH + MEMORY_MS]!;
  }
  /** Integral of the used share of GPUs, ms. */
  gpuMs(instance: number): number {
    return this.rows[instance * WIDTH + GPU_MS]!;
  }
  /** Integral of the occupied share, ms. */
  occupiedMs(instance: number): number {
    return this.rows[instance * WIDTH + OCCUPIED_MS]!;
  }
  /** Time without any job, ms. */
  idleMs(instance: number): number {
    return this.rows[instance * WIDTH + IDLE_MS]!;
  }
  /** Integral of 1 - D beside running jobs, up to the last placement, ms. */
  unfilledMs(instance: number): number {
    return this.rows[instance * WIDTH + UNFILLED_MS]!;
  }
  /** Integral of 1 - D beside running jobs, after the last placement, ms. */
  tailMs(instance: number): number {
    const at = instance * WIDTH;
    return this.leftOverMs(at) - this.rows[at + UNFILLED_MS]!;
  }

  /** Integral of 1 - D beside running jobs, up to the last change, ms. */
  private leftOverMs(at: number): number {
    const { rows } = this;
    return rows[at + LAST_MS]! - rows[at + OPENED_MS]! - rows[at + IDLE_MS]! - rows[at + OCCUPIED_MS]!;
  }

  private change(at: number, jobClass: number, jobs: number): void {
    const { rows, requests } = this;
    const pool = rows[at + POOL]!;
    const vcpuMilli = rows[at + USED_VCPU_MILLI]! + jobs * requests.vcpuMilli[jobClass]!;
    const memoryMib = rows[at + USED_MEMORY_MIB]! + jobs * requests.memoryMib[jobClass]!;
    rows[at + JOBS] = rows[at + JOBS]! + jobs;
    rows[at + USED_VCPU_MILLI] = vcpuMilli;
    rows[at + USED_MEMORY_MIB] = memoryMib;
    rows[at + VCPU_SHARE] = vcpuMilli * this.perVcpuMilli[pool]!;
    rows[at + MEMORY_SHARE] = memoryMib * this.perMemoryMib[pool]!;
    const gpuMilli = requests.gpuMilli[jobClass]!;
    if (gpuMilli === 0) return;
    rows[at + USED_GPU_MILLI] = rows[at + USED_GPU_MILLI]! + jobs * gpuMilli;
    rows[at + GPU_SHARE] = rows[at + USED_GPU_MILLI]! * this.perGpuMilli[pool]!;
  }

  /** Integrates from the last change to now. */
  private advance(at: number, timeMs: number): void {
    const { rows } = this;
    const dtMs = timeMs - rows[at + LAST_MS]!;
    if (dtMs === 0) return;
    rows[at + LAST_MS] = timeMs;
    if (rows[at + JOBS] === 0) {
      rows[at + IDLE_MS] = rows[at + IDLE_MS]! + dtMs;
      return;
    }
    const vcpu = rows[at + VCPU_SHARE]!;
    const memory = rows[at + MEMORY_SHARE]!;
    const gpu = rows[at + GPU_SHARE]!;
    rows[at + VCPU_MS] = rows[at + VCPU_MS]! + vcpu * dtMs;
    rows[at + MEMORY_MS] = rows[at + MEMORY_MS]! + memory * dtMs;
    if (gpu > 0) rows[at + GPU_MS] = rows[at + GPU_MS]! + gpu * dtMs;
    rows[at + OCCUPIED_MS] = rows[at + OCCUPIED_MS]! + Math.max(vcpu, memory, gpu) * dtMs;
  }

  private grow(length: number): void {
    let capacity = this.rows.length;
    while (capacity < length) capacity *= 2;
    const rows = new Float64Array(capacity);
    rows.set(this.rows);
    this.rows = rows;
  }
}
