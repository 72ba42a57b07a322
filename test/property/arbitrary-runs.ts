// Random runs: workloads, fleets and strategies of every kind. Each environment may always buy the largest type, and its
// maxvCpus leaves room for one beside minvCpus, so that every job can be placed in every environment.

import fc from "fast-check";
import type { InstanceType, Pool } from "../../src/model/instance-type.js";
import type { Shape } from "../../src/model/job.js";
import { UNDISTURBED_MARKET } from "../../src/model/market.js";
import { ALLOCATION_STRATEGIES, type ProvisioningPolicy, type QueueOrder } from "../../src/model/policy.js";
import { NONE } from "../../src/model/tables.js";
import type { WorldModel } from "../../src/model/world.js";
import { type SimulationInput, type SimulationOutcome, simulate } from "../../src/sim/simulate.js";
import {
  type EnvironmentSketch,
  environment,
  instanceType,
  type JobRow,
  jobQueue,
  type QueueSketch,
  type StrategySketch,
  s,
  simulationInput,
  withFuse,
} from "../builders.js";

const LARGEST = instanceType("largest", 16, 128, 4);

/** The largest type first, then up to four smaller ones. */
const types: fc.Arbitrary<InstanceType[]> = fc
  .array(
    fc.record({
      vcpus: fc.constantFrom(1, 2, 4, 8, 16),
      gibPerVcpu: fc.constantFrom(1.5, 2, 4, 7.5),
      gpus: fc.constantFrom(0, 0, 0, 1, 4),
    }),
    { maxLength: 4 },
  )
  .map((specs) => [
    LARGEST,
    ...specs.map(({ vcpus, gibPerVcpu, gpus }, i) => instanceType(`t${i}`, vcpus, vcpus * gibPerVcpu, gpus)),
  ]);

/** On-demand pools of every type, in order, then spot pools of some; prices between 1 cent and 5 USD per hour. */
function pools(typeCount: number): fc.Arbitrary<Pool[]> {
  const priced = (type: number, market: Pool["market"]): fc.Arbitrary<Pool> =>
    fc.record({
      instanceType: fc.constant(type),
      zone: fc.constantFrom("use1-az1", "use1-az2"),
      market: fc.constant(market),
      priceMicroUsdPerHour: fc.integer({ min: 10_000, max: 5_000_000 }),
      interruptionBand: market === "spot" ? fc.integer({ min: 0, max: 4 }) : fc.constant(NONE),
    });
  const indexes = Array.from({ length: typeCount }, (_, type) => type);
  return fc
    .tuple(
      fc.tuple(...indexes.map((type) => priced(type, "on-demand"))),
      fc.subarray(indexes).chain((some) => fc.tuple(...some.map((type) => priced(type, "spot")))),
    )
    .map(([onDemand, spot]) => [...onDemand, ...spot]);
}

const shapes: fc.Arbitrary<Shape[]> = fc.array(
  fc.record({
    vcpuMilli: fc.constantFrom(250, 500, 1000, 1500, 2000, 4000, 16_000),
    memoryMib: fc.oneof(fc.constantFrom(512, 1024, 2048, 8192), fc.integer({ min: 1, max: LARGEST.memoryMib })),
    gpuMilli: fc.constantFrom(0, 0, 0, 220, 1000, 4000),
  }),
  { minLength: 1, maxLength: 4 },
);

const timeMs = (maxSeconds: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: maxSeconds }).map(s), fc.integer({ min: 0, max: s(maxSeconds) }));

function jobRows(wanted: readonly Shape[], queues: readonly QueueSketch[]): fc.Arbitrary<JobRow[]> {
  return fc.array(
    fc.record({
      submitMs: timeMs(900),
      runtimeMs: timeMs(400),
      shape: fc.constantFrom(...wanted),
      queue: fc.constantFrom(...queues.map((queue) => queue.name)),
      name: fc.constantFrom("align", "sort", "call"),
      limitMs: fc.oneof(fc.constant(Number.NaN), timeMs(600)),
      share: fc.constantFrom("", "a", "b"),
      priority: fc.constantFrom(0, 0, 7),
      consumables: fc.constantFrom([], [], [{ name: "licence", quantity: 2 }]),
    }),
    { minLength: 1, maxLength: 60, size: "max" },
  );
}

