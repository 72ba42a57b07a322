// Fresh tables, workloads and worlds for tests, terse enough that a test reads like a story: what may be bought, who comes
// when, and what is different from the plain case. Every call builds new objects.

import { TextColumn } from "../src/base/text-column.js";
import { MIB_PER_GIB, MICRO_USD, MILLI, MS_PER_SECOND } from "../src/base/units.js";
import type { ComputeEnvironment, ConsumableResource, JobQueue } from "../src/model/environment.js";
import type { InstanceType, Market, Pool } from "../src/model/instance-type.js";
import type { ConsumableRequest, JobClass, JobDefinition, Shape, Workload } from "../src/model/job.js";
import { type MarketModel, UNDISTURBED_MARKET } from "../src/model/market.js";
import {
  NO_HEADROOM,
  PLAIN_SCALE_DOWN,
  PLAIN_SPOT_POLICY,
  type ProvisioningPolicy,
  type QueueOrder,
  type ScaleDownPolicy,
  type SpotPolicy,
  type Strategy,
} from "../src/model/policy.js";
import type { Profiles } from "../src/model/profile.js";
import { NONE, type SystemTables } from "../src/model/tables.js";
import type { WorldModel } from "../src/model/world.js";
import type { SimulationInput } from "../src/sim/simulate.js";

/** Seconds as milliseconds. */
export const s = (seconds: number): number => seconds * MS_PER_SECOND;

/** An instance type whose whole memory is usable. */
export function instanceType(name: string, vcpus: number, gib: number, gpus = 0): InstanceType {
  const memoryMib = gib * MIB_PER_GIB;
  return {
    name,
    architecture: "x86_64",
    vcpuMilli: vcpus * MILLI,
    memoryMib,
    nominalMemoryMib: memoryMib,
    gpuMilli: gpus * MILLI,
    gpuName: gpus > 0 ? "T4" : "",
  };
}

/** A pool of an instance type, given by its index, at a price in USD per hour. */
export function pool(type: number, usdPerHour: number, market: Market = "on-demand"): Pool {
  return {
    instanceType: type,
    zone: "use1-az1",
    market,
    priceMicroUsdPerHour: Math.round(usdPerHour * MICRO_USD),
    interruptionBand: NONE,
  };
}

/** What a job asks for: vCPUs, GiB, GPUs. */
export function shape(vcpus: number, gib: number, gpus = 0): Shape {
  return { vcpuMilli: vcpus * MILLI, memoryMib: gib * MIB_PER_GIB, gpuMilli: gpus * MILLI };
}

export interface JobRow {
  readonly submitMs: number;
  readonly runtimeMs: number;
  readonly shape: Shape;
  /** Default: "main". */
  readonly queue?: string;
  /** Default: "job". */
  readonly name?: string;
  /** Default: none. */
  readonly limitMs?: number;
  /** shareIdentifier; default: none. */
  readonly share?: string;
  readonly priority?: number;
  readonly nodes?: number;
  readonly consumables?: readonly ConsumableRequest[];
}

/** One job. */
export function job(submitMs: number, runtimeMs: number, wanted: Shape, more: Partial<JobRow> = {}): JobRow {
  return { submitMs, runtimeMs, shape: wanted, ...more };
}

/** `count` equal jobs. */
export function jobs(count: number, row: JobRow): JobRow[] {
  return Array.from({ length: count }, () => ({ ...row }));
}

/** Position of `value` in `list`, appended when no equal one is there. */
function indexOf<T>(list: T[], value: T, equal: (a: T, b: T) => boolean): number {
  const known = list.findIndex((other) => equal(other, value));
  return known === -1 ? list.push(value) - 1 : known;
}

