import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { gammaCdf } from "../../../src/trace/generate/gamma.js";
import { bucketWeights, generateLublin } from "../../../src/trace/generate/lublin.js";
import { LUBLIN_PARAMETERS, MODEL_START_MS } from "../../../src/trace/generate/lublin-parameters.js";
import { type JobView, jobsOf } from "../trace-files.js";
import { distanceTo } from "./distance.js";

const HALF_HOUR = 1_800_000;
const JOBS = 40_000;

const sizeOf = ({ vcpuMilli }: JobView) => vcpuMilli / 1_000;
const isPowerOfTwo = (size: number) => Number.isInteger(Math.log2(size));
const published = (name: keyof typeof LUBLIN_PARAMETERS) => LUBLIN_PARAMETERS[name].default;

function generated(settings: readonly string[] = [], seed = 1, jobs = JOBS): JobView[] {
  return jobsOf(generateLublin({ jobs, seed, settings }));
}

/** Five standard errors of a share. */
const tolerance = (share: number, count: number) => 5 * Math.sqrt((share * (1 - share)) / count);

describe("generateLublin", () => {
  const jobs = generated();

  it("has the published share of serial jobs, and of powers of two", () => {
    expect(jobs).toHaveLength(JOBS);
    const serial = jobs.filter((job) => sizeOf(job) === 1).length / JOBS;
    expect(Math.abs(serial - 0.244)).toBeLessThan(tolerance(0.244, JOBS));
    // Parallel powers of two are pow2Prob of all jobs, and those of the others that round to one. u of the others is uniform
    // over [0.8, 4.5) with 0.86 and [4.5, 7) with 0.14; 2^u rounds to 2 below log2 2.5, to 2^k between log2 (2^k -+ 0.5).
    const density = (u: number) => (u < 4.5 ? 0.86 / 3.7 : 0.14 / 2.5);
    let rounded = 0;
    for (const power of [2, 4, 8, 16, 32, 64, 128]) {
      const from = Math.max(0.8, Math.log2(power - 0.5));
      const to = Math.min(7, Math.log2(power + 0.5));
      // 4.5 lies between 16 and 32: no interval crosses it.
      rounded += (to - from) * density(from);
    }
    const expected = 0.576 + (1 - 0.244 - 0.576) * rounded;
    const powers = jobs.filter((job) => sizeOf(job) > 1 && isPowerOfTwo(sizeOf(job))).length / JOBS;
    expect(Math.abs(powers - expected)).toBeLessThan(tolerance(expected, JOBS));
    expect(Math.max(...jobs.map(sizeOf))).toBe(128);
  });

  it.each([1, 16])("draws run times of size %d from the hyper-gamma of that size", (size) => {
    const lnSeconds = Float64Array.from(
      jobs.filter((job) => sizeOf(job) === size),
      ({ runtimeMs }) => Math.log(runtimeMs / 1_000),
    );
    const first = published("pa") * size + published("pb");
    const mixture = (x: number) =>
      first * gammaCdf(x, published("a1"), published("b1")) +
      (1 - first) * gammaCdf(x, published("a2"), published("b2"));
    const limit = published("maxLnRuntime");
    expect(lnSeconds.length).toBeGreaterThan(1_000);
    expect(distanceTo(lnSeconds, (x) => Math.min(1, mixture(x) / mixture(limit)))).toBeLessThan(
      1.63 / Math.sqrt(lnSeconds.length),
    );
    expect(Math.max(...lnSeconds)).toBeLessThanOrEqual(limit + 1e-6);
  });

  it("lets jobs arrive by the weights of the half-hours", () => {
    const weights = bucketWeights(published("anum"), published("bnum"), published("cycleStart"));
    const { workload } = generateLublin({ jobs: JOBS, seed: 1, settings: [] });
    const counts = new Array<number>(48).fill(0);
    for (const ms of workload.submitMs) {
      counts[Math.floor((workload.originMs - MODEL_START_MS + ms) / HALF_HOUR) % 48]!++;
    }
    // Over 400 days each half-hour gets its share; arrivals come in clumps, so that shares vary more than independent ones.
    for (const [bucket, count] of counts.entries()) {
      expect(Math.abs(count / JOBS - weights[bucket]! / 48)).toBeLessThan(2 * tolerance(weights[bucket]! / 48, JOBS));
    }
    // The gamma of the day peaks at (anum - 1) bnum = 28.4 half-hours: in the early afternoon.
    expect(counts.indexOf(Math.max(...counts))).toBeGreaterThan(24);
    expect(counts.indexOf(Math.max(...counts))).toBeLessThan(32);
  });

  it("spaces arrivals by e^gamma of rush time", () => {
    // A flat day (every half-hour the same weight) makes rush time the time of the clock.
    const flat = ["anum=1", "bnum=1000000"];
    const { submitMs } = generateLublin({ jobs: 20_000, seed: 3, settings: flat }).workload;
    const lnSeconds = Float64Array.from({ length: submitMs.length - 1 }, (_, i) =>
      Math.log(Math.max(1e-3, (submitMs[i + 1]! - submitMs[i]!) / 1_000)),
    );
    const cdf = (x: number) => gammaCdf(x, published("aarr") * published("arar"), published("barr"));
    expect(distanceTo(lnSeconds, (x) => Math.min(1, cdf(x) / cdf(13)))).toBeLessThan(
      1.63 / Math.sqrt(lnSeconds.length),
    );
  });

  it("makes batch and interactive jobs of their own when asked", () => {
    const typed = generated(["types=1"], 1, 20_000);
    const of = (name: string) => typed.filter((job) => job.name === name);
    const [batch, interactive] = [of("batch"), of("interactive")];
    expect(batch.length + interactive.length).toBe(20_000);
    for (const [some, serialProb] of [
      [batch, 0.2927],
      [interactive, 0.1541],
    ] as const) {
      const serial = some.filter((job) => sizeOf(job) === 1).length / some.length;
      expect(Math.abs(serial - serialProb)).toBeLessThan(tolerance(serialProb, some.length));
    }
    expect(new Set(typed.map(({ queue }) => queue))).toEqual(new Set(["batch", "interactive"]));
    // 2^5.5 = 45.25: the largest interactive job.
    expect(Math.max(...interactive.map(sizeOf))).toBe(45);
  });

  it("translates processors to vCPUs and memory", () => {
    const [job] = generated(["serialProb=1", "pow2Prob=0", "vcpusPerProcessor=0.25", "memoryMibPerVcpu=1024"], 1, 1);
    expect(job).toMatchObject({ vcpuMilli: 250, memoryMib: 256 });
  });

  it("begins at the hour that is set", () => {
    const at = (hour: number) =>
      generateLublin({ jobs: 1, seed: 1, settings: [`startHour=${hour}`] }).workload.originMs;
    expect(at(9)).toBeGreaterThan(MODEL_START_MS + 9 * 3_600_000);
    expect(at(0)).toBeGreaterThan(MODEL_START_MS);
    expect(new Date(MODEL_START_MS).toISOString()).toBe("2024-01-01T00:00:00.000Z");
  });

  it.each([
    [["serialProb=0.7", "pow2Prob=0.4"], "add up to more than 1"],
    [["uLow=5"], "do not ascend"],
    [["batch.uHi=1", "types=1"], "batch.uLow, batch.uMed and batch.uHi do not ascend"],
    [["a1=1000", "b1=1", "pa=0", "pb=1"], "hardly any value"],
    [["anum=1000000", "bnum=1000000"], "no half-hour of the day"],
    [["maxLnInterarrival=19", "aarr=19", "barr=0.99"], "2100"],
  ])("refuses %j", (settings, message) => {
    expect(() => generated(settings, 1, 1_000)).toThrow(InputError);
    expect(() => generated(settings, 1, 1_000)).toThrow(message);
  });

  it("depends on the seed and on nothing else", () => {
    const hash = (seed: number, settings: string[] = []) =>
      generateLublin({ jobs: 5_000, seed, settings }).workload.hash;
    expect(hash(1)).toBe(hash(1));
    expect(hash(2)).not.toBe(hash(1));
    // The same on every engine: nothing but exact arithmetic. A change of the model changes it.
    expect({ one: hash(1), typed: hash(1, ["types=1"]) }).toMatchInlineSnapshot(`
      {
        "one": "01d9cd632c89af13",
        "typed": "000fcb2e1a01fb11",
      }
    `);
  });

  it("keeps sizes and arrivals when only run times change", () => {
    const slow = generated(["b2=0.035"], 1, 1_000);
    const plain = generated([], 1, 1_000);
    expect(slow.map(sizeOf)).toEqual(plain.map(sizeOf));
    expect(slow.map(({ submitMs }) => submitMs)).toEqual(plain.map(({ submitMs }) => submitMs));
    expect(slow.map(({ runtimeMs }) => runtimeMs)).not.toEqual(plain.map(({ runtimeMs }) => runtimeMs));
  });
});

it("weights of half-hours average 1", () => {
  const weights = bucketWeights(8.1737, 3.9631, 11);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(48, 9);
  // Half-hour 28 (13:30 to 14:00) is bucket 27.
  const share = gammaCdf(28.5, 8.1737, 3.9631) - gammaCdf(27.5, 8.1737, 3.9631);
  const all = gammaCdf(58.5, 8.1737, 3.9631) - gammaCdf(10.5, 8.1737, 3.9631);
  expect(weights[27]).toBeCloseTo((48 * share) / all, 9);
});
