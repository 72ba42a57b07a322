// jobStateTimeLimitActions: a job that has been RUNNABLE at the head of its queue for too long, for a reason that an action
// names, is cancelled (JobStateTimeLimitAction in the AWS Batch API reference). AWS does not publish how it finds the
// reason; the model: nothing on sale is large enough -> MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT; it is, but larger than
// maxvCpus -> MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE; else, when a launch was refused while the job was at the
// head -> CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY.

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { DecisionRecorder } from "../../model/decision.js";
import type { TimeLimitReason } from "../../model/environment.js";
import { NONE, type SystemTables } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import type { Placer } from "./placer.js";

interface Head {
  job: number;
  sinceMs: number;
  /** Launches refused in the queue's environments when it came to the head. */
  refusals: number;
}

export class TimeLimits {
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly record: DecisionRecorder;
  private readonly heads: Head[];
  /** Whether any queue has such actions. */
  readonly any: boolean;

  constructor(cluster: Cluster, placer: Placer, record: DecisionRecorder) {
    const { queues } = cluster.tables;
    this.cluster = cluster;
    this.placer = placer;
    this.record = record;
    this.heads = queues.map(() => ({ job: NONE, sinceMs: 0, refusals: 0 }));
    this.any = queues.some(({ timeLimits }) => timeLimits.length > 0);
  }

  /** Appends a CancelJob action for every head that is overdue; returns when to look again (Infinity: never by itself). */
  enforce(nowMs: number, actions: ActionBuffer): number {
    let wakeAtMs = Number.POSITIVE_INFINITY;
    this.cluster.tables.queues.forEach(({ timeLimits }, queue) => {
      if (timeLimits.length === 0) return;
      const head = this.follow(queue, nowMs);
      if (head.job === NONE) return;
      const reason = this.reasonOf(queue, head);
      const action = timeLimits.findIndex((limit) => limit.reason === reason);
      if (action === NONE) return;
      const dueMs = head.sinceMs + timeLimits[action]!.maxTimeMs;
      if (dueMs > nowMs) {
        wakeAtMs = Math.min(wakeAtMs, dueMs);
        return;
      }
      const row = this.record.cancel(reason!, nowMs, head.job, queue, head.sinceMs);
      actions.push(ActionKind.CancelJob, head.job, action, NONE, row, nowMs);
    });
    return wakeAtMs;
  }

  /** Who is at the head of a queue, and since when. */
  private follow(queue: number, nowMs: number): Head {
    const head = this.heads[queue]!;
    const job = this.placer.server(queue).headJob(nowMs);
    if (job !== head.job) {
      head.job = job;
      head.sinceMs = nowMs;
      head.refusals = this.refusals(queue);
    }
    return head;
  }

  private reasonOf(queue: number, head: Head): TimeLimitReason | undefined {
    const { tables } = this.cluster;
    const misfit = whyNeverFits(tables, this.cluster.jobClass(head.job));
    if (misfit !== undefined) return misfit;
    return this.refusals(queue) > head.refusals ? "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY" : undefined;
  }

  private refusals(queue: number): number {
    const { tables, environments } = this.cluster;
    let refusals = 0;
    for (const environment of tables.queues[queue]!.computeEnvironments) {
      refusals += environments[environment]!.refusedLaunches;
    }
    return refusals;
  }
}

/** Why no environment of its queue could ever run a job of a class; undefined when one could. */
function whyNeverFits(tables: SystemTables, jobClass: number): TimeLimitReason | undefined {
  const { queue, shape, nodes } = tables.classes[jobClass]!;
  const request = tables.shapes[shape]!;
  let onSale = false;
  for (const index of tables.queues[queue]!.computeEnvironments) {
    const environment = tables.environments[index]!;
    if (nodes > 1 && !environment.multiNode) continue;
    const pools = environment.fixedFleet?.map(({ pool }) => pool) ?? environment.pools;
    for (const pool of pools) {
      const type = tables.instanceTypes[tables.pools[pool]!.instanceType]!;
      if (
        type.vcpuMilli < request.vcpuMilli ||
        type.memoryMib < request.memoryMib ||
        type.gpuMilli < request.gpuMilli
      ) {
        continue;
      }
      onSale = true;
      if (environment.fixedFleet !== null || nodes * type.vcpuMilli <= environment.maxVcpuMilli) return undefined;
    }
  }
  return onSale ? "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE" : "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT";
}
