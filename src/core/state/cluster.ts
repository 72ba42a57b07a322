// The engine's whole picture of the world at one instant. Everyone in core may read it; only transition.ts and
// instance-transition.ts write it.

import { assert } from "../../base/assert.js";
import { addRequest, type ClassRequests, requestsByClass } from "../../model/requests.js";
import { mostClasses, NONE, type SystemTables } from "../../model/tables.js";
import type { JobKnowledge } from "../knowledge/job-knowledge.js";
import type { Outlook } from "../knowledge/outlook.js";
import { Market } from "../market/market.js";
import { SpotFleet } from "../market/spot-fleet.js";
import type { PlacementIndex } from "../placement/placement-index.js";
import type { QueueWatcher } from "../queue/queue-server.js";
import { Consumables } from "./consumables.js";
import { Groups } from "./groups.js";
import type { Instances } from "./instances.js";
import { PendingJobs } from "./pending-jobs.js";

/** Counters of one compute environment. */
export interface EnvironmentState {
  /** vCPUs of instances requested, booting or registered. */
  vcpuMilli: number;
  /** Instances requested, booting or registered. */
  instances: number;
  /** Instances requested or booting. */
  inFlight: number;
  /** The same per instance type: what is on its way. */
  readonly inFlightByType: Int32Array;
  /** Of these the on-demand ones of a SPOT environment; null where none is ever bought. */
  readonly onDemandInFlightByType: Int32Array | null;
  /** Instances that are draining. */
  draining: number;
  /** Launches that EC2 has refused so far. */
  refusedLaunches: number;
  /** Registered instances with room, findable by shape. */
  readonly placement: PlacementIndex;
  /** Whether anybody reads `idle`: nobody does where the fleet is fixed and no job has several nodes. */
  readonly keepsIdle: boolean;
  /** Instances in the order in which they became empty; stale entries are skipped when read. */
  readonly idle: IdleQueue;
}

/** (instance, since when empty) in the order of becoming empty. Entries are forgotten anywhere, read from the front. */
export class IdleQueue {
  private instances: number[] = [];
  private sinceMs: number[] = [];
  private live = 0;

  get isEmpty(): boolean {
    return this.live === 0;
  }
  /** Positions run from 0 to this; some hold NONE. */
  get length(): number {
    return this.instances.length;
  }
  instanceAt(position: number): number {
    return this.instances[position]!;
  }
  sinceMsAt(position: number): number {
    return this.sinceMs[position]!;
  }
  push(instance: number, sinceMs: number): void {
    this.instances.push(instance);
    this.sinceMs.push(sinceMs);
    this.live++;
  }
  forget(position: number): void {
    this.instances[position] = NONE;
    this.live--;
  }
  /** Drops forgotten entries once they are most of the queue. Positions change. */
  compact(): void {
    if (this.instances.length < 2 * this.live + SPARE_ENTRIES) return;
    let kept = 0;
    for (let position = 0; position < this.instances.length; position++) {
      if (this.instances[position] === NONE) continue;
      this.instances[kept] = this.instances[position]!;
      this.sinceMs[kept++] = this.sinceMs[position]!;
    }
    this.instances.length = kept;
    this.sinceMs.length = kept;
  }
}

/** Forgotten entries that are not worth dropping yet. */
const SPARE_ENTRIES = 32;

/** Keeps capacity beside what jobs need. */
export interface SpareKeeper {
  /** Whether it can do without an empty instance. */
  mayEnd(instance: number): boolean;
}

/** Knows which waiting jobs should not be left to spot any longer. */
export interface Urgency {
  isUrgent(job: number): boolean;
}

/** In place of an instance: the job waits in its queue. */
const WAITING = -2;
/** In place of an instance: the job is PENDING, and somebody counts those that are. */
const PENDING = -3;
/** In place of an instance: AWS Batch has placed the job on one that is not known here. */
export const ELSEWHERE = -4;

