// EC2's and ECS's instances as the engine's: which id is which number, and the events that lie between two looks. Ends that we
// asked for are told by the executor; whatever else becomes of an instance is found here.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import type { LiveHealth } from "../../model/live-settings.js";
import { EndCause } from "../../model/market.js";
import { NONE } from "../../model/tables.js";
import type { LaunchAnswer } from "../command.js";
import type { Notice, SeenInstance } from "../observation.js";
import type { FleetMember } from "../ports.js";
import type { RecordingEngine } from "../session/recording-engine.js";
import { type Host, isGone, newHost, stateOf } from "./host.js";
import { Strays } from "./strays.js";

/** EC2 takes an instance two minutes after its notice (EC2 User Guide, Spot Instance interruption notices). */
const NOTICE_MS = 120_000;
const NOTICE_RESOLUTION_MS = 1_000;
/** So many looks in a row an instance must be missing before it counts as gone: reads are eventually consistent. */
const MISSED_LOOKS = 3;

export interface PoolFinder {
  /** Index into the run's pools, or NONE. */
  find(instanceType: string, zoneId: string, market: "spot" | "on-demand"): number;
}

export class HostMirror {
  readonly hosts: Host[] = [];
  private readonly engine: RecordingEngine;
  private readonly pools: PoolFinder;
  private readonly health: LiveHealth;
  private readonly originMs: number;
  private readonly byId = new Map<string, Host>();
  private readonly byArn = new Map<string, Host>();
  private heard: HeardEvent[] = [];
  /** Instances that this look has found. */
  private foundNow = new Set<Host>();
  private warnings = new Map<string, string>();
  private readonly strays = new Strays();
  private straysNow: SeenInstance[] = [];

  constructor(engine: RecordingEngine, pools: PoolFinder, health: LiveHealth, originMs: number) {
    this.engine = engine;
    this.pools = pools;
    this.health = health;
    this.originMs = originMs;
  }

  /** The engine's number of a container instance, or NONE. */
  instanceOf(containerInstanceArn: string): number {
    return this.byArn.get(containerInstanceArn)?.instance ?? NONE;
  }

  /** Numbers given so far: those of refused launches and of instances long gone among them. */
  get count(): number {
    return this.hosts.length;
  }

  host(instance: number): Host | undefined {
    return this.hosts[instance];
  }

  /** The engine has asked for an instance; EC2 has not answered. */
  asked(instance: number, pool: number, nowMs: number): void {
    this.hosts[instance] = newHost(instance, pool, true, "", nowMs);
  }

  /** EC2 has answered: which instance it is, or that there is none. */
  answered(answer: LaunchAnswer): void {
    const host = this.hosts[answer.instance]!;
    if (!answer.granted) {
      host.gone = true;
      return;
    }
    host.instanceId = answer.instanceId;
    host.pool = answer.pool;
    this.byId.set(answer.instanceId, host);
  }

  /** Its end is done, by our command. */
  ended(instance: number): void {
    const host = this.hosts[instance];
    if (host !== undefined) this.leave(host);
  }

  /** What is new in a look whose instances and container instances were read whole. `ours`: instances that we drain ourselves. */
  look(
    seen: readonly SeenInstance[],
    notices: readonly Notice[],
    drainedByUs: ReadonlySet<number>,
    nowMs: number,
  ): { heard: readonly HeardEvent[]; warnings: readonly string[] } {
    this.heard = [];
    this.foundNow = new Set();
    this.warnings = new Map();
    this.straysNow = [];
    const present = new Set<Host>();
    for (const instance of seen) {
      const host = this.hostFor(instance, nowMs);
      if (host === undefined) continue;
      present.add(host);
      this.lookAt(host, instance, drainedByUs, nowMs);
    }
    for (const host of this.hosts) {
      if (host !== undefined && !host.gone && host.instanceId !== "" && !present.has(host)) this.missed(host, nowMs);
    }
    for (const notice of notices) this.hearNotice(notice);
    this.strays.look(this.straysNow, nowMs);
    return { heard: this.heard, warnings: [...this.warnings.values()] };
  }

