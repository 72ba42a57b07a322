// vCPUs that an account may run at once, by market and class of families. Instances count from their launch to their end; a
// quota that is cut below what runs takes nothing back.

import type { VcpuQuota } from "../../model/market.js";
import type { MarketPool } from "./market-pool.js";

export class Quotas {
  /** Quotas are multiplied by this while stress cuts them. */
  factor = 1;
  private readonly pools: readonly MarketPool[];
  private readonly quotas: readonly VcpuQuota[];
  private readonly usedVcpuMilli: Float64Array;
  /** Per pool: the quotas that it counts against. */
  private readonly ofPool: readonly (readonly number[])[];

  constructor(pools: readonly MarketPool[], quotas: readonly VcpuQuota[]) {
    this.pools = pools;
    this.quotas = quotas;
    this.usedVcpuMilli = new Float64Array(quotas.length);
    this.ofPool = pools.map((_, pool) => quotas.flatMap((quota, index) => (quota.pools.includes(pool) ? [index] : [])));
  }

  /** Whether one more instance of a pool is within all its quotas. */
  allow(pool: number): boolean {
    const { vcpuMilli } = this.pools[pool]!;
    for (const quota of this.ofPool[pool]!) {
      if (this.usedVcpuMilli[quota]! + vcpuMilli > this.quotas[quota]!.vcpuMilli * this.factor) return false;
    }
    return true;
  }

  /** Counts an instance of a pool. */
  add(pool: number): void {
    this.count(pool, this.pools[pool]!.vcpuMilli);
  }

  /** An instance of a pool is gone. */
  remove(pool: number): void {
    this.count(pool, -this.pools[pool]!.vcpuMilli);
  }

  private count(pool: number, vcpuMilli: number): void {
    for (const quota of this.ofPool[pool]!) this.usedVcpuMilli[quota] = this.usedVcpuMilli[quota]! + vcpuMilli;
  }
}
