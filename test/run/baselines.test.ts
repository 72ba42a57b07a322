// Which baselines a scenario has, and replays from the scenario text to the result: Fargate, machines of processors, what
// AWS Batch does today.

import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { planRuns, type ReplayTrace, replay, runPlan } from "../../src/run/replay.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { type JobRow, job, jobs, s, shape, workload } from "../builders.js";
import { attemptsOf, instancesOf, launchesOf } from "../ledger/read-ledger.js";

const catalog = loadCatalog();

const IDEAL = "world: { decisionInterval: 0s, pending: 0s, boot: 0s, pull: 0s, cachedPull: 0s }";

function resolved(environments: readonly string[], ...more: readonly string[]) {
  const order = environments.map((_, i) => `{ order: ${i + 1}, computeEnvironment: ce${i} }`);
  const text = [
    "trace: { file: jobs.csv }",
    `jobQueues: [{ jobQueueName: main, computeEnvironmentOrder: [${order}] }]`,
    "computeEnvironments:",
    ...environments.map((rest, i) => `  - { computeEnvironmentName: ce${i}, ${rest} }`),
    IDEAL,
    ...more,
  ].join("\n");
  return resolveScenario(parseScenario(text, "s.yaml", "s"), catalog, "s.yaml");
}

function traceOf(rows: readonly JobRow[]): ReplayTrace {
  const report = {
    file: "jobs.csv",
    format: "csv",
    rows: rows.length,
    jobs: rows.length,
    rejected: [],
    adjusted: [],
    notes: [],
  } as unknown as ReplayTrace["report"];
  return { ...workload(rows), report };
}

const EC2 = "computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m5.large, m5.xlarge] }";
const FARGATE = "computeResources: { type: FARGATE, maxvCpus: 64 }";
const MACHINE = "computeResources: { type: EC2, maxvCpus: 4 }, fixedFleet: { processors: 4 }";
const HEADER = {} as Parameters<typeof replay>[2];

describe("the baselines", () => {
  const names = (...environments: readonly string[]) =>
    planRuns(resolved(environments), traceOf([job(0, s(10), shape(1, 1))])).map(({ label }) => label.name);

  it("start with what AWS Batch does today", () => {
    expect(names(EC2)).toEqual([
      "best-fit",
      "aws-batch-managed",
      "on-demand",
      "fixed-peak",
      "fixed-p95",
      "job-per-instance",
    ]);
  });

  it("leave out what nobody chooses on Fargate, and all for a machine of processors, and say so", () => {
    const rows = [job(0, s(10), shape(1, 1))];
    expect(names(FARGATE)).toEqual(["best-fit", "aws-batch-managed", "on-demand"]);
    expect(replay(resolved([FARGATE]), traceOf(rows), HEADER).notes).toContain(
      "Not run: fixed-peak, fixed-p95, job-per-instance: nobody chooses instances on Fargate.",
    );
    expect(names(MACHINE)).toEqual(["best-fit"]);
    expect(replay(resolved([MACHINE]), traceOf(rows), HEADER).notes.join(" ")).toContain(
      "Not run: aws-batch-managed, on-demand, fixed-peak, fixed-p95, job-per-instance: there is nothing to buy",
    );
  });
});

describe("aws-batch-managed", () => {
  it("keeps an instance for ten minutes, or minScaleDownDelayMinutes once it has run a job", () => {
    for (const [policy, idleS] of [
      ["", 600],
      [", scalingPolicy: { minScaleDownDelayMinutes: 20 }", 1200],
    ] as const) {
      const environment = `computeResources: { type: EC2, maxvCpus: 4, instanceTypes: [m5.large]${policy} }`;
      const scenario = resolved([environment]);
      const trace = traceOf([job(0, s(100), shape(1, 1)), job(s(5000), s(1), shape(1, 1))]);
      const plan = planRuns(scenario, trace).find(({ label }) => label.name === "aws-batch-managed")!;
      const first = instancesOf(runPlan(scenario, trace, plan))[0]!;
      expect(first.endedMs).toBe(s(100 + idleS));
    }
  });

  it("buys on the user's market by the user's strategy", () => {
    const scenario = resolved(["computeResources: { type: SPOT, maxvCpus: 4, instanceTypes: [m5.large, m5.xlarge] }"]);
    const trace = traceOf(jobs(4, job(0, s(100), shape(1, 1))));
    const plan = planRuns(scenario, trace).find(({ label }) => label.name === "aws-batch-managed")!;
    const ledger = runPlan(scenario, trace, plan);
    expect(launchesOf(ledger).map(({ pool }) => scenario.pools[pool]!.market)).toContain("spot");
    expect(plan.strategy).toMatchObject({
      provisioning: "aws-batch",
      queueDiscipline: "aws-batch",
      placement: "first-fit",
    });
  });
});

