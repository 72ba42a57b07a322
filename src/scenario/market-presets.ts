// Spot markets by name, for users who do not want to think of one. AWS publishes next to nothing of how its capacity goes, so
// all but "undisturbed" are models; where a figure comes from is beside it.

import { ln } from "../base/exact-math.js";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import type { CapacityProcess, InterruptionModel, NoticeModel, PriceProcess } from "../model/market.js";
import type { MarketSpec } from "./market-spec.js";

/** What a preset says: all of a market but the account's quotas and the stress it is put under. */
export type SpotMarketSpec = Omit<MarketSpec, "quotas" | "stress">;

export const SPOT_PRESET_NAMES = ["undisturbed", "calm", "bad-day"] as const;
export type SpotPresetName = (typeof SPOT_PRESET_NAMES)[number];

/** Two minutes, as EC2 promises on a best-effort basis (EC2 User Guide, "Spot Instance interruption notices"). */
const FULL_NOTICE: NoticeModel = {
  warning: { kind: "constant", valueMs: 120 * MS_PER_SECOND },
  missingShare: 0,
  rebalanceLead: null,
};

/** One notice in ten does not come: users tell of notices of a few seconds or none; how many is not known. A model. */
const POOR_NOTICE: NoticeModel = { ...FULL_NOTICE, missingShare: 0.1 };

/**
 * What is left of a pool and for how long, in the public availability traces of spot fleets of 4 and 16 instances (Wu et al.,
 * "Can't Be Late", NSDI '24): half of the instances, for 10 to 30 minutes.
 */
const PARTIAL = { meanPartialMs: 15 * MS_PER_MINUTE, partialShare: 0.5 } as const;

/** Mean outage of the r5.16xlarge pools of the same traces: 19.6, 20.3 and 25.5 minutes. Of GPUs they last hours. */
const MEAN_OFF_MS = 20 * MS_PER_MINUTE;

/** Three in four of those fleets' falls went over a partial state (0.3 to 1.0). */
const PARTIAL_CHANCE = 0.75;

/** Sizes of pools for one account are nowhere published: a tenth and ten times the median are both common in this. A model. */
const POOL_SIGMA = 1.5;

/** More than most fleets want of a pool, and a week between falls. A model. */
export const CALM_CAPACITY: CapacityProcess = {
  ...PARTIAL,
  medianVcpus: 10_000,
  sigma: POOL_SIGMA,
  meanOnMs: 7 * MS_PER_DAY,
  meanOffMs: MEAN_OFF_MS,
  partialChance: PARTIAL_CHANCE,
};

/** Between falls the r5.16xlarge pools of those traces were there for 45, 116 and 306 minutes. The size is a model. */
const SCARCE_CAPACITY: CapacityProcess = {
  ...CALM_CAPACITY,
  medianVcpus: 1_000,
  meanOnMs: 120 * MS_PER_MINUTE,
};

/**
 * One in twenty instances is taken in five hours, whatever its type: what the documentation of AWS's HPC cost simulator
 * (aws-samples/hpc-cost-simulator) assumes. -ln(1 - 0.05) / 5 = 0.010259 an hour.
 */
const CALM_HOURLY = -ln(1 - 0.05) / 5;
const CALM_INTERRUPTIONS: InterruptionModel = { hourlyByBand: Array(6).fill(CALM_HOURLY), early: null };

/**
 * Of 240 launches in 16 hours 29 (12 %) were taken, after 4.0 minutes at the median, 16.6 at the most
 * (aws/karpenter-provider-aws, issue 6425). The most of 29 is taken for the 95th percentile. The others are as on a calm day.
 */
const BAD_INTERRUPTIONS: InterruptionModel = {
  ...CALM_INTERRUPTIONS,
  early: {
    share: 0.12,
    after: { kind: "lognormal", medianMs: 4 * MS_PER_MINUTE, p95Ms: 996 * MS_PER_SECOND },
  },
};

/**
 * What `run/market/fit-prices.ts` makes of 644,596 steps of 406 pools in us-east-1, sampled four times a day from November 2022
 * to June 2024: a step every 8.6 hours of half a per cent, and no sign of a way back.
 */
export const PRICE_PROCESS: PriceProcess = { meanStepMs: 8.6 * MS_PER_HOUR, sigma: 0.005, reversion: 0 };

/** Prices move by fractions of a per cent a day: presets keep those of the snapshot. */
const COMMON = { prices: { kind: "snapshot" }, interruptedByPrice: false } as const;

export const SPOT_PRESETS: Readonly<Record<SpotPresetName, SpotMarketSpec>> = {
  /** Unlimited capacity, constant prices, no interruption. */
  undisturbed: { ...COMMON, capacity: { kind: "unlimited" }, interruptions: null, notice: FULL_NOTICE },
  /** Deep pools that are mostly there, and an interruption now and then. */
  calm: {
    ...COMMON,
    capacity: { kind: "seeded", ...CALM_CAPACITY },
    interruptions: CALM_INTERRUPTIONS,
    notice: FULL_NOTICE,
  },
  /** Small pools that come and go, many instances taken within minutes, notices missing. */
  "bad-day": {
    ...COMMON,
    capacity: { kind: "seeded", ...SCARCE_CAPACITY },
    interruptions: BAD_INTERRUPTIONS,
    notice: POOR_NOTICE,
  },
};

/** The market of a scenario that says nothing of it. */
export const UNDISTURBED: MarketSpec = { ...SPOT_PRESETS.undisturbed, quotas: [], stress: [] };
