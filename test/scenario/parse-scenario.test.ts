// What a right scenario becomes: defaults, units, names, orders, columns.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileTraceSpec } from "../../src/scenario/scenario.js";
import { STRATEGY_PRESETS } from "../../src/scenario/strategy-presets.js";
import { and, parse, SMALLEST, withTrace } from "./support.js";

it("the smallest scenario gets every default", () => {
  expect(parse(SMALLEST)).toEqual({
    name: "default-name",
    description: "",
    question: "",
    region: "us-east-1",
    seed: 1,
    trace: {
      kind: "synthetic",
      jobs: 10,
      durationMs: 3_600_000,
      seed: 1,
      dailyCycle: 0.6,
      burstSize: 20,
      unplaceable: "fail",
      shapes: [
        {
          name: "a",
          queue: "main",
          vcpus: 1,
          memoryMib: 1_024,
          gpus: 0,
          weight: 1,
          runtime: { kind: "constant", valueMs: 60_000 },
        },
      ],
      withoutDefinition: {},
    },
    jobQueues: [
      { name: "main", priority: 1, computeEnvironments: ["spot"], schedulingPolicy: undefined, timeLimits: [] },
    ],
    schedulingPolicies: [],
    jobDefinitions: [],
    consumableResources: [],
    computeEnvironments: [
      {
        name: "spot",
        managed: true,
        type: "SPOT",
        minvCpus: 0,
        maxvCpus: 16,
        unmanagedvCpus: 0,
        desiredvCpus: 0,
        instanceTypes: ["optimal"],
        zones: [],
        allocationStrategy: undefined,
        bidPercentage: 100,
        minScaleDownDelayMs: 0,
        fixedFleet: undefined,
      },
    ],
    strategies: [
      {
        name: "best-fit",
        queueDiscipline: "aws-batch",
        queueDisciplines: {},
        estimateQuantile: 0,
        fairShareHalfLifeMs: 604_800_000,
        placement: "tail-aware",
        provisioning: "best-fit",
        expander: "least-waste",
        spot: STRATEGY_PRESETS["best-fit"].spot,
        headroom: { units: 0, vcpuMilli: 0, memoryMib: 0, gpuMilli: 0, automaticShare: 0 },
        holdBackMicroUsd: 2_000_000,
        spareLaunches: 2.5,
        learnsMemory: false,
        batchingWindowMs: 0,
        scaleDown: STRATEGY_PRESETS["best-fit"].scaleDown,
        maxLaunchesPerDecision: 100,
      },
    ],
    baselines: ["aws-batch-managed", "on-demand", "fixed-peak", "fixed-p95", "job-per-instance"],
    world: {
      decisionIntervalMs: 15_000,
      pending: { kind: "constant", valueMs: 10_000 },
      boot: { kind: "lognormal", medianMs: 120_000, p95Ms: 240_000 },
      pull: { kind: "lognormal", medianMs: 20_000, p95Ms: 60_000 },
      cachedPull: { kind: "constant", valueMs: 1_000 },
      stopDelay: { kind: "constant", valueMs: 0 },
      failures: [],
    },
    market: {
      prices: { kind: "snapshot" },
      capacity: { kind: "unlimited" },
      interruptions: null,
      interruptedByPrice: false,
      notice: { warning: { kind: "constant", valueMs: 120_000 }, missingShare: 0, rebalanceLead: null },
      quotas: [],
      stress: [],
    },
    billing: {
      rootVolumeGib: 30,
      publicIpv4: false,
      fargate: { microUsdPerVcpuHour: 40_480, microUsdPerGibHour: 4_445, spotDiscount: 0.7 },
    },
    notes: [],
  });
});

it("what is given is taken", () => {
  const scenario = parse(
    and(
      "name: Großlauf 2",
      "seed: 7",
      "baselines: []",
      "world: { decisionInterval: 0, pending: {min: 1s, max: 3s}, boot: {mean: 2m}, pull: 0, cachedPull: {median: 1s, p95: 1s} }",
      "billing: { rootVolume: 100GB, publicIpv4: true }",
    ),
  );
  expect(scenario).toMatchObject({
    name: "Großlauf 2",
    seed: 7,
    trace: { seed: 7 }, // the generator follows the scenario's seed
    baselines: [],
    world: {
      decisionIntervalMs: 0,
      pending: { kind: "uniform", minMs: 1_000, maxMs: 3_000 },
      boot: { kind: "exponential", meanMs: 120_000 },
      pull: { kind: "constant", valueMs: 0 },
      cachedPull: { kind: "lognormal", medianMs: 1_000, p95Ms: 1_000 },
    },
    billing: { rootVolumeGib: 94, publicIpv4: true }, // 100e9 / 2^30 = 93.1…, rounded up
  });
  expect(parse(and("seed: 7").replace("jobs: 10", "jobs: 10\n    seed: 3")).trace).toMatchObject({ seed: 3 });
});

it("queues take environments by order, by name or ARN; a lone queue is every shape's", () => {
  const scenario = parse(
    and(
      "  - { computeEnvironmentName: od, computeResources: { type: EC2, maxvCpus: 8 } }",
      "jobQueues:",
      "  - jobQueueName: only",
      "    priority: 5",
      "    computeEnvironmentOrder:",
      "      - { order: 20, computeEnvironment: spot }",
      "      - { order: 10, computeEnvironment: arn:aws:batch:us-east-1:123456789012:compute-environment/od }",
    ),
  );
  expect(scenario.jobQueues).toMatchObject([{ name: "only", priority: 5, computeEnvironments: ["od", "spot"] }]);
  expect(scenario.trace).toMatchObject({ shapes: [{ queue: "only" }] });
});

