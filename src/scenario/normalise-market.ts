// The scenario's words about the market, completed by the preset that they override.

import { assert } from "../base/assert.js";
import { DEFAULTS } from "./defaults.js";
import { CALM_CAPACITY, PRICE_PROCESS, SPOT_PRESETS, type SpotMarketSpec } from "./market-presets.js";
import type { CapacitySpec, MarketSpec, PriceSpec, StressSpec } from "./market-spec.js";
import type { ScenarioDocument } from "./schema.js";
import type { SpotDocument } from "./schema-market.js";

/** The Spot Instance advisor has five bands; the sixth figure is for pools that it does not know, as the middle band. */
const BANDS_AND_UNKNOWN = 6;
const MIDDLE_BAND = 2;

/** The market of a scenario; `stress`: the lines of stress on it. */
export function toMarket({ spot, quotas }: ScenarioDocument["world"], stress: readonly StressSpec[]): MarketSpec {
  const given: SpotDocument = typeof spot === "string" ? { preset: spot } : (spot ?? {});
  const preset = SPOT_PRESETS[given.preset ?? "undisturbed"];
  return {
    prices: toPrices(given.prices, preset.prices),
    capacity: toCapacity(given.capacity, preset.capacity),
    interruptions: toInterruptions(given.interruptions, preset.interruptions),
    interruptedByPrice: given.interruptedByPrice ?? preset.interruptedByPrice,
    notice: toNotice(given.notice, preset.notice),
    quotas,
    stress,
  };
}

function toPrices(given: SpotDocument["prices"], preset: PriceSpec): PriceSpec {
  if (given === undefined) return preset;
  if (given === "snapshot") return { kind: "snapshot" };
  const { history, from, fitted, process } = given;
  if (history !== undefined) return { kind: "history", file: history, fromMs: from };
  if (fitted !== undefined) return { kind: "fitted", file: fitted };
  assert(process !== undefined, "the schema lets one of three pass");
  return {
    kind: "process",
    meanStepMs: process.step ?? PRICE_PROCESS.meanStepMs,
    sigma: process.sigma ?? PRICE_PROCESS.sigma,
    reversion: process.reversion ?? PRICE_PROCESS.reversion,
  };
}

function toCapacity(given: SpotDocument["capacity"], preset: CapacitySpec): CapacitySpec {
  if (given === undefined) return preset;
  if (given === "unlimited") return { kind: "unlimited" };
  const { trace, traces = [], scale = DEFAULTS.capacityTrace.scale } = given;
  if (trace !== undefined) return { kind: "trace", file: trace, traces, scale };
  const base = preset.kind === "seeded" ? preset : CALM_CAPACITY;
  return {
    kind: "seeded",
    medianVcpus: given.medianVcpus ?? base.medianVcpus,
    sigma: given.sigma ?? base.sigma,
    meanOnMs: given.on ?? base.meanOnMs,
    meanPartialMs: given.partial ?? base.meanPartialMs,
    meanOffMs: given.off ?? base.meanOffMs,
    partialChance: given.partialChance ?? base.partialChance,
    partialShare: given.partialShare ?? base.partialShare,
  };
}

function toInterruptions(
  given: SpotDocument["interruptions"],
  preset: SpotMarketSpec["interruptions"],
): MarketSpec["interruptions"] {
  if (given === undefined) return preset;
  if (given === "none") return null;
  if (given === "advisor") return "advisor";
  const everywhere = (rate: number) => new Array<number>(BANDS_AND_UNKNOWN).fill(rate);
  const base = preset === null || preset === "advisor" ? { hourlyByBand: everywhere(0), early: null } : preset;
  const { hourly, hourlyByBand, early = base.early } = given;
  return {
    hourlyByBand:
      hourly !== undefined
        ? everywhere(hourly)
        : hourlyByBand !== undefined
          ? [...hourlyByBand, hourlyByBand[MIDDLE_BAND]!]
          : base.hourlyByBand,
    early: early === "none" ? null : early,
  };
}

function toNotice(given: SpotDocument["notice"], preset: MarketSpec["notice"]): MarketSpec["notice"] {
  if (given === undefined) return preset;
  if ("kind" in given) return { ...preset, warning: given };
  return {
    warning: given.warning ?? preset.warning,
    missingShare: given.missingShare ?? preset.missingShare,
    rebalanceLead: given.rebalanceLead === undefined ? preset.rebalanceLead : given.rebalanceLead,
  };
}
