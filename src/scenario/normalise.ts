// The checked document to the Scenario that the rest of the program reads: AWS's nesting flattened, orders sorted, choices
// made that depend on more than one key.

import { MIB_PER_GIB } from "../base/units.js";
import type { UnmanagedModel } from "../model/world.js";
import { DEFAULTS } from "./defaults.js";
import { toJobDefinition, toRetryStrategy } from "./definitions.js";
import type { StressSpec } from "./market-spec.js";
import { toComputeEnvironment, toJobQueues, toSchedulingPolicy } from "./normalise-aws.js";
import { toSubmittedJobs } from "./normalise-jobs.js";
import { toLiveSettings } from "./normalise-live.js";
import { toMarket } from "./normalise-market.js";
import { toStrategySpec } from "./normalise-strategies.js";
import { collectNotes } from "./notes.js";
import type {
  BillingSpec,
  ColumnMapping,
  ComputeEnvironmentSpec,
  FileTraceSpec,
  JobDefinitionSpec,
  JobQueueSpec,
  ScaledColumn,
  Scenario,
  SyntheticTraceSpec,
  TraceSpec,
  WithoutDefinition,
} from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";
import { SCALES } from "./schema-trace.js";
import { seedSteps } from "./schema-transform.js";

type TraceDocument = ScenarioDocument["trace"];
type ColumnsDocument = NonNullable<TraceDocument["columns"]>;
type SyntheticDocument = NonNullable<TraceDocument["synthetic"]>;

/**
 * The scenario that a valid document describes; `defaultName` is taken when it has no name, `stress` comes after its own lines.
 */
export function normalise(document: ScenarioDocument, defaultName: string, stress: readonly StressSpec[]): Scenario {
  const strategies = document.strategies.map(toStrategySpec);
  const jobQueues = toJobQueues(document);
  const computeEnvironments = document.computeEnvironments.map(toComputeEnvironment);
  const jobDefinitions = document.jobDefinitions
    .filter((definition) => definition.status !== "INACTIVE")
    .map(toJobDefinition);
  return {
    name: document.name ?? defaultName,
    description: document.description,
    question: document.question,
    region: document.region,
    seed: document.seed,
    trace: toTrace(document, jobQueues, jobDefinitions, computeEnvironments),
    jobQueues,
    schedulingPolicies: document.schedulingPolicies.map(toSchedulingPolicy),
    jobDefinitions,
    consumableResources: document.consumableResources.map((resource) => ({
      name: resource.consumableResourceName,
      replenishable: resource.resourceType === "REPLENISHABLE",
      totalQuantity: resource.totalQuantity,
    })),
    computeEnvironments,
    strategies,
    // A baseline that is a strategy already is not run twice.
    baselines: document.baselines.filter((baseline) => strategies.every(({ name }) => name !== baseline)),
    world: {
      decisionIntervalMs: document.world.decisionInterval,
      pending: document.world.pending,
      boot: document.world.boot,
      pull: document.world.pull,
      cachedPull: document.world.cachedPull,
      stopDelay: document.world.stopDelay,
      failures: document.world.failures.map(({ exitCode, ...rule }) => ({
        ...rule,
        exitCode: exitCode ?? (rule.kind === "exit" ? DEFAULTS.failure.exitCode : 0),
      })),
      unmanaged: toUnmanaged(document.world.unmanaged),
    },
    market: toMarket(document.world, [...document.stress, ...stress]),
    billing: toBilling(document.billing),
    notes: collectNotes(document, jobQueues, strategies),
    live: toLiveSettings(document),
  };
}

function toBilling({ rootVolume, publicIpv4, fargate }: ScenarioDocument["billing"]): BillingSpec {
  return {
    rootVolumeGib: Math.ceil(rootVolume / MIB_PER_GIB),
    publicIpv4,
    fargate: {
      microUsdPerVcpuHour: fargate.pricePerVcpuHour,
      microUsdPerGibHour: fargate.pricePerGibHour,
      spotDiscount: fargate.spotDiscount,
    },
  };
}

function toTrace(
  document: ScenarioDocument,
  jobQueues: readonly JobQueueSpec[],
  definitions: readonly JobDefinitionSpec[],
  environments: readonly ComputeEnvironmentSpec[],
): TraceSpec {
  const { trace, seed } = document;
  if (trace.synthetic !== undefined) return toSynthetic(trace, trace.synthetic, seed, jobQueues);
  if (trace.jobs !== undefined) {
    const jobs = toSubmittedJobs(trace.jobs, definitions, jobQueues, environments, toWithoutDefinition(trace));
    return { kind: "jobs", jobs, unplaceable: trace.unplaceable };
  }
  return toFileTrace(trace, trace.file ?? "", seed);
}

/** The section of a trace file. `seed`: of steps that have none of their own. */
export function toFileTrace(trace: TraceDocument, file: string, seed: number): FileTraceSpec {
  return {
    kind: "file",
    limits: trace.limits,
    shareFrom: trace.shareFrom,
    file,
    format: trace.format ?? (trace.columns === undefined ? undefined : "csv"),
    columns: trace.columns === undefined ? undefined : toColumns(trace.columns),
    delimiter: trace.delimiter,
    header: trace.header,
    timeZone: trace.timeZone,
    release: trace.release,
    largestMachine: toLargestMachine(trace.largestMachine),
    defaults: {
      vcpus: trace.defaults.vcpus,
      memoryMib: trace.defaults.memory,
      memoryMibPerVcpu: trace.defaults.memoryPerVcpu,
      jobDefinition: trace.defaults.jobDefinition,
    },
    queue: trace.queue,
    queueMap: trace.queueMap,
    gpuSharing: trace.gpuSharing,
    unplaceable: trace.unplaceable,
    withoutDefinition: toWithoutDefinition(trace),
    transform: seedSteps(trace.transform ?? [], seed),
  };
}

function toWithoutDefinition({ retryStrategy, checkpointInterval }: TraceDocument): WithoutDefinition {
  return {
    ...(retryStrategy === undefined ? {} : { retry: toRetryStrategy(retryStrategy) }),
    ...(checkpointInterval === undefined ? {} : { checkpointMs: checkpointInterval }),
  };
}

function toLargestMachine(given: TraceDocument["largestMachine"]): FileTraceSpec["largestMachine"] {
  return given === undefined ? undefined : { vcpus: given.vcpus, memoryMib: given.memory };
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
    jobDefinition: columns.jobDefinition,
    share: columns.share,
    user: columns.user,
    group: columns.group,
    priority: columns.priority,
    nodes: columns.nodes,
    array: columns.array,
    arraySize: columns.arraySize,
    dependsOn: columns.dependsOn,
    exitCode: columns.exitCode,
    status: columns.status,
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
  trace: TraceDocument,
  synthetic: SyntheticDocument,
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
    unplaceable: trace.unplaceable,
    withoutDefinition: toWithoutDefinition(trace),
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

function toUnmanaged(given: ScenarioDocument["world"]["unmanaged"]): UnmanagedModel | undefined {
  if (given === undefined) return undefined;
  return {
    placement: given.placement,
    schedulerIntervalMs: given.schedulerInterval,
    earlyMs: given.earlyTick,
    drainMs: given.drain,
    priceIntervalMs: given.priceInterval,
  };
}
