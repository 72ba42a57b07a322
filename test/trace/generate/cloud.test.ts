import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { generateCloud, sessionRate } from "../../../src/trace/generate/cloud.js";
import { MODEL_START_MS } from "../../../src/trace/generate/lublin-parameters.js";
import { jobsOf } from "../trace-files.js";
import { distanceTo } from "./distance.js";

const DAY = 86_400_000;

function trace(settings: readonly string[] = [], jobs = 20_000, seed = 1) {
  return generateCloud({ jobs, seed, settings });
}

describe("generateCloud", () => {
  it("gives exactly the jobs asked for, whatever the parameters", () => {
    const parameters = fc.record({
      jobs: fc.integer({ min: 1, max: 500 }),
      seed: fc.integer(),
      arrayShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
      workflowShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
      dailyCycle: fc.double({ min: 0, max: 1, noNaN: true }),
      failureShare: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(parameters, ({ jobs, seed, ...set }) => {
        const settings = Object.entries(set).map(([name, value]) => `${name}=${value}`);
        const { workload, profiles } = trace(settings, jobs, seed);
        expect(workload.jobCount).toBe(jobs);
        expect(workload.originMs).toBeGreaterThanOrEqual(MODEL_START_MS);
        expect(Math.min(...profiles.runtimeMs)).toBeGreaterThanOrEqual(1_000);
        for (let array = 0; array < workload.arrays.count; array++) {
          expect(workload.arrays.starts[array + 1]! - workload.arrays.starts[array]!).toBeGreaterThanOrEqual(2);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("draws run times from a lognormal body with a Pareto tail", () => {
    const settings = ["kindSigma=0", "failureShare=0", "runtimeMedian=600", "tailShare=0.1", "runtimeMost=315360000"];
    const seconds = trace(settings).profiles.runtimeMs.map((ms) => ms / 1_000);
    // Body: P(X <= x) = Phi(ln(x / 600) / 0.4); tail: 1 - (x / xm)^-1.3 above xm = 600 e^0.8.
    const normal = (z: number) => 0.5 * (1 + errorFunction(z / Math.SQRT2));
    const start = 600 * Math.exp(0.8);
    const cdf = (x: number) => 0.9 * normal(Math.log(x / 600) / 0.4) + 0.1 * (x < start ? 0 : 1 - (x / start) ** -1.3);
    expect(distanceTo(seconds, cdf)).toBeLessThan(1.63 / Math.sqrt(seconds.length));
  });

  it("draws array sizes with P(size >= n) falling as 1 / n", () => {
    const { starts, count } = trace(["arrayShare=1", "workflowShare=0"], 100_000).workload.arrays;
    const sizes = Array.from({ length: count - 1 }, (_, array) => starts[array + 1]! - starts[array]!);
    // Bounded Pareto from 2 to 10,000: (2 / n - 2 / 10001) / (1 - 2 / 10001).
    const beyond = 2 / 10_001;
    for (const n of [3, 10, 100, 1_000]) {
      const expected = (2 / n - beyond) / (1 - beyond);
      const share = sizes.filter((size) => size >= n).length / sizes.length;
      expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt(expected / sizes.length));
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
  });

  it("submits less at night and at the weekend", () => {
    const settings = ["arrayShare=0", "workflowShare=0", "sessionRequests=1", "days=28", "weekendFactor=0.25"];
    const { workload } = trace([...settings, "dailyCycle=1"], 50_000);
    const instants = workload.submitMs.map((ms) => workload.originMs - MODEL_START_MS + ms);
    // Two days of seven with a quarter of the rate: 0.5 / 5.5.
    const weekend = instants.filter((ms) => Math.floor(ms / DAY) % 7 >= 5).length / instants.length;
    expect(Math.abs(weekend - 0.5 / 5.5)).toBeLessThan(5 * Math.sqrt((0.0909 * 0.9091) / 50_000));
    // The daily wave's busy half, 08:00 to 20:00, has 5/6 of the day at full swing (synthetic.test.ts).
    const busy = instants.filter((ms) => ms % DAY >= DAY / 3 && ms % DAY < (DAY * 5) / 6).length / instants.length;
    expect(Math.abs(busy - 5 / 6)).toBeLessThan(5 * Math.sqrt(0.139 / 50_000));
  });

  it("makes workflows: prepare, then an array and a gathering job for each stage", () => {
    const settings = [
      "arrayShare=0",
      "workflowShare=1",
      "workflowStages=1",
      "sessionRequests=1",
      "workflowWidthMost=20",
    ];
    const { workload } = trace(settings, 2_000);
    const { arrays, dependencies } = workload;
    const names = jobsOf(trace(settings, 2_000)).map(({ name }) => name.replace(/^kind-\d+/, ""));
    const count = (suffix: string) => names.filter((name) => name === suffix).length;
    // One prepare, one array, one gather each; the last workflow is cut.
    expect(count("-prepare") - count("-gather")).toBeLessThanOrEqual(1);
    expect(arrays.count - count("-gather")).toBeLessThanOrEqual(1);
    expect(dependencies.count).toBe(arrays.count + count("-gather"));
    // Arrays wait for prepare jobs, gathering jobs for arrays.
    for (let edge = 0; edge < dependencies.count; edge++) {
      expect(dependencies.dependent[edge]! < arrays.count).toBe(dependencies.on[edge]! >= arrays.count);
    }
  });

  it("lets jobs fail, and those of workflows succeed in a second attempt", () => {
    const single = trace(["failureShare=0.2", "oomShare=0.5", "workflowShare=0"]);
    const codes = Array.from(single.profiles.script, (script) =>
      script < 0 ? 0 : single.profiles.scripts[script]!.at(-1)!.exitCode,
    );
    const share = (code: number) => codes.filter((each) => each === code).length / codes.length;
    expect(Math.abs(share(137) - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / codes.length));
    expect(Math.abs(share(1) - 0.1)).toBeLessThan(5 * Math.sqrt(0.09 / codes.length));
    const workflow = trace(["failureShare=0.2", "workflowShare=1", "arrayShare=0"], 2_000);
    const scripts = workflow.profiles.scripts;
    expect(scripts.filter((script) => script.length === 2 && script[1]!.exitCode === 0).length).toBeGreaterThan(300);
  });

  it("gives a name one request, a power of two of vCPUs", () => {
    const jobs = jobsOf(trace([], 10_000));
    const requests = new Map<string, string>();
    for (const { name, vcpuMilli, memoryMib, gpuMilli } of jobs) {
      const kind = name.replace(/-(prepare|gather)$/, "");
      const request = `${vcpuMilli} ${memoryMib} ${gpuMilli}`;
      expect(requests.get(kind) ?? request).toBe(request);
      requests.set(kind, request);
      expect(Number.isInteger(Math.log2(vcpuMilli / 1_000))).toBe(true);
    }
    expect(requests.size).toBe(50);
  });

  it("refuses shares that add up to more than 1", () => {
    expect(() => trace(["arrayShare=0.7", "workflowShare=0.4"])).toThrow(InputError);
  });

  it("depends on the seed and on nothing else", () => {
    const hash = (seed: number) => trace([], 5_000, seed).workload.hash;
    expect(hash(1)).toBe(hash(1));
    expect(hash(2)).not.toBe(hash(1));
    // The same on every engine: nothing but exact arithmetic. A change of the model changes it.
    expect(hash(1)).toMatchInlineSnapshot(`"d9b3e980ad8b19ce"`);
  });
});

it.each([
  // Monday 14:00: 1 + 0.6; Monday 02:00: 1 - 0.6; Saturday 14:00: 0.4 of 1.6.
  [14, 1.6],
  [2, 0.4],
  [5 * 24 + 14, 0.64],
])("sessionRate at hour %d is %d", (hour, expected) => {
  const values = { dailyCycle: 0.6, peakHour: 14, weekendFactor: 0.4 };
  expect(sessionRate(values, hour * 3_600_000)).toBeCloseTo(expected, 12);
  // Another peak moves the day along.
  expect(sessionRate({ ...values, peakHour: 10 }, (hour - 4 + (hour < 4 ? 24 : 0)) * 3_600_000)).toBeCloseTo(
    expected,
    12,
  );
});

/** Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
