// What a scenario's market has in files: price histories and capacity traces.

import { dirname, isAbsolute, join } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_HOUR } from "../../base/units.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { MarketModel } from "../../model/market.js";
import type { CapacitySpec, PriceSpec } from "../../scenario/market-spec.js";
import type { ResolvedScenario } from "../tables.js";
import { type AlignedPrices, alignHistory, instant } from "./align-history.js";
import { type CapacityTraces, dealCapacity, readCapacityTraces } from "./capacity-trace.js";
import { fitPriceProcess } from "./fit-prices.js";
import { type MarketPlace, poolsWhere } from "./market-place.js";
import { type HistoryAccount, type PriceHistory, readPriceHistory } from "./price-history.js";

/** Files of a market, read. */
export interface MarketFiles {
  readonly history: PriceHistory | undefined;
  readonly capacity: CapacityTraces | undefined;
}

type HistoryPrices = PriceSpec & { readonly kind: "history" };
type FittedPriceSpec = PriceSpec & { readonly kind: "fitted" };
type TraceCapacity = CapacitySpec & { readonly kind: "trace" };

/**
 * Reads the files that the market of a scenario names, beside the scenario at `scenarioFile`. Of a history that is replayed only
 * the run's pools are kept. Throws InputError for what cannot be read.
 */
export async function readMarketFiles(
  resolved: ResolvedScenario,
  catalog: Catalog,
  scenarioFile: string,
): Promise<MarketFiles> {
  const { market, region } = resolved.scenario;
  const { prices, capacity } = market;
  const place = placeOf(resolved);
  if (spotPools(place).length === 0) return { history: undefined, capacity: undefined };
  const pathOf = (file: string) => (isAbsolute(file) ? file : join(dirname(scenarioFile), file));
  const own = new Set(spotPools(place).map((pool) => nameOf(place, pool)));
  const wants = prices.kind === "history" ? (zone: string, type: string) => own.has(`${zone} ${type}`) : undefined;
  const wish = { region, zones: catalog.region(region).zones, wants };
  const isRead = prices.kind === "history" || prices.kind === "fitted";
  return {
    history: isRead ? await readPriceHistory(pathOf(prices.file), prices.file, wish) : undefined,
    capacity: capacity.kind === "trace" ? await readCapacityTraces(pathOf(capacity.file), capacity.file) : undefined,
  };
}

/**
 * The scenario with what was in the files of its market, and notes that say which part of them is used. `originMs`: when the
 * trace begins, epoch ms; 0: it does not say. Throws InputError where files and run have nothing in common.
 */
export function withMarketFiles(
  resolved: ResolvedScenario,
  { history, capacity }: MarketFiles,
  originMs: number,
): ResolvedScenario {
  const place = placeOf(resolved);
  const spec = resolved.scenario.market;
  const notes: string[] = [];
  let { market } = resolved;
  if (history !== undefined && spec.prices.kind === "history") {
    market = { ...market, prices: replayed(history, spec.prices, place, originMs, notes) };
  } else if (history !== undefined && spec.prices.kind === "fitted") {
    market = { ...market, priceProcess: fitted(history, spec.prices, notes) };
  }
  if (capacity !== undefined && spec.capacity.kind === "trace") {
    market = { ...market, capacitySeries: dealt(capacity, spec.capacity, place, notes) };
  }
  return { ...resolved, market, notes: [...resolved.notes, ...notes] };
}

function replayed(
  history: PriceHistory,
  { file, fromMs }: HistoryPrices,
  place: MarketPlace,
  originMs: number,
  notes: string[],
): MarketModel["prices"] {
  const aligned = alignHistory(history, place, fromMs, originMs, file);
  notes.push(...notesOnPrices(aligned, file), ...notesOnRows(history.account, file));
  return aligned.prices;
}

const BEGINNINGS = {
  told: "as the scenario says",
  trace: "the trace's own time",
  start: "where the history begins",
} as const;

function notesOnPrices({ fromMs, untilMs, because, found, missing, late }: AlignedPrices, file: string): string[] {
  const end = `from its end, ${instant(untilMs)}, on the last prices stay`;
  const notes = [
    `Spot prices are replayed from ${file}: the run begins at ${instant(fromMs)} (${BEGINNINGS[because]}); ${end}.`,
  ];
  if (missing > 0) {
    notes.push(`${missing} of ${found + missing} spot pools are not in ${file}: they keep the snapshot's price.`);
  }
  if (late > 0) {
    notes.push(`${late} spot pools enter ${file} later than the run begins: until then their first price holds.`);
  }
  return notes;
}

/** What was not read. Pools that the run does not have need no word. */
function notesOnRows(
  { rows, otherProducts, unreadable, unreadableLine, zonesDealt }: HistoryAccount,
  file: string,
): string[] {
  const notes: string[] = [];
  if (unreadable > 0) {
    notes.push(`${unreadable} of ${rows} rows of ${file} could not be read; the first is in line ${unreadableLine}.`);
  }
  if (otherProducts > 0)
    notes.push(`${otherProducts} of ${rows} rows of ${file} are not for Linux: they are left out.`);
  if (zonesDealt) {
    notes.push(
      `${file} names zones as one account sees them: they are dealt out to the region's zone ids in order, which may be wrong.`,
    );
  }
  return notes;
}

function fitted(history: PriceHistory, { file }: FittedPriceSpec, notes: string[]): MarketModel["priceProcess"] {
  const fit = fitPriceProcess(history.pools);
  if (fit === undefined) {
    const message = "the file has too few price changes to fit a process to";
    throw new InputError([errorIssue("too-few-prices", message, { file, hint: "30 steps are the least" })]);
  }
  const { meanStepMs, sigma, reversion } = fit.process;
  const step = `every ${(meanStepMs / MS_PER_HOUR).toFixed(1)} h by ${(100 * sigma).toFixed(2)} %`;
  const back = `${(100 * reversion).toFixed(2)} % of the way back to the pool's own price`;
  notes.push(
    `Spot prices step ${step}, ${back}: fitted to ${fit.steps} steps of ${fit.pools} pools in ${file}.`,
    ...notesOnRows(history.account, file),
  );
  return fit.process;
}

function dealt(
  traces: CapacityTraces,
  spec: TraceCapacity,
  place: MarketPlace,
  notes: string[],
): MarketModel["capacitySeries"] {
  const pools = spotPools(place);
  const series = dealCapacity(traces, spec, pools.length, spec.file);
  const seriesOf = new Map(pools.map((pool, index) => [pool, series[index]!]));
  const used = spec.traces.length === 0 ? traces.size : spec.traces.length;
  const untilMs = Math.max(...series.map(({ timesMs }) => timesMs.at(-1)!));
  notes.push(
    `Spot capacity is replayed from ${spec.file}: ${used} recorded traces, dealt out to ${pools.length} pools in turn, their counts times ${spec.scale}; pools with the same trace go on and off together. From their ends (${(untilMs / MS_PER_HOUR).toFixed(1)} h at the longest) on the last counts stay.`,
  );
  return place.pools.map((_, pool) => seriesOf.get(pool) ?? null);
}

function placeOf({ scenario, pools, instanceTypes }: ResolvedScenario): MarketPlace {
  return { region: scenario.region, pools, instanceTypes };
}

function spotPools(place: MarketPlace): number[] {
  return poolsWhere(place, ({ market }) => market === "spot");
}

function nameOf({ pools, instanceTypes }: MarketPlace, index: number): string {
  const { zone, instanceType } = pools[index]!;
  return `${zone} ${instanceTypes[instanceType]!.name}`;
}
