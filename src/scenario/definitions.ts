// Job definitions: which one a name means, and what becomes of it under the overrides of a SubmitJob call or a row of a
// trace. Sources: AWS Batch API reference, SubmitJob (jobDefinition, containerOverrides, retryStrategy, timeout,
// schedulingPriorityOverride, consumableResourcePropertiesOverride, nodeOverrides) and ContainerProperties.

import { MILLI, MS_PER_SECOND } from "../base/units.js";
import type { ConsumableRequest, RetryStrategy } from "../model/job.js";
import { resourceName } from "./arns.js";
import type { AppliedDefinition, JobDefinitionSpec } from "./scenario.js";
import type {
  ConsumablesDocument,
  ContainerDocument,
  EcsPropertiesDocument,
  JobDefinitionDocument,
  NodePropertiesDocument,
  RetryStrategyDocument,
} from "./schema-definitions.js";

/** What a container asks for, as far as it says. */
export interface Request {
  readonly vcpuMilli: number | undefined;
  readonly memoryMib: number | undefined;
  readonly gpuMilli: number | undefined;
}

/** What SubmitJob or a row of a trace says instead of the job definition; undefined: as the definition has it. */
export interface DefinitionOverrides {
  readonly vcpuMilli?: number | undefined;
  readonly memoryMib?: number | undefined;
  readonly gpuMilli?: number | undefined;
  readonly retry?: RetryStrategy | undefined;
  /** NaN: none. */
  readonly timeoutMs?: number | undefined;
  readonly schedulingPriority?: number | undefined;
  readonly consumables?: readonly ConsumableRequest[] | undefined;
  readonly nodes?: number | undefined;
}

const NOTHING: Request = { vcpuMilli: undefined, memoryMib: undefined, gpuMilli: undefined };

/** "attempts … If the value of attempts is not specified, the job is attempted once." */
const ONE_ATTEMPT: RetryStrategy = { attempts: 1, evaluateOnExit: [] };

/**
 * The definition that `reference` names: "name" (the newest revision given), "name:revision", or an ARN of either. Undefined
 * when there is none. `definitions` are the ACTIVE ones.
 */
export function findJobDefinition<T extends { readonly name: string; readonly revision: number }>(
  definitions: readonly T[],
  reference: string,
): T | undefined {
  const [name, revision] = resourceName(reference).split(":");
  const newestFirst = (a: T, b: T) => age(a.revision) - age(b.revision);
  return definitions
    .filter((definition) => definition.name === name)
    .filter((definition) => revision === undefined || String(definition.revision) === revision)
    .sort(newestFirst)[0];
}

/** Less is newer; a definition without a revision (0) is the newest. */
function age(revision: number): number {
  return revision === 0 ? Number.NEGATIVE_INFINITY : -revision;
}

/**
 * The definition with the overrides applied; without a definition the overrides are all there is (one attempt, no timeout,
 * priority 0, one node). "vcpus" or "memory" when neither of the two names that request.
 */
export function applyDefinition(
  definition: JobDefinitionSpec | undefined,
  overrides: DefinitionOverrides,
): AppliedDefinition | "vcpus" | "memory" {
  const vcpuMilli = overrides.vcpuMilli ?? definition?.vcpuMilli;
  const memoryMib = overrides.memoryMib ?? definition?.memoryMib;
  if (vcpuMilli === undefined) return "vcpus";
  if (memoryMib === undefined) return "memory";
  return {
    name: definition?.name ?? "",
    vcpuMilli,
    memoryMib,
    gpuMilli: overrides.gpuMilli ?? definition?.gpuMilli ?? 0,
    retry: overrides.retry ?? definition?.retry ?? ONE_ATTEMPT,
    timeoutMs: overrides.timeoutMs ?? definition?.timeoutMs ?? Number.NaN,
    ...(definition?.checkpointMs === undefined ? {} : { checkpointMs: definition.checkpointMs }),
    schedulingPriority: overrides.schedulingPriority ?? definition?.schedulingPriority ?? 0,
    consumables: overrides.consumables ?? definition?.consumables ?? [],
    nodes: overrides.nodes ?? definition?.nodes ?? 1,
  };
}

