// The EC2 market in a scenario's words: `world.spot` (a preset's name, or a map whose keys override one) and `world.quotas`.
// Every key may be left out; normalise-market.ts fills in the preset's.

import { z } from "zod";
import { SPOT_PRESET_NAMES } from "./market-presets.js";
import {
  constantDuration,
  distribution,
  distributionMap,
  mistake,
  noneOrConstant,
  positiveDuration,
  share,
  text,
} from "./schema-parts.js";
import { date } from "./schema-transform.js";

/** Standard deviations of logarithms beyond this are no prices and no pools any more. */
const MOST_SIGMA = 5;
const sigma = z.number().min(0).max(MOST_SIGMA);

const process = z.strictObject({
  step: positiveDuration.optional().describe("Mean time between two prices of a pool."),
  sigma: sigma.optional().describe("Standard deviation of ln(new price / old price)."),
  reversion: share({ least: 0, most: 1 })
    .optional()
    .describe("Share of the distance to the pool's own price that a step goes back."),
});

const pricesMap = z
  .strictObject({
    history: text
      .optional()
      .describe("Replayed: a file of price changes, DescribeSpotPriceHistory's JSON or CSV, relative to the scenario."),
    from: date
      .optional()
      .describe(
        "Instant of the history at which the run begins; default: the trace's own, if covered, else its start.",
      ),
    process: process.optional().describe("Seeded: prices that step at random around the pool's own price."),
    fitted: text.optional().describe("Seeded, with the figures fitted to a file of price changes."),
  })
  .superRefine((given, context) => {
    const kinds = (["history", "process", "fitted"] as const).filter((key) => given[key] !== undefined);
    if (kinds.length !== 1) {
      const got = kinds.length === 0 ? "none" : kinds.join(" and ");
      mistake(context, "conflicting-keys", `expected one of history, process or fitted, got ${got}`);
    } else if (given.from !== undefined && given.history === undefined) {
      mistake(context, "conflicting-keys", "from has a meaning for history alone", ["from"]);
    }
  });

const PROCESS_KEYS = ["medianVcpus", "sigma", "on", "partial", "off", "partialChance", "partialShare"] as const;

const capacityMap = z
  .strictObject({
    medianVcpus: z
      .number()
      .gt(0)
      .optional()
      .describe("vCPUs that we may have in a pool that is on: median over pools."),
    sigma: sigma.optional().describe("Standard deviation of ln(vCPUs) between pools."),
    on: positiveDuration.optional().describe("Mean time that a pool stays on."),
    partial: positiveDuration.optional().describe("Mean time that a pool stays partly on."),
    off: positiveDuration.optional().describe("Mean time that a pool stays off."),
    partialChance: share({ least: 0, most: 1 })
      .optional()
      .describe("Of the ends of on, the share that lead to partly on; the others lead to off."),
    partialShare: share({ least: 0, most: 1 }).optional().describe("What is left of a pool that is partly on."),
    trace: text
      .optional()
      .describe("Replayed: a file of available instances over time or of instances added and removed."),
    traces: z.array(text).min(1).optional().describe("Ids of the traces in the file to use; default: all."),
    scale: z.number().gt(0).optional().describe("The trace's counts are multiplied by this; default: 1."),
  })
  .superRefine((given, context) => {
    if (given.trace === undefined) {
      for (const key of ["traces", "scale"] as const) {
        if (given[key] !== undefined)
          mistake(context, "conflicting-keys", `${key} has a meaning beside trace alone`, [key]);
      }
      return;
    }
    for (const key of PROCESS_KEYS) {
      if (given[key] !== undefined) mistake(context, "conflicting-keys", `${key} has no meaning beside trace`, [key]);
    }
  });

const hourly = z.number().min(0);

const early = z.strictObject({
  share: share({ least: 0, most: 1 }).describe("Share of the launches that are taken early."),
  after: distribution.describe("How long after they began to run."),
});

const interruptionsMap = z
  .strictObject({
    hourly: hourly.optional().describe("Interruptions per instance and hour, in every pool."),
    hourlyByBand: z
      .array(hourly)
      .length(5)
      .optional()
      .describe("The same by the Spot Instance advisor's band, <5% to >20%; the middle one where it knows none."),
    early: z
      .union([z.literal("none"), early])
      .optional()
      .describe("Of the launches, so many are taken within minutes; none: only by the hour."),
  })
  .superRefine((given, context) => {
    if (given.hourly !== undefined && given.hourlyByBand !== undefined) {
      mistake(context, "conflicting-keys", "hourly and hourlyByBand exclude each other", ["hourlyByBand"]);
    }
  });

const noticeMap = z.strictObject({
  warning: distribution.optional().describe("From the interruption notice to the end; AWS: two minutes, best effort."),
  missingShare: share({ least: 0, most: 1 }).optional().describe("Share of the interruptions without any notice."),
  rebalanceLead: z
    .union([noneOrConstant, distributionMap])
    .optional()
    .describe("From the rebalance recommendation to the notice; none: no recommendation."),
});

const spotMap = z.strictObject({
  preset: z.enum(SPOT_PRESET_NAMES).optional().describe("What the keys left out are taken from; default: undisturbed."),
  prices: z
    .union([z.literal("snapshot"), pricesMap])
    .optional()
    .describe("snapshot: the catalogue's, for the whole run; or replayed, or seeded."),
  capacity: z
    .union([z.literal("unlimited"), capacityMap])
    .optional()
    .describe("How many spot instances there can be: unlimited; or seeded, pool by pool; or replayed."),
  interruptions: z
    .union([z.enum(["none", "advisor"]), interruptionsMap])
    .optional()
    .describe("How EC2 takes single instances back, beside what lack of capacity does; advisor: by its bands."),
  interruptedByPrice: z
    .boolean()
    .optional()
    .describe("Whether instances are taken when the price exceeds bidPercentage."),
  notice: z.union([constantDuration, noticeMap]).optional().describe("How long before its end an instance is told."),
});

/** The spot market; a preset's name, or keys that override one. */
export const spot = z.union([z.enum(SPOT_PRESET_NAMES), spotMap]);
export type SpotDocument = z.output<typeof spotMap>;

export const quota = z.strictObject({
  market: z.enum(["on-demand", "spot"]).describe("EC2 keeps a quota for each of the two."),
  families: z
    .array(text)
    .min(1)
    .describe("Instance families (m5), or EC2's classes: standard (A C D H I M R T Z), g (G and VT), p, x, …"),
  vcpus: z.int().min(0).describe("vCPUs that may run at once."),
});
