// Consolidation, where the strategy allows it: the last jobs of an instance are killed and run again elsewhere, so that it can
// end. A job of AWS Batch cannot be moved: what it has done since its last checkpoint is lost, and its next attempt takes room and
// time again. So an instance is emptied only when what it would still cost until it empties by itself exceeds, with a margin,
// what running its jobs again is expected to cost; and only when all of them have room on other instances at once. No job is
// killed that has no second attempt, or that has been retried before: one job is killed once at the most.

import type { Shape } from "../../model/job.js";
import { NONE } from "../../model/tables.js";
import type { Prolonging } from "../placement/prolonging.js";
import type { Cluster } from "../state/cluster.js";
import { drainInstance, undrainInstance } from "../state/instance-transition.js";
import { InstanceStatus } from "../state/instances.js";
import { occupy, vacate } from "../state/transition.js";

/** The expected saving must be so many times the expected cost: expectations of run times are rough (a model). */
const MARGIN = 1.5;

/** Instances with more jobs are not weighed: so many jobs hardly ever cost less to run again than their instance. */
const MOST_JOBS = 8;

export class Consolidation {
  private readonly cluster: Cluster;
  private readonly prolonging: readonly Prolonging[];
  /** Instances by number that are not gone, as of the last look. */
  private readonly known: number[] = [];
  private seen = 0;

  /** `prolonging`: by environment. */
  constructor(cluster: Cluster, prolonging: readonly Prolonging[]) {
    this.cluster = cluster;
    this.prolonging = prolonging;
  }

  /**
   * The instance whose jobs it pays most to kill, drained, or NONE. One at a time, and none while jobs wait: those that were
   * killed are to find the room that was found for them.
   */
  next(): number {
    this.lookAround();
    if (this.cluster.pending.total > 0) return NONE;
    let best = NONE;
    let bestMicroUsd = 0;
    for (const instance of this.known) {
      const microUsd = this.gainMicroUsd(instance);
      if (microUsd <= bestMicroUsd || !this.haveRoomElsewhere(instance)) continue;
      best = instance;
      bestMicroUsd = microUsd;
    }
    return best;
  }

  /** What killing the jobs of an instance is expected to save beyond the margin, micro-USD; 0 or less: it does not pay. */
  private gainMicroUsd(instance: number): number {
    const { instances, outlook } = this.cluster;
    const status = instances.status(instance);
    const isOpen = status === InstanceStatus.Registered || status === InstanceStatus.Draining;
    if (!isOpen || !outlook!.hasJobs(instance) || instances.jobs(instance) > MOST_JOBS) return 0;
    // EC2 is about to end it anyway.
    if (instances.takenAtMs[instance]! < Number.POSITIVE_INFINITY) return 0;
    const prolonging = this.prolonging[instances.environment(instance)]!;
    let gain = prolonging.lifeMicroUsd(instance, outlook!.endMs(instance) - outlook!.nowMs);
    const all = outlook!.everyJob(instance, (job) => {
      const { nodes } = this.cluster.tables.classes[this.cluster.jobClass(job)]!;
      const lostMs = nodes > 1 ? Number.POSITIVE_INFINITY : outlook!.lostMs(job);
      const againMs = lostMs + outlook!.jobEndMs(job) - outlook!.nowMs;
      gain -= MARGIN * prolonging.ownMicroUsd(this.shapeOf(job), againMs, Number.POSITIVE_INFINITY);
      return lostMs < Number.POSITIVE_INFINITY && gain > 0;
    });
    return all ? gain : 0;
  }

  /** Whether all jobs of an instance have room on others at once: tried with the ordinary placement. */
  private haveRoomElsewhere(instance: number): boolean {
    const { cluster } = this;
    const isDrained = cluster.instances.status(instance) === InstanceStatus.Draining;
    if (!isDrained) drainInstance(cluster, instance);
    const { placement } = cluster.environments[cluster.instances.environment(instance)]!;
    const held: { readonly instance: number; readonly jobClass: number }[] = [];
    const all = cluster.outlook!.everyJob(instance, (job) => {
      const found = placement.find(this.shapeOf(job));
      if (found === NONE) return false;
      const jobClass = cluster.jobClass(job);
      occupy(cluster, found, jobClass, 1);
      held.push({ instance: found, jobClass });
      return true;
    });
    for (const { instance: other, jobClass } of held) vacate(cluster, other, jobClass, 1);
    if (!isDrained) undrainInstance(cluster, instance);
    return all;
  }

  private shapeOf(job: number): Shape {
    const { tables } = this.cluster;
    return tables.shapes[tables.classes[this.cluster.jobClass(job)]!.shape]!;
  }

  private lookAround(): void {
    const { instances, tables } = this.cluster;
    for (; this.seen < instances.count; this.seen++) {
      const { fixedFleet, provisioning } = tables.environments[instances.environment(this.seen)]!;
      if (fixedFleet === null && provisioning !== "job-per-instance") this.known.push(this.seen);
    }
    let kept = 0;
    for (const instance of this.known) {
      const status = instances.status(instance);
      if (status !== InstanceStatus.Gone && status !== InstanceStatus.Terminating) this.known[kept++] = instance;
    }
    this.known.length = kept;
  }
}
