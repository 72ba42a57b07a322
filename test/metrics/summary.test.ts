// The figures of a run beside the bill: waits, slowdown, histogram, attribution, series. Small stories, worked out by hand.

import { describe, expect, it } from "vitest";
import { summariseRun } from "../../src/metrics/summary.js";
import { simulate } from "../../src/sim/simulate.js";
import {
  environment,
  instanceType,
  job,
  jobQueue,
  jobs,
  pool,
  type Story,
  s,
  shape,
  simulationInput,
  world,
} from "../builders.js";

const label = { name: "run", role: "baseline", description: "what it is" } as const;
const NO_EXTRAS = { minimumMs: 0, rootVolumeMicroUsdPerHour: 0, publicIpv4MicroUsdPerHour: 0 };
const HALF = { vcpu: 0.5, memory: 0.5, gpu: 0 };

/** Four vCPUs and 16 GiB at 3.60 USD per hour: 1 micro-USD per ms. */
const TYPE = instanceType("m", 4, 16);
const one = shape(1, 4);

function summarise(story: Partial<Story> & Pick<Story, "jobs">, billing = NO_EXTRAS, shares = [HALF]) {
  const input = simulationInput({ types: [TYPE], pools: [pool(0, 3.6)], ...story });
  return summariseRun(label, simulate(input).ledger, input.workload, billing, shares);
}
const fixedFleet = (count: number) => [environment([0], { fixedFleet: [{ pool: 0, count }] })];

