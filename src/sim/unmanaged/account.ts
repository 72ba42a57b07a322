// A simulated AWS account with an UNMANAGED compute environment: EC2's market and boots, Batch's queues, its own scheduler, ECS
// agents. Everything happens by itself as time advances; a controller, simulated or real, looks at it and asks EC2 and ECS for
// things, as through their APIs.

import { assert } from "../../base/assert.js";
import { type ActionBuffer, ActionKind } from "../../model/action.js";
import { EventKind } from "../../model/event.js";
import { EndCause, type RefusalReason } from "../../model/market.js";
import { NONE } from "../../model/tables.js";
import type { UnmanagedModel } from "../../model/world.js";
import type { EventSink } from "../batch/batch-service.js";
import { FullBatch } from "../batch/full-batch.js";
import type { CloudMarket, MarketVictims } from "../market/cloud-market.js";
import { makeMarket } from "../market/make-market.js";
import type { SimulationInput } from "../simulation-input.js";
import { SimulatedWorld } from "../world.js";
import { kindOf, subjectOf, WorldEvents } from "../world-events.js";
import { AccountHosts } from "./account-hosts.js";
import { AccountJobs } from "./account-jobs.js";
import type {
  AccountHost,
  AccountJob,
  AccountNotice,
  AccountRefusal,
  LaunchReply,
  SimulatedAccountApi,
} from "./account-view.js";
import { BatchScheduler } from "./batch-scheduler.js";

export class SimulatedAccount implements SimulatedAccountApi {
  nowMs = 0;
  /** Grows with everything that a look at the account would show, prices apart. */
  version = 0;
  /** Interruption notices and rebalance recommendations so far. */
  warnings = 0;
  private readonly events = new WorldEvents();
  private readonly market: CloudMarket;
  private readonly world: SimulatedWorld;
  private readonly batch: FullBatch;
  private readonly scheduler: BatchScheduler;
  private readonly hosts = new AccountHosts();
  private readonly jobs: AccountJobs;
  private readonly prices: Float64Array;
  private notices: AccountNotice[] = [];
  private refusals: AccountRefusal[] = [];
  /** Told by Batch and the market; tells the scheduler, and keeps what the API shows. */
  private readonly sink: EventSink = {
    ingest: (kind, timeMs, subject, a, b) => this.happened(kind, timeMs, subject, a, b),
  };
  private readonly victims: MarketVictims = { lose: (host, cause, timeMs) => this.lose(host, cause, timeMs) };

  constructor(input: SimulationInput, model: UnmanagedModel) {
    const { tables, workload, world, seed } = input;
    this.market = makeMarket(input);
    this.world = new SimulatedWorld(this.events, tables, world, this.market, seed);
    this.batch = new FullBatch(input, this.events, true);
    this.scheduler = new BatchScheduler(tables, model, workload.jobCount);
    this.jobs = new AccountJobs(workload, (job) => this.batch.startMsOf(job));
    this.prices = Float64Array.from(tables.pools, ({ priceMicroUsdPerHour }) => priceMicroUsdPerHour);
  }

  get done(): boolean {
    return this.batch.done;
  }

  /** When the last job so far ended or was cancelled. */
  get lastEndMs(): number {
    return this.batch.lastEndMs;
  }

  get jobCount(): number {
    return this.jobs.count;
  }

  get hostCount(): number {
    return this.hosts.count;
  }

  get nextMs(): number {
    return Math.max(this.nowMs, Math.min(this.nextHappeningMs, this.scheduler.nextMs));
  }

  advance(timeMs: number): void {
    assert(timeMs >= this.nowMs, "an account goes back in time");
    for (;;) {
      const happeningMs = this.nextHappeningMs;
      const cycleMs = this.scheduler.nextMs;
      // All that happens at the instant of a cycle comes before it.
      if (happeningMs <= cycleMs && happeningMs <= timeMs) this.happen(happeningMs);
      else if (cycleMs <= timeMs) this.cycle(cycleMs);
      else break;
    }
    this.nowMs = timeMs;
    if (this.jobs.startUntil(timeMs)) this.version++;
  }

  launch(pools: readonly number[], environment: number): LaunchReply {
    const { nowMs } = this;
    const host = this.hosts.add(nowMs);
    this.scheduler.hostComes(host, pools[0]!, environment, nowMs);
    this.refusals = [];
    this.world.launch(host, pools, environment, nowMs, this.sink);
    const pool = this.world.poolOf(host);
    this.hosts.answered(host, pool);
    if (pool === NONE) this.scheduler.ingest(EventKind.LaunchRefused, nowMs, host, 0, 0);
    return { host, pool, refusals: this.refusals };
  }

  setDraining(host: number, draining: boolean): void {
    const { hosts } = this;
    if (!hosts.isRegistered(host) || hosts.isDraining(host) === draining) return;
    hosts.setDraining(host, draining);
    this.scheduler.ingest(EventKind.InstanceDrained, this.nowMs, host, draining ? 1 : 0, 0);
  }

