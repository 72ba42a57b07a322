// Random small workloads on a spot and an on-demand environment, and the two sets of tables that an engine may begin with: all of
// their classes, or only the first of them.

import fc from "fast-check";
import type { JobClass, Shape } from "../../../src/model/job.js";
import {
  type AllocationStrategy,
  NO_HEADROOM,
  PLAIN_SCALE_DOWN,
  type QueueOrder,
  type ShareWeight,
} from "../../../src/model/policy.js";
import { NONE, type SystemTables } from "../../../src/model/tables.js";
import { unmanagedTables } from "../../../src/run/unmanaged-tables.js";
import type { StrategySettings } from "../../../src/scenario/strategy-presets.js";
import { environment, instanceType, jobQueue, pool, s, shape, simulationInput } from "../../builders.js";
import type { GrowingTables, Growth, Happening, WorldJob } from "./twins.js";

const QUEUES = ["one", "two"];
const SHAPES = [shape(1, 2), shape(0.5, 4), shape(2, 2), shape(4, 30), shape(7, 8), shape(2, 8, 1), shape(64, 8)];
const TYPES = [
  instanceType("small", 2, 8),
  instanceType("large", 8, 32),
  instanceType("wide", 16, 32),
  instanceType("gpu", 4, 16, 1),
];

/** By share name: what it weighs, by exact name, by prefix, or by nothing at all. */
const WEIGHT_OF_SHARE: Readonly<Record<string, number>> = { "": 1, a: 0.25, "lab-x": 3, "lab-yy": 3, other: 1 };
const SHARE_DISTRIBUTION: readonly ShareWeight[] = [
  { shareIdentifier: "lab*", weightFactor: 3 },
  { shareIdentifier: "a", weightFactor: 0.25 },
];

interface JobRow extends WorldJob {
  readonly request: {
    readonly queue: number;
    readonly shape: Shape;
    readonly share: string;
    readonly priority: number;
  };
}

const jobRows: fc.Arbitrary<Omit<JobRow, "jobClass">[]> = fc
  .array(
    fc.record({
      submitMs: fc.integer({ min: 0, max: 1200 }).map(s),
      pendingMs: fc.constantFrom(Number.NaN, Number.NaN, s(20)),
      runMs: fc.integer({ min: 1, max: 900 }).map(s),
      limitMs: fc.constantFrom(Number.NaN, s(1000)),
      name: fc.integer({ min: 0, max: 2 }),
      fails: fc.constantFrom(false, false, false, true),
      request: fc.record({
        queue: fc.integer({ min: 0, max: QUEUES.length - 1 }),
        shape: fc.constantFrom(...SHAPES),
        share: fc.constantFrom(...Object.keys(WEIGHT_OF_SHARE)),
        priority: fc.constantFrom(0, 0, 7),
      }),
    }),
    { minLength: 1, maxLength: 40, size: "max" },
  )
  .map((rows) => rows.sort((a, b) => a.submitMs - b.submitMs));

const order: fc.Arbitrary<(weightOfShare: readonly number[]) => QueueOrder> = fc.oneof(
  fc.constantFrom("fifo" as const, "fifo-skip" as const).map((kind) => () => ({ kind })),
  fc
    .record({
      decay: fc.constantFrom("linear" as const, "half-life" as const, "current" as const),
      windowMs: fc.constantFrom(s(60), s(600)),
      computeReservation: fc.constantFrom(0, 50),
    })
    .map((policy) => (weightOfShare: readonly number[]) => ({
      kind: "fair-share" as const,
      fairShare: {
        ...policy,
        weightOfShare,
        shareDistribution: SHARE_DISTRIBUTION,
        maxVcpuMilli: 400_000,
        reservableVcpuMilli: 400_000,
      },
    })),
);

/** What strategies may have beside how they buy: everything in them that counts by class or by shape. */
const extras: fc.Arbitrary<Partial<StrategySettings>> = fc.record(
  {
    headroom: fc.constant({ ...NO_HEADROOM, automaticShare: 0.3 }),
    batchingWindowMs: fc.constant(s(30)),
    maxLaunchesPerDecision: fc.constant(2),
    learnsMemory: fc.constant(true),
    estimateQuantile: fc.constant(0.9),
    holdBackMicroUsd: fc.constantFrom(0, 2_000), // a quarter of an hour of the smaller types
    scaleDown: fc.constantFrom(
      { ...PLAIN_SCALE_DOWN, softCordon: true, mayKill: true },
      { ...PLAIN_SCALE_DOWN, breakEven: true, evaluationPeriods: 2 },
    ),
  },
  { requiredKeys: [] },
);

