// One entry of a reply to the part of a scenario that it becomes: the keys that a simulation reads, in a fixed order, with
// names where AWS has ARNs. Everything else (roles, networks, images, tags, container settings) is left out.
// Source of the keys: AWS Batch API reference, the …Detail types (API version 2016-08-10).

import { resourceName } from "./arns.js";
import { asList, asMap } from "./finding.js";
import type { Entry } from "./pull-replies.js";

/** The name that stands under a key that AWS fills with an ARN; undefined when there is none. */
export function nameUnder(entry: Entry, key: string): string | undefined {
  const value = entry[key];
  return typeof value === "string" && value !== "" ? resourceName(value) : undefined;
}

export function pullJobQueue(queue: Entry): Entry {
  return compact({
    ...pick(queue, ["jobQueueName", "priority"]),
    schedulingPolicyArn: nameUnder(queue, "schedulingPolicyArn"),
    computeEnvironmentOrder: maps(queue.computeEnvironmentOrder).map((entry) =>
      compact({ order: entry.order, computeEnvironment: nameUnder(entry, "computeEnvironment") }),
    ),
    jobStateTimeLimitActions: maps(queue.jobStateTimeLimitActions).map((action) =>
      pick(action, ["reason", "state", "maxTimeSeconds", "action"]),
    ),
  });
}

/** Without desiredvCpus: what ran when the reply was printed says nothing about the start of the trace. */
export function pullComputeEnvironment(environment: Entry): Entry {
  return compact({
    ...pick(environment, ["computeEnvironmentName", "type"]),
    state: environment.state === "ENABLED" ? undefined : environment.state,
    status: environment.status === "INVALID" ? "INVALID" : undefined,
    containerOrchestrationType: environment.containerOrchestrationType === "EKS" ? "EKS" : undefined,
    unmanagedvCpus: environment.unmanagedvCpus,
    computeResources: pullComputeResources(asMap(environment.computeResources)),
  });
}

function pullComputeResources(resources: Entry | undefined): Entry | undefined {
  if (resources === undefined) return undefined;
  return compact({
    ...pick(resources, ["type", "allocationStrategy", "minvCpus", "maxvCpus", "instanceTypes", "bidPercentage"]),
    scalingPolicy: pick(asMap(resources.scalingPolicy) ?? {}, ["minScaleDownDelayMinutes"]),
  });
}

export function pullSchedulingPolicy(policy: Entry): Entry {
  const fairshare = asMap(policy.fairsharePolicy) ?? {};
  return compact({
    ...pick(policy, ["name"]),
    fairsharePolicy: {
      ...pick(fairshare, ["shareDecaySeconds", "computeReservation"]),
      ...compact({
        shareDistribution: maps(fairshare.shareDistribution).map((share) =>
          pick(share, ["shareIdentifier", "weightFactor"]),
        ),
      }),
    },
  });
}

export function pullJobDefinition(definition: Entry): Entry {
  return compact({
    ...pick(definition, ["jobDefinitionName", "revision"]),
    type: definition.type === "container" ? undefined : definition.type,
    ...pick(definition, ["platformCapabilities", "schedulingPriority"]),
    retryStrategy: pullRetryStrategy(asMap(definition.retryStrategy) ?? {}),
    timeout: pick(asMap(definition.timeout) ?? {}, ["attemptDurationSeconds"]),
    containerProperties: pullContainer(asMap(definition.containerProperties) ?? {}),
    nodeProperties: pullNodes(asMap(definition.nodeProperties)),
    ecsProperties: pullTasks(asMap(definition.ecsProperties)),
    eksProperties: pullPod(asMap(definition.eksProperties)),
    consumableResourceProperties: pullConsumables(asMap(definition.consumableResourceProperties) ?? {}),
  });
}

function pullRetryStrategy(retry: Entry): Entry {
  return compact({
    ...pick(retry, ["attempts"]),
    evaluateOnExit: maps(retry.evaluateOnExit).map((rule) =>
      pick(rule, ["onStatusReason", "onReason", "onExitCode", "action"]),
    ),
  });
}

function pullContainer(container: Entry): Entry {
  return compact({
    ...pick(container, ["vcpus", "memory"]),
    resourceRequirements: maps(container.resourceRequirements).map((need) => pick(need, ["type", "value"])),
  });
}

function pullNodes(nodes: Entry | undefined): Entry | undefined {
  if (nodes === undefined) return undefined;
  return compact({
    ...pick(nodes, ["numNodes", "mainNode"]),
    nodeRangeProperties: maps(nodes.nodeRangeProperties).map((range) =>
      compact({
        ...pick(range, ["targetNodes", "instanceTypes"]),
        container: pullContainer(asMap(range.container) ?? {}),
        ecsProperties: pullTasks(asMap(range.ecsProperties)),
        consumableResourceProperties: pullConsumables(asMap(range.consumableResourceProperties) ?? {}),
      }),
    ),
  });
}

function pullTasks(properties: Entry | undefined): Entry | undefined {
  if (properties === undefined) return undefined;
  return compact({
    taskProperties: maps(properties.taskProperties).map((task) =>
      compact({
        containers: maps(task.containers).map((container) => ({
          ...pick(container, ["name"]),
          ...pullContainer(container),
        })),
      }),
    ),
  });
}

function pullPod(properties: Entry | undefined): Entry | undefined {
  if (properties === undefined) return undefined;
  return compact({
    podProperties: compact({
      containers: maps(asMap(properties.podProperties)?.containers).map((container) => {
        const resources = asMap(container.resources) ?? {};
        return compact({ ...pick(container, ["name"]), resources: pick(resources, ["limits", "requests"]) });
      }),
    }),
  });
}

function pullConsumables(properties: Entry): Entry {
  return compact({
    consumableResourceList: maps(properties.consumableResourceList).map((need) => ({
      consumableResource: nameUnder(need, "consumableResource"),
      quantity: need.quantity,
    })),
  });
}

export function pullConsumableResource(resource: Entry): Entry {
  return pick(resource, ["consumableResourceName", "resourceType", "totalQuantity"]);
}

function maps(list: unknown): Entry[] {
  return asList(list).flatMap((item) => {
    const map = asMap(item);
    return map === undefined ? [] : [map];
  });
}

function pick(entry: Entry, keys: readonly string[]): Entry {
  return compact(Object.fromEntries(keys.map((key) => [key, entry[key]])));
}

/** Without what is missing or empty: AWS prints null, [] and {} for settings that were never made. */
function compact(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => !isEmpty(value)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  const map = asMap(value);
  return map !== undefined && Object.keys(map).length === 0;
}