/** Rows to columns. Rows are sorted by submission, equal times in the order given; job ids are "j0", "j1", ... in that order. */
export function workload(
  rows: readonly JobRow[],
  queueNames: readonly string[] = ["main"],
): { workload: Workload; profiles: Profiles } {
  const sorted = [...rows].sort((a, b) => a.submitMs - b.submitMs);
  const shapes: Shape[] = [];
  const classes: JobClass[] = [];
  const queues = [...queueNames];
  const names: string[] = [];
  const shareNames = [""];
  const consumableSets: (readonly ConsumableRequest[])[] = [[]];
  const ids = new TextColumn();
  const jobClass = new Int32Array(sorted.length);
  const jobName = new Int32Array(sorted.length);
  sorted.forEach((row, i) => {
    const wanted = indexOf(shapes, { ...row.shape }, sameShape);
    const wantedClass: JobClass = {
      queue: indexOf(queues, row.queue ?? "main", Object.is),
      shape: wanted,
      share: indexOf(shareNames, row.share ?? "", Object.is),
      priority: row.priority ?? 0,
      nodes: row.nodes ?? 1,
      consumables: indexOf(consumableSets, row.consumables ?? [], sameJson),
    };
    jobClass[i] = indexOf(classes, wantedClass, sameJson);
    jobName[i] = indexOf(names, row.name ?? "job", Object.is);
    ids.push(`j${i}`);
  });
  return {
    workload: {
      jobCount: sorted.length,
      originMs: 0,
      shapes,
      classes,
      queueNames: queues,
      jobNames: names,
      shareNames,
      consumableSets,
      definitions: [PLAIN_DEFINITION],
      jobDefinition: new Int32Array(0),
      arrays: NO_ARRAYS,
      dependencies: { count: 0, dependent: new Int32Array(0), on: new Int32Array(0), kind: new Uint8Array(0) },
      interventions: [],
      submitMs: Float64Array.from(sorted, (row) => row.submitMs),
      jobClass,
      jobName,
      limitMs: Float64Array.from(sorted, (row) => row.limitMs ?? Number.NaN),
      ids: ids.seal(),
      hash: "",
    },
    profiles: {
      runtimeMs: Float64Array.from(sorted, (row) => row.runtimeMs),
      recordedWaitMs: new Float64Array(sorted.length).fill(Number.NaN),
      recordedPullMs: new Float64Array(0),
      peakMemoryMib: new Float64Array(0),
      script: new Int32Array(0),
      scripts: [],
    },
  };
}

/** One attempt, no timeout. */
const PLAIN_DEFINITION: JobDefinition = {
  name: "",
  retry: { attempts: 1, evaluateOnExit: [] },
  timeoutMs: Number.NaN,
};

const NO_ARRAYS: Workload["arrays"] = {
  count: 0,
  starts: new Int32Array(1),
  children: new Int32Array(0),
  arrayOfJob: new Int32Array(0),
  indexInArray: new Int32Array(0),
  sequential: new Uint8Array(0),
  ids: [],
};

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.vcpuMilli === b.vcpuMilli && a.memoryMib === b.memoryMib && a.gpuMilli === b.gpuMilli;
}

/** What is different from the plain strategy. */
export type StrategySketch = Partial<Omit<Strategy, "scaleDown" | "spot">> & {
  readonly scaleDown?: Partial<ScaleDownPolicy>;
  readonly spot?: Partial<SpotPolicy>;
};

/** Best fit throughout, FIFO, one minute of idleness, decisions at every event. */
function strategy({ scaleDown, spot, ...more }: StrategySketch = {}): Strategy {
  return {
    name: "test",
    queueDiscipline: "fifo",
    queueDisciplines: {},
    estimateQuantile: 0,
    fairShareHalfLifeMs: s(7 * 86_400),
    placement: "best-fit",
    provisioning: "best-fit",
    expander: "least-waste",
    spot: { ...PLAIN_SPOT_POLICY, ...spot },
    headroom: NO_HEADROOM,
    learnsMemory: false,
    holdBackMicroUsd: null,
    spareLaunches: 0,
    batchingWindowMs: 0,
    scaleDown: { ...PLAIN_SCALE_DOWN, ...scaleDown },
    decisionIntervalMs: 0,
    maxLaunchesPerDecision: 100,
    ...more,
  };
}

/** A compute environment; what is left out follows the strategy, as in a real run. */
export type EnvironmentSketch = Omit<
  ComputeEnvironment,
  "provisioning" | "placement" | "idleDelayMs" | "idleDelayAfterJobMs"
> &
  Partial<ComputeEnvironment>;

