// A replay as live mode would have it: AWS Batch places, the controller looks at the account on its decision grid, and ends of
// instances take a drain. The controller here is the real one's loop without its network: look, tell the engine, decide, ask the
// gate about its caps, act, take ends further.

import { assert } from "../../base/assert.js";
import { MS_PER_DAY } from "../../base/units.js";
import { Engine } from "../../engine/engine.js";
import { type HeardEvent, MAX_ROUNDS, tellHeard } from "../../engine/heard-events.js";
import { type ActionBuffer, ActionKind, launchesEnd } from "../../model/action.js";
import { EventKind } from "../../model/event.js";
import { RefusalReason } from "../../model/market.js";
import { learns } from "../../model/policy.js";
import { NONE } from "../../model/tables.js";
import type { UnmanagedModel } from "../../model/world.js";
import { STUCK_EXAMPLES } from "../batch/batch-service.js";
import { closeRemaining } from "../close-remaining.js";
import { nextGridMs } from "../decision-grid.js";
import type { SimulationInput, SimulationOutcome } from "../simulation-input.js";
import { SimulatedAccount } from "./account.js";
import type { AccountNotice } from "./account-view.js";
import { CapGate } from "./cap-gate.js";
import { HostNumbers } from "./host-numbers.js";
import { PolledView } from "./polled-view.js";

/** A world in which nothing has happened to any job for so long will not serve the rest (see simulate.ts). */
const PATIENCE_MS = 30 * MS_PER_DAY;

export interface UnmanagedHooks {
  /** Called with every decision, before it is carried out. */
  readonly decided?: (nowMs: number, actions: ActionBuffer, engine: Engine) => void;
  /** The run does not end with the last job, but when nothing is left to do. */
  readonly runsOn?: boolean;
}

/** What came of a decision's actions. */
interface Executed {
  readonly heard: readonly HeardEvent[];
  /** Of what the gate has not let through. */
  readonly denied: readonly HeardEvent[];
  /** There was something to judge, and nothing of it was let through. */
  readonly isDenied: boolean;
}

/** Steps a controller over a simulated account, tick by tick. */
export class UnmanagedRun {
  readonly engine: Engine;
  readonly account: SimulatedAccount;
  private readonly view: PolledView;
  private readonly model: UnmanagedModel;
  private readonly intervalMs: number;
  private readonly hooks: UnmanagedHooks;
  /** Null: without caps. */
  private readonly gate: CapGate | null;
  private readonly numbers = new HostNumbers();
  /** Hosts whose end is under way: when each was asked for. */
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
    const { caps } = this.model;
    const { originMs } = workload;
    this.gate = caps === undefined ? null : new CapGate(caps, tables, this.account, this.view.prices, originMs);
  }

  /** One tick; false when the next is after `limitMs`, all jobs have ended, or nothing will happen to the others. */
  step(limitMs: number): boolean {
    const nowMs = this.tickMs;
    if (nowMs > limitMs || this.isOver) return false;
    this.account.advance(nowMs);
    this.tell(this.numbers.toInstances(this.look(nowMs)), nowMs);
    this.gate?.look(nowMs);
    this.decide(nowMs);
    this.tell(this.numbers.toInstances(this.advanceEnds(nowMs)), nowMs);
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
      heard.push(now(kind, host, 0, host));
    }
    return heard;
  }

  private decide(nowMs: number): void {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (this.engine.dueMs > nowMs && this.wakeAtMs > nowMs) return;
      const actions = this.engine.evaluate(nowMs);
      this.hooks.decided?.(nowMs, actions, this.engine);
      const { heard, denied, isDenied } = this.execute(actions, nowMs);
      this.tell(heard, nowMs);
      this.tell(denied, nowMs);
      if (isDenied) return; // it would ask for the same again: the next tick may do
    }
  }

  private execute(actions: ActionBuffer, nowMs: number): Executed {
    const heard: HeardEvent[] = [];
    const denied: HeardEvent[] = [];
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    const mayGo = this.judge(actions, nowMs, denied);
    let judged = 0;
    let allowed = 0;
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      const kind = actions.kind[i] as ActionKind;
      const host = kind === ActionKind.Launch ? NONE : this.numbers.hostOf(subject);
      const isUndone = kind === ActionKind.Drain && actions.a[i] === 0 && this.ending.delete(host);
      if (kind !== ActionKind.WakeAt && !isUndone) {
        judged++;
        if (!mayGo[i]) continue;
        allowed++;
      }
      switch (kind) {
        case ActionKind.Launch:
          this.launch(subject, actions.pools(i), actions.b[i]!, nowMs, heard);
          break;
        case ActionKind.Terminate:
          this.account.setDraining(host, true);
          this.ending.set(host, nowMs);
          break;
        case ActionKind.Drain:
          this.account.setDraining(host, actions.a[i] === 1);
          break;
        case ActionKind.WakeAt:
          this.wakeAtMs = Math.min(this.wakeAtMs, actions.timeMs[i]!);
          break;
        case ActionKind.Place:
        case ActionKind.CancelJob:
          assert(false, "an engine that does not place has placed");
      }
    }
    return { heard, denied, isDenied: judged > 0 && allowed === 0 };
  }

  private launch(instance: number, pools: readonly number[], environment: number, nowMs: number, heard: HeardEvent[]) {
    const { host, pool, refusals } = this.account.launch(pools, environment);
    this.numbers.pair(instance, host);
    for (const refusal of refusals) heard.push(now(EventKind.PoolRefused, refusal.pool, refusal.reason, instance));
    if (pool === NONE) heard.push(now(EventKind.LaunchRefused, instance, 0, instance));
    else this.gate?.granted(nowMs);
  }

  /** Which actions the gate lets through; `denied` gets what the engine is to hear of the others. */
  private judge(actions: ActionBuffer, nowMs: number, denied: HeardEvent[]): readonly boolean[] {
    const mayGo = Array.from({ length: actions.length }, () => true);
    const { gate } = this;
    if (gate === null) return mayGo;
    gate.look(nowMs);
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      if (actions.kind[i] === ActionKind.Terminate && !gate.mayEnd(this.numbers.hostOf(subject), nowMs)) {
        mayGo[i] = false;
        denied.push(now(EventKind.InstanceKept, subject, 0, subject));
      }
      if (actions.kind[i] !== ActionKind.Launch) continue;
      const end = launchesEnd(actions, i);
      const pools = actions.pools(i);
      const first = i + gate.allow(pools, end - i);
      if (first < end) {
        denied.push(now(EventKind.PoolRefused, pools[0]!, RefusalReason.Capped, actions.subject[first]!));
      }
      for (let k = first; k < end; k++) {
        const instance = actions.subject[k]!;
        mayGo[k] = false;
        denied.push(now(EventKind.LaunchRefused, instance, 0, instance));
      }
      i = end - 1;
    }
    return mayGo;
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

/** An event that happens when it is heard. */
function now(kind: EventKind, subject: number, a: number, order: number): HeardEvent {
  return { kind, timeMs: Number.NaN, subject, a, b: 0, attempt: 0, order };
}