it("a fixed fleet is kept as it is", () => {
  const text = SMALLEST.replace("spot,", "spot, fixedFleet: [{ instanceType: m5.large, count: 10 }],");
  expect(parse(text).computeEnvironments[0]?.fixedFleet).toEqual({
    kind: "instances",
    instances: [{ instanceType: "m5.large", count: 10 }],
  });
});

describe("trace files", () => {
  const fileTrace = (...lines: string[]) => parse(withTrace(...lines)).trace as FileTraceSpec;

  it("need only a name", () => {
    expect(fileTrace("file: jobs.csv.gz")).toEqual({
      kind: "file",
      withoutDefinition: {},
      limits: "estimate",
      shareFrom: undefined,
      file: "jobs.csv.gz",
      format: undefined,
      columns: undefined,
      delimiter: undefined,
      header: undefined,
      timeZone: "UTC",
      release: "recorded",
      largestMachine: undefined,
      defaults: { vcpus: undefined, memoryMib: undefined, memoryMibPerVcpu: undefined, jobDefinition: undefined },
      queue: undefined,
      queueMap: {},
      gpuSharing: "round-up",
      unplaceable: "fail",
      transform: [],
    });
  });

  it("have the format that is given, and CSV's when columns are", () => {
    expect(fileTrace("file: a.swf", "format: csv").format).toBe("csv");
    expect(fileTrace("file: a.csv", "format: swf").format).toBe("swf");
    const columns = "columns: { submit: { column: s, unit: s }, runtime: { column: r, unit: s } }";
    expect(fileTrace("file: a.txt", columns).format).toBe("csv");
  });

  it("everything around the rows", () => {
    const trace = fileTrace(
      "file: jobs.txt",
      'delimiter: "\\t"',
      "timeZone: +02:00", // a text in YAML 1.2, no sexagesimal number
      "defaults: { vcpus: 0.5, memory: 2 GiB, memoryPerVcpu: 512MiB }",
      "queueMap: { queue-1: main, 2: main }",
      "gpuSharing: share",
      "unplaceable: reject",
    );
    expect(trace).toMatchObject({
      delimiter: "\t",
      timeZone: "+02:00",
      defaults: { vcpus: 0.5, memoryMib: 2_048, memoryMibPerVcpu: 512 },
      queueMap: { "queue-1": "main", "2": "main" },
      gpuSharing: "share",
      unplaceable: "reject",
    });
    expect(fileTrace("file: jobs.csv", "queue: main").queue).toBe("main");
  });

  it("columns of the Alibaba GPU trace", () => {
    const trace = fileTrace(
      "file: openb_pod_list_default.csv",
      "columns:",
      "  id: name",
      "  submit: { column: creation_time, unit: s }",
      "  runtime: { from: { column: scheduled_time, unit: s }, to: { column: deletion_time, unit: s } }",
      "  vcpus: { column: cpu_milli, unit: milli }",
      "  memory: { column: memory_mib, unit: MiB }",
      "  gpus: { column: num_gpu, times: { column: gpu_milli, unit: milli } }",
    );
    expect(trace.columns).toMatchObject({
      id: "name",
      name: undefined,
      queue: undefined,
      submit: { column: "creation_time", unit: "s" },
      runtime: { from: { column: "scheduled_time", unit: "s" }, to: { column: "deletion_time", unit: "s" } },
      start: undefined,
      limit: undefined,
      vcpus: { column: "cpu_milli", scale: 0.001 },
      memory: { column: "memory_mib", unit: "MiB" },
      gpus: { column: "num_gpu", scale: 1, times: { column: "gpu_milli", scale: 0.001 } },
    });
  });

  it("columns in other units", () => {
    const trace = fileTrace(
      "file: jobs.csv",
      "columns:",
      "  name: job",
      "  queue: partition",
      "  submit: { column: Submit, unit: iso }",
      "  runtime: { column: Elapsed, unit: clock }",
      "  start: { column: Start, unit: iso }",
      "  limit: { column: Timelimit, unit: min }",
      "  vcpus: { column: cpu, unit: cpu-unit }",
      "  gpus: gpus",
    );
    expect(trace.columns).toMatchObject({
      id: undefined,
      name: "job",
      queue: "partition",
      submit: { column: "Submit", unit: "iso" },
      runtime: { column: "Elapsed", unit: "clock" },
      start: { column: "Start", unit: "iso" },
      limit: { column: "Timelimit", unit: "min" },
      vcpus: { column: "cpu", scale: 0.0009765625 }, // 1/1024
      memory: undefined,
      gpus: { column: "gpus", scale: 1 },
    });
  });
});

it("the quickstart scenario is valid and nothing in it is without effect", () => {
  const scenario = parse(readFileSync("scenarios/quickstart/scenario.yaml", "utf8"));
  expect(scenario.notes).toEqual([]);
  expect(scenario.name).toBe("quickstart");
  expect(scenario.strategies.map((strategy) => strategy.name)).toEqual(["best-fit", "aws-like"]);
});
