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

/** A capacity pool: instance type x zone x market. */
export interface Pool {
  /** Index into the run's instance types. */
  readonly instanceType: number;
  /** Availability Zone id, e.g. "use1-az4". */
  readonly zone: string;
  readonly market: Market;
  /** When the run begins; events tell of changes. */
  readonly priceMicroUsdPerHour: number;
  /**
   * How often Spot instances of the type are interrupted, by the Spot instance advisor's bands: 0 (below 5 % a month) to
   * 4 (above 20 %); NONE for on-demand and where it is not known.
   */
  readonly interruptionBand: number;
  /** True where no root volume and no public address are billed beside the price: Fargate, machines of processors. */
  readonly overheadFree?: true;
}

/** What an instance of a pool costs beside its own price, of the overhead that instances have; micro-USD per hour. */
export function overheadOf(pool: Pool, overheadMicroUsdPerHour: number): number {
  return pool.overheadFree === true ? 0 : overheadMicroUsdPerHour;
}
