// A tick's report, and what the controller knows beside it, as the status that people and machines read.

import type { LiveSettings } from "../../model/live-settings.js";
import type { SystemTables } from "../../model/tables.js";
import type { Command, Outcome, Verdict } from "../command.js";
import type { CallCounts, Observation } from "../observation.js";
import { decisionStatus, describePool, describeReason, describeSubject } from "../operate/decision-words.js";
import {
  type CallRate,
  type DecisionStatus,
  type InstanceState,
  type InstanceStatus,
  type LeaseStatus,
  type LiveStage,
  type LiveStatus,
  MAX_DECISIONS,
  type RefusalStatus,
  zeroTotals,
} from "../operate/status.js";
import { fleetOf, queuesOf } from "../operate/status-parts.js";
import type { Gate, Lease } from "../ports.js";
import type { Controller } from "./controller.js";
import type { Judged, TickReport } from "./controller-parts.js";

/** What changes less than a tick, or is known elsewhere. */
export interface StatusContext {
  readonly mode: LiveStage;
  readonly version: string;
  readonly settings: LiveSettings;
  readonly strategy: string;
  readonly tables: SystemTables;
  readonly queues: readonly string[];
  readonly startedMs: number;
  /** Epoch ms of the engine's time 0. */
  readonly originMs: number;
  /** Calls per second that are allowed, by service. */
  readonly allowedRates: Readonly<Record<string, number>>;
}

export class StatusBuilder {
  private readonly context: StatusContext;
  private readonly totals = zeroTotals();
  private readonly denials: Partial<Record<string, number>> = {};
  private readonly callTotals: Record<string, number> = {};
  private decisions: DecisionStatus[] = [];
  private refusals = new Map<number, RefusalStatus>();
  private lastAtMs = Number.NaN;
  private registered = new Set<number>();

  constructor(context: StatusContext) {
    this.context = context;
  }

  /** The status after a tick. `leaseState`: how taking the lease went; `calls`: those made since the last status. */
  build(
    controller: Controller,
    report: TickReport,
    gate: Gate,
    lease: { readonly state: LeaseStatus["state"]; readonly owner: string; readonly lease: Lease | null },
    calls: CallCounts,
    nextInMs: number,
  ): LiveStatus {
    const { context } = this;
    const { settings } = context;
    const atMs = report.observation.serverMs;
    for (const judged of report.judged) this.takeJudged(judged, controller, report, atMs);
    this.count(report);
    const instances = this.instancesOf(controller, report);
    const ours = instances.filter((each) => each.ours);
    const perHour = ours.reduce((sum, { microUsdPerHour }) => sum + (microUsdPerHour ?? 0), 0);
    const vcpuMilli = ours.reduce((sum, each) => sum + each.vcpuMilli, 0);
    const { caps, timing, identity } = settings;
    return {
      mode: context.mode,
      version: context.version,
      atMs,
      startedMs: context.startedMs,
      identity: { ...identity, strategy: context.strategy },
      lease: {
        state: lease.state,
        owner: lease.owner,
        leftMs: lease.lease?.leftMs() ?? 0,
        epoch: lease.lease?.epoch ?? 0,
      },
      tick: {
        number: report.number,
        atMs,
        tookMs: report.tookMs,
        nextInMs,
        deadlineMs: timing.deadlineMs,
        settleTicksLeft: Math.max(0, timing.settleTicks - report.number),
        problems: report.observation.problems,
      },
      queues: queuesOf(report.observation, context.queues),
      fleet: fleetOf(instances),
      instances,
      decisions: this.decisions,
      denials: { ...this.denials },
      breakers: gate.open,
      kill: { modes: [...report.kill.modes], sources: report.kill.sources },
      limits: {
        instances: { now: ours.length, cap: caps.maxInstances },
        vcpuMilli: { now: vcpuMilli, cap: caps.maxVcpus * 1000 },
        microUsdPerHour: { now: perHour, cap: caps.maxMicroUsdPerHour },
        microUsdToday: { now: gate.spentTodayMicroUsd, cap: caps.maxMicroUsdPerDay },
      },
      calls: this.ratesOf(calls, atMs),
      callTotals: { ...this.callTotals },
      refusals: [...this.refusals.values()].filter(({ untilMs }) => untilMs > atMs),
      warnings: report.warnings,
      totals: { ...this.totals },
    };
  }

  private takeJudged(judged: Judged, controller: Controller, report: TickReport, atMs: number): void {
    const { tables } = this.context;
    const poolOf = (instance: number) => controller.hosts.host(instance)?.pool ?? 0;
    const decisions = controller.recording.engine.ledger.decisions;
    const rows = judged.verdicts.map((verdict): DecisionStatus => {
      const index = judged.commands.findIndex((command) => sameCommand(command, verdict.command));
      const row = judged.reasons[index];
      const reason = row === undefined ? reasonOf(verdict.command) : describeReason(decisions.at(row), tables);
      const subject = describeSubject(verdict.command, tables, poolOf);
      if (!verdict.allowed) this.denials[verdict.rule] = (this.denials[verdict.rule] ?? 0) + 1;
      const status = decisionStatus(verdict, { tick: report.number, atMs, subject, reason });
      return failed(status, verdict, judged.outcomes);
    });
    this.decisions = [...rows.reverse(), ...this.decisions].slice(0, MAX_DECISIONS);
    for (const outcome of judged.outcomes) this.takeOutcome(outcome, controller);
  }

