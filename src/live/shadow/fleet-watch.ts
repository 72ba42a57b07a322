// Follows the instances of the cluster from look to look, and what each costs: per second at the live price, 60 s at least,
// from its launch (or the beginning of the watch) to its end. AWS charges from running on, some seconds later: not seen here.

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { SPOT_REFUND_BEFORE_MS } from "../../model/billing.js";
import type { Notice, Observation, SeenInstance } from "../observation.js";
import type { InstanceLife } from "./shadow-rows.js";

/** Live price of a pool, micro-USD per hour; NaN: not known. */
export type PriceOf = (instanceType: string, zoneId: string, market: "spot" | "on-demand") => number;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Watched {
  readonly life: Mutable<InstanceLife>;
  /** Charged up to here. */
  chargedUntilMs: number;
  /** The last that was known; NaN: none yet. */
  microUsdPerHour: number;
  lastSeenMs: number;
  /** Looks in a row, whole ones, in which it was not there; and the time of the first of them. */
  missing: number;
  missingSinceMs: number;
}

/** Linux instances are billed for a minute at least. */
const MINIMUM_MS = MS_PER_MINUTE;

/** EC2 and ECS answer from copies: what is missing from so many whole looks in a row is gone. */
const GONE_AFTER_LOOKS = 3;

export class FleetWatch {
  /** Every instance that was there, in the order in which it was seen first. */
  readonly lives: InstanceLife[] = [];
  private readonly fromMs: number;
  private readonly priceOf: PriceOf;
  private readonly alive = new Map<string, Watched>();
  private readonly interrupted = new Set<string>();
  /** When EventBridge says that an instance began to shut down. */
  private readonly stoppedMs = new Map<string, number>();

  constructor(fromMs: number, priceOf: PriceOf) {
    this.fromMs = fromMs;
    this.priceOf = priceOf;
  }

  observe({ instances, notices, problems, serverMs }: Observation): void {
    for (const notice of notices) this.hear(notice);
    if (problems.some(({ part }) => part === "instances" || part === "containerInstances")) return;
    const seen = new Set<string>();
    for (const instance of instances) {
      const id = instance.instanceId || instance.containerInstanceArn;
      seen.add(id);
      if (isThere(instance)) this.see(id, instance, serverMs);
      else this.endOf(id, instance.stateReason, serverMs);
    }
    for (const [id, watched] of this.alive) if (!seen.has(id)) this.miss(id, watched, serverMs);
  }

  private hear({ kind, instanceId, detail, timeMs }: Notice): void {
    if (kind === "interruption") this.interrupted.add(instanceId);
    const stops = detail === "shutting-down" || detail === "stopping" || detail === "terminated";
    if (kind === "instance-state" && stops && !this.stoppedMs.has(instanceId)) this.stoppedMs.set(instanceId, timeMs);
  }

  private see(id: string, instance: SeenInstance, serverMs: number): void {
    const watched = this.alive.get(id) ?? this.begin(id, instance, serverMs);
    const { life } = watched;
    if (instance.registeredVcpuMilli > 0) life.vcpuMilli = instance.registeredVcpuMilli;
    const price = this.priceOf(life.instanceType, life.zoneId, life.market);
    if (!Number.isNaN(price)) watched.microUsdPerHour = price;
    charge(watched, serverMs);
    watched.lastSeenMs = serverMs;
    watched.missing = 0;
  }

  private begin(id: string, instance: SeenInstance, serverMs: number): Watched {
    const { instanceType, zoneId, market, ours, launchTimeMs, registeredAtMs } = instance;
    const launchedMs = [launchTimeMs, registeredAtMs, serverMs].find((ms) => !Number.isNaN(ms))!;
    const life: Mutable<InstanceLife> = {
      ...{ instanceId: id, instanceType, zoneId, market, ours, vcpuMilli: 0, launchedMs },
      ...{ beforeWatch: launchedMs < this.fromMs, endedMs: Number.NaN, endWithinMs: 0, interrupted: false },
      ...{ chargedMs: 0, unpricedMs: 0, microUsd: 0 },
    };
    const watched = {
      ...{ life, chargedUntilMs: Math.max(launchedMs, this.fromMs), microUsdPerHour: Number.NaN },
      ...{ lastSeenMs: serverMs, missing: 0, missingSinceMs: Number.NaN },
    };
    this.lives.push(life);
    this.alive.set(id, watched);
    this.stoppedMs.delete(id);
    return watched;
  }

  private miss(id: string, watched: Watched, serverMs: number): void {
    if (watched.missing++ === 0) watched.missingSinceMs = serverMs;
    if (watched.missing >= GONE_AFTER_LOOKS) this.finish(id, watched, watched.missingSinceMs);
  }

  private endOf(id: string, stateReason: string, serverMs: number): void {
    const watched = this.alive.get(id);
    if (watched === undefined) return;
    if (stateReason.startsWith("Server.SpotInstance")) this.interrupted.add(id);
    this.finish(id, watched, watched.missing > 0 ? watched.missingSinceMs : serverMs);
  }

  /** It was there at the last look and is not at `goneMs`: half-way between, unless AWS told. */
  private finish(id: string, watched: Watched, goneMs: number): void {
    const { life, lastSeenMs } = watched;
    const toldMs = this.stoppedMs.get(id);
    const halfMs = (goneMs - lastSeenMs) / 2;
    life.endedMs = toldMs === undefined ? lastSeenMs + halfMs : Math.max(toldMs, life.launchedMs, this.fromMs);
    life.endWithinMs = toldMs === undefined ? halfMs : 0;
    life.interrupted = this.interrupted.has(id);
    charge(watched, life.endedMs);
    const lifeMs = life.endedMs - life.launchedMs;
    if (!life.beforeWatch && lifeMs < MINIMUM_MS) charge(watched, life.launchedMs + MINIMUM_MS);
    if (life.interrupted && life.market === "spot" && lifeMs < SPOT_REFUND_BEFORE_MS) {
      Object.assign(life, { chargedMs: 0, unpricedMs: 0, microUsd: 0 });
    }
    this.alive.delete(id);
    this.interrupted.delete(id);
    this.stoppedMs.delete(id);
  }
}

/** A container instance whose EC2 record is missing counts as there as long as its agent is connected. */
function isThere({ ec2State, agentConnected }: SeenInstance): boolean {
  return ec2State === "pending" || ec2State === "running" || (ec2State === "missing" && agentConnected);
}

/** Charges up to `untilMs`; AWS's word that it ended before takes back what was charged beyond. */
function charge(watched: Watched, untilMs: number): void {
  const { life, chargedUntilMs, microUsdPerHour } = watched;
  const ms = untilMs - chargedUntilMs;
  life.chargedMs += ms;
  if (Number.isNaN(microUsdPerHour)) life.unpricedMs += ms;
  else life.microUsd += (ms * microUsdPerHour) / MS_PER_HOUR;
  watched.chargedUntilMs = untilMs;
}
