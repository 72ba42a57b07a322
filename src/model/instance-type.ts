// Instance types and capacity pools, as the engine sees them.

export type Architecture = "x86_64" | "arm64";
export type Market = "on-demand" | "spot";

export interface InstanceType {
  /** e.g. "m6i.2xlarge". */
  readonly name: string;
  readonly architecture: Architecture;
  readonly vcpuMilli: number;
  /** Memory that jobs can use: nominal minus kernel, firmware and agent reserve. */
  readonly memoryMib: number;
  /** Memory as advertised. */
  readonly nominalMemoryMib: number;
  readonly gpuMilli: number;
  /** e.g. "T4"; empty when the type has no GPU. */
  readonly gpuName: string;
}

/** A capacity pool: instance type x zone x market, with the price in effect for the whole run. */
export interface Pool {
  /** Index into the run's instance types. */
  readonly instanceType: number;
  /** Availability Zone id, e.g. "use1-az4". */
  readonly zone: string;
  readonly market: Market;
  readonly priceMicroUsdPerHour: number;
}
