// What will become of a launch in a spot pool, if nobody ends it before. It depends on the pool and on how many launches the
// pool has had, and on nothing else: two policies that launch there meet the same interruptions.

import { type RandomStream, randomStream, sampleDurationMs } from "../../base/random.js";
import { MS_PER_HOUR } from "../../base/units.js";
import type { InterruptionModel, MarketModel, NoticeModel } from "../../model/market.js";
import { NONE } from "../../model/tables.js";
import type { MarketPool } from "./market-pool.js";

export interface LaunchFate {
  /** From running to its interruption, ms; Infinity: none but what the pool's lack of capacity, prices or stress bring. */
  readonly lifeMs: number;
  /** From the notice of an interruption to the end, ms; NaN: it comes without notice. */
  readonly warningMs: number;
  /** From the rebalance recommendation to the notice, ms; NaN: none is given. */
  readonly leadMs: number;
  /** 32 bits: of instances in a pool those with the lowest are taken first. */
  readonly luck: number;
}

const TWO_32 = 4_294_967_296;

/** On-demand instances are not interrupted. */
const UNINTERRUPTED: LaunchFate = {
  lifeMs: Number.POSITIVE_INFINITY,
  warningMs: Number.NaN,
  leadMs: Number.NaN,
  luck: 0,
};

/** The fate of the launch with this number in a pool. */
export function launchFate(
  { interruptions, notice }: MarketModel,
  pool: MarketPool,
  launch: number,
  seed: number,
): LaunchFate {
  if (!pool.isSpot) return UNINTERRUPTED;
  const stream = randomStream(seed, `launch/${pool.name}/${launch}`);
  const luck = Math.floor(stream.uniform() * TWO_32);
  const told = stream.uniform() >= notice.missingShare;
  const warningMs = told ? sampleDurationMs(notice.warning, stream) : Number.NaN;
  const leadMs = told ? sampleLeadMs(notice, stream) : Number.NaN;
  const lifeMs = interruptions === null ? Number.POSITIVE_INFINITY : sampleLifeMs(interruptions, pool, stream);
  return { lifeMs, warningMs, leadMs, luck };
}

function sampleLeadMs({ rebalanceLead }: NoticeModel, stream: RandomStream): number {
  return rebalanceLead === null ? Number.NaN : sampleDurationMs(rebalanceLead, stream);
}

/** The hazard of the pool's band, and beside it the share that is taken early: whichever comes first. */
function sampleLifeMs(
  { hourlyByBand, early }: InterruptionModel,
  { interruptionBand }: MarketPool,
  stream: RandomStream,
): number {
  const hourly = hourlyByBand[interruptionBand === NONE ? hourlyByBand.length - 1 : interruptionBand]!;
  const lifeMs = hourly === 0 ? Number.POSITIVE_INFINITY : Math.round(stream.exponential(MS_PER_HOUR / hourly));
  if (early === null || stream.uniform() >= early.share) return lifeMs;
  return Math.min(lifeMs, sampleDurationMs(early.after, stream));
}
