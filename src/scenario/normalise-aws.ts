// Queues, compute environments and policies from AWS's nesting to the flat specs of a Scenario.

import { MS_PER_MINUTE, MS_PER_SECOND } from "../base/units.js";
import { TIME_LIMIT_REASONS } from "../model/environment.js";
import { resourceName } from "./arns.js";
import { DEFAULTS } from "./defaults.js";
import type { ComputeEnvironmentSpec, FixedFleetSpec, JobQueueSpec, SchedulingPolicySpec } from "./scenario.js";
import type { ScenarioDocument } from "./schema.js";
import type { ComputeEnvironmentDocument } from "./schema-environments.js";

type Queue = NonNullable<ScenarioDocument["jobQueues"]>[number];

/** The queues, each with the environments that work; one over all of them when none are given. */
export function toJobQueues(document: ScenarioDocument): JobQueueSpec[] {
  const usable = document.computeEnvironments
    .filter((environment) => !isSkipped(environment))
    .map((environment) => environment.computeEnvironmentName);
  if (document.jobQueues === undefined) {
    const { name, priority } = DEFAULTS.jobQueue;
    return [{ name, priority, computeEnvironments: usable, schedulingPolicy: undefined, timeLimits: [] }];
  }
  return document.jobQueues.map((queue) => ({
    name: queue.jobQueueName,
    priority: queue.priority,
    computeEnvironments: [...queue.computeEnvironmentOrder]
      .sort((a, b) => a.order - b.order)
      .map((entry) => resourceName(entry.computeEnvironment))
      .filter((name) => usable.includes(name)),
    schedulingPolicy: policyName(document, queue.schedulingPolicyArn),
    timeLimits: toTimeLimits(queue),
  }));
}

/** Whether job queues skip it: "the compute environments must be in the VALID state before …", and ENABLED. */
export function isSkipped({ state, status }: ComputeEnvironmentDocument): boolean {
  return state === "DISABLED" || status === "INVALID";
}

function policyName(document: ScenarioDocument, reference: string | undefined): string | undefined {
  if (reference === undefined) return undefined;
  return document.schedulingPolicies.find((policy) => policy.arn === reference)?.name ?? resourceName(reference);
}

/** Those whose reason the simulation knows; notes.ts tells of the others. */
function toTimeLimits(queue: Queue): JobQueueSpec["timeLimits"] {
  return queue.jobStateTimeLimitActions.flatMap(({ reason, maxTimeSeconds }) => {
    const known = TIME_LIMIT_REASONS.find((one) => one === reason);
    return known === undefined ? [] : [{ reason: known, maxTimeMs: maxTimeSeconds * MS_PER_SECOND }];
  });
}

export function toSchedulingPolicy(policy: ScenarioDocument["schedulingPolicies"][number]): SchedulingPolicySpec {
  return {
    name: policy.name,
    arn: policy.arn ?? "",
    shares: policy.fairsharePolicy.shareDistribution,
    shareDecaySeconds: policy.fairsharePolicy.shareDecaySeconds,
    computeReservation: policy.fairsharePolicy.computeReservation,
  };
}

export function toComputeEnvironment(environment: ComputeEnvironmentDocument): ComputeEnvironmentSpec {
  const fixedFleet = toFixedFleet(environment.fixedFleet);
  const resources = environment.computeResources;
  const type = resources?.type ?? "EC2";
  const fargate = type === "FARGATE" || type === "FARGATE_SPOT";
  const minvCpus = resources?.minvCpus ?? 0;
  // Only a machine of processors may do without computeResources.
  const maxvCpus = resources?.maxvCpus ?? (fixedFleet?.kind === "processors" ? fixedFleet.processors : 0);
  return {
    name: environment.computeEnvironmentName,
    managed: environment.type === "MANAGED",
    type,
    minvCpus,
    maxvCpus,
    unmanagedvCpus: environment.unmanagedvCpus ?? 0,
    desiredvCpus: Math.min(Math.max(resources?.desiredvCpus ?? 0, minvCpus), maxvCpus),
    instanceTypes: fargate || fixedFleet?.kind === "processors" ? [] : (resources?.instanceTypes ?? []),
    zones: resources?.zones ?? [],
    allocationStrategy: resources?.allocationStrategy,
    // AWS prints 0 where no limit was set.
    bidPercentage: resources?.bidPercentage || 100,
    minScaleDownDelayMs: (resources?.scalingPolicy?.minScaleDownDelayMinutes ?? 0) * MS_PER_MINUTE,
    fixedFleet,
  };
}

function toFixedFleet(fleet: ComputeEnvironmentDocument["fixedFleet"]): FixedFleetSpec | undefined {
  if (fleet === undefined) return undefined;
  if (!("processors" in fleet)) return { kind: "instances", instances: fleet };
  return {
    kind: "processors",
    processors: fleet.processors,
    microUsdPerProcessorHour: fleet.pricePerProcessorHour,
  };
}
