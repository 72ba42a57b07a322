// Scale-down by more rules than the idle delay: pace, windows, evaluation periods, least life, billing, warm capacity. The
// rules say from when on an empty instance may be ended, so that nobody has to look before; one that EC2 is about to take, or
// that was cordoned, goes first, then on-demand capacity that stands in for spot, then the longest idle.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { overheadOf } from "../../model/instance-type.js";
import type { ScaleDownPolicy } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import { mayBuyOnDemand } from "../provisioning/sources.js";
import type { Cluster, EnvironmentState } from "../state/cluster.js";
import { InstanceStatus } from "../state/instances.js";
import { idleDelayOf, isSpare, isStale, leavesMinimum } from "./idle.js";
import type { Pace } from "./pace.js";
import { WarmCapacity } from "./warm.js";
import { nextOpenMs } from "./windows.js";

/** One evaluation period, as Elastigroup counts them. */
const EVALUATION_PERIOD_MS = MS_PER_MINUTE;

/** EC2 bills at least this much of an instance. */
const LEAST_BILLED_MS = MS_PER_MINUTE;

/** A spot instance that EC2 takes before it has run so long costs nothing. */
const REFUNDED_MS = MS_PER_HOUR;

/** EC2 takes instances when it said it would, or a little later; one still there after this is ended by us. */
const LATENESS_MS = MS_PER_MINUTE;

/** The rules of one environment; null where the idle delay and the share per decision say it all. */
export function makeScaleDown(cluster: Cluster, environment: number): ScaleDown | null {
  const { strategy, environments } = cluster.tables;
  const { fixedFleet, fargate } = environments[environment]!;
  if (fixedFleet !== null || fargate) return null;
  const { cooldownMs, cooldownAfterLaunchMs, evaluationPeriods, minimumLifeMs } = strategy.scaleDown;
  const { windows, billingAware, breakEven } = strategy.scaleDown;
  const isUnpaced = cooldownMs === 0 && cooldownAfterLaunchMs === 0 && windows.length === 0;
  const isPlain = isUnpaced && evaluationPeriods <= 1 && minimumLifeMs === 0 && !billingAware && !breakEven;
  if (isPlain && !mayBuyOnDemand(cluster.tables, environment)) return null;
  return new ScaleDown(cluster, environment);
}

export class ScaleDown {
  private readonly cluster: Cluster;
  private readonly index: number;
  private readonly environment: EnvironmentState;
  private readonly policy: ScaleDownPolicy;
  /** Decisions are at least so far apart. */
  private readonly stepMs: number;
  private readonly warm: WarmCapacity | null;
  /** Per instance type, while a decision is taken: idle instances met so far. */
  private readonly met: Int32Array;
  /** Per position of the idle queue, while a decision is taken: the instance's place among the idle ones of its type. */
  private rankAt = new Int32Array(0);
  /** Instances that were known at the last decision, and those of the environment that were on their way, with their requests. */
  private knownInstances = 0;
  private comingUp: { readonly instance: number; readonly requestedMs: number }[] = [];
  private lastLaunchMs = Number.NEGATIVE_INFINITY;
  private lastEndMs = Number.NEGATIVE_INFINITY;

  constructor(cluster: Cluster, environment: number) {
    const { strategy, instanceTypes } = cluster.tables;
    this.cluster = cluster;
    this.index = environment;
    this.environment = cluster.environments[environment]!;
    this.policy = strategy.scaleDown;
    this.stepMs = Math.max(1, strategy.decisionIntervalMs);
    const { breakEven, waitMicroUsdPerHour } = strategy.scaleDown;
    this.warm = breakEven ? new WarmCapacity(instanceTypes.length, waitMicroUsdPerHour) : null;
    this.met = new Int32Array(instanceTypes.length);
  }