describe("a run's summary", () => {
  it("carries its label and policies", () => {
    const run = summarise({ jobs: [job(0, s(1), one)], strategy: { provisioning: "BEST_FIT_PROGRESSIVE" } });
    expect(run).toMatchObject({
      ...label,
      policies: {
        queueDiscipline: "fifo",
        placement: "best-fit",
        provisioning: "BEST_FIT_PROGRESSIVE",
        idleDelayMs: 60_000,
        maxScaleDownShare: 1,
        decisionIntervalMs: 0,
        maxLaunchesPerDecision: 100,
      },
    });
    const fixed = summarise({ jobs: [job(0, s(1), one)], environments: fixedFleet(1) });
    expect(fixed.policies.provisioning).toBe("fixed");
    const queueDisciplines = { urgent: "easy", main: "fifo-skip" } as const;
    const mixed = summarise({ jobs: [job(0, s(1), one)], strategy: { queueDisciplines } });
    expect(mixed.policies.queueDisciplines).toBe("urgent easy; main fifo-skip");
    expect(mixed.policies).not.toHaveProperty("fairShareHalfLifeMs");
  });

  it("names the settings that are not the plain ones", () => {
    const run = summarise({
      jobs: [job(0, s(1), one)],
      strategy: {
        provisioning: "cluster-autoscaler",
        expander: "price",
        spot: {
          ...{ fallbackAfterMs: s(240), poolsPerLaunch: 5, countsRework: true },
          escalation: { lostAttempts: 2, ageMs: null, turnaroundMs: s(3600) },
        },
        headroom: { units: 2, vcpuMilli: 1000, memoryMib: 1024, gpuMilli: 0, automaticShare: 0.05 },
        scaleDown: { cooldownMs: s(300), softCordon: true, windows: [{ startMinute: 0, endMinute: 60 }] },
        ...{ learnsMemory: true, batchingWindowMs: s(5) },
      },
    });
    expect(run.policies).toEqual({
      ...{ queueDiscipline: "fifo", placement: "best-fit", provisioning: "cluster-autoscaler", expander: "price" },
      ...{ countsRework: "yes", poolsPerLaunch: 5, fallbackAfterMs: s(240), lostAttempts: 2, turnaroundMs: s(3600) },
      ...{ headroomUnits: 2, headroomShare: 0.05, learnsMemory: "yes", batchingWindowMs: s(5) },
      ...{ idleDelayMs: 60_000, maxScaleDownShare: 1, cooldownMs: s(300), softCordon: "yes", scaleDownWindows: 1 },
      ...{ decisionIntervalMs: 0, maxLaunchesPerDecision: 100 },
    });
  });

  it("is all zeros for a run without jobs", () => {
    const run = summarise({ jobs: [] });
    const nothing = { mean: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    expect(run).toMatchObject({ waitMs: nothing, boundedSlowdown: nothing, makespanMs: 0, longestWaits: [] });
    expect(run.cost).toMatchObject({ totalMicroUsd: 0, byInstanceType: [], byJobName: [] });
    expect(run.instances).toEqual({ launched: 0, peak: 0, instanceHours: 0, meanLifeMs: 0 });
  });
});

describe("waits", () => {
  it("are sorted into the histogram by their upper edge", () => {
    // One vCPU for ever; three jobs of 5 s: waits 0, 5, 10. A fourth at 30 runs at once.
    const one4 = shape(4, 4);
    const rows = [...jobs(3, job(0, s(5), one4)), job(s(30), s(5), one4)];
    const { waitHistogram } = summarise({ jobs: rows, environments: fixedFleet(1) });
    const filled = waitHistogram.filter((bucket) => bucket.jobs > 0);
    expect(filled).toEqual([
      { upToMs: 0, jobs: 2 },
      { upToMs: s(5), jobs: 1 },
      { upToMs: s(10), jobs: 1 },
    ]);
    // Every edge once, in order, and an open end.
    const edges = waitHistogram.map((bucket) => bucket.upToMs);
    expect(edges.at(-1)).toBeNull();
    expect(edges.slice(0, -1)).toEqual(edges.slice(0, -1).toSorted((a, b) => a! - b!));
  });

  it("beyond the last edge are counted as well", () => {
    // 96 h is the last edge; a job that runs for 97 h holds the next one up.
    const rows = jobs(2, job(0, 97 * 3_600_000, shape(4, 4)));
    expect(summarise({ jobs: rows, environments: fixedFleet(1) }).waitHistogram.at(-1)).toEqual({
      upToMs: null,
      jobs: 1,
    });
  });

  it("lists the ten longest, longest first, ties by submission", () => {
    // Twelve jobs of 10 s on one instance, two at a time (2 vCPUs each): waits 0 0 10 10 20 20 30 30 40 40 50 50.
    const rows = jobs(12, job(0, s(10), shape(2, 4), { name: "two" }));
    const { longestWaits } = summarise({ jobs: rows, environments: fixedFleet(1) });
    const waits = longestWaits.map(({ job: id, waitMs }) => `${id} ${waitMs / 1000}`);
    expect(waits).toEqual(["j10 50", "j11 50", "j8 40", "j9 40", "j6 30", "j7 30", "j4 20", "j5 20", "j2 10", "j3 10"]);
    expect(longestWaits[0]).toEqual({ job: "j10", name: "two", queue: "main", submitMs: 0, waitMs: s(50), why: [] });
  });

  it("make slowdown relative to at least ten seconds", () => {
    // Waits 0 and 20 behind a job of 20 s; run times 20 and 2: 1, and (20 + 2) / 10 = 2.2.
    const rows = [job(0, s(20), shape(4, 4)), job(0, s(2), shape(4, 4))];
    const { boundedSlowdown } = summarise({ jobs: rows, environments: fixedFleet(1) });
    expect(boundedSlowdown).toEqual({ mean: 1.6, p50: 1, p95: 2.2, p99: 2.2, max: 2.2 });
  });
});

describe("the cost", () => {
  it("of an unused instance is nobody's", () => {
    // Two fixed instances for 10 s; one job on one of them. 10 s x 1 micro-USD per ms each.
    const { cost } = summarise({ jobs: [job(0, s(10), one)], environments: fixedFleet(2) });
    expect(cost.totalMicroUsd).toBe(20_000);
    expect(cost.byQueue).toEqual([
      { queue: "main", jobs: 1, microUsd: 10_000 },
      { queue: null, jobs: 0, microUsd: 10_000 },
    ]);
    expect(cost.byJobName).toEqual([
      { queue: "main", name: "job", jobs: 1, microUsd: 10_000 },
      { queue: null, name: null, jobs: 0, microUsd: 10_000 },
    ]);
  });

  it("of an instance that only ran a job without length is that job's", () => {
    // 60 s of idleness, 1 micro-USD per ms.
    expect(summarise({ jobs: [job(0, 0, one)] }).cost.byQueue).toEqual([{ queue: "main", jobs: 1, microUsd: 60_000 }]);
  });

  it("is shared in proportion to what was held for how long", () => {
    // Both on one instance for 10 s: 1 vCPU 4 GiB (1/4 of the price) and 2 vCPUs 4 GiB (1/2 x 1/2 + 1/2 x 1/4 = 3/8).
    const rows = [job(0, s(10), one, { queue: "a" }), job(0, s(10), shape(2, 4), { queue: "b" })];
    const queues = [jobQueue("a"), jobQueue("b"), jobQueue("c")];
    const { cost } = summarise({ jobs: rows, queues, environments: fixedFleet(1) });
    // 10000 x 2/5 and 3/5.
    expect(cost.byQueue).toEqual([
      { queue: "a", jobs: 1, microUsd: 4000 },
      { queue: "b", jobs: 1, microUsd: 6000 },
      { queue: "c", jobs: 0, microUsd: 0 },
    ]);
  });

  it("of fifty names is listed, of the others summed", () => {
    // 52 jobs of 1 s in a row, each with a name of its own: 52000 in all, 1000 each.
    const rows = Array.from({ length: 52 }, (_, i) => job(0, s(1), shape(4, 16), { name: `n${i}` }));
    const { byJobName } = summarise({ jobs: rows, environments: fixedFleet(1) }).cost;
    expect(byJobName.length).toBe(51);
    expect(byJobName[0]).toEqual({ queue: "main", name: "n0", jobs: 1, microUsd: 1000 });
    expect(byJobName.at(-1)).toEqual({ queue: null, name: null, jobs: 2, microUsd: 2000 });
  });

  it("of GPUs that memory strands is its own category", () => {
    // Two GPUs; the job takes all memory, one GPU and half the vCPUs for 10 s. Shares 1/8, 1/8, 3/4.
    // Useful 1/8 x 1/2 + 1/8 + 3/4 x 1/2 = 9/16; stranded vCPU 1/16, GPU 3/8.
    const shares = [{ vcpu: 0.125, memory: 0.125, gpu: 0.75 }];
    const types = [instanceType("g", 4, 16, 2)];
    const run = summarise(
      { jobs: [job(0, s(10), shape(2, 16, 1))], types, environments: fixedFleet(1) },
      NO_EXTRAS,
      shares,
    );
    const used = run.cost.byCategory.filter((row) => row.microUsd > 0);
    expect(used).toEqual([
      { category: "useful", microUsd: 5625 },
      { category: "strandedVcpu", microUsd: 625 },
      { category: "strandedGpu", microUsd: 3750 },
    ]);
    expect(run.utilisation).toEqual({ vcpu: 0.5, memory: 1, gpu: 0.5 });
  });

  it("has a minimum, charged to storage and addresses as well", () => {
    // Life 10 + 10 idle = 20 s of a minimum of 60: 40 s more. Storage 1 and IPv4 2 per s over all 60.
    const billing = { minimumMs: s(60), rootVolumeMicroUsdPerHour: 3600, publicIpv4MicroUsdPerHour: 7200 };
    const strategy = { scaleDown: { idleDelayMs: s(10), maxShare: 1 } };
    const { cost } = summarise({ jobs: [job(0, s(10), shape(4, 16))], strategy }, billing);
    const used = cost.byCategory.filter((row) => row.microUsd > 0);
    expect(used).toEqual([
      { category: "useful", microUsd: 10_000 },
      { category: "idle", microUsd: 10_000 },
      { category: "minimumCharge", microUsd: 40_000 },
      { category: "storage", microUsd: 60 },
      { category: "publicIpv4", microUsd: 120 },
    ]);
  });
});

describe("the series", () => {
  it("are averages per step of queue, use and fleet", () => {
    // Two jobs of 2 vCPUs at 0.5 s; asked for at 0.5, running at 1, registered at 2, placed at 2, ended at 4. The instance
    // goes at 5 (idle delay 1 s). Steps of 1 s.
    const rows = jobs(2, job(500, s(2), shape(2, 8)));
    const delays = world({ pending: 500, boot: s(1) });
    const strategy = { scaleDown: { idleDelayMs: s(1), maxShare: 1 } };
    const { series } = summarise({ jobs: rows, world: delays, strategy, overheadMicroUsdPerHour: 1000 });
    expect(series).toEqual({
      stepMs: 1000,
      steps: 5,
      // Two jobs for half the first step and all of the second.
      queuedJobs: [1, 2, 0, 0, 0],
      queuedVcpus: [2, 4, 0, 0, 0],
      busyVcpus: [0, 0, 4, 4, 0],
      // Billed from running to the end.
      fleetVcpus: [{ instanceType: "m", vcpus: [0, 4, 4, 4, 4] }],
      microUsdPerHour: [0, 3_601_000, 3_601_000, 3_601_000, 3_601_000],
    });
  });

  it("have at most 400 steps of a readable length", () => {
    // 401 s do not go into 400 steps of 1 s: 2 s, 201 of them. The last one is averaged over the half before the end.
    const { series } = summarise({ jobs: [job(0, s(401), shape(4, 16))], environments: fixedFleet(1) });
    expect({ stepMs: series.stepMs, steps: series.steps }).toEqual({ stepMs: 2000, steps: 201 });
    expect(series.busyVcpus).toEqual(Array.from({ length: 201 }, () => 4));
  });

  it("name the largest types and sum the others", () => {
    // Ten types, each with a fixed instance of i + 1 vCPUs for 10 s: the eight largest, then 1 + 2 vCPUs of the others.
    const types = Array.from({ length: 10 }, (_, i) => instanceType(`t${i + 1}`, i + 1, 16));
    const pools = types.map((_, i) => pool(i, 1));
    const environments = [environment([], { fixedFleet: types.map((_, i) => ({ pool: i, count: 1 })) })];
    const shares = types.map(() => HALF);
    const { series } = summarise({ jobs: [job(0, s(10), one)], types, pools, environments }, NO_EXTRAS, shares);
    const names = series.fleetVcpus.map(({ instanceType: name, vcpus }) => `${name} ${vcpus[0]}`);
    expect(names).toEqual(["t10 10", "t9 9", "t8 8", "t7 7", "t6 6", "t5 5", "t4 4", "t3 3", "other 3"]);
  });
});
