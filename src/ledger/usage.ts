// How full each instance was over its registered life, as integrals that are brought up to date whenever a job comes or
// goes. Shares are of the instance's own capacity; the occupied share D at an instant is the largest of its resource shares.

import type { SystemTables } from "../model/tables.js";

const COLUMNS = [
  "lastMs",
  "usedVcpuMilli",
  "usedMemoryMib",
  "usedGpuMilli",
  "jobs",
  "placements",
  "vcpuMs",
  "memoryMs",
  "gpuMs",
  "occupiedMs",
  "idleMs",
  "unfilledMs",
  "tailMs",
] as const;
type ColumnName = (typeof COLUMNS)[number];

/** Column meanings: see the getters' names; all `...Ms` but lastMs are shares integrated over milliseconds. */
export class UsageColumns {
  private readonly tables: SystemTables;
  private readonly columns = Object.fromEntries(COLUMNS.map((name) => [name, new Float64Array(64)])) as Record<
    ColumnName,
    Float64Array
  >;
  /** Capacity of the instance's type. */
  private pool = new Int32Array(64);

  constructor(tables: SystemTables) {
    this.tables = tables;
  }

  /** The instance registers: its usable life begins. */
  open(instance: number, pool: number, timeMs: number): void {
    if (instance >= this.pool.length) this.grow(instance + 1);
    this.pool[instance] = pool;
    this.columns.lastMs[instance] = timeMs;
  }

  /** A job of this class is placed. */
  place(instance: number, jobClass: number, timeMs: number): void {
    this.advance(instance, timeMs);
    const { columns } = this;
    // What was left over until now was not the tail yet: somebody came after all.
    columns.unfilledMs[instance] = columns.unfilledMs[instance]! + columns.tailMs[instance]!;
    columns.tailMs[instance] = 0;
    columns.placements[instance] = columns.placements[instance]! + 1;
    this.change(instance, jobClass, 1);
  }

  /** A job of this class ends. */
  end(instance: number, jobClass: number, timeMs: number): void {
    this.advance(instance, timeMs);
    this.change(instance, jobClass, -1);
  }

  /** The instance's life ends. */
  close(instance: number, timeMs: number): void {
    this.advance(instance, timeMs);
  }

  /** Integral of the used share of vCPUs, ms. */
  vcpuMs(instance: number): number {
    return this.columns.vcpuMs[instance]!;
  }
  /** Integral of the used share of memory, ms. */
  memoryMs(instance: number): number {
    return this.columns.memoryMs[instance]!;
  }
  /** Integral of the used share of GPUs, ms. */
  gpuMs(instance: number): number {
    return this.columns.gpuMs[instance]!;
  }
  /** Integral of the occupied share, ms. */
  occupiedMs(instance: number): number {
    return this.columns.occupiedMs[instance]!;
  }
  /** Time without any job, ms. */
  idleMs(instance: number): number {
    return this.columns.idleMs[instance]!;
  }
  /** Integral of 1 - D beside running jobs, up to the last placement, ms. */
  unfilledMs(instance: number): number {
    return this.columns.unfilledMs[instance]!;
  }
  /** Integral of 1 - D beside running jobs, after the last placement, ms. */
  tailMs(instance: number): number {
    return this.columns.tailMs[instance]!;
  }
  /** Jobs ever placed. */
  placements(instance: number): number {
    return instance < this.pool.length ? this.columns.placements[instance]! : 0;
  }

  private change(instance: number, jobClass: number, sign: number): void {
    const { tables, columns } = this;
    const shape = tables.shapes[tables.classes[jobClass]!.shape]!;
    columns.usedVcpuMilli[instance] = columns.usedVcpuMilli[instance]! + sign * shape.vcpuMilli;
    columns.usedMemoryMib[instance] = columns.usedMemoryMib[instance]! + sign * shape.memoryMib;
    columns.usedGpuMilli[instance] = columns.usedGpuMilli[instance]! + sign * shape.gpuMilli;
    columns.jobs[instance] = columns.jobs[instance]! + sign;
  }

  /** Integrates from the last change to now. */
  private advance(instance: number, timeMs: number): void {
    const { columns } = this;
    const dtMs = timeMs - columns.lastMs[instance]!;
    if (dtMs === 0) return;
    columns.lastMs[instance] = timeMs;
    if (columns.jobs[instance] === 0) {
      columns.idleMs[instance] = columns.idleMs[instance]! + dtMs;
      return;
    }
    const type = this.tables.instanceTypes[this.tables.pools[this.pool[instance]!]!.instanceType]!;
    const vcpu = columns.usedVcpuMilli[instance]! / type.vcpuMilli;
    const memory = columns.usedMemoryMib[instance]! / type.memoryMib;
    const gpu = type.gpuMilli === 0 ? 0 : columns.usedGpuMilli[instance]! / type.gpuMilli;
    const occupied = Math.max(vcpu, memory, gpu);
    columns.vcpuMs[instance] = columns.vcpuMs[instance]! + vcpu * dtMs;
    columns.memoryMs[instance] = columns.memoryMs[instance]! + memory * dtMs;
    columns.gpuMs[instance] = columns.gpuMs[instance]! + gpu * dtMs;
    columns.occupiedMs[instance] = columns.occupiedMs[instance]! + occupied * dtMs;
    columns.tailMs[instance] = columns.tailMs[instance]! + (1 - occupied) * dtMs;
  }

  private grow(count: number): void {
    let capacity = this.pool.length;
    while (capacity < count) capacity *= 2;
    const pool = new Int32Array(capacity);
    pool.set(this.pool);
    this.pool = pool;
    for (const name of COLUMNS) {
      const column = new Float64Array(capacity);
      column.set(this.columns[name]);
      this.columns[name] = column;
    }
  }
}
