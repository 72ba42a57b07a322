// A process that a history was made by comes back from it.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exp, ln } from "../../../src/base/exact-math.js";
import { randomStream } from "../../../src/base/random.js";
import type { PriceProcess } from "../../../src/model/market.js";
import { fitPriceProcess } from "../../../src/run/market/fit-prices.js";
import { type PriceChanges, readPriceHistory } from "../../../src/run/market/price-history.js";
import { DATA } from "./market-files.js";

const HOUR = 3_600_000;
const START = 1_700_000_000_000;

/** Histories made by the process as model/market.ts describes it, prices in millionths as they are published. */
function generated({ meanStepMs, sigma, reversion }: PriceProcess, pools: number, steps: number): PriceChanges[] {
  return Array.from({ length: pools }, (_, index) => {
    const stream = randomStream(7, `pool ${index}`);
    const own = ln(1_000_000 * (1 + index));
    const stationary = reversion === 0 ? 0 : sigma / Math.sqrt(1 - (1 - reversion) * (1 - reversion));
    let log = own + stationary * stream.normal();
    let timeMs = START;
    const changes = {
      zone: `z${index}`,
      instanceType: "t",
      timesMs: [timeMs],
      microUsdPerHour: [Math.round(exp(log))],
    };
    for (let step = 0; step < steps; step++) {
      timeMs += Math.round(stream.exponential(meanStepMs));
      log += sigma * stream.normal() - reversion * (log - own);
      changes.timesMs.push(timeMs);
      changes.microUsdPerHour.push(Math.round(exp(log)));
    }
    return changes;
  });
}

describe("fitPriceProcess", () => {
  // 20 x 1000 steps: the mean interval is known to 0.7 %, sigma to 0.5 %, the reversion to sqrt(2 r / 20000) = 0.003 (at 0.1).
  it.each([
    { meanStepMs: 8 * HOUR, sigma: 0.005, reversion: 0.02 },
    { meanStepMs: HOUR, sigma: 0.02, reversion: 0.1 },
    { meanStepMs: 24 * HOUR, sigma: 0.1, reversion: 0.5 },
  ])("gives back a step of $meanStepMs ms, sigma $sigma, reversion $reversion", (process) => {
    const fit = fitPriceProcess(generated(process, 20, 1000))!;
    expect(fit).toMatchObject({ steps: 20_000, pools: 20 });
    expect(fit.process.meanStepMs / process.meanStepMs).toBeCloseTo(1, 1);
    expect(fit.process.sigma / process.sigma).toBeCloseTo(1, 1);
    expect(Math.abs(fit.process.reversion - process.reversion)).toBeLessThan(0.005 + 0.03 * process.reversion);
  });

  it("does not take the mean's own error for a way back", () => {
    // Plain least squares would find 0.03 where 0.01 is the truth, since each pool has but 100 steps (Nickell's bias: 0.02).
    const fit = fitPriceProcess(generated({ meanStepMs: HOUR, sigma: 0.01, reversion: 0.01 }, 400, 100))!;
    expect(Math.abs(fit.process.reversion - 0.01)).toBeLessThan(0.004);
  });

  it("is not misled by a few wild prices", () => {
    const process = { meanStepMs: HOUR, sigma: 0.01, reversion: 0.1 };
    const histories = generated(process, 20, 1000);
    const wild = histories.map((pool, index) => ({
      ...pool,
      // One price in each of three pools is a thousand times too high.
      microUsdPerHour: pool.microUsdPerHour.map((price, i) => (index < 3 && i === 500 ? 1000 * price : price)),
    }));
    const { sigma, reversion } = fitPriceProcess(wild)!.process;
    expect(sigma / process.sigma).toBeCloseTo(1, 0);
    expect(reversion).toBeLessThan(0.2);
  });

  it("counts a pool with one price as none, and tells nothing from too few steps", () => {
    const one: PriceChanges = { zone: "z", instanceType: "t", timesMs: [START], microUsdPerHour: [1] };
    const few = generated({ meanStepMs: HOUR, sigma: 0.1, reversion: 0 }, 1, 29);
    expect(fitPriceProcess([])).toBeUndefined();
    expect(fitPriceProcess([...few, one])).toBeUndefined();
    const enough = generated({ meanStepMs: HOUR, sigma: 0.1, reversion: 0 }, 1, 30);
    expect(fitPriceProcess([...enough, one])).toMatchObject({ steps: 30, pools: 1 });
  });
});

const real = fileURLToPath(new URL("spot-history/6h-us-east-1.csv.gz", DATA));
it.skipIf(!existsSync(real))("finds small, slow steps in us-east-1 (skipped without ../shared/data)", async () => {
  const wants = (_: string, type: string) => type.startsWith("m5.") || type.startsWith("c6i.");
  const { pools } = await readPriceHistory(real, "6h", { region: "us-east-1", zones: [], wants });
  const { meanStepMs, sigma, reversion } = fitPriceProcess(pools)!.process;
  // Sampled four times a day, of which four in five differ; steps of a few tenths of a per cent; hardly a way back.
  expect(meanStepMs / HOUR).toBeGreaterThan(6);
  expect(meanStepMs / HOUR).toBeLessThan(12);
  expect(sigma).toBeGreaterThan(0.002);
  expect(sigma).toBeLessThan(0.01);
  expect(reversion).toBeLessThan(0.02);
});
