// A strategy's choices on queues and environments.

import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { PLAIN_SCALE_DOWN, type Strategy } from "../../src/model/policy.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { tablesFor, toStrategy, weightOf } from "../../src/run/tables.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { STRATEGY_PRESETS } from "../../src/scenario/strategy-presets.js";
import { type JobRow, job, s, shape, workload } from "../builders.js";

const TEXT = `
trace: { file: jobs.csv }
schedulingPolicies:
  - name: fair
    fairsharePolicy:
      shareDecaySeconds: 1200
      computeReservation: 25
      shareDistribution:
        - { shareIdentifier: blue, weightFactor: 0.5 }
        - { shareIdentifier: "lab*", weightFactor: 4 }
  - name: plain
    fairsharePolicy: { shareDecaySeconds: 0 }
jobQueues:
  - { jobQueueName: shared, schedulingPolicyArn: fair, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }, { order: 2, computeEnvironment: fixed }] }
  - { jobQueueName: zero, schedulingPolicyArn: plain, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }
  - { jobQueueName: line, computeEnvironmentOrder: [{ order: 1, computeEnvironment: od }] }
  - { jobQueueName: serverless, computeEnvironmentOrder: [{ order: 1, computeEnvironment: fargate }] }
computeEnvironments:
  - { computeEnvironmentName: od, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m5], allocationStrategy: BEST_FIT_PROGRESSIVE, scalingPolicy: { minScaleDownDelayMinutes: 20 } } }
  - { computeEnvironmentName: fixed, computeResources: { type: EC2, maxvCpus: 2, instanceTypes: [m5.large] }, fixedFleet: [{ instanceType: m5.large, count: 3 }] }
  - { computeEnvironmentName: fargate, computeResources: { type: FARGATE, maxvCpus: 64 } }
`;
const resolve = (text: string) => resolveScenario(parseScenario(text, "s.yaml", "s"), loadCatalog(), "s.yaml");
const scenario = resolve(TEXT);
const QUEUES = ["shared", "zero", "line", "serverless"];
const ROWS = ["", "blue", "lab1", "bluer"].map((share) => job(0, s(1), shape(1, 1), { queue: "shared", share }));

function tables(more: Partial<Strategy> = {}, rows: readonly JobRow[] = ROWS, resolved = scenario) {
  const strategy = { ...toStrategy(resolved.scenario, resolved.scenario.strategies[0]!), ...more };
  return tablesFor(resolved, resolved.environments, workload(rows, QUEUES).workload, strategy);
}
const tablesOf = (text: string) => tables({}, ROWS, resolve(text));

describe("the order of a queue", () => {
  it("is what the queue was created with, under aws-batch", () => {
    const [shared, zero, line] = tables().queues;
    expect(shared!.order).toEqual({
      kind: "fair-share",
      fairShare: {
        decay: "linear",
        windowMs: 1_200_000,
        weightOfShare: [1, 0.5, 4, 1],
        // For shares that appear later.
        shareDistribution: [
          { shareIdentifier: "blue", weightFactor: 0.5 },
          { shareIdentifier: "lab*", weightFactor: 4 },
        ],
        computeReservation: 25,
        // maxvCpus 64, and the 3 x 2 vCPUs that the fixed fleet has.
        maxVcpuMilli: 70_000,
        reservableVcpuMilli: 70_000,
      },
    });
    // Of an UNMANAGED environment unmanagedvCpus count, not maxvCpus; without them nothing is reserved.
    const unmanaged = (more: string) =>
      tablesOf(TEXT.replace("computeEnvironmentName: od,", `computeEnvironmentName: od, type: UNMANAGED, ${more}`));
    expect(unmanaged("unmanagedvCpus: 40,").queues[0]!.order).toMatchObject({
      fairShare: { maxVcpuMilli: 70_000, reservableVcpuMilli: 46_000 },
    });
    expect(unmanaged("").queues[0]!.order).toMatchObject({ fairShare: { reservableVcpuMilli: 6_000 } });
    expect(unmanaged("").queues[1]!.order).toMatchObject({ fairShare: { reservableVcpuMilli: 0 } });
    // shareDecaySeconds 0 is a window of ten minutes.
    expect(zero!.order).toMatchObject({ fairShare: { windowMs: 600_000, weightOfShare: [1, 1, 1, 1] } });
    expect(line!.order).toEqual({ kind: "fifo" });
  });

  it("is the strategy's, queue by queue", () => {
    const { queues } = tables({
      queueDiscipline: "easy",
      queueDisciplines: { line: "shortest-job-first", zero: "aws-batch" },
    });
    expect(queues.map(({ order }) => order.kind)).toEqual(["easy", "fair-share", "shortest-job-first", "easy"]);
  });

  it("is fair share by half-life without reservation under slurm-fair-share", () => {
    const { queues } = tables({ queueDiscipline: "slurm-fair-share", fairShareHalfLifeMs: 5000 });
    const fairShare = { decay: "half-life", windowMs: 5000, computeReservation: 0 };
    expect(queues[0]!.order).toMatchObject({ fairShare: { ...fairShare, weightOfShare: [1, 0.5, 4, 1] } });
    expect(queues[2]!.order).toMatchObject({ fairShare: { ...fairShare, weightOfShare: [1, 1, 1, 1] } });
  });
});