function environments(poolCount: number): fc.Arbitrary<EnvironmentSketch[]> {
  const managed = fc
    .record({
      min: fc.constantFrom(0, 0, 3, 8),
      room: fc.oneof(fc.constant(16), fc.integer({ min: 16, max: 100 })),
      pools: fc.subarray(Array.from({ length: poolCount - 1 }, (_, i) => i + 1)),
    })
    .map(({ min, room, pools }) =>
      environment([0, ...pools], {
        minVcpuMilli: min * 1000,
        // minvCpus, what a minimum instance may overshoot it by, and at least one of the largest type.
        maxVcpuMilli: (min === 0 ? room : min + 16 + room) * 1000,
      }),
    );
  const fixed = fc
    .tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 0, max: poolCount - 1 }))
    .map(([count, other]) =>
      environment([0], {
        name: "fixed",
        maxVcpuMilli: 100_000,
        fixedFleet: [
          { pool: 0, count },
          { pool: other, count: 1 },
        ],
      }),
    );
  return fc.array(fc.oneof({ weight: 6, arbitrary: managed }, { weight: 1, arbitrary: fixed }), {
    minLength: 1,
    maxLength: 2,
  });
}

const orders: fc.Arbitrary<QueueOrder> = fc.oneof(
  fc.record({ kind: fc.constantFrom("fifo", "fifo-skip", "shortest-job-first", "easy", "conservative") }),
  fc.record({
    kind: fc.constant("fair-share" as const),
    fairShare: fc.record({
      decay: fc.constantFrom("linear", "half-life", "current"),
      windowMs: fc.constantFrom(s(60), s(600)),
      weightOfShare: fc.constantFrom([1, 1, 1], [1, 0.125, 4]),
      computeReservation: fc.constantFrom(0, 50),
      reservableVcpuMilli: fc.constant(1_000_000),
      maxVcpuMilli: fc.constant(1_000_000), // enough for one job of the largest type beside any reservation
    }),
  }),
);

function queues(environmentCount: number): fc.Arbitrary<QueueSketch[]> {
  const inOrder = fc.shuffledSubarray(
    Array.from({ length: environmentCount }, (_, i) => i),
    { minLength: 1 },
  );
  return fc
    .array(fc.record({ priority: fc.integer({ min: 1, max: 3 }), computeEnvironments: inOrder, order: orders }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((list) => list.map((queue, i) => jobQueue(`q${i}`, queue)));
}

const provisioning: readonly ProvisioningPolicy[] = ["best-fit", "job-per-instance", ...ALLOCATION_STRATEGIES];

const strategies: fc.Arbitrary<StrategySketch> = fc.record({
  placement: fc.constantFrom("first-fit", "best-fit"),
  provisioning: fc.constantFrom(...provisioning),
  scaleDown: fc.record({ idleDelayMs: fc.constantFrom(0, s(60), s(300)), maxShare: fc.constantFrom(0.1, 0.5, 1) }),
  decisionIntervalMs: fc.constantFrom(0, s(15)),
  maxLaunchesPerDecision: fc.constantFrom(1, 3, 100),
});

const delay = fc.oneof(
  fc.record({ kind: fc.constant("constant" as const), valueMs: timeMs(60) }),
  fc.record({ kind: fc.constant("exponential" as const), meanMs: fc.integer({ min: 1, max: s(60) }) }),
  fc.record({ kind: fc.constant("lognormal" as const), medianMs: fc.constant(s(20)), p95Ms: fc.constant(s(60)) }),
);
const worlds: fc.Arbitrary<WorldModel> = fc.record({
  pending: delay,
  boot: delay,
  pull: delay,
  cachedPull: delay,
  stopDelay: fc.constant({ kind: "constant" as const, valueMs: 0 }),
  failures: fc.constant([]),
  market: fc.constant(UNDISTURBED_MARKET),
});

/** Any run that is sound. */
const arbitraryRun: fc.Arbitrary<SimulationInput> = fc
  .tuple(types, shapes)
  .chain(([typeList, shapeList]) => fc.tuple(fc.constant(typeList), fc.constant(shapeList), pools(typeList.length)))
  .chain(([typeList, shapeList, poolList]) =>
    fc.tuple(fc.constant({ typeList, shapeList, poolList }), environments(poolList.length)),
  )
  .chain(([fleet, environmentList]) =>
    fc.tuple(fc.constant({ ...fleet, environmentList }), queues(environmentList.length)),
  )
  .chain(([system, queueList]) =>
    fc.record({
      types: fc.constant(system.typeList),
      pools: fc.constant(system.poolList),
      environments: fc.constant(system.environmentList),
      queues: fc.constant(queueList),
      jobs: jobRows(system.shapeList, queueList),
      strategy: strategies,
      world: worlds,
      consumableResources: fc.constant([{ name: "licence", replenishable: true, totalQuantity: 5 }]),
      overheadMicroUsdPerHour: fc.constantFrom(0, 3333.333333, 8333.333333),
      seed: fc.integer({ min: 1, max: 1000 }),
    }),
  )
  .map(simulationInput);

/** Simulates random runs and checks each; `check` throws when something does not hold. */
export function forAnyRun(check: (input: SimulationInput, outcome: SimulationOutcome) => void): void {
  fc.assert(
    fc.property(arbitraryRun, (input) => {
      check(input, simulate(withFuse(input)));
    }),
    { numRuns: 300 },
  );
}