  /**
   * Ends the instances that are due, at the pace, by calling `end`, which must terminate at once. Returns when to look again if nothing
   * happens before (Infinity: only when something changes). To be called in every decision, after buying.
   */
  endDue(nowMs: number, pace: Pace, end: (instance: number) => void): number {
    this.watchLaunches(nowMs);
    this.forgetStale(nowMs);
    const { idle } = this.environment;
    if (idle.isEmpty) return Number.POSITIVE_INFINITY;
    const openMs = this.openMs(nowMs);
    const { due, nextDueMs } = this.dueNow(nowMs);
    if (due.length === 0 || openMs > nowMs) {
      // Whoever is due now will still be then, unless something happens.
      return Math.max(openMs, due.length === 0 ? nextDueMs : nowMs);
    }
    let wakeAtMs = nextDueMs;
    for (const position of due) {
      const instance = idle.instanceAt(position);
      if (isStale(this.cluster, instance, idle.sinceMsAt(position))) continue; // entered twice in one instant
      if (!leavesMinimum(this.cluster, instance) || !isSpare(this.cluster, instance)) continue;
      if (!pace.mayEnd(nowMs, this.environment.instances)) {
        wakeAtMs = nowMs + this.stepMs;
        break;
      }
      idle.forget(position);
      end(instance);
      this.lastEndMs = nowMs;
      pace.ended();
    }
    return Math.max(wakeAtMs, this.openMs(nowMs));
  }

  /** Whether pace, windows and the least life let an instance with jobs be ended now, by whoever may. */
  mayEndBusy(instance: number, nowMs: number): boolean {
    const lifeMs = nowMs - this.cluster.instances.runningMs[instance]!;
    return this.openMs(nowMs) <= nowMs && lifeMs >= this.policy.minimumLifeMs;
  }

  /** One was: the cooldown begins. */
  busyEnded(nowMs: number): void {
    this.lastEndMs = nowMs;
  }

  /** From when on the cooldowns and the windows let any instance be ended; not before `nowMs`. */
  private openMs(nowMs: number): number {
    const { cooldownMs, cooldownAfterLaunchMs, windows } = this.policy;
    const cooledMs = Math.max(nowMs, this.lastLaunchMs + cooldownAfterLaunchMs, this.lastEndMs + cooldownMs);
    const { originMs } = this.cluster.tables;
    return nextOpenMs(windows, originMs + cooledMs) - originMs;
  }

  /** Notes launches of this decision, and learns how long those before took to come up. */
  private watchLaunches(nowMs: number): void {
    const { instances } = this.cluster;
    for (; this.knownInstances < instances.count; this.knownInstances++) {
      if (instances.environment(this.knownInstances) !== this.index) continue;
      this.lastLaunchMs = nowMs;
      if (this.warm !== null) this.comingUp.push({ instance: this.knownInstances, requestedMs: nowMs });
    }
    if (this.warm === null || this.comingUp.length === 0) return;
    this.comingUp = this.comingUp.filter(({ instance, requestedMs }) => {
      const status = instances.status(instance);
      if (status === InstanceStatus.Registered) {
        // Nothing was placed there before this decision: it is idle since it registered.
        this.warm!.launched(requestedMs, instances.runningMs[instance]!, instances.idleSinceMs[instance]!);
      }
      return status === InstanceStatus.Requested || status === InstanceStatus.Booting;
    });
  }

  /** Drops what is idle no more, and learns of the jobs that took it. */
  private forgetStale(nowMs: number): void {
    const { cluster, warm } = this;
    const { idle } = this.environment;
    for (let position = 0; position < idle.length; position++) {
      const instance = idle.instanceAt(position);
      if (instance === NONE || !isStale(cluster, instance, idle.sinceMsAt(position))) continue;
      if (cluster.instances.jobs(instance) > 0) warm?.taken(cluster.instances.instanceType(instance), nowMs);
      idle.forget(position);
    }
    idle.compact();
  }

  /** Positions of the idle queue whose instances are due, in the order in which they should go; and when the next one is. */
  private dueNow(nowMs: number): { readonly due: readonly number[]; readonly nextDueMs: number } {
    const { idle } = this.environment;
    if (this.warm !== null) this.rank();
    const due: number[] = [];
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (let position = 0; position < idle.length; position++) {
      if (idle.instanceAt(position) === NONE) continue;
      const dueMs = this.dueMs(position, nowMs);
      if (dueMs <= nowMs) due.push(position);
      else nextDueMs = Math.min(nextDueMs, dueMs);
    }
    if (due.length <= 1) return { due, nextDueMs };
    const urgency = due.map((position) => this.urgency(idle.instanceAt(position)));
    const order = due.map((_, at) => at).sort((a, b) => urgency[a]! - urgency[b]! || a - b);
    return { due: order.map((at) => due[at]!), nextDueMs };
  }