/** A described job definition as a spec. */
export function toJobDefinition(document: JobDefinitionDocument): JobDefinitionSpec {
  return {
    name: document.jobDefinitionName,
    revision: document.revision ?? 0,
    ...definitionRequest(document),
    retry: document.retryStrategy === undefined ? ONE_ATTEMPT : toRetryStrategy(document.retryStrategy),
    timeoutMs: toTimeoutMs(document.timeout) ?? Number.NaN,
    ...(document.checkpointInterval === undefined ? {} : { checkpointMs: document.checkpointInterval }),
    schedulingPriority: document.schedulingPriority ?? 0,
    consumables: toConsumables(document.consumableResourceProperties) ?? [],
    nodes: document.nodeProperties?.numNodes ?? 1,
    platform: document.platformCapabilities?.includes("FARGATE") ? "FARGATE" : "EC2",
  };
}

function definitionRequest({ nodeProperties, containerProperties, ecsProperties }: JobDefinitionDocument): Request {
  if (nodeProperties !== undefined) return nodeRequest(nodeProperties);
  return containerProperties === undefined ? taskRequest(ecsProperties) : containerRequest(containerProperties);
}

/** What each node asks for: instances are of one type and dedicated, so the largest group decides. */
function nodeRequest(nodes: NodePropertiesDocument): Request {
  return nodeRequests(nodes).reduce((most, request) => ({
    vcpuMilli: largest(most.vcpuMilli, request.vcpuMilli),
    memoryMib: largest(most.memoryMib, request.memoryMib),
    gpuMilli: largest(most.gpuMilli, request.gpuMilli),
  }));
}

/** What a node of each group asks for, in the order of the groups. */
export function nodeRequests(nodes: NodePropertiesDocument): Request[] {
  return nodes.nodeRangeProperties.map(({ container, ecsProperties }) => {
    return container === undefined ? taskRequest(ecsProperties) : containerRequest(container);
  });
}

function largest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}

/** What containerProperties or containerOverrides ask for; a 0 of the older vcpus and memory says nothing. */
export function containerRequest(container: ContainerDocument): Request {
  const value = (type: "VCPU" | "MEMORY" | "GPU") => {
    return container.resourceRequirements?.find((requirement) => requirement.type === type)?.value;
  };
  const memory = value("MEMORY") ?? (container.memory || undefined);
  return {
    vcpuMilli: toMilli(value("VCPU") ?? (container.vcpus || undefined)),
    memoryMib: memory === undefined ? undefined : Math.ceil(memory),
    gpuMilli: toMilli(value("GPU")),
  };
}

/** The containers of a task add up. */
function taskRequest(ecs: EcsPropertiesDocument | undefined): Request {
  const containers = ecs?.taskProperties[0]?.containers ?? [];
  return containers.reduce((total, { resourceRequirements }) => {
    const request = containerRequest({ resourceRequirements });
    return {
      vcpuMilli: sum(total.vcpuMilli, request.vcpuMilli),
      memoryMib: sum(total.memoryMib, request.memoryMib),
      gpuMilli: sum(total.gpuMilli, request.gpuMilli),
    };
  }, NOTHING);
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

/** Thousandths. */
export function toMilli(count: number | undefined): number | undefined {
  return count === undefined ? undefined : Math.round(count * MILLI);
}

export function toRetryStrategy({ attempts, evaluateOnExit }: RetryStrategyDocument): RetryStrategy {
  return {
    attempts: attempts ?? 1,
    evaluateOnExit: (evaluateOnExit ?? []).map((rule) => ({
      onStatusReason: rule.onStatusReason,
      onReason: rule.onReason,
      onExitCode: rule.onExitCode,
      action: rule.action === "RETRY" || rule.action === "retry" ? "RETRY" : "EXIT",
    })),
  };
}

export function toTimeoutMs(timeout: JobDefinitionDocument["timeout"]): number | undefined {
  return timeout?.attemptDurationSeconds === undefined ? undefined : timeout.attemptDurationSeconds * MS_PER_SECOND;
}

export function toConsumables(properties: ConsumablesDocument | undefined): ConsumableRequest[] | undefined {
  return properties?.consumableResourceList?.map(({ consumableResource, quantity }) => {
    return { name: resourceName(consumableResource), quantity };
  });
}
