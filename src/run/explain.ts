// `explain`: why an instance was launched, why it was terminated, why a job waited. Nothing is guessed: the replay is
// deterministic, so it runs again and the answers are read off its ledger.

import { textAt } from "../base/text-column.js";
import type { Ledger } from "../ledger/ledger.js";
import { isRefunded } from "../metrics/instance-costs.js";
import { jobRowsOf } from "../metrics/job-rows.js";
import { type JobTimeline, jobTimeline } from "../metrics/job-states.js";
import { type PoolPrices, pricesOf } from "../metrics/price-integral.js";
import type { LaunchDecision, TerminateDecision } from "../model/decision.js";
import { type Market, overheadOf } from "../model/instance-type.js";
import type { Workload } from "../model/job.js";
import { EndCause, REFUSAL_WORDS } from "../model/market.js";
import { Outcome, outcomeOf } from "../model/outcome.js";
import { NONE } from "../model/tables.js";

export interface PoolName {
  readonly instanceType: string;
  readonly zone: string;
  readonly market: Market;
  readonly microUsdPerHour: number;
}

export interface InstanceStory {
  readonly instance: number;
  readonly pool: PoolName;
  readonly environment: string;
  readonly requestedMs: number;
  readonly runningMs: number;
  readonly registeredMs: number;
  readonly endedMs: number;
  readonly jobs: number;
  readonly launch: LaunchDecision;
  readonly runnerUp: PoolName | null;
  /** Null: it was not we who ended it. */
  readonly terminate: TerminateDecision | null;
  /** When EC2 said that it would take it; null: it never did. */
  readonly warnedMs: number | null;
  /** What EC2 did to it; null: nothing. */
  readonly fate: InstanceFate | null;
}

export interface InstanceFate {
  readonly kind: "reclaimed" | "host-failed" | "refused";
  /** Jobs that were lost with it. */
  readonly jobsLost: number;
  /** Whether its time is not charged. */
  readonly isRefunded: boolean;
  /** Of a refused launch: what EC2 had against the pools that it allowed, in words. */
  readonly refusals: readonly string[];
}

export interface JobStory {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  /** shareIdentifier; empty without one. */
  readonly share: string;
  readonly submitMs: number;
  /** When it first was RUNNABLE; null when it never was. */
  readonly runnableMs: number | null;
  readonly timeline: JobTimeline;
  /** Jobs of the same queue, submitted earlier, that waited too when this one became RUNNABLE. */
  readonly aheadInQueue: number;
  /** Null when it never had an attempt. */
  readonly firstAttempt: FirstAttempt | null;
}

export interface FirstAttempt {
  readonly placedMs: number;
  /** Null when its container never started. */
  readonly startedMs: number | null;
  readonly endedMs: number;
  readonly instance: InstanceStory;
  /** Consecutive parts of the wait, in order; they sum to it. */
  readonly waitParts: readonly { readonly cause: WaitCause; readonly ms: number }[];
}

export type WaitCause =
  /** Its instance was not asked for yet: nobody had decided, maxvCpus or the queue's head held it back, or EC2 refused others. */
  | "before-launch"
  /** Its instance was asked for, but not running. */
  | "instance-pending"
  /** Its instance was booting. */
  | "instance-boot"
  /** Its instance was there and had no room, or the job was not at the head. */
  | "waiting-for-room"
  /** Placed; its container was being started. */
  | "image-pull";

/** The story of one instance, or undefined when there is none of that number. */
export function explainInstance(ledger: Ledger, instance: number): InstanceStory | undefined {
  const { instances, tables } = ledger;
  if (!Number.isInteger(instance) || instance < 0 || instance >= instances.length) return undefined;
  let jobs = 0;
  for (let row = 0; row < ledger.attempts.length; row++) {
    if (ledger.attempts.instance[row] === instance) jobs++;
  }
  const launch = ledger.decisions.at(instances.launchDecision.data[instance]!) as LaunchDecision;
  const endDecision = instances.endDecision.data[instance]!;
  const prices = pricesOf(ledger);
  return {
    instance,
    pool: poolName(ledger, prices, instances.pool.data[instance]!, launch.timeMs),
    environment: tables.environments[instances.environment.data[instance]!]!.name,
    requestedMs: instances.requestedMs.data[instance]!,
    runningMs: instances.runningMs.data[instance]!,
    registeredMs: instances.registeredMs.data[instance]!,
    endedMs: instances.endedMs.data[instance]!,
    jobs,
    launch,
    runnerUp: launch.runnerUpPool === NONE ? null : poolName(ledger, prices, launch.runnerUpPool, launch.timeMs),
    terminate: endDecision === NONE ? null : (ledger.decisions.at(endDecision) as TerminateDecision),
    warnedMs: nullable(instances.warnedMs.data[instance]!),
    fate: fateOf(ledger, instance),
  };
}

