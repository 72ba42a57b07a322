import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CauseOfWait, WAIT_CAUSES } from "../../../src/model/calibration.js";
import { firstHalf, takeSample } from "../../../src/run/calibrate/sample.js";
import { type SimulatedWaits, simulatedWaits } from "../../../src/run/calibrate/simulated-waits.js";
import { simulate } from "../../../src/sim/simulate.js";
import { environment, instanceType, job, pool, type Story, s, shape, simulationInput, world } from "../../builders.js";

const SMALL = instanceType("small", 2, 8);

/** The waits of a story's jobs, all of which have the same recorded wait. */
function waitsOf(story: Story): SimulatedWaits {
  const input = simulationInput(story);
  const profiles = { ...input.profiles, recordedWaitMs: new Float64Array(input.workload.jobCount) };
  return simulatedWaits(simulate(input).ledger, input.workload, takeSample(input.workload, profiles));
}

describe("simulatedWaits", () => {
  // A sample has twenty jobs at least: the later ones are out of the way of the three that are looked at.
  const others = Array.from({ length: 17 }, (_, i) => job(s(10_000 + 500 * i), s(10), shape(2, 4)));
  const story: Story = {
    types: [SMALL],
    pools: [pool(0, 0.1)],
    environments: [environment([0], { maxVcpuMilli: 2_000 })],
    jobs: [job(s(7), s(100), shape(2, 4)), job(s(10), s(50), shape(2, 4)), job(s(210), s(30), shape(2, 4)), ...others],
    strategy: { decisionIntervalMs: s(15) },
    world: world({ pending: s(10), boot: s(50), pull: s(20), cachedPull: s(5) }),
  };

  it.each<{ index: number; parts: Record<CauseOfWait, number>; what: string }>([
    // Decided and launched at 15 s, registered 60 s later, on the grid; the image takes 20 s.
    { index: 0, what: "launches its instance", parts: { scheduling: 8, boot: 60, capacity: 0, start: 20 } },
    // The first job ends at 95 + 100 = 195 s, on the grid: from 75 s on the second waited for room.
    { index: 1, what: "then waits for room on it", parts: { scheduling: 5, boot: 60, capacity: 120, start: 5 } },
    // Submitted on the grid at 210 s; the second ends at 200 + 50 s, and 255 s is the next decision.
    { index: 2, what: "finds an instance that is full", parts: { scheduling: 0, boot: 0, capacity: 45, start: 5 } },
  ])("tells what a job that $what waited for", ({ index, parts }) => {
    const waits = waitsOf(story);
    for (const cause of WAIT_CAUSES) expect([cause, waits.parts[cause][index]! / 1_000]).toEqual([cause, parts[cause]]);
    expect(waits.waitMs[index]).toBe(s(parts.scheduling + parts.boot + parts.capacity + parts.start));
  });

  it("tells whose image had to be pulled", () => {
    expect([...waitsOf(story).pulledImage.subarray(0, 3)]).toEqual([1, 0, 0]);
  });

  it("splits every wait into parts that sum to it, none of them negative", () => {
    const jobs = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 2 })),
      { minLength: 20, maxLength: 40 },
    );
    fc.assert(
      fc.property(jobs, fc.constantFrom(0, 15, 40), fc.constantFrom(2_000, 6_000, 60_000), (rows, interval, max) => {
        const waits = waitsOf({
          ...story,
          environments: [environment([0], { maxVcpuMilli: max })],
          jobs: rows.map(([submit, run, vcpus]) => job(s(submit), s(run), shape(vcpus, 2))),
          strategy: { decisionIntervalMs: s(interval) },
        });
        waits.waitMs.forEach((wait, i) => {
          const parts = WAIT_CAUSES.map((cause) => waits.parts[cause][i]!);
          expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBe(wait);
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe("takeSample", () => {
  const input = simulationInput({ types: [SMALL], pools: [pool(0, 0.1)], jobs: rowsOf(40) });
  const recorded = (waitOf: (job: number) => number) => ({
    ...input.profiles,
    recordedWaitMs: Float64Array.from({ length: 40 }, (_, i) => waitOf(i)),
  });

  it("takes the jobs with recorded waits, in the order of submission", () => {
    const sample = takeSample(
      input.workload,
      recorded((i) => (i % 2 === 0 ? s(i) : Number.NaN)),
    );
    expect([...sample.job.subarray(0, 3)]).toEqual([0, 2, 4]);
    expect(sample.summary).toEqual({
      jobs: 40,
      compared: 20,
      withoutWait: 20,
      dependent: 0,
      withPull: 0,
      grainMs: 1_000,
    });
    expect(firstHalf(sample).fitted).toBe(10);
  });

  it("sees when waits were recorded in whole minutes", () => {
    expect(
      takeSample(
        input.workload,
        recorded((i) => s(60 * i)),
      ).summary.grainMs,
    ).toBe(60_000);
  });

  it("leaves out jobs that AWS Batch let wait for others, but not those submitted when another ended", () => {
    const dependencies = {
      count: 2,
      dependent: Int32Array.of(5, 6),
      on: Int32Array.of(0, 0),
      kind: Uint8Array.of(0, 2), // success; end
    };
    const sample = takeSample(
      { ...input.workload, dependencies },
      recorded(() => 0),
    );
    expect(sample.summary).toMatchObject({ compared: 39, dependent: 1 });
    expect([...sample.job.subarray(4, 6)]).toEqual([4, 6]);
  });

  it("refuses a trace with too few waits, with what to do", () => {
    const few = recorded((i) => (i < 19 ? 0 : Number.NaN));
    expect(() => takeSample(input.workload, few)).toThrow(/at least 20 jobs with recorded waits, this trace has 19/);
  });
});

function rowsOf(count: number) {
  return Array.from({ length: count }, (_, i) => job(s(i), s(10), shape(1, 1)));
}
