// The share of an instance's price that a job stands for while it is on it: its share of each resource, weighted by what
// the resource is worth. A table over classes and pools, because it is looked up for every job.

import type { SystemTables } from "../model/tables.js";
import type { PriceShares } from "./price-shares.js";

export class JobPriceShares {
  private readonly shares: Float64Array;
  private readonly pools: number;

  /** `priceShares` is indexed by instance type. */
  constructor(tables: SystemTables, priceShares: readonly PriceShares[]) {
    const { classes, shapes, pools, instanceTypes } = tables;
    this.pools = pools.length;
    this.shares = new Float64Array(classes.length * pools.length);
    classes.forEach((jobClass, c) => {
      const request = shapes[jobClass.shape]!;
      pools.forEach(({ instanceType }, p) => {
        const type = instanceTypes[instanceType]!;
        const share = priceShares[instanceType]!;
        this.shares[c * this.pools + p] =
          (share.vcpu * request.vcpuMilli) / type.vcpuMilli +
          (share.memory * request.memoryMib) / type.memoryMib +
          (type.gpuMilli === 0 ? 0 : (share.gpu * request.gpuMilli) / type.gpuMilli);
      });
    });
  }

  /** Share (0..1) of the price of an instance of a pool that a job of a class stands for. */
  of(jobClass: number, pool: number): number {
    return this.shares[jobClass * this.pools + pool]!;
  }
}