function fateOf(ledger: Ledger, instance: number): InstanceFate | null {
  const { instances, attempts } = ledger;
  switch (instances.endCause.data[instance]!) {
    case EndCause.Refused:
      return { kind: "refused", jobsLost: 0, isRefunded: false, refusals: refusalsAt(ledger, instance) };
    case EndCause.Reclaimed:
    case EndCause.HostFailed: {
      let jobsLost = 0;
      for (let row = 0; row < attempts.length; row++) {
        const isLost = outcomeOf(attempts.outcome[row]!) === Outcome.HostTerminated;
        if (isLost && attempts.instance[row] === instance) jobsLost++;
      }
      const kind = instances.endCause.data[instance] === EndCause.Reclaimed ? "reclaimed" : "host-failed";
      return { kind, jobsLost, isRefunded: isRefunded(ledger, instance), refusals: [] };
    }
    default:
      return null;
  }
}

/** What EC2 refused in the instant in which an instance was asked for. */
function refusalsAt({ refusals, instances }: Ledger, instance: number): string[] {
  const timeMs = instances.requestedMs.data[instance]!;
  const reasons = new Set<number>();
  for (let row = 0; row < refusals.length; row++) {
    if (refusals.timeMs.data[row] === timeMs) reasons.add(refusals.value.data[row]!);
  }
  return REFUSAL_WORDS.filter((_, reason) => reasons.has(reason));
}

/** The story of one job, whether it ever ran or not. */
export function explainJob(ledger: Ledger, workload: Workload, job: number): JobStory {
  const { attempts } = ledger;
  const row = attempts.job.subarray(0, attempts.length).indexOf(job);
  const { queue, share } = workload.classes[workload.jobClass[job]!]!;
  const timeline = jobTimeline(ledger, workload, job);
  const runnableMs = timeline.states.find(({ state }) => state === "RUNNABLE")?.timeMs ?? null;
  const known = {
    id: textAt(workload.ids, job),
    name: workload.jobNames[workload.jobName[job]!]!,
    queue: workload.queueNames[queue]!,
    share: workload.shareNames[share]!,
    submitMs: workload.submitMs[job]!,
    runnableMs,
    timeline,
    aheadInQueue: runnableMs === null ? 0 : countAhead(ledger, workload, job, queue, runnableMs),
  };
  if (row === NONE) return { ...known, firstAttempt: null };
  const placedMs = attempts.placedMs[row]!;
  const startedMs = attempts.startedMs[row]!;
  const instance = explainInstance(ledger, attempts.instance[row]!)!;
  const fromMs = runnableMs ?? known.submitMs;
  const waitParts = splitWait(fromMs, placedMs, Number.isNaN(startedMs) ? placedMs : startedMs, instance);
  return {
    ...known,
    firstAttempt: { placedMs, startedMs: nullable(startedMs), endedMs: attempts.endedMs[row]!, instance, waitParts },
  };
}

function nullable(timeMs: number): number | null {
  return Number.isNaN(timeMs) ? null : timeMs;
}

/** Cuts the wait at what happened to the instance the job finally got. */
function splitWait(submitMs: number, placedMs: number, startedMs: number, instance: InstanceStory) {
  const steps: readonly (readonly [WaitCause, number])[] = [
    ["before-launch", instance.requestedMs],
    ["instance-pending", instance.runningMs],
    ["instance-boot", instance.registeredMs],
    ["waiting-for-room", placedMs],
    ["image-pull", startedMs],
  ];
  let fromMs = submitMs;
  return steps.flatMap(([cause, untilMs]) => {
    const ms = Math.max(0, untilMs - fromMs);
    fromMs += ms;
    return ms > 0 ? [{ cause, ms }] : [];
  });
}

/** Jobs of a queue, submitted earlier, that were RUNNABLE at an instant and not yet placed. */
function countAhead(ledger: Ledger, workload: Workload, job: number, queue: number, atMs: number): number {
  const rows = jobRowsOf(ledger, workload);
  let ahead = 0;
  for (let other = 0; other < job; other++) {
    if (workload.classes[workload.jobClass[other]!]!.queue !== queue || rows.runnableCount(other) === 0) continue;
    if (rows.runnableMs(other, 0) > atMs) continue;
    const placed = rows.attemptCount(other) > 0;
    const leftMs = placed ? ledger.attempts.placedMs[rows.attemptRow(other, 0)]! : rows.endedMs(other);
    if (leftMs > atMs) ahead++;
  }
  return ahead;
}

/** A pool with its price at an instant. */
function poolName(ledger: Ledger, prices: PoolPrices, index: number, timeMs: number): PoolName {
  const { pools, instanceTypes, overheadMicroUsdPerHour } = ledger.tables;
  const pool = pools[index]!;
  return {
    instanceType: instanceTypes[pool.instanceType]!.name,
    zone: pool.zone,
    market: pool.market,
    microUsdPerHour: prices.at(index, timeMs) + overheadOf(pool, overheadMicroUsdPerHour),
  };
}
