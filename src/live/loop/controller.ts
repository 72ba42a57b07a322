// The loop of live mode, one tick at a time: look at the account, tell the engine what is new, decide, have the gate judge, act,
// take ends under way further. It has the simulated controller's order (sim/unmanaged), so that both decide alike.
//
// A tick never throws for what AWS does. A look that is not whole tells the engine nothing, and nothing is decided on it.

import { type HeardEvent, MAX_ROUNDS, tellHeard } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import { RefusalReason } from "../../model/market.js";
import { type Command, LAUNCH_CAP_RULES, type Outcome, type Verdict } from "../command.js";
import { HostMirror } from "../mirror/host-mirror.js";
import { JobMirror } from "../mirror/job-mirror.js";
import type { Observation, ObservationPart } from "../observation.js";
import type { Deadline, GateView, KillState } from "../ports.js";
import { RecordingEngine } from "../session/recording-engine.js";
import { commandsOf } from "./commands.js";
import type { ControllerParts, Judged, TickReport } from "./controller-parts.js";
import { digestOf } from "./digest.js";
import { idleEnds, overdueEnds } from "./end-commands.js";
import { poolFinder } from "./pool-finder.js";
import { PriceWatch } from "./price-watch.js";
import { heardOf, undone } from "./results.js";

/** Without these nothing is known for sure of the fleet or of what waits. */
const NEEDED: readonly ObservationPart[] = ["jobs", "containerInstances", "instances"];

/**
 * Instances asked for, refused and denied ones among them, and attempts of jobs that one engine follows: some 200 MB. Another one
 * takes over from what AWS shows.
 */
const MOST_INSTANCES = 200_000;
const MOST_ATTEMPTS = 1_000_000;

export class Controller {
  readonly recording: RecordingEngine;
  readonly hosts: HostMirror;
  readonly jobs: JobMirror;
  private readonly parts: ControllerParts;
  private ticks = 0;
  private lastMs = 0;
  private wakeAtMs = Number.POSITIVE_INFINITY;
  private readonly prices: PriceWatch;
  /** Messages of looks that were not whole. */
  private keptNotices: Observation["notices"] = [];
  private launches = 0;

  constructor(parts: ControllerParts) {
    const { tables, settings, queues, originMs, learns } = parts;
    this.parts = parts;
    this.recording = new RecordingEngine(tables, parts.version, parts.writeSession);
    this.hosts = new HostMirror(this.recording, poolFinder(tables), settings.health, originMs);
    this.jobs = new JobMirror(this.recording, queues, originMs, learns, (arn) => this.hosts.instanceOf(arn));
    this.prices = new PriceWatch(tables, parts.readPrices, parts.priceIntervalMs);
  }

  /** When the engine next has something to decide, ms after the origin, if nothing happens before. */
  get dueMs(): number {
    return Math.min(this.recording.engine.dueMs, this.wakeAtMs);
  }

  /** What the engine has to remember has come to its bounds: a controller with a new one has to go on. */
  get isFull(): boolean {
    const { attempts } = this.recording.engine.ledger;
    return this.jobs.isFull || this.hosts.count > MOST_INSTANCES || attempts.length > MOST_ATTEMPTS;
  }

  /** Whether the end of an instance is under way. */
  isEnding(instance: number): boolean {
    return this.parts.executor.ending.has(instance);
  }

