// Somebody else's account, here one that a simulated controller scales, watched by shadow mode and compared.

import { beforeAll, describe, expect, it } from "vitest";
import type { ComparedFigure } from "../../../src/live/shadow/comparison.js";
import { compareShadow, type ShadowResult, shadowRecord } from "../../../src/run/live/shadow.js";
import { loadTrace } from "../../../src/run/load-replay.js";
import { replay } from "../../../src/run/replay.js";
import { LOOK_MS, resolve, type Watch, watched } from "./watched-account.js";

const JOBS = 300;
const HOUR_MS = 3_600_000;

function scenario(strategies: string, { seed = 1, spot = "none", minvCpus = 0 } = {}): string {
  return `
seed: ${seed}
trace:
  # What AWS Batch does in the account with jobs that lose their host.
  retryStrategy: { attempts: 10 }
  synthetic:
    jobs: ${JOBS}
    duration: 5h
    seed: 1
    shapes:
      - { name: small, vcpus: 1, memory: 2 GiB, weight: 3, runtime: { median: 4m, p95: 12m } }
      - { name: large, vcpus: 8, memory: 30 GiB, weight: 1, runtime: { median: 20m, p95: 60m } }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: ${minvCpus}, maxvCpus: 256, instanceTypes: [m6i, c6i] }
strategies: [${strategies}]
baselines: []
world: { unmanaged: {}${spot === "none" ? "" : `, spot: ${spot}`} }
`;
}

function figureOf({ comparison }: ShadowResult, name: string): ComparedFigure {
  return comparison.figures.find((figure) => figure.name === name)!;
}

const WAITS = ["mean wait", "median wait", "95th percentile wait", "longest wait"];

describe("the same strategy in the same world", () => {
  for (const [strategy, spot] of [
    ["best-fit", "none"],
    ["karpenter", "none"],
    ["elastigroup", "none"],
    // Instances are taken back: what jobs lost with their hosts is run again in both.
    ["best-fit", "bad-day"],
  ] as const) {
    it(`${strategy}, spot: ${spot}: is itself, but for when ends are seen`, async () => {
      const resolved = resolve(scenario(strategy, { spot }));
      const { recorder } = await watched(resolved);
      const record = shadowRecord(recorder);
      const result = compareShadow({ resolved, record });
      expect(result.comparison).toMatchObject({ jobsCompared: JOBS, jobsOnlyActual: 0, jobsOnlySimulated: 0 });
      // The recorded jobs are the account's own, to the millisecond, and the seed draws the same boots.
      for (const name of WAITS) expect(figureOf(result, name).difference, name).toBe(0);
      expect(figureOf(result, "instances").difference).toBe(0);
      expect(figureOf(result, "interruptions").difference).toBe(0);
      if (spot === "bad-day") expect(figureOf(result, "interruptions").actual).toBeGreaterThan(10);
      // Ends that a controller asks for come right after a look: half a look too late, every one of them. Ends at other times
      // are known to half a look each way.
      const halfLooks = (record.lives.length * LOOK_MS) / 2 / HOUR_MS;
      const hours = figureOf(result, "instance-hours").difference!;
      if (spot === "none") expect(hours).toBeCloseTo(-halfLooks, 6);
      else expect(Math.abs(hours)).toBeLessThanOrEqual(halfLooks);
      expect(Math.abs(figureOf(result, "cost").relative!)).toBeLessThan(0.02);
    });
  }
});