  /** The lower, the sooner it should go. */
  private urgency(instance: number): number {
    const { instances, tables } = this.cluster;
    if (instances.status(instance) === InstanceStatus.Draining) return 0;
    return tables.environments[this.index]!.onDemandPools.includes(instances.pool(instance)) ? 1 : 2;
  }

  /** From when on the instance at a position may be ended, as far as its own rules go. */
  private dueMs(position: number, nowMs: number): number {
    const { instances } = this.cluster;
    const { minimumLifeMs, evaluationPeriods } = this.policy;
    const instance = this.environment.idle.instanceAt(position);
    const sinceMs = this.environment.idle.sinceMsAt(position);
    const runningMs = instances.runningMs[instance]!;
    let dueMs = Math.max(sinceMs + idleDelayOf(this.cluster, instance), runningMs + minimumLifeMs);
    if (instances.status(instance) !== InstanceStatus.Draining) {
      if (evaluationPeriods > 1) dueMs = Math.max(dueMs, foundEmptyMs(sinceMs, evaluationPeriods));
      if (this.warm !== null) dueMs = Math.max(dueMs, this.warmUntilMs(position, instance));
    }
    return this.policy.billingAware ? this.freeUntilMs(instance, dueMs, nowMs) : dueMs;
  }

  /** The instant after the last one at which it is worth its price. */
  private warmUntilMs(position: number, instance: number): number {
    const { instances, tables, market } = this.cluster;
    const type = instances.instanceType(instance);
    const pool = instances.pool(instance);
    const overhead = overheadOf(tables.pools[pool]!, tables.overheadMicroUsdPerHour);
    const microUsdPerHour = market.priceMicroUsdPerHour[pool]! + overhead;
    const sinceMs = this.environment.idle.sinceMsAt(position);
    return Math.ceil(this.warm!.worthUntilMs(type, this.rankAt[position]!, microUsdPerHour, sinceMs));
  }

  /**
   * An end that would save nothing waits: of an instance in its first minute, which is billed in any case, to the last decision
   * within it; of a spot instance that EC2 will take in its first hour, which is free then, until EC2 does.
   */
  private freeUntilMs(instance: number, dueMs: number, nowMs: number): number {
    const { instances, tables } = this.cluster;
    const runningMs = instances.runningMs[instance]!;
    const takenAtMs = instances.takenAtMs[instance]!;
    const isSpot = tables.pools[instances.pool(instance)]!.market === "spot";
    const refunded = isSpot && takenAtMs < runningMs + REFUNDED_MS && nowMs < takenAtMs + LATENESS_MS;
    if (refunded) return takenAtMs + LATENESS_MS;
    const lastFreeMs = runningMs + LEAST_BILLED_MS;
    const at = Math.max(dueMs, nowMs);
    return at + this.stepMs <= lastFreeMs ? Math.max(at + 1, lastFreeMs - this.stepMs) : dueMs;
  }

  /** Counts from the end of the idle queue: who became idle last is taken first. */
  private rank(): void {
    const { idle } = this.environment;
    if (this.rankAt.length < idle.length) this.rankAt = new Int32Array(2 * idle.length);
    this.met.fill(0);
    for (let position = idle.length - 1; position >= 0; position--) {
      const instance = idle.instanceAt(position);
      if (instance === NONE) continue;
      const type = this.cluster.instances.instanceType(instance);
      this.met[type] = this.met[type]! + 1;
      this.rankAt[position] = this.met[type]!;
    }
  }
}

/** When an instance that is empty since `sinceMs` has been found so by a number of evaluations, one every whole minute of the run. */
function foundEmptyMs(sinceMs: number, evaluations: number): number {
  const first = Math.ceil(sinceMs / EVALUATION_PERIOD_MS);
  return (first + evaluations - 1) * EVALUATION_PERIOD_MS;
}
