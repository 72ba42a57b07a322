// Which share of an instance's price each of its resources stands for. AWS prices whole instances, so this is a model: the
// on-demand price list is nearly linear in vCPUs and memory within a generation (m, c and r families differ by memory
// only), one vCPU costing about as much as nine GiB; Spot's Ocean documents 7 to 13. What a GPU instance costs beyond its
// vCPUs and memory at those rates is the GPUs'.

import { MIB_PER_GIB, MILLI } from "../base/units.js";
import type { InstanceType } from "../model/instance-type.js";

/** Micro-USD per hour of one vCPU and of one GiB in us-east-1 (m5/c5/r5.large: 0.096, 0.085, 0.126 USD). */
const MICRO_USD_PER_VCPU_HOUR = 33_000;
const MICRO_USD_PER_GIB_HOUR = 3_750;

export interface PriceShares {
  readonly vcpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** Shares (they sum to 1) for a type with the given on-demand price in micro-USD per hour. */
export function priceShares(type: InstanceType, onDemandMicroUsdPerHour: number): PriceShares {
  const vcpuWorth = (type.vcpuMilli / MILLI) * MICRO_USD_PER_VCPU_HOUR;
  const memoryWorth = (type.nominalMemoryMib / MIB_PER_GIB) * MICRO_USD_PER_GIB_HOUR;
  const plain = vcpuWorth + memoryWorth;
  const gpu = type.gpuMilli === 0 ? 0 : Math.max(0, 1 - plain / onDemandMicroUsdPerHour);
  const vcpu = (1 - gpu) * (vcpuWorth / plain);
  return { vcpu, memory: 1 - gpu - vcpu, gpu };
}
