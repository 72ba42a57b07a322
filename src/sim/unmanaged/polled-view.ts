// What a controller that looks at an account now and then learns of it, as events for its engine. AWS tells when a job was
// created, started and stopped and when an agent registered; everything else happens, for all that is known, when it is seen.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import type { Workload } from "../../model/job.js";
import { EndCause } from "../../model/market.js";
import type { SimulatedAccount } from "./account.js";
import type { AccountHost, AccountJob, AccountNotice } from "./account-view.js";

/** EC2 takes an instance two minutes after its notice, and says when it gave that to the second. */
const NOTICE_MS = 120_000;
const NOTICE_RESOLUTION_MS = 1_000;

/** What has been told of a job. */
interface ToldJob {
  queued: boolean;
  /** Attempts whose end was told. */
  ended: number;
  /** Whether the present attempt's placement was told. */
  placed: boolean;
}

export class PolledView {
  private readonly account: SimulatedAccount;
  private readonly workload: Workload;
  private readonly names: boolean;
  private readonly savesEveryMs: Float64Array;
  private readonly told = new Map<number, ToldJob>();
  /** Hosts that are not known to have gone, in order. */
  private readonly hosts = new Set<number>();
  private readonly runningTold = new Set<number>();
  private readonly registeredTold = new Set<number>();
  private hostsSeen = 0;
  /** Of pools, micro-USD per hour, as they were last read. */
  readonly prices: Float64Array;
  private heard: HeardEvent[] = [];

  /** `names`: the engine is to learn from jobs' names. `prices`: of pools, as the engine has them. */
  constructor(account: SimulatedAccount, workload: Workload, names: boolean, prices: readonly number[]) {
    this.account = account;
    this.workload = workload;
    this.names = names;
    this.prices = Float64Array.from(prices);
    this.savesEveryMs = Float64Array.from(workload.definitions, ({ retry, checkpointMs }) =>
      retry.attempts > 1 ? (checkpointMs ?? 0) : Number.NaN,
    );
  }

  /** Everything that is new since the last look. `notices`: those that have come meanwhile. */
  look(notices: readonly AccountNotice[], readsPrices: boolean): HeardEvent[] {
    this.heard = [];
    if (readsPrices) this.lookAtPrices();
    for (; this.hostsSeen < this.account.hostCount; this.hostsSeen++) this.hosts.add(this.hostsSeen);
    for (const host of this.hosts) this.lookAtHost(host, this.account.host(host));
    for (const notice of notices) this.hearNotice(notice);
    for (const job of this.account.takeChangedJobs()) this.lookAtJob(job, this.account.job(job));
    return this.heard;
  }

  private hear(kind: EventKind, timeMs: number, subject: number, a = 0, b = 0, attempt = 0): void {
    this.heard.push({ kind, timeMs, subject, a, b, attempt, order: subject });
  }

  private lookAtPrices(): void {
    for (let pool = 0; pool < this.prices.length; pool++) {
      const price = this.account.priceMicroUsdPerHour(pool);
      if (price === this.prices[pool]) continue;
      this.prices[pool] = price;
      this.hear(EventKind.PriceChanged, Number.NaN, pool, price);
    }
  }

  private lookAtHost(host: number, { runningMs, registeredMs, goneMs, cause }: AccountHost): void {
    if (!Number.isNaN(goneMs)) {
      this.hosts.delete(host);
      const known = cause === EndCause.Ours || cause === EndCause.Refused;
      if (!known) this.hear(EventKind.InstanceLost, Number.NaN, host, cause);
      return;
    }
    if (!Number.isNaN(runningMs) && !this.runningTold.has(host)) {
      this.runningTold.add(host);
      this.hear(EventKind.InstanceRunning, registeredMs, host, this.account.host(host).pool);
    }
    if (!Number.isNaN(registeredMs) && !this.registeredTold.has(host)) {
      this.registeredTold.add(host);
      this.hear(EventKind.InstanceRegistered, registeredMs, host);
    }
  }

  private hearNotice({ kind, timeMs, subject }: AccountNotice): void {
    if (kind === "rebalance") this.hear(EventKind.RebalanceRecommended, Number.NaN, subject);
    if (kind !== "interruption") return;
    const { originMs } = this.workload;
    const toldMs = Math.floor((originMs + timeMs) / NOTICE_RESOLUTION_MS) * NOTICE_RESOLUTION_MS - originMs;
    this.hear(EventKind.InterruptionWarned, Number.NaN, subject, toldMs + NOTICE_MS);
  }

  private lookAtJob(job: number, seen: AccountJob): void {
    if (seen.status === "UNSUBMITTED" || seen.status === "PENDING") return;
    const told = this.told.get(job) ?? { queued: false, ended: 0, placed: false };
    this.told.set(job, told);
    const neverQueued = seen.status === "FAILED" && seen.ended.length === 0;
    if (!told.queued && !neverQueued) this.tellQueued(job, seen.createdMs);
    told.queued ||= !neverQueued;
    for (; told.ended < seen.ended.length; told.ended++) this.tellEnd(job, seen, told);
    const isPlaced = seen.status === "STARTING" || seen.status === "RUNNING";
    if (isPlaced && !told.placed) {
      this.hear(EventKind.JobPlaced, seen.startedMs, job, seen.host, 0, told.ended);
      told.placed = true;
    }
    const wasCancelled = seen.status === "FAILED" && seen.ended.at(-1)?.stoppedMs !== seen.stoppedMs;
    if (wasCancelled)
      this.hear(EventKind.JobCancelled, seen.stoppedMs, job, 0, this.account.outcomeOf(job), told.ended);
    if (seen.status === "FAILED" || seen.status === "SUCCEEDED") this.told.delete(job);
  }

  private tellQueued(job: number, createdMs: number): void {
    const { workload } = this;
    if (this.names) {
      const definition = workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
      this.hear(EventKind.JobNamed, createdMs, job, workload.jobName[job]!, this.savesEveryMs[definition]!);
    }
    this.hear(EventKind.JobSubmitted, createdMs, job, workload.jobClass[job]!, workload.limitMs[job]!);
  }

  /** An attempt that has ended, and that it was placed, if nobody has seen that. */
  private tellEnd(job: number, seen: AccountJob, told: ToldJob): void {
    const { host, startedMs, stoppedMs, outcome, retried } = seen.ended[told.ended]!;
    const attempt = told.ended;
    const placedMs = Number.isNaN(startedMs) ? stoppedMs : startedMs;
    if (!told.placed) this.hear(EventKind.JobPlaced, placedMs, job, host, 0, attempt);
    told.placed = false;
    this.hear(EventKind.JobEnded, stoppedMs, job, startedMs, outcome, attempt);
    if (!retried) return;
    this.hear(EventKind.JobRetried, stoppedMs, job, this.workload.jobClass[job]!, this.workload.limitMs[job]!, attempt);
  }
}
