// The EC2 market as the simulated world has it: how prices go, how much capacity a pool has, how instances are taken back.
// Plain data, resolved for the pools of a run. Core and engine learn of it through events alone.

import type { DurationDistribution } from "../base/random.js";

/** Why an instance of a pool was not launched. */
export const RefusalReason = {
  /** InsufficientInstanceCapacity. */
  Capacity: 0,
  /** MaxSpotInstanceCountExceeded, VcpuLimitExceeded. */
  Quota: 1,
  /** RequestLimitExceeded. */
  Throttled: 2,
  /** SpotMaxPriceTooLow: the market price is above the bid. */
  Price: 3,
  /** Nobody asked EC2: it would exceed a cap of live mode. */
  Capped: 4,
} as const;
export type RefusalReason = (typeof RefusalReason)[keyof typeof RefusalReason];

/** The reasons in words, by number. */
export const REFUSAL_WORDS = ["no capacity", "vCPU quota", "API throttled", "price above bid", "over a cap"] as const;

/** Who ended an instance. */
export const EndCause = {
  /** We asked for it, or the run was over. */
  Ours: 0,
  /** EC2 took a spot instance back. */
  Reclaimed: 1,
  /** Its host or its zone failed: billed like an end of ours. */
  HostFailed: 2,
  /** It never ran. */
  Refused: 3,
} as const;
export type EndCause = (typeof EndCause)[keyof typeof EndCause];

/** A price that is constant between its steps. The last one stays, or `priceProcess` goes on from there. */
export interface PriceSeries {
  /** Milliseconds after the start of the run, ascending; the first is 0 or less. */
  readonly timesMs: readonly number[];
  readonly microUsdPerHour: readonly number[];
}

/**
 * A seeded price: it steps at exponential intervals, each time by a lognormal factor that also pulls it back towards the
 * pool's own price, between a tenth of the on-demand price and the on-demand price.
 */
export interface PriceProcess {
  readonly meanStepMs: number;
  /** Standard deviation of ln(new price / old price). */
  readonly sigma: number;
  /** Share of the distance (in ln) to the pool's own price that a step goes back, 0..1. */
  readonly reversion: number;
}

/**
 * How many instances of a spot pool there can be, over time: a replayed availability or preemption trace. The last count
 * stays; with a CapacityProcess the last entry is the end of the trace, from which on the process holds.
 */
export interface CapacitySeries {
  /** Milliseconds after the start of the run, ascending; the first is 0. */
  readonly timesMs: readonly number[];
  readonly instances: readonly number[];
}

/**
 * Seeded capacity of spot pools. A pool has so many vCPUs for us when it is on (lognormal over pools), a share of them when
 * it is partly on, none when it is off; it stays in a state for an exponential time. On-demand capacity is unlimited.
 */
export interface CapacityProcess {
  readonly medianVcpus: number;
  /** Standard deviation of ln(vCPUs) between pools. */
  readonly sigma: number;
  readonly meanOnMs: number;
  readonly meanPartialMs: number;
  readonly meanOffMs: number;
  /** Of the ends of "on", the share that go to "partly on"; the others go to "off". */
  readonly partialChance: number;
  /** What is left of a pool that is partly on, 0..1. */
  readonly partialShare: number;
}

/** How EC2 takes single spot instances back, beside what lack of capacity in a pool does. */
export interface InterruptionModel {
  /** Interruptions per instance-hour, by the advisor's band (index 0..4), and at the end for pools without one. */
  readonly hourlyByBand: readonly number[];
  /** Of the launches this share is taken early, after this time from running; null: none. */
  readonly early: { readonly share: number; readonly after: DurationDistribution } | null;
}

export interface NoticeModel {
  /** From the interruption notice to the end. AWS: two minutes, best effort. */
  readonly warning: DurationDistribution;
  /** Share of interruptions without any notice, 0..1. */
  readonly missingShare: number;
  /** From the rebalance recommendation to the notice; null: none is given. */
  readonly rebalanceLead: DurationDistribution | null;
}

/** vCPUs that an account may run at once in one class of families (EC2 quotas are kept so). */
export interface VcpuQuota {
  readonly market: "on-demand" | "spot";
  /** Pools that count against it. */
  readonly pools: readonly number[];
  readonly vcpuMilli: number;
}

/** Something that goes wrong with the world between two instants of the run. */
export interface StressOverlay {
  /** The user's line. */
  readonly text: string;
  /** Milliseconds after the start of the run; Infinity is written as null. */
  readonly fromMs: number;
  readonly untilMs: number | null;
  readonly effect: StressEffect;
}

export type StressEffect =
  /** Instances in these pools fail, and none can be launched. */
  | { readonly kind: "pools-lost"; readonly pools: readonly number[] }
  /** None can be launched in these pools. */
  | { readonly kind: "no-capacity"; readonly pools: readonly number[] }
  /** Prices of these pools are multiplied. */
  | { readonly kind: "price"; readonly pools: readonly number[]; readonly factor: number }
  /** vCPU quotas are multiplied; nothing without quotas. */
  | { readonly kind: "quota"; readonly factor: number }
  /** Boots take so many times as long. */
  | { readonly kind: "slow-boot"; readonly factor: number }
  /** At `fromMs`, and every `everyMs` after it, this share of the running spot instances is taken back. */
  | { readonly kind: "reclaim-storm"; readonly share: number; readonly everyMs: number | null }
  /** At most so many launches a minute; the others are refused. */
  | { readonly kind: "api-throttled"; readonly launchesPerMinute: number };

export interface MarketModel {
  /** Per pool: its replayed prices; null: the pool's own price, or `priceProcess`. */
  readonly prices: readonly (PriceSeries | null)[];
  /** For spot pools without a series, or beyond its end; null: their price stays. */
  readonly priceProcess: PriceProcess | null;
  /** Null: unlimited. */
  readonly capacity: CapacityProcess | null;
  /** Per pool: its replayed capacity; null: `capacity`. */
  readonly capacitySeries: readonly (CapacitySeries | null)[];
  /** Null: no instance is taken back but for lack of capacity. */
  readonly interruptions: InterruptionModel | null;
  /** A spot instance is taken when its price exceeds this share of the on-demand price; null: never for its price. */
  readonly bidShare: number | null;
  readonly notice: NoticeModel;
  readonly quotas: readonly VcpuQuota[];
  readonly stress: readonly StressOverlay[];
}

/** Prices stay, capacity is unlimited, nothing is taken back. */
export const UNDISTURBED_MARKET: MarketModel = {
  prices: [],
  priceProcess: null,
  capacity: null,
  capacitySeries: [],
  interruptions: null,
  bidShare: null,
  notice: { warning: { kind: "constant", valueMs: 120_000 }, missingShare: 0, rebalanceLead: null },
  quotas: [],
  stress: [],
};

/** Whether anything can happen in it that a market with unlimited capacity and constant prices does not know. */
export function isUndisturbed(market: MarketModel): boolean {
  return (
    market.prices.every((series) => series === null) &&
    market.priceProcess === null &&
    market.capacity === null &&
    market.capacitySeries.every((series) => series === null) &&
    market.interruptions === null &&
    market.bidShare === null &&
    market.quotas.length === 0 &&
    market.stress.length === 0
  );
}
