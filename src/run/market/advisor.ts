// What the Spot Instance advisor's bands say about single instances.

import { ln } from "../../base/exact-math.js";
import type { InterruptionModel } from "../../model/market.js";

/**
 * Share of a type's spot instances that is interrupted within a month, by band: the middle of "<5%", "5-10%", "10-15%" and
 * "15-20%". The last, ">20%", has no middle: as far above its bound as a band is wide. A wide guess all the same: within 16
 * months only a third of all types kept their band.
 */
const MONTHLY_SHARE = [0.025, 0.075, 0.125, 0.175, 0.25] as const;

/** Types that the advisor does not list are taken to be in the middle band. */
const UNKNOWN_BAND = 2;

/** The advisor's month. */
const HOURS_PER_MONTH = 720;

/**
 * Hazards in which the advisor's shares come out: an instance that is interrupted at a constant rate h per hour is gone within
 * a month with 1 - e^(-720 h), so h = -ln(1 - share) / 720. That rates are constant within the month is a model.
 */
export const ADVISOR_INTERRUPTIONS: InterruptionModel = {
  hourlyByBand: [...MONTHLY_SHARE, MONTHLY_SHARE[UNKNOWN_BAND]].map((share) => -ln(1 - share) / HOURS_PER_MONTH),
  early: null,
};
