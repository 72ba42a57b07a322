// A history of prices laid against the clock of a run.

import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_MINUTE } from "../../base/units.js";
import type { PriceSeries } from "../../model/market.js";
import type { MarketPlace } from "./market-place.js";
import type { PriceChanges, PriceHistory } from "./price-history.js";

export interface AlignedPrices {
  /** Per pool of the run; null: not in the history. */
  readonly prices: readonly (PriceSeries | null)[];
  /** Epoch ms of the history at which the run begins. */
  readonly fromMs: number;
  /** Why there. */
  readonly because: "told" | "trace" | "start";
  /** Epoch ms of the last change. */
  readonly untilMs: number;
  /** Spot pools with and without a history, and those whose history begins after the run. */
  readonly found: number;
  readonly missing: number;
  readonly late: number;
}

/**
 * Prices of the run's pools. The run begins in the history at `toldMs` when that is given, else at the trace's own time where
 * the history covers it (`originMs`; 0: the trace has none), else where the history begins. Before a pool's first change its
 * first price holds, behind its last one the last. Throws InputError when the history has nothing to do with the run.
 */
export function alignHistory(
  history: PriceHistory,
  place: MarketPlace,
  toldMs: number | undefined,
  originMs: number,
  file: string,
): AlignedPrices {
  const byName = new Map(history.pools.map((pool) => [`${pool.zone} ${pool.instanceType}`, pool]));
  const changesOf = place.pools.map(({ market, overheadFree, zone, instanceType }) =>
    market === "spot" && overheadFree !== true
      ? (byName.get(`${zone} ${place.instanceTypes[instanceType]!.name}`) ?? null)
      : undefined,
  );
  const found = changesOf.filter((changes) => changes !== undefined && changes !== null);
  if (found.length === 0) throw new InputError([nothingInCommon(history, file)]);
  const startMs = Math.min(...found.map(({ timesMs }) => timesMs[0]!));
  const untilMs = Math.max(...found.map(({ timesMs }) => timesMs.at(-1)!));
  if (toldMs !== undefined && (toldMs < startMs || toldMs > untilMs)) {
    const message = `the history has nothing of ${instant(toldMs)}`;
    const hint = `for the pools of the run it goes from ${instant(startMs)} to ${instant(untilMs)}`;
    throw new InputError([errorIssue("outside-history", message, { file, hint })]);
  }
  const covers = originMs > 0 && originMs >= startMs && originMs <= untilMs;
  const fromMs = toldMs ?? (covers ? originMs : startMs);
  return {
    prices: changesOf.map((changes) => (changes ? seriesFrom(changes, fromMs) : null)),
    fromMs,
    because: toldMs !== undefined ? "told" : covers ? "trace" : "start",
    untilMs,
    found: found.length,
    missing: changesOf.filter((changes) => changes === null).length,
    late: found.filter(({ timesMs }) => timesMs[0]! > fromMs).length,
  };
}

function seriesFrom({ timesMs, microUsdPerHour }: PriceChanges, fromMs: number): PriceSeries {
  const first = Math.max(
    0,
    timesMs.findLastIndex((timeMs) => timeMs <= fromMs),
  );
  return {
    timesMs: timesMs
      .slice(first)
      .map((timeMs, index) => (index === 0 ? Math.min(0, timeMs - fromMs) : timeMs - fromMs)),
    microUsdPerHour: microUsdPerHour.slice(first),
  };
}

function nothingInCommon({ account }: PriceHistory, file: string) {
  const message = `none of the run's spot pools is among the ${account.rows} prices of the file`;
  const hint = "the history must be of the scenario's region and instance types, product Linux/UNIX";
  return errorIssue("no-pool-in-history", message, { file, hint });
}

/** "2023-04-01 06:50 UTC". */
export function instant(epochMs: number): string {
  const minute = new Date(Math.floor(epochMs / MS_PER_MINUTE) * MS_PER_MINUTE).toISOString();
  return `${minute.slice(0, 10)} ${minute.slice(11, 16)} UTC`;
}
