// Job classes that an engine meets while it runs: it does what it would have done had it known them from the start.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { weightOfNewShare } from "../../../src/core/queue/share-weights.js";
import { Engine } from "../../../src/engine/engine.js";
import { ActionKind } from "../../../src/model/action.js";
import { EventKind } from "../../../src/model/event.js";
import type { JobClass } from "../../../src/model/job.js";
import type { AllocationStrategy, FairShare, QueueOrder } from "../../../src/model/policy.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { STRATEGY_PRESETS, type StrategySettings } from "../../../src/scenario/strategy-presets.js";
import { instanceType, job, jobQueue, pool, type Story, s, shape, simulationInput } from "../../builders.js";
import { growths } from "./arbitrary-growth.js";
import { type GrowingTables, Twins } from "./twins.js";

/** Best fit with nothing learned and nobody held back. */
const PLAIN_BEST_FIT: StrategySettings = {
  ...STRATEGY_PRESETS["best-fit"],
  placement: "best-fit",
  holdBackMicroUsd: null,
  spareLaunches: 0,
};

const STRATEGIES: readonly (readonly [string, StrategySettings, AllocationStrategy | null])[] = [
  ["best-fit", STRATEGY_PRESETS["best-fit"], null],
  ["plain best-fit", PLAIN_BEST_FIT, null],
  ["first-fit-decreasing", STRATEGY_PRESETS["first-fit-decreasing"], null],
  ["karpenter", STRATEGY_PRESETS.karpenter, null],
  ["elastigroup", STRATEGY_PRESETS.elastigroup, null],
  ["cluster-autoscaler", STRATEGY_PRESETS["cluster-autoscaler"], null],
  ["aws-batch-managed", STRATEGY_PRESETS["aws-batch-managed"], "BEST_FIT_PROGRESSIVE"],
  ["aws-batch-managed, by spot capacity", STRATEGY_PRESETS["aws-batch-managed"], "SPOT_CAPACITY_OPTIMIZED"],
];

const RUNS = 40;

describe.each(STRATEGIES)("%s", (_, strategy, allocation) => {
  it.each(["engine", "batch"] as const)("decides as if it had known all classes, where the %s places", (placedBy) => {
    let taught = 0;
    let actions = 0;
    const property = fc.property(growths(strategy, allocation, placedBy), (growth) => {
      const twins = new Twins(growth);
      twins.play();
      taught += twins.taught;
      actions += twins.actions;
    });
    fc.assert(property, { numRuns: RUNS });
    // The runs are worth something: on average there are some new classes, and much to decide.
    expect(taught).toBeGreaterThan(2 * RUNS);
    expect(actions).toBeGreaterThan(20 * RUNS);
  });
});

/** Tables of one queue and one class (1 vCPU, 1 GiB, no share), with room for so many more of everything. */
function growing(more: number, story: Partial<Story> = {}): GrowingTables {
  const { tables } = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 1)],
    jobs: [job(0, s(10), shape(1, 1))],
    ...story,
  });
  const capacity = { classes: 1 + more, shapes: 1 + more, shares: 1 + more };
  return { ...(tables as GrowingTables), capacity };
}

const FIRST: JobClass = { queue: 0, shape: 0, share: 0, priority: 0, nodes: 1, consumables: 0 };

/** Appends a class and tells the engine. */
function teach(engine: Engine, tables: GrowingTables, jobClass: Partial<JobClass>): void {
  engine.classDefined(tables.classes.push({ ...FIRST, ...jobClass }) - 1);
}