  deregister(host: number): boolean {
    if (this.hosts.jobsOn(host).size > 0) return false;
    this.setDraining(host, true);
    this.hosts.deregister(host);
    return true;
  }

  terminate(host: number): void {
    if (this.hosts.isGone(host)) return;
    this.end(host, EndCause.Ours, this.nowMs);
  }

  job(job: number): AccountJob {
    return this.jobs.at(job);
  }

  /** How a cancelled job ended, packed (model/outcome.ts). */
  outcomeOf(job: number): number {
    return this.jobs.cancelledOutcome(job);
  }

  host(host: number): AccountHost {
    return this.hosts.at(host);
  }

  priceMicroUsdPerHour(pool: number): number {
    return this.prices[pool]!;
  }

  takeNotices(): readonly AccountNotice[] {
    const { notices } = this;
    this.notices = [];
    return notices;
  }

  takeChangedJobs(): readonly number[] {
    return this.jobs.takeChanged();
  }

  private get nextHappeningMs(): number {
    return Math.min(this.events.nextMs, this.batch.nextRequestMs, this.market.nextMs);
  }

  private happen(timeMs: number): void {
    this.nowMs = timeMs;
    if (this.market.nextMs === timeMs) {
      if (this.batch.done) this.market.close();
      else this.market.happen(this.sink, this.victims);
    } else if (this.events.nextMs === timeMs) {
      this.deliver(timeMs);
    } else {
      this.batch.request(this.sink);
    }
  }

  private deliver(timeMs: number): void {
    const event = this.events.take();
    const subject = subjectOf(event);
    const kind = kindOf(event);
    if (kind === EventKind.JobEnded) this.batch.end(subject, timeMs, this.sink);
    else if (kind === EventKind.InstanceRunning) this.running(subject, timeMs);
    else if (kind === EventKind.InstanceRegistered) this.registered(subject, timeMs);
  }

  private running(host: number, timeMs: number): void {
    if (this.hosts.isGone(host)) return;
    this.version++;
    this.hosts.running(host, timeMs);
    this.market.running(host, timeMs);
    this.scheduler.ingest(EventKind.InstanceRunning, timeMs, host, this.hosts.poolOf(host), 0);
    this.notices.push({ kind: "running", timeMs, subject: host });
  }

  private registered(host: number, timeMs: number): void {
    if (this.hosts.isGone(host)) return;
    this.version++;
    this.hosts.registered(host, timeMs);
    this.scheduler.ingest(EventKind.InstanceRegistered, timeMs, host, 0, 0);
    // An agent that has its notice registers, and drains at once.
    if (this.hosts.isWarned(host)) this.setDraining(host, true);
  }

  private cycle(timeMs: number): void {
    this.nowMs = timeMs;
    const actions: ActionBuffer = this.scheduler.cycle(timeMs);
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      if (actions.kind[i] === ActionKind.Place) this.place(subject, actions.a[i]!, timeMs);
      else if (actions.kind[i] === ActionKind.CancelJob) this.batch.cancelByTimeLimit(subject, timeMs, this.sink);
    }
  }

  private place(job: number, host: number, timeMs: number): void {
    this.version++;
    this.hosts.jobsOn(host).add(job);
    this.jobs.placed(job, host, timeMs);
    this.batch.place(job, this.world.pullImage(host, timeMs), host);
  }

  private lose(host: number, cause: number, timeMs: number): void {
    if (!this.hosts.isGone(host)) this.end(host, cause, timeMs);
  }

  private end(host: number, cause: number, timeMs: number): void {
    this.version++;
    this.batch.hostLost(host, timeMs, this.sink);
    this.hosts.gone(host, cause, timeMs);
    this.market.ended(host, timeMs);
    this.scheduler.ingest(EventKind.InstanceLost, timeMs, host, cause, 0);
    this.notices.push({ kind: "gone", timeMs, subject: host });
  }

  private happened(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    switch (kind) {
      case EventKind.PriceChanged:
        this.prices[subject] = Math.round(a);
        return;
      case EventKind.PoolRefused:
        this.refusals.push({ pool: subject, reason: a as RefusalReason });
        return;
      case EventKind.RebalanceRecommended:
        this.version++;
        this.warnings++;
        this.notices.push({ kind: "rebalance", timeMs, subject });
        return;
      case EventKind.InterruptionWarned:
        this.version++;
        this.warnings++;
        this.hosts.warned(subject, timeMs);
        this.notices.push({ kind: "interruption", timeMs, subject });
        this.setDrainingAt(subject, timeMs);
        return;
    }
    this.version++;
    const host = this.jobs.happened(kind, timeMs, subject, a, b);
    if (host !== NONE) this.hosts.jobsOn(host).delete(subject);
    if (kind !== EventKind.JobCheckpointed) this.scheduler.ingest(kind, timeMs, subject, a, b);
    this.notices.push({ kind: "job", timeMs, subject });
  }

  /** The agent has seen the notice: it sets itself to DRAINING. */
  private setDrainingAt(host: number, timeMs: number): void {
    this.nowMs = timeMs;
    this.setDraining(host, true);
  }
}
