// Instance types that no catalogue has: Fargate's sizes, and machines of so many processors as the scheduling literature
// has them. To the engine they are types with pools like any other.

import { MIB_PER_GIB, MILLI } from "../base/units.js";
import type { PriceShares } from "../metrics/price-shares.js";
import { FARGATE_SIZES } from "../model/fargate-sizes.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import { NONE } from "../model/tables.js";
import type { FargatePriceSpec } from "../scenario/scenario.js";

/** More than anything asks for, in the engine's 32-bit integers: what a machine of processors has of all else. */
const PLENTY = 2 ** 31 - 1;

/** A type, its prices by market (the first is on-demand), and what its price stands for. */
export interface MadeType {
  readonly type: InstanceType;
  readonly pools: readonly Omit<Pool, "instanceType">[];
  readonly priceShares: PriceShares;
}

/**
 * Every valid size of Fargate, by vCPUs, then memory. A task's whole memory is the job's; 20 GiB of ephemeral storage are
 * free of charge and no address is billed (aws.amazon.com/fargate/pricing). Fargate Spot is priced at a fixed discount.
 */
export function fargateTypes(prices: FargatePriceSpec, region: string): MadeType[] {
  return FARGATE_SIZES.flatMap(({ vcpuMilli, memoryMib: sizes }) =>
    sizes.map((memoryMib) => {
      const vcpuPrice = (vcpuMilli / MILLI) * prices.microUsdPerVcpuHour;
      const price = vcpuPrice + (memoryMib / MIB_PER_GIB) * prices.microUsdPerGibHour;
      const vcpuShare = price === 0 ? 1 : vcpuPrice / price;
      return {
        type: {
          name: `Fargate ${vcpuMilli / MILLI} vCPU ${memoryMib / MIB_PER_GIB} GiB`,
          architecture: "x86_64" as const,
          vcpuMilli,
          memoryMib,
          nominalMemoryMib: memoryMib,
          gpuMilli: 0,
          gpuName: "",
        },
        pools: [madePool(region, "on-demand", price), madePool(region, "spot", price * (1 - prices.spotDiscount))],
        priceShares: { vcpu: vcpuShare, memory: 1 - vcpuShare, gpu: 0 },
      };
    }),
  );
}

/** A machine whose processors are the one resource that is counted; it costs what its processors cost. */
export function machineOfProcessors(processors: number, microUsdPerProcessorHour: number, region: string): MadeType {
  return {
    type: {
      name: `${processors}-processor machine`,
      architecture: "x86_64",
      vcpuMilli: processors * MILLI,
      memoryMib: PLENTY,
      nominalMemoryMib: PLENTY,
      gpuMilli: PLENTY,
      gpuName: "",
    },
    pools: [madePool(region, "on-demand", processors * microUsdPerProcessorHour)],
    priceShares: { vcpu: 1, memory: 0, gpu: 0 },
  };
}

function madePool(zone: string, market: Market, priceMicroUsdPerHour: number): Omit<Pool, "instanceType"> {
  return { zone, market, priceMicroUsdPerHour, interruptionBand: NONE, overheadFree: true };
}