it("a strategy decides on the world's grid", () => {
  const { scenario: given } = resolve(`${TEXT}world: { decisionInterval: 20s }\nstrategies: [karpenter]\n`);
  const strategy = { name: "karpenter", ...STRATEGY_PRESETS.karpenter, decisionIntervalMs: s(20) };
  expect(toStrategy(given, given.strategies[0]!)).toEqual(strategy);
});

describe("weightOf", () => {
  const policy = {
    name: "p",
    arn: "",
    shareDecaySeconds: 0,
    computeReservation: 0,
    shares: [
      { shareIdentifier: "lab*", weightFactor: 2 },
      { shareIdentifier: "labA", weightFactor: 3 },
      { shareIdentifier: "x", weightFactor: 5 },
    ],
  };
  it.each([
    ["labA", 3],
    ["labB", 2],
    ["lab", 2],
    ["la", 1],
    ["x", 5],
    ["xy", 1],
    ["", 1],
  ])("of %j is %d", (share, weight) => {
    expect(weightOf(share, policy)).toBe(weight);
    expect(weightOf(share, undefined)).toBe(1);
  });
});

describe("an environment under a strategy", () => {
  it("buys by its own allocationStrategy under aws-batch, else by the strategy's", () => {
    const provisioning = (more: Partial<Strategy>) => tables(more).environments.map((e) => e.provisioning);
    expect(provisioning({ provisioning: "aws-batch" })).toEqual([
      "BEST_FIT_PROGRESSIVE",
      "BEST_FIT",
      "job-per-instance",
    ]);
    expect(provisioning({ provisioning: "best-fit" })).toEqual(["best-fit", "best-fit", "job-per-instance"]);
  });

  it.each([
    // 20 minutes lengthen the idle delay after a job, and never shorten it. Fargate has none.
    { idleS: 60, expected: [60, 1200] },
    { idleS: 1800, expected: [1800, 1800] },
  ])("idles for $idleS s, and after a job for minScaleDownDelayMinutes", ({ idleS, expected }) => {
    const [od, , fargate] = tables({ scaleDown: { ...PLAIN_SCALE_DOWN, idleDelayMs: s(idleS) } }).environments;
    expect([od!.idleDelayMs, od!.idleDelayAfterJobMs]).toEqual(expected.map(s));
    expect([fargate!.idleDelayMs, fargate!.idleDelayAfterJobMs]).toEqual([0, 0]);
  });

  it("lets instances wait for their fellows where multi-node jobs run", () => {
    const scaleDown = { ...PLAIN_SCALE_DOWN, idleDelayMs: 0 };
    expect(tables({ scaleDown }).environments[0]!.idleDelayMs).toBe(0);
    const gang = [job(0, s(1), shape(1, 1), { queue: "line", nodes: 2 })];
    expect(tables({ scaleDown }, gang).environments.map((e) => e.idleDelayMs)).toEqual([s(60), s(60), 0]);
  });
});