export class Cluster {
  readonly tables: SystemTables;
  readonly requests: ClassRequests;
  readonly instances: Instances;
  readonly pending: PendingJobs;
  readonly environments: readonly EnvironmentState[];
  readonly groups: Groups;
  readonly consumables: Consumables;
  readonly market: Market;
  /** Null: no cap on what one pool may hold. */
  readonly spotFleet: SpotFleet | null;
  /** Who keeps spare capacity; null: nobody does. */
  spare: SpareKeeper | null = null;
  /** Who knows which waiting jobs are to run on-demand; null: none ever is. */
  urgency: Urgency | null = null;
  /** Launches whose answer may be larger than the pool liked best: by how many vCPUs (milli) they count for more, per instance. */
  readonly reservedVcpuMilli = new Map<number, number>();
  /** Memory of instances that have registered with other than the catalogue's, MiB. */
  readonly toldMemoryMib = new Map<number, number>();
  /** Placed jobs that, by what is known of their instance, do not fit there: they count there as jobs, and take nothing. */
  readonly unbooked = new Set<number>();
  /** Instances that somebody else owns: jobs run on them, and they are never ended. */
  readonly foreign = new Set<number>();
  /** Where ends take their time (`placedBy` batch): instances whose end was asked for and is not done, the latest last. */
  readonly ending = new Set<number>();
  /** What earlier jobs took; null as long as nobody names jobs. */
  knowledge: JobKnowledge | null = null;
  /** When instances are expected to empty; null where no policy looks at that. */
  outlook: Outlook | null = null;
  /** Per class: who is told what happens to its jobs; null: nobody. Set by `watch`. */
  readonly watchers: (QueueWatcher | null)[];
  /** Per class: 1 when its jobs have a watcher, consumable resources or several nodes. Most runs have none of these. */
  readonly isSpecial: Uint8Array;
  /** Multi-node jobs that are placed: their instances, the main node's first. */
  readonly gangs = new Map<number, readonly number[]>();
  /** Per job a pair: its class, and the instance it is on (or WAITING, PENDING, NONE). Side by side, for one look at memory. */
  private jobs: Int32Array;
  runningJobs = 0;

  constructor(
    tables: SystemTables,
    instances: Instances,
    environments: readonly EnvironmentState[],
    expectedJobs: number,
  ) {
    this.tables = tables;
    this.requests = requestsByClass(tables);
    this.instances = instances;
    this.groups = new Groups(tables);
    this.consumables = new Consumables(tables);
    this.market = new Market(tables);
    const { poolShare } = tables.strategy.spot.blastRadius;
    this.spotFleet = poolShare === null ? null : new SpotFleet(tables.pools, poolShare);
    this.watchers = [];
    this.isSpecial = new Uint8Array(mostClasses(tables));
    this.pending = new PendingJobs(this.groups.groupOfClass, this.groups.most, expectedJobs);
    for (let jobClass = 0; jobClass < tables.classes.length; jobClass++) this.addJobsOf(jobClass);
    this.environments = environments;
    this.jobs = new Int32Array(2 * Math.max(1, expectedJobs)).fill(NONE);
  }

  /** The tables have a class more; of the cluster's own parts, nothing else may look at it before. */
  addClass(jobClass: number): void {
    assert(jobClass === this.watchers.length, "job classes are added in their order, each once");
    addRequest(this.requests, this.tables, jobClass);
    this.groups.addClass(jobClass);
    this.consumables.addClass(jobClass);
    this.addJobsOf(jobClass);
  }

  private addJobsOf(jobClass: number): void {
    const { nodes, consumables } = this.tables.classes[jobClass]!;
    this.watchers.push(null);
    this.isSpecial[jobClass] = nodes > 1 || consumables !== 0 ? 1 : 0;
    this.pending.addClass(jobClass);
  }

  /** Has a watcher told of the jobs of a class. */
  watch(jobClass: number, watcher: QueueWatcher): void {
    assert(this.watchers[jobClass] === null, "a class of jobs is watched already");
    this.watchers[jobClass] = watcher;
    this.isSpecial[jobClass] = 1;
  }

  jobClass(job: number): number {
    return this.jobs[2 * job]!;
  }
  /** The instance a job was placed on (of a multi-node job its main node's); below 0 when it is on none. */
  jobInstance(job: number): number {
    return this.jobs[2 * job + 1]!;
  }
  isWaiting(job: number): boolean {
    return 2 * job < this.jobs.length && this.jobs[2 * job + 1] === WAITING;
  }
  isPending(job: number): boolean {
    return 2 * job < this.jobs.length && this.jobs[2 * job + 1] === PENDING;
  }
  setJobPending(job: number, jobClass: number): void {
    this.jobs[2 * job] = jobClass;
    this.jobs[2 * job + 1] = PENDING;
  }
  setJobWaiting(job: number, jobClass: number): void {
    this.jobs[2 * job] = jobClass;
    this.jobs[2 * job + 1] = WAITING;
  }
  setJobInstance(job: number, instance: number): void {
    this.jobs[2 * job + 1] = instance;
  }

  /** Makes room for a job number. */
  reserveJob(job: number): void {
    if (2 * job < this.jobs.length) return;
    let capacity = this.jobs.length;
    while (capacity <= 2 * job) capacity *= 2;
    const jobs = new Int32Array(capacity).fill(NONE);
    jobs.set(this.jobs);
    this.jobs = jobs;
  }
}