describe("a run on Fargate", () => {
  const scenario = resolved([FARGATE]);
  const run = (rows: readonly JobRow[]) => {
    const trace = traceOf(rows);
    const ledger = runPlan(scenario, trace, planRuns(scenario, trace)[0]!);
    const typeOf = (pool: number) => scenario.instanceTypes[scenario.pools[pool]!.instanceType]!.name;
    return {
      ledger,
      machines: instancesOf(ledger).map((row) => ({ type: typeOf(row.pool), endedS: row.endedMs / 1000 })),
    };
  };

  it.each([
    { vcpus: 0.25, gib: 0.5, type: "Fargate 0.25 vCPU 0.5 GiB" },
    { vcpus: 0.25, gib: 1.5, type: "Fargate 0.25 vCPU 2 GiB" },
    // 3 GiB are too much for 0.25 vCPU.
    { vcpus: 0.25, gib: 3, type: "Fargate 0.5 vCPU 3 GiB" },
    // 1 vCPU has at least 2 GiB.
    { vcpus: 1, gib: 0.5, type: "Fargate 1 vCPU 2 GiB" },
    // 3 vCPUs: 4, with at least 8 GiB.
    { vcpus: 3, gib: 1, type: "Fargate 4 vCPU 8 GiB" },
    // 31 GiB are too much for 4 vCPUs; 8 go in steps of 4 GiB.
    { vcpus: 4, gib: 31, type: "Fargate 8 vCPU 32 GiB" },
    { vcpus: 16, gib: 113, type: "Fargate 16 vCPU 120 GiB" },
  ])("gives a job of $vcpus vCPUs and $gib GiB the size $type", ({ vcpus, gib, type }) => {
    expect(run([job(0, s(10), shape(vcpus, gib))]).machines).toEqual([{ type, endedS: 10 }]);
  });

  it("gives every job a machine of its own, that ends with it, however many come one after another", () => {
    const { ledger, machines } = run([
      ...jobs(3, job(0, s(10), shape(1, 2))),
      job(s(10), s(10), shape(1, 2)),
      job(s(30), s(10), shape(1, 2)),
    ]);
    expect(machines.map(({ endedS }) => endedS).sort((a, b) => a - b)).toEqual([10, 10, 10, 20, 40]);
    expect(new Set(attemptsOf(ledger).map((row) => row.instance)).size).toBe(5);
  });

  it("stays within maxvCpus", () => {
    const small = resolved(["computeResources: { type: FARGATE, maxvCpus: 2 }"]);
    const trace = traceOf(jobs(5, job(0, s(10), shape(1, 2))));
    const ledger = runPlan(small, trace, planRuns(small, trace)[0]!);
    // At the decision after an end, a millisecond later.
    expect(attemptsOf(ledger).map((row) => Math.round(row.startedMs / 1000))).toEqual([0, 0, 10, 10, 20]);
  });
});

describe("a machine of processors", () => {
  const rows = [job(0, s(10), shape(3, 0)), job(0, s(5), shape(2, 0)), job(s(1), s(5), shape(1, 0))];

  it("is served without waiting for anything but processors", () => {
    const scenario = resolved([MACHINE], "strategies: [{ name: skip, queueDiscipline: fifo-skip }]");
    const trace = traceOf(rows);
    const ledger = runPlan(scenario, trace, planRuns(scenario, trace)[0]!);
    const startS = new Map(attemptsOf(ledger).map((row) => [row.job, row.startedMs / 1000]));
    // 3 of 4 processors until 10: the job of 2 waits, the one of 1 passes.
    expect([startS.get(0), startS.get(1), startS.get(2)]).toEqual([0, 10, 1]);
  });

  it("has a result when it costs nothing, and one floor", () => {
    const result = replay(resolved([MACHINE]), traceOf(rows), HEADER);
    expect(result.floors.map(({ market, microUsd }) => ({ market, microUsd }))).toEqual([
      { market: "on-demand", microUsd: 0 },
    ]);
    expect(result.runs[0]!.jobs).toMatchObject({ total: 3, succeeded: 3 });
  });

  it("costs what its processors cost", () => {
    const machine =
      "computeResources: { type: EC2, maxvCpus: 4 }, fixedFleet: { processors: 4, pricePerProcessorHour: 0.9 }";
    const result = replay(resolved([machine]), traceOf(rows), HEADER);
    // 3 x 10 + 2 x 5 + 1 x 5 = 45 processor-seconds at 0.9 USD an hour: 11 250 micro-USD, less at most a rounding.
    expect(result.floors[0]!.microUsd).toBeGreaterThanOrEqual(11_249);
    expect(result.floors[0]!.microUsd).toBeLessThanOrEqual(11_250);
  });
});

describe("the floor", () => {
  it("counts no volume on Fargate", () => {
    // One job that fills its size for an hour: 4 x 0.04048 + 16 x 0.004445 = 0.23304 USD.
    const result = replay(resolved([FARGATE]), traceOf([job(0, s(3600), shape(4, 16))]), HEADER);
    const onDemand = result.floors.find(({ market }) => market === "on-demand")!;
    expect(onDemand.microUsd).toBeGreaterThanOrEqual(233_039);
    expect(onDemand.microUsd).toBeLessThanOrEqual(233_040);
  });
});
