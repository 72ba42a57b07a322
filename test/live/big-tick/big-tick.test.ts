// A tick among many jobs and instances: what it costs us, and how often AWS is asked. The benchmark `tick` has ten times as many.

import { describe, expect, it } from "vitest";
import { motoMissing } from "../../support/moto.js";
import { BigWorld, countOf, type MeasuredTick } from "./big-world.js";

const CROWD = { arrays: 8, arraySize: 1000, singles: 2000, instances: 200, queues: 4 };
const TICK_S = 15;

describe.skipIf(motoMissing() !== null)("a steady tick among 10,000 waiting jobs and 200 full instances", () => {
  it("takes little of our own time, and asks AWS no more than it may", async () => {
    const big = await BigWorld.start(CROWD);
    try {
      await big.tick();
      const ticks: MeasuredTick[] = [];
      for (let n = 0; n < 3; n++) ticks.push(await big.tick());
      const [tick] = ticks;
      const { observation, isWhole } = tick!.report;
      expect(isWhole).toBe(true);
      expect(observation.jobs.filter(({ status }) => status === "RUNNABLE")).toHaveLength(2000);
      expect(observation.arrays.map(({ statusSummary }) => statusSummary.RUNNABLE)).toEqual(Array(8).fill(1000));
      expect(observation.instances).toHaveLength(200);
      // The least of three: what else the machine does only ever adds to it.
      expect(Math.min(...ticks.map(({ cpuSeconds }) => cpuSeconds))).toBeLessThan(0.5);
      expect(countOf(tick!, /^ec2\.Describe/)).toBeLessThanOrEqual(10 * TICK_S);
      expect(countOf(tick!, /^ecs\.(List|Describe)/)).toBeLessThanOrEqual(10 * TICK_S);
      expect(countOf(tick!, /^batch\./)).toBeLessThanOrEqual(5 * TICK_S);
      expect(countOf(tick!, /!$/)).toBe(0);
    } finally {
      await big.close();
    }
  }, 120_000);
});
