// What the waiting jobs will take without anything being bought: room on registered instances, tried with the ordinary
// placement behind blocked heads, and whole empty instances for nodes of multi-node jobs. While a decision to buy is taken,
// it is held; then it is given back, and empty instances among it are not idle.

import { mostClasses, NONE } from "../../model/tables.js";
import { RUN_STEPS } from "../knowledge/outlook.js";
import { HELD_BACK } from "../placement/placement-index.js";
import type { Placer } from "../queue/placer.js";
import type { QueueServer } from "../queue/queue-server.js";
import type { Cluster } from "../state/cluster.js";
import { keepForWaitingJobs, occupy, occupyWhole, vacate, vacateWhole } from "../state/transition.js";
import type { GangClaims, GangWant } from "./gangs.js";

export class HeldRoom {
  /** Per class: waiting jobs that may be bought for and have no room; of multi-node classes: that claimed instances. */
  readonly unmet: Int32Array;
  /** Per queue: what its multi-node jobs lack, in the order in which they claimed. */
  readonly wants: readonly GangWant[][];
  private readonly cluster: Cluster;
  private readonly placer: Placer;
  private readonly claims: GangClaims;
  private readonly classesOfQueue: readonly Int32Array[];
  /** Stacks of what is held: instance, class, number of jobs. */
  private readonly instances: number[] = [];
  private readonly classes: number[] = [];
  private readonly jobs: number[] = [];
  /** 1 when no blocked head is in front of them. */
  private readonly mayStart: (0 | 1)[] = [];
  private readonly whole: number[] = [];
  /** Per queue: the class of a head without room, or NONE. */
  private readonly blockedHead: Int32Array;
  /** Per environment: instances on their way before anything was bought in this decision. */
  private readonly cameBefore: Int32Array;
  private isBehindBlockedHead = false;
  /** Per step of expected run times: 1 when jobs of the class that is looked at are held back. */
  private readonly heldBackSteps = new Uint8Array(RUN_STEPS);
  private readonly holdWhole = (instance: number) => {
    occupyWhole(this.cluster, instance);
    this.whole.push(instance);
  };

  /** `classesOfQueue`: multi-node classes first; lists of a queue are replaced when it has a class more. */
  constructor(cluster: Cluster, placer: Placer, claims: GangClaims, classesOfQueue: readonly Int32Array[]) {
    this.cluster = cluster;
    this.placer = placer;
    this.claims = claims;
    this.classesOfQueue = classesOfQueue;
    this.unmet = new Int32Array(mostClasses(cluster.tables));
    this.wants = cluster.tables.queues.map(() => []);
    this.blockedHead = new Int32Array(cluster.tables.queues.length).fill(NONE);
    this.cameBefore = new Int32Array(cluster.environments.length);
  }

  /** Holds what the waiting jobs of every queue would take. */
  hold(nowMs: number): void {
    this.claims.begin();
    this.cluster.environments.forEach(({ inFlight }, index) => {
      this.cameBefore[index] = inFlight;
    });
    for (const queue of this.placer.queueOrder) {
      this.wants[queue]!.length = 0;
      const server = this.placer.server(queue);
      server.beginDemand(nowMs);
      // The head first: it is the first whom a limit on demand must leave something.
      const head = server.headClass(nowMs);
      this.isBehindBlockedHead = false;
      this.isBehindBlockedHead = head !== NONE && this.holdForClass(head, queue, server) === 0;
      this.blockedHead[queue] = this.isBehindBlockedHead ? head : NONE;
      const { count } = this.cluster.pending;
      for (const jobClass of this.classesOfQueue[queue]!) {
        if (count[jobClass] === 0) this.unmet[jobClass] = 0;
        else if (jobClass !== head) this.holdForClass(jobClass, queue, server);
      }
    }
  }

  /** Returns how many of the jobs have room, or have claimed what they need. */
  private holdForClass(jobClass: number, queue: number, server: QueueServer): number {
    const waiting = server.demand(jobClass, this.cluster.pending.count[jobClass]!);
    if (this.cluster.tables.classes[jobClass]!.nodes > 1) {
      const claimed = this.claimForGangs(jobClass, queue, waiting);
      this.unmet[jobClass] = claimed;
      return claimed;
    }
    const held = this.holdFor(jobClass, waiting);
    this.unmet[jobClass] = waiting - held;
    return held;
  }

  /** Returns how many of the jobs have claimed what they need. */
  private claimForGangs(jobClass: number, queue: number, waiting: number): number {
    for (let claimed = 0; claimed < waiting; claimed++) {
      const want = this.claims.claim(jobClass, this.holdWhole);
      if (want === null) return claimed;
      this.wants[queue]!.push(want);
    }
    return waiting;
  }

