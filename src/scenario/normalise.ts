// The checked document to the Scenario that the rest of the program reads: AWS's nesting flattened, orders sorted, choices
// made that depend on more than one key.

import { MIB_PER_GIB } from "../base/units.js";
import { environmentName, traceFormat } from "./checks.js";
import { DEFAULTS } from "./defaults.js";
import { collectNotes } from "./notes.js";
import type {
  ColumnMapping,
  ComputeEnvironmentSpec,
  FileTraceSpec,
  JobQueueSpec,
  ScaledColumn,
  Scenario,
  StrategySpec,
  SyntheticTraceSpec,
  TraceSpec,
} from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";
import { SCALES } from "./schema-trace.js";

type TraceDocument = ScenarioDocument["trace"];
type ColumnsDocument = NonNullable<TraceDocument["columns"]>;
type SyntheticDocument = NonNullable<TraceDocument["synthetic"]>;

/** The scenario that a valid document describes; `defaultName` is taken when it has no name. */
export function normalise(document: ScenarioDocument, defaultName: string): Scenario {
  const jobQueues = toJobQueues(document);
  return {
    name: document.name ?? defaultName,
    description: document.description,
    question: document.question,
    region: document.region,
    seed: document.seed,
    trace: toTrace(document, jobQueues),
    jobQueues,
    computeEnvironments: document.computeEnvironments.map(toComputeEnvironment),
    strategies: document.strategies.map(toStrategy),
    baselines: document.baselines,
    world: {
      decisionIntervalMs: document.world.decisionInterval,
      pending: document.world.pending,
      boot: document.world.boot,
      pull: document.world.pull,
      cachedPull: document.world.cachedPull,
    },
    billing: {
      rootVolumeGib: Math.ceil(document.billing.rootVolume / MIB_PER_GIB),
      publicIpv4: document.billing.publicIpv4,
    },
    notes: collectNotes(document, jobQueues),
  };
}

function toJobQueues(document: ScenarioDocument): JobQueueSpec[] {
  if (document.jobQueues === undefined) {
    const { name, priority } = DEFAULTS.jobQueue;
    const all = document.computeEnvironments.map((environment) => environment.computeEnvironmentName);
    return [{ name, priority, computeEnvironments: all }];
  }
  return document.jobQueues.map((queue) => ({
    name: queue.jobQueueName,
    priority: queue.priority,
    computeEnvironments: [...queue.computeEnvironmentOrder]
      .sort((a, b) => a.order - b.order)
      .map((entry) => environmentName(entry.computeEnvironment)),
  }));
}

function toComputeEnvironment(environment: ScenarioDocument["computeEnvironments"][number]): ComputeEnvironmentSpec {
  const { type, minvCpus, maxvCpus, instanceTypes, zones, allocationStrategy } = environment.computeResources;
  return {
    name: environment.computeEnvironmentName,
    type,
    minvCpus,
    maxvCpus,
    instanceTypes,
    zones,
    allocationStrategy,
    fixedFleet: environment.fixedFleet,
  };
}

function toStrategy(strategy: ScenarioDocument["strategies"][number]): StrategySpec {
  return {
    name: strategy.name,
    queueDiscipline: strategy.queueDiscipline,
    placement: strategy.placement,
    provisioning: strategy.provisioning,
    idleDelayMs: strategy.scaleDown.idleDelay,
    maxScaleDownShare: strategy.scaleDown.maxShare,
    maxLaunchesPerDecision: strategy.maxLaunchesPerDecision,
  };
}

function toTrace(document: ScenarioDocument, jobQueues: readonly JobQueueSpec[]): TraceSpec {
  const { trace, seed } = document;
  if (trace.synthetic !== undefined) return toSynthetic(trace.synthetic, trace.unplaceable, seed, jobQueues);
  return toFileTrace(trace, trace.file ?? "");
}

function toFileTrace(trace: TraceDocument, file: string): FileTraceSpec {
  return {
    kind: "file",
    file,
    format: traceFormat(file, trace.format),
    columns: trace.columns === undefined ? undefined : toColumns(trace.columns),
    delimiter: trace.delimiter,
    utcOffsetMinutes: trace.timeZone,
    defaults: {
      vcpus: trace.defaults.vcpus,
      memoryMib: trace.defaults.memory,
      memoryMibPerVcpu: trace.defaults.memoryPerVcpu,
    },
    queue: trace.queue,
    queueMap: trace.queueMap,
    gpuSharing: trace.gpuSharing,
    unplaceable: trace.unplaceable,
  };
}

function toColumns(columns: ColumnsDocument): ColumnMapping {
  return {
    id: columns.id,
    name: columns.name,
    queue: columns.queue,
    submit: columns.submit,
    runtime: columns.runtime,
    start: columns.start,
    limit: columns.limit,
    vcpus: toScaledColumn(columns.vcpus),
    memory: columns.memory,
    gpus: toScaledColumn(columns.gpus),
  };
}

function toScaledColumn(given: ColumnsDocument["gpus"]): ScaledColumn | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "string") return { column: given, scale: 1 };
  const { column, unit, times } = given;
  if (times === undefined) return { column, scale: SCALES[unit] };
  return { column, scale: SCALES[unit], times: { column: times.column, scale: SCALES[times.unit] } };
}

function toSynthetic(
  synthetic: SyntheticDocument,
  unplaceable: "fail" | "reject",
  scenarioSeed: number,
  jobQueues: readonly JobQueueSpec[],
): SyntheticTraceSpec {
  return {
    kind: "synthetic",
    jobs: synthetic.jobs,
    durationMs: synthetic.duration,
    seed: synthetic.seed ?? scenarioSeed,
    dailyCycle: synthetic.dailyCycle,
    burstSize: synthetic.burstSize,
    unplaceable,
    shapes: synthetic.shapes.map((shape) => ({
      name: shape.name,
      queue: shape.queue ?? jobQueues[0]!.name,
      vcpus: shape.vcpus,
      memoryMib: shape.memory,
      gpus: shape.gpus,
      weight: shape.weight,
      runtime: shape.runtime,
    })),
  };
}
