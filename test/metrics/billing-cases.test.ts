// The bill by hand: one row per rule and edge of it, to the micro-USD. Unless a row says otherwise a pool costs 3.60 USD per
// hour, which is 1000 micro-USD per second, an instance runs from 0 on and is ended by us, and neither volume nor address costs
// anything. Times are seconds.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ledger } from "../../src/ledger/ledger.js";
import { summariseRun } from "../../src/metrics/summary.js";
import { ActionBuffer, ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import { EndCause } from "../../src/model/market.js";
import { NONE } from "../../src/model/tables.js";
import { environment, instanceType, pool, s, simulationInput } from "../builders.js";

interface Life {
  /** Default 0. */
  readonly pool?: number;
  /** Default 0; null: it never ran. */
  readonly runs?: number | null;
  /** Default: at once; null: never. */
  readonly registers?: number | null;
  readonly ends: number;
  /** Default: ours. */
  readonly cause?: EndCause | undefined;
}

interface Case {
  readonly rule: string;
  readonly lives: readonly Life[];
  /** Default: one spot pool at 3.60. */
  readonly usdPerHour?: readonly number[];
  /** Pool, time, USD per hour. */
  readonly changes?: readonly (readonly [number, number, number])[];
  readonly market?: "spot" | "on-demand";
  /** Volume and address, micro-USD per hour. */
  readonly beside?: readonly [number, number];
  readonly minimum?: number;
  readonly fargate?: boolean;
  /** Micro-USD. */
  readonly costs: number;
  /** Default 0. */
  readonly refunded?: number;
}

const { Reclaimed, HostFailed, Refused } = EndCause;
const HOUR = 3600;

const CASES: readonly Case[] = [
  // 100 x 1000
  { rule: "time from running to the end", lives: [{ ends: 100 }], costs: 100_000 },
  // (130 - 30) x 1000
  { rule: "nothing before it runs", lives: [{ runs: 30, ends: 130 }], costs: 100_000 },
  // 60 x 1000
  { rule: "a minute at least, for one second", lives: [{ ends: 1 }], costs: 60_000 },
  { rule: "a minute at least, for no time at all", lives: [{ ends: 0 }], costs: 60_000 },
  { rule: "a minute at least, for 59.999 s", lives: [{ ends: 59.999 }], costs: 60_000 },
  { rule: "a minute for a minute", lives: [{ ends: 60 }], costs: 60_000 },
  // 60.001 x 1000
  { rule: "a millisecond more than a minute", lives: [{ ends: 60.001 }], costs: 60_001 },
  { rule: "no minimum where there is none", lives: [{ ends: 1 }], minimum: 0, costs: 1000 },
  // Three minimums: 3 x 60 x 1000
  { rule: "the minimum for each instance", lives: [{ ends: 1 }, { ends: 2 }, { ends: 3 }], costs: 180_000 },
  { rule: "boot: running 40 s, never registered", lives: [{ ends: 40, registers: null }], costs: 60_000 },
  // 90 x 1000
  { rule: "boot: running 90 s, never registered", lives: [{ ends: 90, registers: null }], costs: 90_000 },
  { rule: "nothing for a refused launch", lives: [{ runs: null, ends: 5, cause: Refused }], costs: 0 },

  // 11600 x 61 / 3600 = 196.56
  { rule: "rounding up", usdPerHour: [0.0116], lives: [{ ends: 61 }], costs: 197 },
  // 1 micro-USD per hour for half an hour: 0.5
  { rule: "a half is rounded up", usdPerHour: [1e-6], lives: [{ ends: 1800 }], costs: 1 },
  // 0.4999997
  { rule: "less than a half is not", usdPerHour: [1e-6], lives: [{ ends: 1799.999 }], costs: 0 },
  // 0.5 + 0.5, rounded once
  { rule: "rounding once a pool", usdPerHour: [1e-6], lives: [{ ends: 1800 }, { ends: 1800 }], costs: 1 },
  // 0.5 and 0.5, each rounded
  {
    rule: "rounding every pool",
    ...{ usdPerHour: [1e-6, 1e-6], lives: [{ ends: 1800 }, { pool: 1, ends: 1800 }], costs: 2 },
  },
  // 720 h x 32,772,600
  { rule: "a month of a dear one", usdPerHour: [32.7726], lives: [{ ends: 720 * HOUR }], costs: 23_596_272_000 },
  { rule: "a price of nothing", usdPerHour: [0], lives: [{ ends: 500 }], costs: 0 },

  // It would have cost 3599.999 x 1000.
  {
    rule: "taken at 59:59.999: nothing",
    ...{ lives: [{ ends: 3599.999, cause: Reclaimed }], costs: 0, refunded: 3_599_999 },
  },
  { rule: "taken at 60:00: all of it", lives: [{ ends: HOUR, cause: Reclaimed }], costs: 3_600_000 },
  { rule: "taken at 60:00.001: all of it", lives: [{ ends: 3600.001, cause: Reclaimed }], costs: 3_600_001 },
  // It ran from 100 s on: 3599 s.
  {
    rule: "the hour counts from running",
    ...{ lives: [{ runs: 100, ends: 3699, cause: Reclaimed }], costs: 0, refunded: 3_599_000 },
  },
  // The minimum would have been charged.
  { rule: "taken after 10 s", lives: [{ ends: 10, cause: Reclaimed }], costs: 0, refunded: 60_000 },
  {
    rule: "taken while it booted",
    ...{ lives: [{ ends: 90, registers: null, cause: Reclaimed }], costs: 0, refunded: 90_000 },
  },
  { rule: "taken before it ran", lives: [{ runs: null, ends: 5, cause: Reclaimed }], costs: 0 },
  { rule: "ended by us at 59:59.999", lives: [{ ends: 3599.999 }], costs: 3_599_999 },
  { rule: "ended with the run in its first hour", lives: [{ ends: 2700 }], costs: 2_700_000 },
  { rule: "its host failed in the first hour", lives: [{ ends: 1800, cause: HostFailed }], costs: 1_800_000 },
  { rule: "its host failed in the first minute", lives: [{ ends: 7, cause: HostFailed }], costs: 60_000 },
  // 600 of one are charged, 600 of the other are not
  {
    rule: "taken and kept in one pool",
    ...{ lives: [{ ends: 600, cause: Reclaimed }, { ends: 600 }], costs: 600_000, refunded: 600_000 },
  },
  {
    rule: "no refund on Fargate",
    ...{ lives: [{ ends: 600, cause: Reclaimed }], fargate: true, costs: 600_000 },
  },
  { rule: "no refund on-demand", lives: [{ ends: 600, cause: Reclaimed }], market: "on-demand", costs: 600_000 },

  // 1800 x 1000 + 1800 x 2000
  {
    rule: "a change in mid-hour",
    ...{ changes: [[0, 1800, 7.2]], lives: [{ ends: HOUR }], costs: 5_400_000 },
  },
  // 10 x 1000 + 20 x 2000 + 30 x 500 + 40 x 4000
  {
    rule: "several changes",
    changes: [
      [0, 10, 7.2],
      [0, 30, 1.8],
      [0, 60, 14.4],
    ],
    ...{ lives: [{ ends: 100 }], costs: 225_000 },
  },
  // 100 x 2000: the first price was over before it ran
  { rule: "a change before it ran", changes: [[0, 50, 7.2]], lives: [{ runs: 50, ends: 150 }], costs: 200_000 },
  { rule: "a change when it ends", changes: [[0, 100, 7.2]], lives: [{ ends: 100 }], costs: 100_000 },
  // 10 x 1000 + 10 x 2000, and 40 s more at what it cost in the end
  {
    rule: "the rest of the minimum has the last price",
    changes: [[0, 10, 7.2]],
    lives: [{ ends: 20 }],
    costs: 110_000,
  },
  // 20 x 1000 + 40 x 3000
  { rule: "which may begin as it ends", changes: [[0, 20, 10.8]], lives: [{ ends: 20 }], costs: 140_000 },
  { rule: "but not later", changes: [[0, 30, 36]], lives: [{ ends: 20 }], costs: 60_000 },
  // 100 x 2000 in the one, 100 x 1000 in the other
  {
    rule: "a change in one pool of two",
    ...{
      usdPerHour: [3.6, 3.6],
      changes: [[0, 0, 7.2]],
      lives: [{ ends: 100 }, { pool: 1, ends: 100 }],
      costs: 300_000,
    },
  },
  // 600 x 1000 + 600 x 2000 of the one that was taken; 1800 x 2000 of the one that came at the change
  {
    rule: "a change while one is taken",
    changes: [[0, 600, 7.2]],
    lives: [
      { ends: 1200, cause: Reclaimed },
      { runs: 600, ends: 2400 },
    ],
    ...{ costs: 3_600_000, refunded: 1_800_000 },
  },
  // 60 x 1000 + 60 x 0
  { rule: "a price that falls to nothing", changes: [[0, 60, 0]], lives: [{ ends: 120 }], costs: 60_000 },
  // 1/3 h at 0.000001 and 1/6 h at 0.000001: 0.5 in the sum, 0.33 and 0.17 in parts
  {
    rule: "parts are not rounded",
    usdPerHour: [0],
    changes: [
      [0, 100, 1e-6],
      [0, 1300, 0],
      [0, 2000, 1e-6],
    ],
    ...{ lives: [{ ends: 2600 }], costs: 1 },
  },
  // on-demand prices move too, when the scenario says so: 100 x 1000 + 100 x 2000
  { rule: "a change on-demand", market: "on-demand", changes: [[0, 100, 7.2]], lives: [{ ends: 200 }], costs: 300_000 },

  // 100 x 1000 + 100 x 1 + 100 x 2
  { rule: "volume and address", beside: [3600, 7200], lives: [{ ends: 100 }], costs: 100_300 },
  // 30 GiB: 3333.333333 for an hour, rounded by itself: 3,600,000 + 3333
  { rule: "a volume with a fraction", beside: [10_000 / 3, 0], lives: [{ ends: HOUR }], costs: 3_603_333 },
  // nothing for 1800 s, but 1800 x 1 + 1800 x 2 beside it
  {
    rule: "volume and address of a refunded one",
    ...{ beside: [3600, 7200], lives: [{ ends: 1800, cause: Reclaimed }], costs: 5400, refunded: 1_800_000 },
  },
  // 60 x 1 + 60 x 2
  {
    rule: "volume and address have a minimum, refunded or not",
    ...{ beside: [3600, 7200], lives: [{ ends: 10, cause: Reclaimed }], costs: 180, refunded: 60_000 },
  },
  // volumes do not follow the price: 100 x 1000 + 100 x 2000 + 200 x 1
  {
    rule: "a volume while prices move",
    beside: [3600, 0],
    changes: [[0, 100, 7.2]],
    lives: [{ ends: 200 }],
    costs: 300_200,
  },
];

function summarise(row: Case) {
  const prices = row.usdPerHour ?? [3.6];
  const market = row.market ?? "spot";
  const pools = prices.map((usd) => pool(0, usd, market));
  const environments = [environment([...pools.keys()], { fargate: row.fargate ?? false })];
  const [rootVolumeMicroUsdPerHour, publicIpv4MicroUsdPerHour] = row.beside ?? [0, 0];
  const overheadMicroUsdPerHour = rootVolumeMicroUsdPerHour + publicIpv4MicroUsdPerHour;
  const story = { types: [instanceType("m", 4, 16)], pools, environments, overheadMicroUsdPerHour, jobs: [] };
  const input = simulationInput(story);
  const ledger = new Ledger(input.tables, 0);
  for (const [index, at, usd] of row.changes ?? []) ledger.prices.add(index, s(at), Math.round(usd * 1e6));
  for (const [instance, life] of row.lives.entries()) write(ledger, instance, life);
  const billing = { minimumMs: s(row.minimum ?? 60), rootVolumeMicroUsdPerHour, publicIpv4MicroUsdPerHour };
  const label = { name: "run", role: "strategy", description: "" } as const;
  return summariseRun(label, ledger, input.workload, billing, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
}

/** What the engine and the world would have told of an instance. */
function write(
  ledger: Ledger,
  instance: number,
  { pool: index = 0, runs = 0, registers = runs, ends, cause }: Life,
): void {
  const actions = new ActionBuffer();
  actions.push(ActionKind.Launch, instance, index, 0, NONE, 0);
  ledger.recordActions(actions);
  if (runs !== null) ledger.instanceRunning(instance, index, s(runs));
  if (registers !== null) ledger.recordEvent(EventKind.InstanceRegistered, s(registers), instance, 0);
  const endMs = Math.round(s(ends));
  if (cause === undefined) ledger.endInstance(instance, endMs, NONE);
  else if (cause === Refused) ledger.recordEvent(EventKind.LaunchRefused, endMs, instance, 0);
  else ledger.loseInstance(instance, endMs, cause);
}

describe("the bill", () => {
  it.each(CASES)("$rule: $costs", (row) => {
    const { cost, spot } = summarise(row);
    expect({ costs: cost.totalMicroUsd, refunded: spot.refundedMicroUsd }).toEqual({
      ...{ costs: row.costs, refunded: row.refunded ?? 0 },
    });
    for (const rows of [cost.byCategory, cost.byInstanceType, cost.byQueue, cost.byJobName]) {
      expect(rows.reduce((sum, part) => sum + part.microUsd, 0)).toBe(row.costs);
    }
  });

  it("ends when we ask for the end, though EC2 takes the instance afterwards", () => {
    const input = simulationInput({ types: [instanceType("m", 4, 16)], pools: [pool(0, 3.6, "spot")], jobs: [] });
    const ledger = new Ledger(input.tables, 0);
    write(ledger, 0, { ends: 300 });
    ledger.loseInstance(0, s(310), Reclaimed);
    const billing = { minimumMs: s(60), rootVolumeMicroUsdPerHour: 0, publicIpv4MicroUsdPerHour: 0 };
    const label = { name: "run", role: "strategy", description: "" } as const;
    const run = summariseRun(label, ledger, input.workload, billing, [{ vcpu: 0.5, memory: 0.5, gpu: 0 }]);
    expect(run.cost.totalMicroUsd).toBe(300_000);
    expect(run.spot).toMatchObject({ interruptions: 0, refundedMicroUsd: 0 });
  });

  it("divides what an instance cost among what it did by time, whatever the price was when", () => {
    // Boot 0..50 at 1000 per s, idle 50..100 at 3000 per s: 50000 + 150000, half of it each. The one that was taken is in no
    // category but those of its volume: 50 s boot and 50 s idle for nothing.
    const lives = [
      { registers: 50, ends: 100 },
      { registers: 50, ends: 100, cause: Reclaimed },
    ];
    const { cost } = summarise({ rule: "", lives, changes: [[0, 50, 10.8]], beside: [3600, 0], costs: 0 });
    expect(cost.byCategory.filter((row) => row.microUsd > 0)).toEqual([
      { category: "boot", microUsd: 100_000 },
      { category: "idle", microUsd: 100_000 },
      { category: "storage", microUsd: 200 },
    ]);
  });

  it("of any lives at any prices is what a reckoning second by second gives, and the sum of its parts", () => {
    const life = fc.record({
      pool: fc.nat(1),
      runs: fc.nat(50),
      boots: fc.nat(60),
      lasts: fc.oneof(fc.nat(200), fc.integer({ min: 3590, max: 3610 })),
      cause: fc.constantFrom(undefined, Reclaimed, HostFailed),
    });
    const change = fc.tuple(fc.nat(1), fc.nat(4000), fc.nat(20));
    fc.assert(
      fc.property(fc.array(life, { maxLength: 6 }), fc.array(change, { maxLength: 6 }), (some, unsorted) => {
        const changes = unsorted.toSorted(([, a], [, b]) => a - b);
        const priceAt = (index: number, second: number) =>
          changes.findLast(([where, since]) => where === index && since <= second)?.[2] ?? 3.6;
        const amounts = { charged: [0, 0], refunded: [0, 0] };
        for (const { pool: index, runs, lasts, cause } of some) {
          const which = cause === Reclaimed && lasts < HOUR ? amounts.refunded : amounts.charged;
          for (let second = 0; second < Math.max(60, lasts); second++) {
            // USD per hour for a second, in ninths of a micro-USD: 1e6 x 10 / 3600 = 25000 / 9.
            which[index]! += Math.round(priceAt(index, runs + Math.min(second, lasts)) * 10) * 250;
          }
        }
        const sumOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum + Math.floor(part / 9 + 0.5), 0);
        const lives = some.map(({ runs, lasts, boots, ...more }): Life => {
          return { ...more, runs, ends: runs + lasts, registers: boots <= lasts ? runs + boots : null };
        });
        const { cost, spot } = summarise({ rule: "", usdPerHour: [3.6, 3.6], lives, changes, costs: 0 });
        expect(cost.totalMicroUsd).toBe(sumOf(amounts.charged));
        expect(spot.refundedMicroUsd).toBe(sumOf(amounts.refunded));
        for (const rows of [cost.byCategory, cost.byInstanceType, cost.byQueue, cost.byJobName]) {
          expect(rows.reduce((sum, part) => sum + part.microUsd, 0)).toBe(cost.totalMicroUsd);
          for (const row of rows) expect(row.microUsd).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it("shows as a rate what is paid when", () => {
    // Steps of 1 s up to 100 s: 3.6 USD per hour, 10.8 from 50 s on; the one that was taken at 20 s costs its volume alone.
    const lives = [{ ends: 100 }, { ends: 20, cause: Reclaimed }];
    const row = { rule: "", lives, changes: [[0, 50, 10.8]], costs: 0 } as const;
    const { series } = summarise(row);
    expect(series.microUsdPerHour).toEqual(Array.from({ length: 100 }, (_, i) => (i < 50 ? 3_600_000 : 10_800_000)));
  });
});