  /** Returns how many of the jobs have room. */
  private holdFor(jobClass: number, waiting: number): number {
    if (this.cluster.outlook !== null) return this.holdForEach(jobClass, waiting);
    let held = 0;
    while (held < waiting) {
      const instance = this.placer.room.find(jobClass);
      if (instance === NONE) break;
      held += this.holdOn(instance, jobClass, waiting - held);
    }
    return held;
  }

  /** The same where room is looked for by how long each job is expected to run. Jobs alike that are held back all are. */
  private holdForEach(jobClass: number, waiting: number): number {
    const { pending, outlook } = this.cluster;
    const { heldBackSteps } = this;
    heldBackSteps.fill(0);
    let held = 0;
    let looked = 0;
    for (let job = pending.head[jobClass]!; job !== NONE && looked < waiting; job = pending.after(job), looked++) {
      const step = outlook!.expectedStep(job);
      if (heldBackSteps[step] === 1) continue;
      const instance = this.placer.room.findOrHoldBack(jobClass, job);
      if (instance === NONE) break;
      if (instance === HELD_BACK) {
        heldBackSteps[step] = 1;
        continue;
      }
      const jobs = this.holdOn(instance, jobClass, this.alikeFrom(job, instance, jobClass, waiting - looked));
      held += jobs;
      looked += jobs - 1;
      for (let more = 1; more < jobs; more++) job = pending.after(job);
    }
    return held;
  }

  /**
   * How many jobs, from this one on, would go to the same instance as long as they fit: they are alike, and what is held on an
   * instance changes neither when it is expected to empty nor what others would cost. But one that was never used is spared from
   * holding back for its first job alone, where jobs are held back at all.
   */
  private alikeFrom(first: number, instance: number, jobClass: number, most: number): number {
    const { pending, instances, urgency, tables } = this.cluster;
    const { room } = this.placer;
    const isFresh = room.isHoldable(jobClass) && instances.used[instance] === 0 && instances.jobs(instance) === 0;
    const { vcpuMilli } = tables.shapes[tables.classes[jobClass]!.shape]!;
    if (isFresh || vcpuMilli === 0) return 1;
    const limit = Math.min(most, Math.floor(instances.freeVcpuMilli(instance) / vcpuMilli));
    if (urgency?.isUrgent(first) === true) return 1;
    let count = 1;
    for (let job = pending.after(first); count < limit && job !== NONE; job = pending.after(job), count++) {
      if (!room.areAlike(first, job) || urgency?.isUrgent(job) === true) break;
    }
    return count;
  }

  private holdOn(instance: number, jobClass: number, most: number): number {
    const jobs = occupy(this.cluster, instance, jobClass, most);
    this.instances.push(instance);
    this.classes.push(jobClass);
    this.jobs.push(jobs);
    this.mayStart.push(this.isBehindBlockedHead ? 0 : 1);
    return jobs;
  }

  /**
   * Whether what is held will be taken. Jobs behind a blocked head take it only when something is on its way that may unblock the
   * head; else the room that it takes from maxvCpus, or from a cap, may be what the head lacks. Where AWS Batch places, those that
   * no blocked head is in front of may be there with its next cycle.
   */
  private willBeTaken(instance: number, mayStart: boolean): boolean {
    const { tables, environments, instances } = this.cluster;
    const environment = instances.environment(instance);
    if (tables.placedBy !== "batch") return environments[environment]!.inFlight > 0;
    // What was asked for just now may be refused, again and again.
    return mayStart || this.cameBefore[environment]! > 0;
  }

  /** Whether an instance that takes no jobs now would hold one of those that have no room and would start there. */
  isWanted(instance: number): boolean {
    const { tables, instances } = this.cluster;
    const environment = instances.environment(instance);
    return tables.queues.some(
      ({ computeEnvironments }, queue) =>
        computeEnvironments.includes(environment) &&
        this.classesOfQueue[queue]!.some(
          (jobClass) =>
            this.unmet[jobClass]! > 0 &&
            this.isNext(jobClass, queue, environment) &&
            instances.fits(instance, tables.shapes[tables.classes[jobClass]!.shape]!),
        ),
    );
  }

  /** Whether jobs of a class may start when they get room: no blocked head but their own is in front of them, or not for long. */
  private isNext(jobClass: number, queue: number, environment: number): boolean {
    const head = this.blockedHead[queue]!;
    return head === NONE || head === jobClass || this.cameBefore[environment]! > 0;
  }

  /** Gives everything back. */
  release(nowMs: number): void {
    while (this.instances.length > 0) {
      const instance = this.instances.pop()!;
      vacate(this.cluster, instance, this.classes.pop()!, this.jobs.pop()!);
      const mayStart = this.mayStart.pop() === 1;
      if (this.willBeTaken(instance, mayStart)) keepForWaitingJobs(this.cluster, instance, nowMs);
    }
    while (this.whole.length > 0) {
      const instance = this.whole.pop()!;
      vacateWhole(this.cluster, instance);
      if (this.willBeTaken(instance, true)) keepForWaitingJobs(this.cluster, instance, nowMs);
    }
  }
}
