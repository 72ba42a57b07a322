// An engine driven by hand on a market: a test plays EC2.

import { Engine } from "../../../src/engine/engine.js";
import { ActionKind } from "../../../src/model/action.js";
import type { LaunchReason } from "../../../src/model/decision.js";
import { EventKind } from "../../../src/model/event.js";
import { RefusalReason } from "../../../src/model/market.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { type Story, simulationInput } from "../../builders.js";

export interface Launch {
  readonly instance: number;
  readonly pools: readonly number[];
  readonly reason: LaunchReason;
}

export class Drive {
  readonly engine: Engine;
  readonly tables: SystemTables;
  nowMs = 0;
  /** Launches that have not been answered. */
  asked: Launch[] = [];
  /** Where each placed job is. */
  readonly placed = new Map<number, number>();
  readonly ended: number[] = [];
  /** When the engine wants to be woken. */
  wakeAtMs = Number.POSITIVE_INFINITY;

  constructor(story: Omit<Story, "jobs"> & Partial<Pick<Story, "jobs">>) {
    this.tables = simulationInput({ jobs: [], ...story }).tables;
    this.engine = new Engine(this.tables);
  }

  /** Jobs `first` to `first + count - 1` of a class come. */
  submit(first: number, count: number, jobClass = 0): void {
    for (let job = first; job < first + count; job++) this.tell(EventKind.JobSubmitted, job, jobClass, Number.NaN);
  }

  tell(kind: EventKind, subject: number, a = 0, b = 0): void {
    this.engine.ingest(kind, this.nowMs, subject, a, b);
  }

  /** Decides at `nowMs`; returns the launches as "3 of 0,1" (copies, pools), those not for ordinary demand with their reason. */
  decide(nowMs = this.nowMs): string[] {
    this.nowMs = nowMs;
    const actions = this.engine.evaluate(nowMs);
    this.wakeAtMs = Number.POSITIVE_INFINITY;
    const launches: Launch[] = [];
    for (let i = 0; i < actions.length; i++) {
      const subject = actions.subject[i]!;
      if (actions.kind[i] === ActionKind.WakeAt) this.wakeAtMs = Math.min(this.wakeAtMs, actions.timeMs[i]!);
      if (actions.kind[i] === ActionKind.Place) this.placed.set(subject, actions.a[i]!);
      if (actions.kind[i] === ActionKind.Terminate) this.ended.push(subject);
      if (actions.kind[i] !== ActionKind.Launch) continue;
      const decision = this.engine.ledger.decisions.at(actions.reason[i]!);
      const reason = decision.kind === "launch" ? decision.reason : "pending-demand";
      launches.push({ instance: subject, pools: [...actions.pools(i)], reason });
    }
    this.asked.push(...launches);
    return inWords(launches);
  }

  /** EC2 refuses everything that was asked for, in every pool that was allowed. */
  refuseAll(why: RefusalReason = RefusalReason.Capacity): void {
    const asked = this.asked;
    this.asked = [];
    for (const { instance, pools } of asked) {
      for (const pool of pools) this.tell(EventKind.PoolRefused, pool, why);
      this.tell(EventKind.LaunchRefused, instance);
    }
  }

  /** EC2 grants everything that was asked for, in the pool that `choose` picks; the instances register at once. */
  grantAll(choose: (pools: readonly number[]) => number = (pools) => pools[0]!): void {
    const asked = this.asked;
    this.asked = [];
    for (const { instance, pools } of asked) {
      this.tell(EventKind.InstanceRunning, instance, choose(pools));
      this.tell(EventKind.InstanceRegistered, instance);
    }
  }
}

function inWords(launches: readonly Launch[]): string[] {
  const counts = new Map<string, number>();
  for (const { pools, reason } of launches) {
    const words = `of ${pools.join(",")}${reason === "pending-demand" ? "" : `: ${reason}`}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts].map(([words, count]) => `${count} ${words}`);
}