describe("an account that cluster-autoscaler scales", () => {
  let watch: Watch;
  let record: ReturnType<typeof shadowRecord>;
  beforeAll(async () => {
    watch = await watched(resolve(scenario("cluster-autoscaler")));
    record = shadowRecord(watch.recorder);
  });

  it("is about what it is with other boots than its own", () => {
    const result = compareShadow({ resolved: resolve(scenario("cluster-autoscaler", { seed: 2 })), record });
    const cost = figureOf(result, "cost").relative!;
    expect(Math.abs(cost)).toBeLessThan(0.05);
    expect(cost).not.toBe(0);
    expect(Math.abs(figureOf(result, "mean wait").relative!)).toBeLessThan(0.25);
  });

  it("differs from karpenter as a replay of both says", async () => {
    const both = resolve(scenario("cluster-autoscaler, karpenter"));
    const trace = await loadTrace(both, both.scenario.trace, "s.yaml", undefined);
    const header = { seed: 1 } as Parameters<typeof replay>[2];
    const [autoscaler, karpenter] = replay(both, trace, header).runs.map(({ cost, waitMs }) => ({
      cost: cost.totalMicroUsd,
      wait: waitMs.mean,
    }));
    const result = compareShadow({ resolved: resolve(scenario("karpenter")), record });
    const cost = figureOf(result, "cost").relative!;
    const wait = figureOf(result, "mean wait").relative!;
    const replayedCost = karpenter!.cost / autoscaler!.cost - 1;
    const replayedWait = karpenter!.wait / autoscaler!.wait - 1;
    expect(Math.sign(cost)).toBe(Math.sign(replayedCost));
    expect(Math.abs(replayedCost)).toBeGreaterThan(0.1);
    // A bill begins when an instance runs, shadow mode's with its launch; a bill ends with the last job.
    expect(Math.abs(cost - replayedCost)).toBeLessThan(0.05);
    expect(wait).toBeCloseTo(replayedWait, 3);
    expect(figureOf(result, "instances").difference).toBeLessThan(-30);
  });

  it("costs the simulated side what the live prices say", () => {
    const resolved = { ...resolve(scenario("karpenter")), overheadMicroUsdPerHour: 0 };
    const prices = (factor: number) =>
      new Map(resolved.pools.map(({ priceMicroUsdPerHour }, pool) => [pool, factor * priceMicroUsdPerHour]));
    const plain = compareShadow({ resolved, record, prices: prices(1) });
    const dear = compareShadow({ resolved, record, prices: prices(2) });
    const cost = (result: ShadowResult) => figureOf(result, "cost").simulated!;
    // Twice the price for everything: karpenter chooses the same. To a micro-dollar, for each side is rounded once.
    expect(cost(dear)).toBeCloseTo(2 * cost(plain), 5);
    expect(cost(compareShadow({ resolved, record }))).toBe(cost(plain));
    expect(plain.text).not.toContain("without a live price");
    expect(compareShadow({ resolved, record }).text).toContain("simulated instances of pools without a live price");
  });

  it("gives the same again", () => {
    const input = { resolved: resolve(scenario("karpenter")), record };
    expect(compareShadow(input).json).toBe(compareShadow(input).json);
  });

  it("is told in time, with reasons on our side", () => {
    const { timeline, text } = compareShadow({ resolved: resolve(scenario("karpenter")), record });
    const ours = timeline.filter(({ side }) => side === "simulated");
    expect(ours[0]).toMatchObject({ change: "came", instances: 1 });
    expect(ours[0]!.why).toMatch(/^1 job waits, nothing is on its way; one is to take 1; costs /);
    expect(ours.at(-1)).toMatchObject({ change: "left", why: "empty for its idle delay, 15 s" });
    expect(timeline.at(-1)).toMatchObject({ actualInstances: 0, simulatedInstances: 0 });
    expect(text).toContain("What the account did, and what karpenter of scenario s would have done.");
  });
});

describe("a watch of some hours", () => {
  it("accounts for every job that it saw, and for those alone whose whole story it saw", async () => {
    const resolved = resolve(scenario("cluster-autoscaler"));
    const { recorder, input } = await watched(resolved, { fromMs: 1.25 * HOUR_MS, untilMs: 3.9 * HOUR_MS });
    const record = shadowRecord(recorder);
    const result = compareShadow({ resolved, record });
    const { jobs } = JSON.parse(result.json);
    const left: Record<string, number> = {};
    for (const { code, jobs: count } of jobs.leftOut) left[code] = count;
    // Both kinds are there, or the test would show nothing.
    expect(left["began-before"]).toBeGreaterThan(0);
    expect(left.open).toBeGreaterThan(0);
    expect(Object.keys(left).sort()).toEqual(["began-before", "open"]);
    expect(result.comparison.jobsCompared + jobs.waitingAtStart + left["began-before"]! + left.open!).toBe(
      record.jobs.length,
    );
    // vCPU-hours of what the simulated run does, by hand: all of these jobs run once.
    const compared = record.jobs.filter(
      ({ withoutRuntime, submitMs, waitMs }) => withoutRuntime === "" && submitMs + waitMs >= record.quality.fromMs,
    );
    const hours = compared.reduce(
      (sum, { vcpuMilli, runtimeMs }) => sum + (vcpuMilli / 1_000) * (runtimeMs / HOUR_MS),
      0,
    );
    expect(jobs.vcpuHours).toBeCloseTo(hours, 9);
    expect(jobs.leftOutVcpuHours).toBeGreaterThan(0);
    expect(result.text).toMatch(/not in the simulated run: \d+ jobs?, since they began before the watch/);
    expect(input.workload.jobCount).toBe(JOBS);
  });

  it("begins with what the scenario always keeps", async () => {
    // 64 vCPUs from the beginning of the watch to its end, whether there are jobs or not.
    const resolved = resolve(scenario("karpenter", { minvCpus: 64 }));
    const { recorder } = await watched(resolve(scenario("karpenter")), { untilMs: 4 * HOUR_MS });
    const { quality, ...rest } = shadowRecord(recorder);
    // Two quiet hours more, before the first job.
    const earlier = { ...quality, fromMs: quality.fromMs - 2 * HOUR_MS };
    const vcpuHours = (fromMs: typeof quality) =>
      figureOf(compareShadow({ resolved, record: { ...rest, quality: fromMs } }), "vCPU-hours").simulated!;
    expect(vcpuHours(quality)).toBeGreaterThan(0.95 * 4 * 64);
    expect(vcpuHours(earlier)).toBeGreaterThan(vcpuHours(quality) + 0.9 * 2 * 64);
  });
});
