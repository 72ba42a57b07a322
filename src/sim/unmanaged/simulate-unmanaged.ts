// A replay as live mode would have it: AWS Batch places, the controller looks at the account on its decision grid, and ends of
// instances take a drain. The controller here is the real one's loop without its network: look, tell the engine, decide,
// act, take ends further.

import { assert } from "../../base/assert.js";
import { MS_PER_DAY } from "../../base/units.js";
import { Engine } from "../../engine/engine.js";
import { type HeardEvent, MAX_ROUNDS, tellHeard } from "../../engine/heard-events.js";
import { type ActionBuffer, ActionKind } from "../../model/action.js";
import { EventKind } from "../../model/event.js";
import { learns } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import type { UnmanagedModel } from "../../model/world.js";
import { STUCK_EXAMPLES } from "../batch/batch-service.js";
import { closeRemaining } from "../close-remaining.js";
import { nextGridMs } from "../decision-grid.js";
import type { SimulationInput, SimulationOutcome } from "../simulation-input.js";
import { SimulatedAccount } from "./account.js";
import type { AccountNotice } from "./account-view.js";
import { PolledView } from "./polled-view.js";

/** A world in which nothing has happened to any job for so long will not serve the rest (see simulate.ts). */
const PATIENCE_MS = 30 * MS_PER_DAY;

export interface UnmanagedHooks {
  /** Called with every decision, before it is carried out. */
  readonly decided?: (nowMs: number, actions: ActionBuffer, engine: Engine) => void;
  /** The run does not end with the last job, but when nothing is left to do. */
  readonly runsOn?: boolean;
}

/** Steps a controller over a simulated account, tick by tick. */
export class UnmanagedRun {
  readonly engine: Engine;
  readonly account: SimulatedAccount;
  private readonly view: PolledView;
  private readonly model: UnmanagedModel;
  private readonly intervalMs: number;
  private readonly hooks: UnmanagedHooks;
  /** Ends under way: when each was asked for. */
  private readonly ending = new Map<number, number>();
  private notices: AccountNotice[] = [];
  private wakeAtMs = Number.POSITIVE_INFINITY;
  /** Of the tick before. */
  private lastMs = 0;
  private tickMs = 0;
  private pricesReadMs = Number.NEGATIVE_INFINITY;
  private fruitfulMs = 0;
  private isOver = false;

  constructor(input: SimulationInput, hooks: UnmanagedHooks = {}) {
    const { tables, workload, world } = input;
    assert(world.unmanaged !== undefined && tables.placedBy === "batch", "an unmanaged run needs an unmanaged world");
    this.model = world.unmanaged;
    this.engine = new Engine(tables, workload.jobCount);
    this.account = new SimulatedAccount(input, this.model);
    const prices = tables.pools.map(({ priceMicroUsdPerHour }) => priceMicroUsdPerHour);
    this.view = new PolledView(this.account, workload, input.learns === true || learns(tables.strategy), prices);
    this.intervalMs = Math.max(1, tables.strategy.decisionIntervalMs);
    this.hooks = hooks;
  }

  /** One tick; false when the next is after `limitMs`, all jobs have ended, or nothing will happen to the others. */
  step(limitMs: number): boolean {
    const nowMs = this.tickMs;
    if (nowMs > limitMs || this.isOver) return false;
    this.account.advance(nowMs);
    this.tell(this.look(nowMs), nowMs);
    this.decide(nowMs);
    this.tell(this.advanceEnds(nowMs), nowMs);
    this.lastMs = nowMs;
    const isDone = this.account.done && !this.hooks.runsOn; // the account goes on from here to the next tick
    this.tickMs = this.nextTickMs(nowMs);
    const isHopeless = nowMs > this.fruitfulMs + PATIENCE_MS || this.tickMs === Number.POSITIVE_INFINITY;
    this.isOver = isHopeless || isDone;
    return !this.isOver;
  }

  finish(): SimulationOutcome {
    const { engine, account } = this;
    closeRemaining(engine.ledger, account.lastEndMs);
    const stuck: number[] = [];
    let count = 0;
    for (let job = 0; job < account.jobCount; job++) {
      const { status } = account.job(job);
      if (status === "SUCCEEDED" || status === "FAILED") continue;
      count++;
      if (stuck.length < STUCK_EXAMPLES) stuck.push(job);
    }
    return { ledger: engine.ledger, lastJobEndMs: account.lastEndMs, stuckJobs: count, stuckExamples: stuck };
  }