  /** One tick, at `nowMs` after the origin. */
  async tick(nowMs: number): Promise<TickReport> {
    const { parts } = this;
    const beganMs = parts.clock.monotonicMs();
    const deadline = parts.deadline(parts.settings.timing.deadlineMs);
    const kill = await parts.readKill();
    if (parts.applies) await parts.holdLease();
    const mayLaunch = !kill.modes.has("pause-launch") && !kill.modes.has("pause-all") && !kill.modes.has("drain-all");
    // Before the first look: what a predecessor had begun to launch must be seen by it.
    if (this.ticks === 0 && parts.applies) await parts.executor.recover(deadline, mayLaunch);
    const observation = await parts.observer.look(deadline);
    parts.journal.append(digestOf(observation, nowMs));
    const isWhole = observation.problems.every(({ part }) => !NEEDED.includes(part));
    const context: Tick = {
      nowMs,
      beganMs,
      deadline,
      kill,
      observation,
      isWhole,
      judged: [],
      ended: [],
      interrupted: 0,
      warnings: [],
    };
    await this.hear(context);
    parts.gate.look(this.viewOf(context));
    this.seeEnds(context);
    if (isWhole) {
      await this.endOverdue(context);
      if (kill.modes.has("drain-all")) await this.endIdle(context);
      // The first ticks that could act only look: what a predecessor has done may show late.
      const settles = parts.applies && this.ticks < parts.settings.timing.settleTicks;
      if (!settles) await this.decide(context);
    }
    await this.advanceEnds(context);
    if (parts.applies) await parts.executor.settle(deadline, mayLaunch);
    this.ticks++;
    this.lastMs = nowMs;
    await parts.journal.flush();
    deadline.cancel?.();
    return {
      number: this.ticks,
      nowMs,
      tookMs: parts.clock.monotonicMs() - beganMs,
      observation,
      isWhole,
      judged: context.judged,
      ended: context.ended,
      interrupted: context.interrupted,
      isLate: observation.serverMs - parts.originMs > nowMs + parts.settings.timing.intervalMs,
      warnings: [...observation.warnings, ...context.warnings],
      kill,
    };
  }

  /** What is new since the last look that was whole. */
  private async hear(tick: Tick): Promise<void> {
    const { nowMs, observation, isWhole } = tick;
    const heard: HeardEvent[] = await this.prices.look(nowMs, this.parts.deadline);
    if (!isWhole) {
      // All else is told by the next whole look.
      const urgent = observation.notices.filter(({ kind }) => kind === "interruption" || kind === "rebalance");
      this.keptNotices = [...this.keptNotices, ...urgent];
    } else {
      const notices = [...this.keptNotices, ...observation.notices];
      this.keptNotices = [];
      const hosts = this.hosts.look(observation.instances, notices, this.parts.executor.ending, nowMs);
      const jobs = this.jobs.look(observation);
      heard.push(...hosts.heard, ...jobs.heard);
      tick.warnings.push(...hosts.warnings, ...jobs.warnings);
      for (const { kind, subject } of hosts.heard) {
        if (kind === EventKind.InstanceRegistered) this.parts.gate.registered(subject);
        if (kind === EventKind.InterruptionWarned) tick.interrupted++;
      }
    }
    this.tell(heard, nowMs);
  }

  private seeEnds({ observation, isWhole, kill }: Tick): void {
    const seen = new Map(observation.instances.map((each) => [each.instanceId, each]));
    const busy = new Set(observation.jobs.map(({ containerInstanceArn }) => containerInstanceArn));
    busy.delete("");
    const isPaused = kill.modes.has("pause-scale-in") || kill.modes.has("pause-all");
    this.parts.executor.saw({ seen, busy, mayEnd: isWhole && !isPaused });
  }

  /** After the decision: an end that has drained for long enough is still undone where jobs want the instance again. */
  private async advanceEnds(tick: Tick): Promise<void> {
    const { executor, gate, applies } = this.parts;
    if (!applies) return;
    const outcomes = await executor.advance(tick.deadline);
    tick.ended.push(...outcomes);
    gate.learn(outcomes, this.viewOf(tick));
    this.take(outcomes, tick.nowMs);
  }

  private async endOverdue(tick: Tick): Promise<void> {
    const { executor, gate } = this.parts;
    const commands = overdueEnds(this.hosts, executor.ending, tick.nowMs);
    for (const { instance, reason } of commands) if (reason === "never-registered") gate.neverRegistered(instance);
    await this.carryOut(commands, [], tick);
  }

  private async endIdle(tick: Tick): Promise<void> {
    await this.carryOut(idleEnds(this.hosts, this.parts.executor.ending, tick.nowMs), [], tick);
  }

  private async decide(tick: Tick): Promise<void> {
    const { nowMs, deadline } = tick;
    const { executor } = this.parts;
    for (let round = 0; round < MAX_ROUNDS && this.dueMs <= nowMs; round++) {
      const actions = this.recording.evaluate(nowMs);
      const decided = commandsOf(actions, {
        hostOf: (instance) => this.hosts.host(instance),
        ending: executor.ending,
        nextToken: (pools, count) => this.parts.token(this.launches++, pools, count),
      });
      this.wakeAtMs = decided.wakeAtMs;
      for (const instance of decided.undo) await executor.undoEnding(instance, deadline);
      const isDenied = await this.carryOut(decided.commands, decided.reasons, tick);
      if (isDenied) return; // it would ask for the same again: the next tick may do
    }
  }

