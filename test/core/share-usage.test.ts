// Usage of a share against its definition: a sum over jobs, each integrated by itself.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ShareUsage } from "../../src/core/queue/share-usage.js";

interface Interval {
  readonly startMs: number;
  readonly endMs: number;
  readonly vcpuMilli: number;
}

/** Integral of vcpu x (1 - (t - s) / W) over the job's life inside [t - W, t], and what runs at t for half a window. */
function linearByDefinition(jobs: readonly Interval[], windowMs: number, t: number): number {
  let sum = 0;
  for (const { startMs, endMs, vcpuMilli } of jobs) {
    const from = Math.max(startMs, t - windowMs);
    const to = Math.min(endMs, t);
    if (to > from) {
      // The weight is a straight line: its mean is the one in the middle.
      const weightInTheMiddle = 1 - (t - (from + to) / 2) / windowMs;
      sum += vcpuMilli * (to - from) * weightInTheMiddle;
    }
    if (startMs <= t && endMs > t) sum += (vcpuMilli * windowMs) / 2;
  }
  return sum;
}

/** Starts and ends in (after, until], in order of time. */
function changesBetween(jobs: readonly Interval[], after: number, until: number) {
  return jobs
    .flatMap(({ startMs, endMs, vcpuMilli }) => [
      { timeMs: startMs, vcpuMilli },
      { timeMs: endMs, vcpuMilli: -vcpuMilli },
    ])
    .filter(({ timeMs }) => timeMs > after && timeMs <= until)
    .sort((a, b) => a.timeMs - b.timeMs);
}

const intervals = fc.array(
  fc
    .record({
      startMs: fc.integer({ min: 0, max: 5_000 }),
      lengthMs: fc.integer({ min: 0, max: 3_000 }),
      vcpuMilli: fc.constantFrom(250, 1_000, 16_000),
    })
    .map(({ startMs, lengthMs, vcpuMilli }) => ({ startMs, endMs: startMs + lengthMs, vcpuMilli })),
  { maxLength: 40 },
);

describe("usage of a share", () => {
  it.each([
    // One vCPU for all of the last window of 600 s: half of its vCPU-seconds count, and half a window for going on.
    { startS: 0, endS: 2_000, atS: 600, expectedVcpuS: 300 + 300 },
    // It ended 300 s ago, having run for 300 s in the window's older half: weights 0 to 0.5, 0.25 on average: 75 vCPU-s.
    { startS: 0, endS: 300, atS: 600, expectedVcpuS: 75 },
    // It ended a window ago.
    { startS: 0, endS: 100, atS: 700, expectedVcpuS: 0 },
  ])("decays linearly over the window (%o)", ({ startS, endS, atS, expectedVcpuS }) => {
    const usage = new ShareUsage("linear", 600_000);
    const jobs = [{ startMs: startS * 1000, endMs: endS * 1000, vcpuMilli: 1000 }];
    for (const { timeMs, vcpuMilli } of changesBetween(jobs, -1, atS * 1000)) usage.change(timeMs, vcpuMilli);
    expect(usage.at(atS * 1000)).toBeCloseTo(expectedVcpuS * 1e6, 3);
  });

  it("equals its definition, whatever starts and ends when", () => {
    fc.assert(
      fc.property(
        intervals,
        fc.constantFrom(1, 700, 2_000, 10_000),
        fc.array(fc.integer({ min: 0, max: 9_000 })),
        (jobs, windowMs, looks) => {
          const usage = new ShareUsage("linear", windowMs);
          const times = [...looks].sort((a, b) => a - b);
          let seen = -1;
          for (const t of times) {
            for (const { timeMs, vcpuMilli } of changesBetween(jobs, seen, t)) usage.change(timeMs, vcpuMilli);
            seen = t;
            const expected = linearByDefinition(jobs, windowMs, t);
            expect(Math.abs(usage.at(t) - expected)).toBeLessThanOrEqual(1e-6 * Math.max(1e6, expected));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("halves every half-life", () => {
    // 1 vCPU for 1 s, then nothing: after one more half-life half of it is left.
    const usage = new ShareUsage("half-life", 1_000);
    usage.change(0, 1_000);
    usage.change(1_000, -1_000);
    const atEnd = usage.at(1_000);
    // Integral of 2^(-s) over one half-life: (1 - 1/2) / ln 2 half-lives of 1 s x 1000 milli-vCPU.
    expect(atEnd).toBeCloseTo((0.5 / Math.LN2) * 1e6, 3);
    expect(usage.at(2_000)).toBeCloseTo(atEnd / 2, 3);
  });

  it("is what runs now, when only that counts", () => {
    const usage = new ShareUsage("current", 600_000);
    usage.change(0, 3_000);
    usage.change(10, -1_000);
    expect(usage.at(1e9)).toBe(2_000);
  });
});