  private look(nowMs: number): HeardEvent[] {
    const readsPrices = nowMs >= this.pricesReadMs + this.model.priceIntervalMs;
    if (readsPrices) this.pricesReadMs = nowMs;
    this.notices.push(...this.account.takeNotices());
    if (this.notices.some(({ kind }) => kind === "job")) this.fruitfulMs = nowMs;
    const heard = this.view.look(this.notices, readsPrices);
    this.notices = [];
    return heard;
  }

  private tell(heard: readonly HeardEvent[], nowMs: number): void {
    tellHeard(this.engine, heard, this.lastMs, nowMs);
  }

  /** Instances that were to end: those drained for long enough, and empty, do. */
  private advanceEnds(nowMs: number): HeardEvent[] {
    const heard: HeardEvent[] = [];
    for (const [host, askedMs] of this.ending) {
      const { goneMs, jobs } = this.account.host(host);
      if (Number.isNaN(goneMs) && nowMs < askedMs + this.model.drainMs) continue;
      this.ending.delete(host);
      if (!Number.isNaN(goneMs)) continue;
      const isEmpty = jobs.size === 0 && this.account.deregister(host);
      if (isEmpty) this.account.terminate(host);
      else this.account.setDraining(host, false);
      const kind = isEmpty ? EventKind.InstanceTerminated : EventKind.InstanceKept;
      heard.push({ kind, timeMs: Number.NaN, subject: host, a: 0, b: 0, attempt: 0, order: host });
    }
    return heard;
  }

  private decide(nowMs: number): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.engine.dueMs > nowMs && this.wakeAtMs > nowMs) return;
      const actions = this.engine.evaluate(nowMs);
      this.hooks.decided?.(nowMs, actions, this.engine);
      this.tell(this.execute(actions, nowMs), nowMs);
    }
  }

  private execute(actions: ActionBuffer, nowMs: number): HeardEvent[] {
    const heard: HeardEvent[] = [];
    const hear = (kind: EventKind, subject: number, a: number, order: number) =>
      heard.push({ kind, timeMs: Number.NaN, subject, a, b: 0, attempt: 0, order });
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      switch (actions.kind[i] as ActionKind) {
        case ActionKind.Launch: {
          const { host, pool, refusals } = this.account.launch(actions.pools(i), actions.b[i]!);
          assert(host === subject, "hosts and instances have other numbers");
          for (const refusal of refusals) hear(EventKind.PoolRefused, refusal.pool, refusal.reason, subject);
          if (pool === NONE) hear(EventKind.LaunchRefused, subject, 0, subject);
          break;
        }
        case ActionKind.Terminate:
          this.account.setDraining(subject, true);
          this.ending.set(subject, nowMs);
          break;
        case ActionKind.Drain:
          if (actions.a[i] === 0) this.ending.delete(subject);
          this.account.setDraining(subject, actions.a[i] === 1);
          break;
        case ActionKind.WakeAt:
          this.wakeAtMs = Math.min(this.wakeAtMs, actions.timeMs[i]!);
          break;
        case ActionKind.Place:
        case ActionKind.CancelJob:
          assert(false, "an engine that does not place has placed");
      }
    }
    return heard;
  }

  /** The next tick of the grid at which there is something to hear or to do, or an early one. Moves the account there. */
  private nextTickMs(nowMs: number): number {
    const { account, intervalMs, model } = this;
    const onGrid = (timeMs: number) => nextGridMs(Math.max(timeMs, nowMs + 1), intervalMs);
    let nextMs = Math.min(onGrid(this.engine.dueMs), onGrid(this.wakeAtMs));
    for (const askedMs of this.ending.values()) nextMs = Math.min(nextMs, onGrid(askedMs + model.drainMs));
    if (Math.min(nextMs, account.nextMs) === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    nextMs = Math.min(nextMs, onGrid(this.pricesReadMs + model.priceIntervalMs));
    const { version } = account;
    while (account.nextMs < nextMs) {
      account.advance(account.nextMs);
      if (account.version !== version) nextMs = Math.min(nextMs, onGrid(account.nowMs));
      for (const notice of account.takeNotices()) {
        this.notices.push(notice);
        const calls = notice.kind === "interruption" || notice.kind === "rebalance";
        if (calls && model.earlyMs > 0) nextMs = Math.min(nextMs, nextGridMs(notice.timeMs, model.earlyMs));
      }
    }
    return Math.max(nextMs, nowMs + 1);
  }
}