  private takeOutcome(outcome: Outcome, controller: Controller): void {
    const { totals } = this;
    if (outcome.kind === "failed") totals.failed_commands++;
    if (outcome.kind !== "launched") return;
    const { market } = controller.recording.engine;
    totals.instances_requested += outcome.answers.length;
    for (const { granted } of outcome.answers) {
      if (granted) totals.instances_launched++;
      else totals.instances_refused++;
    }
    for (const { pool, code } of outcome.refusals) {
      const untilMs = this.context.originMs + market.refusedUntilMs(pool);
      this.refusals.set(pool, { pool: describePool(pool, this.context.tables), code, untilMs });
    }
  }

  private count({ observation, isWhole, ended, judged, interrupted, isLate, tookMs }: TickReport): void {
    const { totals } = this;
    const { settings } = this.context;
    totals.ticks++;
    if (!isWhole) totals.incomplete_looks++;
    if (tookMs >= settings.timing.deadlineMs) totals.abandoned_ticks++;
    totals.job_ends += observation.ends.length;
    totals.interruptions += interrupted;
    if (isLate) totals.late_ticks++;
    totals.instances_unregistered += judged.reduce(
      (sum, { commands }) => sum + commands.filter(isUnregistered).length,
      0,
    );
    for (const outcome of ended) {
      if (outcome.kind === "terminated") totals.instances_terminated++;
      if (outcome.kind === "kept") totals.instances_kept++;
    }
  }

  private instancesOf(controller: Controller, { nowMs, observation }: TickReport): InstanceStatus[] {
    const { tables } = this.context;
    const { engine } = controller.recording;
    const jobsOn = busyOf(observation);
    return controller.hosts.hosts
      .filter((host) => host !== undefined && !host.gone)
      .map((host): InstanceStatus => {
        const pool = tables.pools[host.pool]!;
        const type = tables.instanceTypes[pool.instanceType]!;
        const on = jobsOn.get(host.containerInstanceArn);
        if (host.registered && !this.registered.has(host.instance)) {
          this.registered.add(host.instance);
          this.totals.instances_registered++;
        }
        const price = engine.market.priceMicroUsdPerHour(host.pool);
        return {
          instance: host.instance,
          instanceId: host.instanceId,
          instanceType: type.name,
          zoneId: pool.zone,
          market: pool.market,
          state: controller.isEnding(host.instance) ? "ending" : stateOf(host),
          ours: host.ours,
          healthy: Number.isNaN(host.disconnectedSinceMs),
          jobs: on?.jobs ?? 0,
          vcpuMilli: type.vcpuMilli,
          busyVcpuMilli: on?.vcpuMilli ?? 0,
          ageMs: nowMs - host.askedMs,
          microUsdPerHour: host.ours && !Number.isNaN(price) ? price : null,
        };
      });
  }

  private ratesOf(calls: CallCounts, atMs: number): CallRate[] {
    const seconds = Math.max(1, (atMs - this.lastAtMs) / 1000 || 1);
    this.lastAtMs = atMs;
    const byService = new Map<string, number>();
    for (const [operation, count] of Object.entries(calls)) {
      this.callTotals[operation] = (this.callTotals[operation] ?? 0) + count;
      const service = operation.slice(0, operation.indexOf("."));
      byService.set(service, (byService.get(service) ?? 0) + count);
    }
    return [...byService].map(([service, count]) => ({
      service,
      perSecond: count / seconds,
      allowedPerSecond: this.context.allowedRates[service] ?? null,
    }));
  }
}

function busyOf({ jobs }: Observation): Map<string, { jobs: number; vcpuMilli: number }> {
  const busy = new Map<string, { jobs: number; vcpuMilli: number }>();
  for (const { containerInstanceArn, request } of jobs) {
    if (containerInstanceArn === "") continue;
    const on = busy.get(containerInstanceArn) ?? { jobs: 0, vcpuMilli: 0 };
    busy.set(containerInstanceArn, { jobs: on.jobs + 1, vcpuMilli: on.vcpuMilli + (request?.vcpuMilli ?? 0) });
  }
  return busy;
}

function stateOf(host: { registered: boolean; running: boolean; drained: boolean }): InstanceState {
  if (host.drained) return "draining";
  if (host.registered) return "registered";
  return host.running ? "booting" : "requested";
}

function sameCommand(one: Command, other: Command): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === "launch" && other.kind === "launch") return one.token === other.token;
  return one.kind !== "launch" && other.kind !== "launch" && one.instance === other.instance;
}

function reasonOf(command: Command): string {
  if (command.kind !== "end") return "";
  return command.reason === "drain-all" ? "the kill switch says drain-all" : "it never registered with ECS";
}

/** A command that was sent and failed. */
function failed(status: DecisionStatus, verdict: Verdict, outcomes: readonly Outcome[]): DecisionStatus {
  if (!verdict.allowed) return status;
  const failure = outcomes.find((each) => each.kind === "failed" && sameCommand(each.command, verdict.command));
  if (failure?.kind !== "failed") return status;
  return { ...status, verdict: "failed", why: `${failure.code}: ${failure.message}` };
}

function isUnregistered(command: Command): boolean {
  return command.kind === "end" && command.reason === "never-registered";
}