  /** Judges commands, sends those that may be, and tells the engine what came of all of them. True: the gate has denied all. */
  private async carryOut(commands: readonly Command[], reasons: readonly number[], tick: Tick): Promise<boolean> {
    if (commands.length === 0) return false;
    const { gate, executor, journal } = this.parts;
    const view = this.viewOf(tick);
    for (const command of commands) if (command.kind === "launch") this.asked(command.instances, command.pools, tick);
    const verdicts = gate.judge(commands, view);
    for (const verdict of verdicts) journal.append({ kind: "verdict", at: tick.nowMs, ...verdict });
    await journal.flush();
    const allowed = verdicts.filter(({ allowed }) => allowed).map(({ command }) => command);
    const outcomes = allowed.length === 0 ? [] : await executor.execute(allowed, tick.deadline);
    gate.learn(outcomes, view);
    this.take(outcomes, tick.nowMs);
    this.takeBack(verdicts, tick.nowMs);
    tick.judged.push({ verdicts, outcomes, commands, reasons });
    return allowed.length === 0;
  }

  private asked(instances: readonly number[], [pool]: readonly number[], { nowMs }: Tick): void {
    for (const instance of instances) this.hosts.asked(instance, pool!, nowMs);
  }

  /** What came of commands that were sent. */
  private take(outcomes: readonly Outcome[], nowMs: number): void {
    for (const outcome of outcomes) {
      this.parts.journal.append({ at: nowMs, ...outcome, kind: "outcome", outcome: outcome.kind });
      if (outcome.kind === "launched") for (const answer of outcome.answers) this.hosts.answered(answer);
      if (outcome.kind === "terminated") this.hosts.ended(outcome.instance);
      if (outcome.kind === "failed") this.notLaunched(outcome.command);
    }
    this.tell(heardOf(outcomes), nowMs);
  }

  /** What the gate has not let through. */
  private takeBack(verdicts: readonly Verdict[], nowMs: number): void {
    const heard: HeardEvent[] = [];
    for (const verdict of verdicts) {
      if (verdict.allowed) continue;
      this.notLaunched(verdict.command);
      heard.push(
        ...undone(
          verdict.command,
          LAUNCH_CAP_RULES.includes(verdict.rule) ? RefusalReason.Capped : RefusalReason.Throttled,
        ),
      );
    }
    this.tell(heard, nowMs);
  }

  private notLaunched(command: Command): void {
    if (command.kind !== "launch") return;
    for (const instance of command.instances) this.hosts.answered({ instance, granted: false });
  }

  private tell(heard: readonly HeardEvent[], nowMs: number): void {
    tellHeard(this.recording, heard, this.lastMs, nowMs);
  }

  private viewOf({ nowMs, beganMs, deadline, kill, observation }: Tick): GateView {
    const { parts, prices } = this;
    const { pools, instanceTypes } = this.recording.tables;
    return {
      nowMs: observation.serverMs,
      applies: parts.applies,
      leaseLeftMs: parts.lease === null ? 0 : parts.lease.leftMs(),
      identityOk: parts.identityOk(),
      observation,
      observationAgeMs: parts.clock.monotonicMs() - beganMs,
      deadlineLeftMs: deadline.leftMs(),
      ticksSinceStart: this.ticks,
      kill,
      fleet: this.hosts.fleet(parts.executor.ending, nowMs),
      strays: this.hosts.strayFleet(nowMs),
      poolCount: pools.length,
      priceOf: (pool) => prices.priceOf(pool),
      onDemandPriceOf: (pool) => prices.onDemandPriceOf(pool),
      vcpuMilliOf: (pool) => instanceTypes[pools[pool]!.instanceType]!.vcpuMilli,
      zoneIdOf: (pool) => pools[pool]!.zone,
    };
  }
}

interface Tick {
  readonly nowMs: number;
  readonly beganMs: number;
  readonly deadline: Deadline;
  readonly kill: KillState;
  readonly observation: Observation;
  readonly isWhole: boolean;
  readonly judged: Judged[];
  readonly ended: Outcome[];
  interrupted: number;
  readonly warnings: string[];
}