const spotExtras: fc.Arbitrary<Partial<StrategySettings["spot"]>> = fc.record(
  {
    countsRework: fc.constant(true),
    escalation: fc.constantFrom(
      { lostAttempts: 1, ageMs: null, turnaroundMs: null },
      { lostAttempts: 0, ageMs: s(90), turnaroundMs: s(1200) },
    ),
    blastRadius: fc.constantFrom(
      { jobsPerInstance: 2, vcpuHoursPerInstance: null, poolShare: null },
      { jobsPerInstance: null, vcpuHoursPerInstance: 2, poolShare: 0.5 },
    ),
  },
  { requiredKeys: [] },
);

const happenings: fc.Arbitrary<Happening[]> = fc
  .array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 1800 }).map(s),
      what: fc.constantFrom("price" as const, "dry" as const, "back" as const, "lost" as const),
      number: fc.nat({ max: 7 }),
      amount: fc.integer({ min: 20_000, max: 900_000 }),
    }),
    { maxLength: 15, size: "max" },
  )
  .map((list) => list.sort((a, b) => a.atMs - b.atMs));

/** Any growth under a strategy, with any of the extras; `allocation`: how environments buy under aws-batch-managed. */
export function growths(
  strategy: StrategySettings,
  allocation: AllocationStrategy | null,
  placedBy: "engine" | "batch",
): fc.Arbitrary<Growth> {
  return fc
    .record({ rows: jobRows, orderOf: order, known: fc.nat({ max: 6 }), extras, spotExtras, happenings })
    .map((chosen) => {
      const spot = { ...strategy.spot, ...chosen.spotExtras };
      const settings = { ...strategy, ...chosen.extras, spot };
      const { jobs, classes, shapes, shareNames } = numbered(chosen.rows);
      const tablesOf = (classCount: number): GrowingTables => {
        const known = classes.slice(0, classCount);
        const shares = shareNames.slice(0, 1 + Math.max(0, ...known.map(({ share }) => share)));
        return {
          ...plainTables(settings, allocation, placedBy, chosen.orderOf(shares.map((name) => WEIGHT_OF_SHARE[name]!))),
          classes: known,
          shapes: shapes.slice(0, 1 + Math.max(NONE, ...known.map((jobClass) => jobClass.shape))),
          shareNames: shares,
        };
      };
      const capacity = { classes: classes.length, shapes: shapes.length, shares: shareNames.length };
      const first = { ...tablesOf(Math.min(chosen.known, classes.length)), capacity };
      return { all: tablesOf(classes.length), first, jobs, happenings: chosen.happenings };
    });
}

function plainTables(
  settings: StrategySettings,
  allocation: AllocationStrategy | null,
  placedBy: "engine" | "batch",
  queueOrder: QueueOrder,
): SystemTables {
  const spotPools = TYPES.map((_, type) => ({ ...pool(type, 0.05 * (type + 1), "spot"), interruptionBand: type }));
  const { tables } = simulationInput({
    types: TYPES,
    pools: [...spotPools, ...TYPES.map((_, type) => pool(type, 0.12 * (type + 1)))],
    jobs: [],
    environments: [
      environment([0, 1, 2, 3], { onDemandPools: [4, 5, 6, 7], maxVcpuMilli: 60_000 }),
      environment([4, 5, 6, 7], { name: "on-demand", maxVcpuMilli: 40_000 }),
    ],
    queues: QUEUES.map((name, i) =>
      jobQueue(name, { priority: i + 1, order: queueOrder, computeEnvironments: i === 0 ? [0] : [0, 1] }),
    ),
    strategy: {
      ...settings,
      ...(allocation === null ? {} : { provisioning: allocation }),
      decisionIntervalMs: s(15),
    },
  });
  return placedBy === "engine" ? tables : unmanagedTables(tables, "first-fit");
}

/** Classes, shapes and shares in order of their first jobs, as whoever looks at an account meets them. */
function numbered(rows: readonly Omit<JobRow, "jobClass">[]) {
  const shapes: Shape[] = [];
  const shareNames = [""];
  const classes: JobClass[] = [];
  const keys: string[] = [];
  const jobs = rows.map((row): WorldJob => {
    const { queue, priority } = row.request;
    const place = { queue, shape: indexIn(shapes, row.request.shape), share: indexIn(shareNames, row.request.share) };
    const jobClass: JobClass = { ...place, priority, nodes: 1, consumables: 0 };
    const number = indexIn(keys, JSON.stringify(jobClass));
    classes[number] ??= jobClass;
    return { ...row, jobClass: number };
  });
  return { jobs, classes, shapes, shareNames };
}

function indexIn<T>(list: T[], value: T): number {
  const known = list.indexOf(value);
  return known >= 0 ? known : list.push(value) - 1;
}
