// How interruptions are learned, by hand. The prior of the middle band is 0.0103 an hour with the weight of 100 instance-hours;
// what a type shows is the prior of its pools with the weight of 50.

import { describe, expect, it } from "vitest";
import { expectedRework, Reclaims } from "../../../src/core/market/reclaims.js";
import { RunTimes } from "../../../src/core/market/run-times.js";
import { Outcome, packOutcome } from "../../../src/model/outcome.js";
import { instanceType, pool, s, simulationInput } from "../../builders.js";

const HOUR = s(3_600);
/** Pools 0 and 1: zones of one type in the middle band; 2: another type in the lowest; 3: on-demand. */
const POOLS = [pool(0, 1, "spot"), pool(0, 1, "spot"), pool(1, 1, "spot"), pool(0, 3)].map((it, index) => ({
  ...it,
  interruptionBand: index === 2 ? 0 : 2,
}));
const reclaims = () =>
  new Reclaims(
    simulationInput({ types: [instanceType("m", 2, 8), instanceType("c", 2, 4)], pools: POOLS, jobs: [] }).tables,
  );

describe("learned interruptions", () => {
  it("begin with the band's", () => {
    const it = reclaims();
    it.reckon(0, HOUR);
    expect(it.hourly(0)).toBeCloseTo(0.0103, 12);
    expect(it.hourly(2)).toBeCloseTo(0.2 * 0.0103, 12);
    expect(it.rework[3]).toBe(0);
  });

  it("are interruptions over instance-hours, shared with the other zones of the type", () => {
    const it = reclaims();
    for (let instance = 0; instance < 10; instance++) it.began(0, 0);
    it.interrupted(0);
    it.interrupted(0);
    it.reckon(10 * HOUR, HOUR);
    // Type: (1.03 + 2) / (100 + 100 h) = 0.01515. Pool 0: (0.01515 x 50 + 2) / (50 + 100 h) = 0.018383...; pool 1 has seen nothing.
    expect(it.hourly(0)).toBeCloseTo((0.01515 * 50 + 2) / 150, 12);
    expect(it.hourly(1)).toBeCloseTo(0.01515, 12);
    expect(it.hourly(2)).toBeCloseTo(0.00206, 12);
  });

  it("count an instance's hours until it is gone", () => {
    const it = reclaims();
    it.began(0, 0);
    it.ended(0, 50 * HOUR);
    it.reckon(1_000 * HOUR, HOUR);
    // Nothing in 50 h: type 1.03 / 150, pool (1.03 / 150 x 50) / 100.
    expect(it.hourly(0)).toBeCloseTo(((1.03 / 150) * 50) / 100, 12);
  });
});

describe("expected rework", () => {
  it.each([
    // (e^x - 1) / x - 1.
    { interruptions: 0, expected: 0 },
    { interruptions: 1e-6, expected: 5e-7 },
    { interruptions: 0.1, expected: 0.0517091807564762 },
    { interruptions: 1, expected: 0.718281828459045 },
    // Capped at 3: (e^3 - 1) / 3 - 1.
    { interruptions: 10, expected: 5.361845641062556 },
  ])("for $interruptions interruptions per job is $expected", ({ interruptions, expected }) => {
    expect(expectedRework(interruptions)).toBeCloseTo(expected, 9);
  });
});

describe("run times", () => {
  it("weigh a job by its work where work is at stake", () => {
    const it = new RunTimes();
    it.attemptEnded(0, 3 * HOUR, 0);
    it.attemptEnded(HOUR, HOUR * 100, packOutcome(Outcome.Exited, 1)); // a failure tells nothing
    it.attemptEnded(Number.NaN, HOUR * 100, 0);
    // One hour stands for what is not known, and the three: (1 + 3) / 2, and (1 + 9) / (1 + 3).
    expect([it.meanMs / HOUR, it.meanByWorkMs / HOUR]).toEqual([2, 2.5]);
  });
});