/** A compute environment of 0 to 1000 vCPUs on the given pools. */
export function environment(pools: readonly number[], more: Partial<ComputeEnvironment> = {}): EnvironmentSketch {
  return {
    name: "ce",
    minVcpuMilli: 0,
    maxVcpuMilli: 1000 * MILLI,
    desiredVcpuMilli: 0,
    pools,
    onDemandPools: [],
    poolOrder: pools.map((_, index) => index),
    fixedFleet: null,
    fargate: false,
    multiNode: true,
    ...more,
  };
}

/** A queue on the first environment; without an order it follows the strategy's discipline. Its position is its index. */
export type QueueSketch = Omit<JobQueue, "order" | "position"> & { readonly order?: QueueOrder };

export function jobQueue(name: string, more: Partial<JobQueue> = {}): QueueSketch {
  return { name, priority: 1, computeEnvironments: [0], timeLimits: [], ...more };
}

function orderOf({ queueDiscipline }: Strategy): QueueOrder {
  if (queueDiscipline === "aws-batch") return { kind: "fifo" };
  if (queueDiscipline === "slurm-fair-share") throw new Error("give such a queue its order");
  return { kind: queueDiscipline };
}

/** A world of constant delays in milliseconds, none unless given, and a market in which nothing happens unless given. */
export function world(
  delays: Partial<Record<Exclude<keyof WorldModel, "failures" | "market">, number>> = {},
  market: Partial<MarketModel> = {},
): WorldModel {
  const constant = (valueMs = 0) => ({ kind: "constant", valueMs }) as const;
  return {
    pending: constant(delays.pending),
    boot: constant(delays.boot),
    pull: constant(delays.pull),
    cachedPull: constant(delays.cachedPull),
    stopDelay: constant(delays.stopDelay),
    failures: [],
    market: { ...UNDISTURBED_MARKET, ...market },
  };
}

export interface Story {
  readonly types: readonly InstanceType[];
  readonly pools: readonly Pool[];
  readonly jobs: readonly JobRow[];
  /** Default: one environment on all pools. */
  readonly environments?: readonly EnvironmentSketch[];
  /** Default: one queue, "main", on the first environment. */
  readonly queues?: readonly QueueSketch[];
  readonly consumableResources?: readonly ConsumableResource[];
  readonly strategy?: StrategySketch;
  readonly world?: WorldModel;
  readonly overheadMicroUsdPerHour?: number;
  readonly seed?: number;
}

/** Everything `simulate` needs. */
export function simulationInput(story: Story): SimulationInput {
  const queues = story.queues ?? [jobQueue("main")];
  const columns = workload(
    story.jobs,
    queues.map((queue) => queue.name),
  );
  const chosen = strategy(story.strategy);
  const { idleDelayMs } = chosen.scaleDown;
  const sketches = story.environments ?? [environment(story.pools.map((_, index) => index))];
  const tables: SystemTables = {
    shapes: columns.workload.shapes,
    classes: columns.workload.classes,
    shareNames: columns.workload.shareNames,
    consumableSets: columns.workload.consumableSets,
    consumableResources: story.consumableResources ?? [],
    queues: queues.map((queue, position) => ({ ...queue, position, order: queue.order ?? orderOf(chosen) })),
    environments: sketches.map((sketch) => ({
      provisioning: chosen.provisioning as ProvisioningPolicy,
      placement: chosen.placement,
      idleDelayMs,
      idleDelayAfterJobMs: idleDelayMs,
      ...sketch,
    })),
    pools: story.pools,
    instanceTypes: story.types,
    strategy: chosen,
    originMs: 0,
    overheadMicroUsdPerHour: story.overheadMicroUsdPerHour ?? 0,
  };
  return { tables, ...columns, world: story.world ?? world(), seed: story.seed ?? 1 };
}

/** More decisions than any run of a hundred jobs needs. */
const DECISIONS_LIMIT = 20_000;

/** The same run with a fuse: a simulation that goes on for ever throws. Every decision asks for its launch budget once. */
export function withFuse(input: SimulationInput): SimulationInput {
  const { strategy } = input.tables;
  let decisions = 0;
  const fused: Strategy = {
    ...strategy,
    get maxLaunchesPerDecision() {
      if (++decisions > DECISIONS_LIMIT) throw new Error("the simulation does not come to an end");
      return strategy.maxLaunchesPerDecision;
    },
  };
  return { ...input, tables: { ...input.tables, strategy: fused } };
}