  /** Our instances that are or may be there. */
  fleet(ending: ReadonlySet<number>, nowMs: number): FleetMember[] {
    return this.hosts
      .filter((host) => host !== undefined && !host.gone && host.ours)
      .map((host) => ({
        instance: host.instance,
        instanceId: host.instanceId,
        pool: host.pool,
        state: ending.has(host.instance) ? "ending" : stateOf(host),
        healthy: this.isHealthy(host, nowMs),
        busy: host.busy,
        ours: host.ours,
        ageMs: nowMs - host.askedMs,
      }));
  }

  /** Instances that run for longer than they may without having registered. */
  overdue(nowMs: number): Host[] {
    return this.hosts.filter(
      (host) =>
        host?.ours &&
        !host.gone &&
        host.running &&
        !host.registered &&
        nowMs - host.runningSinceMs > this.health.registrationTimeoutMs,
    );
  }

  /** Ours by their tag, of no pool of the scenario. */
  strayFleet(nowMs: number): FleetMember[] {
    return this.strays.fleet(nowMs);
  }

  /** Those of them that nobody needs. */
  idleStrays(nowMs: number): ReturnType<Strays["due"]> {
    return this.strays.due(this.health.registrationTimeoutMs, nowMs);
  }

  private isHealthy(host: Host, nowMs: number): boolean {
    const { running, registered, runningSinceMs } = host;
    if (running && !registered) return nowMs - runningSinceMs <= this.health.registrationTimeoutMs;
    return !this.isCutOff(host, nowMs);
  }

  private hostFor(seen: SeenInstance, nowMs: number): Host | undefined {
    const known = this.byId.get(seen.instanceId) ?? this.byArn.get(seen.containerInstanceArn);
    const isBack = known?.gone === true && known.mayReturn && !isGone(seen);
    if (!isBack && (known !== undefined || isGone(seen))) return known;
    const pool = this.poolOf(seen);
    if (pool === NONE) {
      if (seen.ours) this.straysNow.push(seen);
      const whose = seen.ours ? "ours by its tag, but" : "somebody else's, and";
      const where = `${seen.instanceType} in ${seen.zoneId === "" ? "a zone that is not known" : seen.zoneId}`;
      this.warnings.set(seen.instanceId, `${seen.instanceId} (${where}) is ${whose} of no pool of this scenario`);
      return undefined;
    }
    const instance = this.engine.engine.ledger.instances.length + this.foundNow.size;
    const host = newHost(instance, pool, seen.ours, seen.instanceId, nowMs);
    this.foundNow.add(host);
    this.hosts[instance] = host;
    if (seen.instanceId !== "") this.byId.set(seen.instanceId, host);
    if (seen.containerInstanceArn !== "") this.byArn.set(seen.containerInstanceArn, host);
    this.hear(seen.ours ? EventKind.InstanceFound : EventKind.ForeignFound, Number.NaN, host, pool, 0);
    return host;
  }

  /** What is somebody else's may be on either market: nobody but EC2's owner knows. */
  private poolOf({ instanceType, zoneId, market, ours }: SeenInstance): number {
    const pool = this.pools.find(instanceType, zoneId, market);
    if (pool !== NONE || ours) return pool;
    return this.pools.find(instanceType, zoneId, market === "spot" ? "on-demand" : "spot");
  }

