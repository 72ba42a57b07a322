// Whether a job could run in a scenario at all, whatever the strategy, and if not, what is missing.

import { MILLI } from "../base/units.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { InstanceType } from "../model/instance-type.js";
import type { Shape } from "../model/job.js";
import { environmentIndexes, type ResolvedScenario } from "./tables.js";

/**
 * Why a job of this queue and shape could never run in the scenario: no such queue, or no compute environment of the queue
 * has an instance type that holds it within maxvCpus; with `nodes` above 1 (`shape` is one node's) none that takes
 * multi-node parallel jobs and has room for all nodes. Undefined when it can run.
 */
export function whyUnplaceable(
  resolved: ResolvedScenario,
  queueName: string,
  shape: Shape,
  nodes = 1,
): string | undefined {
  const { scenario } = resolved;
  if (!scenario.jobQueues.some((queue) => queue.name === queueName)) {
    return `there is no job queue "${queueName}" (job queues: ${scenario.jobQueues.map((queue) => queue.name).join(", ")})`;
  }
  const reasons: string[] = [];
  for (const index of environmentIndexes(resolved, queueName)) {
    const reason = whyNotIn(resolved, resolved.environments[index]!, shape, nodes);
    const onDemandReason = whyNotIn(resolved, resolved.onDemandEnvironments[index]!, shape, nodes);
    if (reason === undefined && onDemandReason === undefined) return undefined;
    reasons.push(reason ?? onDemandReason!);
  }
  return reasons.join("; ");
}

/** "needs 2000 GiB: the largest instance type of `ce` offers 759 GiB": what is missing, against the nearest type. */
function whyNotIn(
  resolved: ResolvedScenario,
  environment: ComputeEnvironment,
  shape: Shape,
  nodes: number,
): string | undefined {
  if (nodes > 1 && !environment.multiNode) {
    return `${environment.name} takes no multi-node parallel jobs: AWS Batch runs them in MANAGED environments on on-demand EC2 instances only`;
  }
  const pools = environment.fixedFleet?.map((fixed) => fixed.pool) ?? environment.pools;
  const types = pools.map((pool) => resolved.instanceTypes[resolved.pools[pool]!.instanceType]!);
  const holds = types.filter(
    (type) => type.vcpuMilli >= shape.vcpuMilli && type.memoryMib >= shape.memoryMib && type.gpuMilli >= shape.gpuMilli,
  );
  if (holds.length === 0) return `${describeShape(shape)}; ${nearestType(environment.name, types, shape)}`;
  if (environment.fixedFleet !== null) return whyFleetTooSmall(environment, holds, types, nodes);
  const smallest = Math.min(...holds.map((type) => type.vcpuMilli));
  if (nodes * smallest <= environment.maxVcpuMilli) return undefined;
  const has =
    nodes === 1 ? `has ${vcpus(smallest)}` : `has ${vcpus(smallest)}, ${nodes} of them ${vcpus(nodes * smallest)}`;
  return `${describeShape(shape)}; the smallest instance type that holds it ${has}, more than maxvCpus ${environment.maxVcpuMilli / MILLI} of ${environment.name}`;
}

/** All nodes of a job run on instances of one type. */
function whyFleetTooSmall(
  { name, fixedFleet }: ComputeEnvironment,
  holds: readonly InstanceType[],
  types: readonly InstanceType[],
  nodes: number,
): string | undefined {
  const counts = fixedFleet!.filter((_, index) => holds.includes(types[index]!)).map(({ count }) => count);
  const most = Math.max(...counts);
  if (most >= nodes) return undefined;
  return `the job has ${nodes} nodes; the fixed fleet of ${name} has ${most} of one type that holds a node`;
}

function nearestType(environment: string, types: readonly InstanceType[], shape: Shape): string {
  const lacksGpus = (type: InstanceType) => (shape.gpuMilli > 0 && type.gpuMilli === 0 ? 1 : 0);
  const excess = (type: InstanceType) =>
    Math.max(
      shape.vcpuMilli / type.vcpuMilli,
      shape.memoryMib / type.memoryMib,
      type.gpuMilli === 0 ? 0 : shape.gpuMilli / type.gpuMilli,
    );
  const nearest = types.reduce((best, type) =>
    (lacksGpus(type) - lacksGpus(best) || excess(type) - excess(best)) < 0 ? type : best,
  );
  const short = [
    missing(shape.vcpuMilli - nearest.vcpuMilli, vcpus),
    missing(shape.memoryMib - nearest.memoryMib, (mib) => `${mib} MiB of memory`),
    missing(shape.gpuMilli - nearest.gpuMilli, (milli) => plural(milli / MILLI, "GPU")),
  ].filter((text) => text !== undefined);
  return `no instance type of ${environment} holds it, the nearest, ${nearest.name}, is short of ${short.join(" and ")}`;
}

function missing(amount: number, text: (amount: number) => string): string | undefined {
  return amount > 0 ? text(amount) : undefined;
}

function vcpus(milli: number): string {
  return plural(milli / MILLI, "vCPU");
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function describeShape(shape: Shape): string {
  const gpus = shape.gpuMilli === 0 ? "" : `, ${plural(shape.gpuMilli / MILLI, "GPU")}`;
  return `the job asks for ${vcpus(shape.vcpuMilli)}, ${shape.memoryMib} MiB${gpus}`;
}