describe("a new class", () => {
  it("may come with a shape that no instance type on the way was bought for", () => {
    const tables = growing(1);
    const engine = new Engine(tables);
    engine.ingest(EventKind.JobSubmitted, 0, 0, 0, Number.NaN);
    expect(launchesOf(engine, 0)).toBe(1);
    tables.shapes.push(shape(4, 8));
    teach(engine, tables, { shape: 1 });
    engine.ingest(EventKind.JobSubmitted, s(1), 1, 1, Number.NaN);
    // It needs all four vCPUs, and the instance on its way is for the first job: another one.
    expect(launchesOf(engine, s(1))).toBe(1);
  });

  it("waits in its share, which has the weight that its name gets", () => {
    // Each instance takes four jobs. Share "x" weighs 1 and uses 2 vCPUs x 1; "heavy" weighs 0.25: 3 vCPUs x 0.25 are less than 1 x 1.
    const fairShare: FairShare = {
      decay: "current",
      windowMs: s(600),
      weightOfShare: [1],
      shareDistribution: [{ shareIdentifier: "hea*", weightFactor: 0.25 }],
      computeReservation: 0,
      maxVcpuMilli: 4000,
      reservableVcpuMilli: 4000,
    };
    const tables = growing(2, { queues: [jobQueue("main", { order: { kind: "fair-share", fairShare } })] });
    const engine = new Engine(tables);
    engine.ingest(EventKind.JobSubmitted, 0, 0, 0, Number.NaN);
    engine.evaluate(0);
    engine.ingest(EventKind.InstanceRunning, s(1), 0, 0, 0);
    tables.shareNames.push("x");
    teach(engine, tables, { share: 1 });
    tables.shareNames.push("heavy");
    teach(engine, tables, { share: 2 });
    for (const [number, jobClass] of [1, 1, 1, 2, 2, 2, 2].entries()) {
      engine.ingest(EventKind.JobSubmitted, s(2), number + 1, jobClass, Number.NaN);
    }
    engine.ingest(EventKind.InstanceRegistered, s(3), 0, 0, 0);
    // Nobody uses anything: by order of submission share "" (job 0), "x" (1), "heavy" (4); then "" has no more, "x" is at 1 x 1 and
    // "heavy" at 1 x 0.25: "heavy" again (5).
    expect(placed(engine, s(3))).toEqual([0, 1, 4, 5]);
  });

  it.each<[string, Partial<JobClass>, string]>([
    ["multi-node jobs", { nodes: 2 }, "a new class has multi-node jobs"],
    ["consumable resources", { consumables: 1 }, "a new class needs consumable resources"],
  ])("is refused with %s", (_, jobClass, message) => {
    const tables = { ...growing(1), consumableSets: [[], [{ name: "licence", quantity: 1 }]] };
    const engine = new Engine({ ...tables, consumableResources: [LICENCE] });
    expect(() => teach(engine, tables, jobClass)).toThrow(message);
  });

  it("is refused in queues and environments that were laid out for the classes at the start", () => {
    const order: QueueOrder = { kind: "easy" };
    const backfilled = growing(1, { queues: [jobQueue("main", { order })] });
    expect(() => teach(new Engine(backfilled), backfilled, {})).toThrow("looks at run-time limits");
    const dedicated = growing(1, { strategy: { provisioning: "job-per-instance" } });
    expect(() => teach(new Engine(dedicated), dedicated, {})).toThrow("chosen once, per shape");
  });

  it("is refused beyond the capacity, out of order, and where there is none", () => {
    const tables = growing(1);
    const engine = new Engine(tables);
    expect(() => engine.classDefined(0)).toThrow("added in their order");
    teach(engine, tables, {});
    expect(() => teach(engine, tables, { priority: 1 })).toThrow("more job classes than there is capacity for");
    const { capacity, ...fixed } = growing(0);
    expect(() => teach(new Engine(fixed), fixed, {})).toThrow("tables that do not grow");
  });

  it.each<["shapes" | "shareNames", string]>([
    ["shapes", "more shapes than there is capacity for"],
    ["shareNames", "more shares than there is capacity for"],
  ])("is refused with more %s than there is capacity for", (what, message) => {
    const tables = growing(1);
    const engine = new Engine(tables);
    if (what === "shapes") tables.shapes.push(shape(2, 2), shape(3, 3));
    else tables.shareNames.push("x", "y");
    expect(() => teach(engine, tables, { priority: 1 })).toThrow(message);
  });
});

const LICENCE: SystemTables["consumableResources"][number] = { name: "licence", replenishable: true, totalQuantity: 1 };

function launchesOf(engine: Engine, atMs: number): number {
  const actions = engine.evaluate(atMs);
  return [...actions.kind.subarray(0, actions.length)].filter((kind) => kind === ActionKind.Launch).length;
}

/** Jobs that are placed, in order. */
function placed(engine: Engine, atMs: number): number[] {
  const actions = engine.evaluate(atMs);
  const rows = Array.from({ length: actions.length }, (_, i) => i).filter((i) => actions.kind[i] === ActionKind.Place);
  return rows.map((i) => actions.subject[i]!);
}

describe("what a new share weighs", () => {
  const fairShare: FairShare = {
    decay: "current",
    windowMs: s(600),
    weightOfShare: [],
    shareDistribution: [
      { shareIdentifier: "lab*", weightFactor: 2 },
      { shareIdentifier: "lab-x*", weightFactor: 3 },
      { shareIdentifier: "lab-x1", weightFactor: 4 },
      { shareIdentifier: "exact", weightFactor: 5 },
    ],
    computeReservation: 0,
    maxVcpuMilli: 0,
    reservableVcpuMilli: 0,
  };
  it.each([
    ["lab", 2],
    ["lab-y", 2],
    ["lab-x", 3],
    ["lab-x1", 4],
    ["lab-x12", 3],
    ["exact", 5],
    ["exactly", 1],
    ["", 1],
  ])("%o weighs %d", (name, weight) => {
    expect(weightOfNewShare(fairShare, name)).toBe(weight);
  });

  it("is 1 where no policy names shares", () => {
    const { shareDistribution, ...plain } = fairShare;
    expect(weightOfNewShare(plain, "lab")).toBe(1);
  });
});