  private lookAt(host: Host, seen: SeenInstance, drainedByUs: ReadonlySet<number>, nowMs: number): void {
    if (host.gone) return;
    host.missedLooks = 0;
    host.missingSinceMs = Number.NaN;
    if (isGone(seen)) {
      host.mayReturn = seen.ec2State === "stopping" || seen.ec2State === "stopped";
      const isReclaimed = seen.stateReason.includes("SpotInstanceTermination");
      this.lost(host, isReclaimed ? EndCause.Reclaimed : EndCause.HostFailed);
      return;
    }
    const isThere = seen.containerInstanceArn !== "" && (seen.ecsStatus === "ACTIVE" || seen.ecsStatus === "DRAINING");
    // What is found now has not been there, for the engine, when it registered.
    const registeredMs = isThere && !this.foundNow.has(host) ? seen.registeredAtMs - this.originMs : Number.NaN;
    if (!host.running && (seen.ec2State === "running" || isThere)) {
      host.running = true;
      host.runningSinceMs = this.foundNow.has(host) ? this.launchedMs(seen, nowMs) : nowMs;
      this.hear(EventKind.InstanceRunning, registeredMs, host, host.pool, 0);
    }
    if (!isThere) {
      if (host.registered && ++host.unregisteredLooks >= MISSED_LOOKS) this.unregistered(host, nowMs);
      return;
    }
    host.unregisteredLooks = 0;
    this.byArn.set(seen.containerInstanceArn, host);
    host.containerInstanceArn = seen.containerInstanceArn;
    host.busy = seen.runningTasks + seen.pendingTasks > 0;
    host.registered = true;
    if (!host.toldRegistered) {
      host.toldRegistered = true;
      this.hear(EventKind.InstanceRegistered, registeredMs, host, 0, seen.registeredMemoryMib);
    }
    if (seen.agentConnected) host.disconnectedSinceMs = Number.NaN;
    else if (Number.isNaN(host.disconnectedSinceMs)) host.disconnectedSinceMs = nowMs;
    if (drainedByUs.has(host.instance)) return;
    this.drain(host, seen.ecsStatus === "DRAINING" || this.isCutOff(host, nowMs));
  }

  /** Somebody has deregistered it: it takes no jobs, and has to register anew in the time that a new one has. */
  private unregistered(host: Host, nowMs: number): void {
    host.registered = false;
    host.busy = false;
    host.runningSinceMs = nowMs;
    this.drain(host, true);
  }

  /** The engine hears whether an instance takes jobs: what does not is no room for those that wait. */
  private drain(host: Host, drained: boolean): void {
    if (drained === host.drained) return;
    host.drained = drained;
    this.hear(EventKind.InstanceDrained, Number.NaN, host, drained ? 1 : 0, 0);
  }

  private isCutOff({ disconnectedSinceMs }: Host, nowMs: number): boolean {
    return nowMs - disconnectedSinceMs >= this.health.disconnectedMs;
  }

  /** Since when an instance has been there that a predecessor launched: however often we start anew, its time to register runs. */
  private launchedMs({ launchTimeMs }: SeenInstance, nowMs: number): number {
    return Number.isNaN(launchTimeMs) ? nowMs : Math.min(nowMs, launchTimeMs - this.originMs);
  }

  private missed(host: Host, nowMs: number): void {
    host.missedLooks++;
    if (Number.isNaN(host.missingSinceMs)) host.missingSinceMs = nowMs;
    const isLongEnough = nowMs - host.missingSinceMs >= this.health.missingMs;
    if (host.missedLooks < MISSED_LOOKS || !isLongEnough) return;
    host.mayReturn = true;
    this.lost(host, EndCause.HostFailed);
  }

  private lost(host: Host, cause: EndCause): void {
    this.leave(host);
    this.hear(EventKind.InstanceLost, Number.NaN, host, cause, 0);
  }

  private leave(host: Host): void {
    host.gone = true;
    host.busy = false;
  }

  private hearNotice({ kind, instanceId, timeMs }: Notice): void {
    const host = this.byId.get(instanceId);
    if (host === undefined || host.gone || !host.ours) return;
    if (kind === "rebalance") this.hear(EventKind.RebalanceRecommended, Number.NaN, host, 0, 0);
    if (kind !== "interruption") return;
    const toldMs = Math.floor(timeMs / NOTICE_RESOLUTION_MS) * NOTICE_RESOLUTION_MS - this.originMs;
    this.hear(EventKind.InterruptionWarned, Number.NaN, host, toldMs + NOTICE_MS, 0);
  }

  private hear(kind: EventKind, timeMs: number, { instance }: Host, a: number, b: number): void {
    this.heard.push({ kind, timeMs, subject: instance, a, b, attempt: 0, order: instance });
  }
}
