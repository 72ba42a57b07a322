// Where in a history a run begins, and what its pools cost then.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Pool } from "../../../src/model/instance-type.js";
import { alignHistory } from "../../../src/run/market/align-history.js";
import type { MarketPlace } from "../../../src/run/market/market-place.js";
import { type PriceHistory, readPriceHistory } from "../../../src/run/market/price-history.js";
import { instanceType, pool } from "../../builders.js";
import { DATA, issuesOf } from "./market-files.js";

const spot = (zone: string, type = 0): Pool => ({ ...pool(type, 0.05, "spot"), zone });
const PLACE: MarketPlace = {
  region: "us-east-1",
  instanceTypes: [instanceType("m5.large", 2, 8), instanceType("c5.large", 2, 4)],
  pools: [
    pool(0, 0.1),
    spot("use1-az1"),
    spot("use1-az2"),
    spot("use1-az1", 1),
    { ...spot("use1-az1"), overheadFree: true },
  ],
};

const T0 = 1_700_000_000_000;
const HOUR = 3_600_000;
const account = { rows: 9, otherPools: 0, otherProducts: 0, unreadable: 0, unreadableLine: 0, zonesDealt: false };
/** m5.large: 1 at 0 h, 2 at 10 h, 3 at 20 h in one zone; 5 from 8 h on in the other. */
const HISTORY: PriceHistory = {
  account,
  pools: [
    {
      zone: "use1-az1",
      instanceType: "m5.large",
      timesMs: [T0, T0 + 10 * HOUR, T0 + 20 * HOUR],
      microUsdPerHour: [1, 2, 3],
    },
    { zone: "use1-az2", instanceType: "m5.large", timesMs: [T0 + 8 * HOUR], microUsdPerHour: [5] },
    { zone: "use1-az9", instanceType: "m5.large", timesMs: [T0 - HOUR], microUsdPerHour: [7] },
  ],
};

describe("alignHistory", () => {
  it.each([
    // Told: 12 h after T0, where 2 holds since two hours; the other zone costs 5 since four.
    {
      told: T0 + 12 * HOUR,
      origin: T0,
      from: 12,
      because: "told",
      first: [
        [-2, 8],
        [2, 3],
      ],
      second: [[-4], [5]],
      late: 0,
    },
    // The trace's own time, which is that of a change.
    {
      told: undefined,
      origin: T0 + 10 * HOUR,
      from: 10,
      because: "trace",
      first: [
        [0, 10],
        [2, 3],
      ],
      second: [[-2], [5]],
      late: 0,
    },
    // The trace is from before or after the history, or has relative times: the start, before the other zone's first price.
    {
      told: undefined,
      origin: T0 - 1,
      from: 0,
      because: "start",
      first: [
        [0, 10, 20],
        [1, 2, 3],
      ],
      second: [[0], [5]],
      late: 1,
    },
    {
      told: undefined,
      origin: T0 + 21 * HOUR,
      from: 0,
      because: "start",
      first: [
        [0, 10, 20],
        [1, 2, 3],
      ],
      second: [[0], [5]],
      late: 1,
    },
    {
      told: undefined,
      origin: 0,
      from: 0,
      because: "start",
      first: [
        [0, 10, 20],
        [1, 2, 3],
      ],
      second: [[0], [5]],
      late: 1,
    },
    // At the very end the last price holds.
    { told: T0 + 20 * HOUR, origin: 0, from: 20, because: "told", first: [[0], [3]], second: [[-12], [5]], late: 0 },
  ])("$because: the run begins $from h into it", ({ told, origin, from, because, first, second, late }) => {
    const aligned = alignHistory(HISTORY, PLACE, told, origin, "prices");
    const series = ([hours, microUsdPerHour]: number[][]) => ({
      timesMs: hours!.map((h) => h * HOUR),
      microUsdPerHour,
    });
    // On-demand and Fargate have no history, c5.large is not in it, use1-az9 is not in the run.
    expect(aligned.prices).toEqual([null, series(first), series(second), null, null]);
    expect(aligned).toMatchObject({
      fromMs: T0 + from * HOUR,
      untilMs: T0 + 20 * HOUR,
      because,
      late,
      found: 2,
      missing: 1,
    });
  });

  it("refuses a time that the history does not have, and a history of other pools", async () => {
    for (const told of [T0 - 1, T0 + 20 * HOUR + 1]) {
      const issues = await issuesOf(() => alignHistory(HISTORY, PLACE, told, 0, "prices"));
      expect(issues).toMatchObject([{ code: "outside-history", file: "prices" }]);
      expect(issues[0]!.hint).toContain("from 2023-11-14 22:13 UTC to 2023-11-15 18:13 UTC");
    }
    const other = { account, pools: [HISTORY.pools[2]!] };
    expect(await issuesOf(() => alignHistory(other, PLACE, undefined, 0, "prices"))).toMatchObject([
      { code: "no-pool-in-history", file: "prices" },
    ]);
  });
});

const real = fileURLToPath(new URL("spot-history/6h-eu-west-1.csv.gz", DATA));
it.skipIf(!existsSync(real))("keeps every price of a real history (skipped without ../shared/data)", async () => {
  const zones = ["euw1-az1", "euw1-az2", "euw1-az3"];
  const wish = {
    region: "eu-west-1",
    zones,
    wants: (_: string, type: string) => type === "m5.large" || type === "c5.xlarge",
  };
  const history = await readPriceHistory(real, "6h", wish);
  const place: MarketPlace = {
    region: "eu-west-1",
    instanceTypes: [instanceType("c5.xlarge", 4, 8)],
    pools: zones.map((zone) => spot(zone)),
  };
  const startMs = Date.parse("2023-05-01T00:00:00Z");
  const { prices } = alignHistory(history, place, startMs, 0, "6h");
  zones.forEach((zone, index) => {
    const { timesMs, microUsdPerHour } = history.pools.find((p) => p.zone === zone && p.instanceType === "c5.xlarge")!;
    const series = prices[index]!;
    // One price is in effect at the start; all later changes are there, at their times.
    const later = timesMs.flatMap((timeMs, i) => (timeMs > startMs ? [[timeMs - startMs, microUsdPerHour[i]]] : []));
    expect(series.timesMs[0]).toBeLessThanOrEqual(0);
    expect(series.timesMs.slice(1).map((timeMs, i) => [timeMs, series.microUsdPerHour[i + 1]])).toEqual(later);
    expect(series.microUsdPerHour[0]).toBe(microUsdPerHour[timesMs.length - later.length - 1]);
  });
});
