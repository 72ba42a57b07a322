import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SyntheticTraceSpec } from "../../src/scenario/scenario.js";
import type { SyntheticTraceOptions } from "../../src/trace/options.js";
import { dailyWave, generateTrace } from "../../src/trace/synthetic.js";
import { jobsOf } from "./trace-files.js";

const HOUR = 3_600_000;
const small = {
  ...{ name: "small", queue: "main", vcpus: 1, memoryMib: 2_048, gpus: 0, weight: 3 },
  runtime: { kind: "exponential", meanMs: 60_000 },
} as const;
const large = {
  ...{ name: "large", queue: "gpu", vcpus: 8, memoryMib: 32_768.5, gpus: 0.5, weight: 1 },
  runtime: { kind: "constant", valueMs: 10 },
} as const;

function options(overrides: Partial<SyntheticTraceOptions> = {}): SyntheticTraceOptions {
  return {
    ...{ jobs: 1_000, durationMs: 24 * HOUR, seed: 1, shapes: [small, large], dailyCycle: 0.5, burstSize: 10 },
    ...overrides,
  };
}

describe("generateTrace", () => {
  it("gives exactly the jobs asked for, within the time asked for, numbered in order of submission", () => {
    const parameters = fc.record({
      jobs: fc.integer({ min: 1, max: 400 }),
      durationMs: fc.integer({ min: 1, max: 7 * 24 * HOUR }),
      seed: fc.integer(),
      dailyCycle: fc.double({ min: 0, max: 1, noNaN: true }),
      burstSize: fc.double({ min: 1, max: 500, noNaN: true }),
    });
    fc.assert(
      fc.property(parameters, (chosen) => {
        const trace = generateTrace(options(chosen));
        const jobs = jobsOf(trace);
        expect(jobs).toHaveLength(chosen.jobs);
        expect(trace.report).toMatchObject({ format: "synthetic", rowsRead: chosen.jobs, accepted: chosen.jobs });
        let previousMs = 0;
        for (const [index, job] of jobs.entries()) {
          expect(job.id).toBe(`job-${String(index + 1).padStart(6, "0")}`);
          expect(job.submitMs).toBeGreaterThanOrEqual(previousMs);
          expect(job.runtimeMs).toBeGreaterThanOrEqual(1_000);
          previousMs = job.submitMs;
        }
        expect(previousMs).toBeLessThanOrEqual(chosen.durationMs);
      }),
      { numRuns: 50 },
    );
  });

  it("takes shapes as written, rounded up, and at least one second of run time", () => {
    const [job] = jobsOf(generateTrace(options({ jobs: 1, shapes: [large] })));
    expect(job).toEqual({
      ...{ id: "job-000001", name: "large", queue: "gpu", submitMs: 0, vcpuMilli: 8_000, memoryMib: 32_769 },
      ...{ gpuMilli: 500, runtimeMs: 1_000, limitMs: Number.NaN, recordedWaitMs: Number.NaN },
    });
  });

  it("depends on the seed and on nothing else", () => {
    const hash = (overrides: Partial<SyntheticTraceOptions>) => generateTrace(options(overrides)).workload.hash;
    expect(hash({})).toBe(hash({}));
    expect(hash({ seed: 2 })).not.toBe(hash({}));
  });

  it("keeps submissions when only run times change", () => {
    const slow = { ...small, runtime: { kind: "lognormal", medianMs: HOUR, p95Ms: 9 * HOUR } } as const;
    const { workload: before } = generateTrace(options());
    const { workload: after } = generateTrace(options({ shapes: [slow, large] }));
    expect(after.submitMs).toEqual(before.submitMs);
    expect(after.jobName).toEqual(before.jobName);
    expect(after.hash).not.toBe(before.hash);
  });

  it("draws shapes by weight, bursts of the mean size, and run times of the mean length", () => {
    const trace = generateTrace(options({ jobs: 200_000, durationMs: 365 * 24 * HOUR, burstSize: 20 }));
    const jobs = jobsOf(trace);
    const smallJobs = jobs.filter(({ name }) => name === "small");
    // 10,000 bursts: the share of weight 3 of 4 has a standard error of about 0.006 (sizes vary as much as their mean).
    expect(smallJobs.length / jobs.length).toBeCloseTo(0.75, 1);
    const meanMs = smallJobs.reduce((sum, { runtimeMs }) => sum + runtimeMs, 0) / smallJobs.length;
    expect(Math.abs(meanMs - 60_000)).toBeLessThan(1_000); // standard error 155 ms, plus 8 ms for the floor of 1 s
    // Bursts last 5 s and are 53 min apart on average: a gap above 5 s is a new burst, and few bursts merge.
    let bursts = 1;
    for (let job = 1; job < jobs.length; job++) if (jobs[job]!.submitMs - jobs[job - 1]!.submitMs > 5_000) bursts++;
    expect(bursts).toBeGreaterThan(9_600);
    expect(bursts).toBeLessThan(10_400);
  });

  it("follows the day: the half around 14:00 gets its share", () => {
    const share = (dailyCycle: number) => {
      const trace = generateTrace(options({ jobs: 50_000, durationMs: 10 * 24 * HOUR, burstSize: 1, dailyCycle }));
      // Times count from the first submission, which is seconds after midnight with so many jobs.
      const busy = trace.workload.submitMs.filter((ms) => ms % (24 * HOUR) >= 8 * HOUR && ms % (24 * HOUR) < 20 * HOUR);
      return busy.length / trace.workload.jobCount;
    };
    // The mean of 16 x (0.5 - x) over [0, 0.5] is 2/3: the busy half gets (1 + 2/3) / 2 = 0.8333 at full strength.
    expect(share(1)).toBeCloseTo(5 / 6, 2);
    expect(share(0)).toBeCloseTo(0.5, 2);
  });
});

describe("dailyWave", () => {
  it.each([
    [2, -1],
    [8, 0],
    [11, 0.75],
    [14, 1],
    [20, 0],
    [26, -1],
    [38, 1],
  ])("at hour %d is %d", (hour, expected) => {
    expect(dailyWave(hour * HOUR)).toBeCloseTo(expected, 12);
  });
});

it("a scenario's own specification is accepted as it is", () => {
  const spec: SyntheticTraceSpec = {
    kind: "synthetic",
    unplaceable: "fail",
    withoutDefinition: {},
    ...options({ jobs: 3 }),
  };
  expect(generateTrace(spec).workload.jobCount).toBe(3);
});
