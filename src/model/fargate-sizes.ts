// The sizes that Fargate has: each number of vCPUs goes with certain amounts of memory, and with no others.
// Source: AWS Batch API reference, ResourceRequirement, "valid values" of MEMORY and VCPU on Fargate (version 2016-08-10).

export interface FargateSize {
  readonly vcpuMilli: number;
  /** Ascending. */
  readonly memoryMib: readonly number[];
}

/** `from`, `from + step`, … up to `to`. */
function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
}

/** Every valid combination, by ascending vCPUs. */
export const FARGATE_SIZES: readonly FargateSize[] = [
  { vcpuMilli: 250, memoryMib: [512, 1_024, 2_048] },
  { vcpuMilli: 500, memoryMib: steps(1_024, 4_096, 1_024) },
  { vcpuMilli: 1_000, memoryMib: steps(2_048, 8_192, 1_024) },
  { vcpuMilli: 2_000, memoryMib: steps(4_096, 16_384, 1_024) },
  { vcpuMilli: 4_000, memoryMib: steps(8_192, 30_720, 1_024) },
  { vcpuMilli: 8_000, memoryMib: steps(16_384, 61_440, 4_096) },
  { vcpuMilli: 16_000, memoryMib: steps(32_768, 122_880, 8_192) },
];

/** Whether Fargate has exactly this size. */
export function isFargateSize(vcpuMilli: number, memoryMib: number): boolean {
  return FARGATE_SIZES.some((size) => size.vcpuMilli === vcpuMilli && size.memoryMib.includes(memoryMib));
}
