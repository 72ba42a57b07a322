// A market without an engine: a test says when something is launched, runs and ends, and reads what is heard of it.

import { EventKind } from "../../../src/model/event.js";
import type { InstanceType, Pool } from "../../../src/model/instance-type.js";
import { EndCause, type MarketModel, type RefusalReason } from "../../../src/model/market.js";
import type { FleetAllocation } from "../../../src/model/policy.js";
import { NONE } from "../../../src/model/tables.js";
import type { EventSink } from "../../../src/sim/batch/batch-service.js";
import type { MarketVictims } from "../../../src/sim/market/cloud-market.js";
import { Ec2Market } from "../../../src/sim/market/ec2-market.js";
import { instanceType, pool, simulationInput, world } from "../../builders.js";

export type Heard =
  | { readonly what: "price"; readonly timeMs: number; readonly pool: number; readonly microUsd: number }
  | { readonly what: "refused"; readonly timeMs: number; readonly pool: number; readonly reason: RefusalReason }
  | { readonly what: "rebalance"; readonly timeMs: number; readonly instance: number }
  | { readonly what: "warned"; readonly timeMs: number; readonly instance: number; readonly takenMs: number }
  | { readonly what: "reclaimed"; readonly timeMs: number; readonly instance: number }
  | { readonly what: "failed"; readonly timeMs: number; readonly instance: number };

export interface Setting {
  readonly types: readonly InstanceType[];
  readonly pools: readonly Pool[];
  readonly market?: Partial<MarketModel>;
  readonly allocation?: FleetAllocation;
  readonly seed?: number;
}

/** One type of 4 vCPUs: a spot pool at 0.10 USD, and an on-demand one at 0.40 USD. */
export const ONE_SPOT_POOL: Setting = {
  types: [instanceType("m", 4, 16)],
  pools: [pool(0, 0.1, "spot"), pool(0, 0.4)],
};

export class MarketProbe {
  readonly market: Ec2Market;
  readonly heard: Heard[] = [];
  private launches = 0;
  private readonly sink: EventSink = {
    ingest: (kind, timeMs, subject, a) => {
      this.heard.push(toHeard(kind, timeMs, subject, a));
    },
  };
  private readonly victims: MarketVictims = {
    lose: (instance, cause, timeMs) => {
      this.heard.push({ what: cause === EndCause.Reclaimed ? "reclaimed" : "failed", timeMs, instance });
      this.market.ended(instance);
    },
  };

  constructor({ types, pools, market, allocation, seed }: Setting) {
    const strategy = { spot: { allocation: allocation ?? "in-order" } } as const;
    const input = simulationInput({
      types,
      pools,
      jobs: [],
      world: world({}, market),
      strategy,
      ...(seed === undefined ? {} : { seed }),
    });
    this.market = new Ec2Market(input);
  }

  /** Lets everything happen up to and including an instant. */
  until(timeMs: number): this {
    while (this.market.nextMs <= timeMs) this.market.happen(this.sink, this.victims);
    return this;
  }

  /** Launches at an instant, after what happens then; returns the pool that answered, or NONE. */
  launch(timeMs: number, pools: readonly number[] = [0]): number {
    this.until(timeMs);
    return this.market.launch(this.launches++, pools, timeMs, this.sink);
  }

  /** Launches an instance that runs at once; returns its number. */
  start(timeMs: number, pools: readonly number[] = [0]): number {
    const answer = this.launch(timeMs, pools);
    if (answer === NONE) throw new Error("the launch was refused");
    this.market.running(this.launches - 1, timeMs);
    return this.launches - 1;
  }

  /** What was heard of one kind. */
  of<What extends Heard["what"]>(what: What): Extract<Heard, { what: What }>[] {
    return this.heard.filter((event): event is Extract<Heard, { what: What }> => event.what === what);
  }
}

function toHeard(kind: EventKind, timeMs: number, subject: number, a: number): Heard {
  switch (kind) {
    case EventKind.PriceChanged:
      return { what: "price", timeMs, pool: subject, microUsd: a };
    case EventKind.PoolRefused:
      return { what: "refused", timeMs, pool: subject, reason: a as RefusalReason };
    case EventKind.RebalanceRecommended:
      return { what: "rebalance", timeMs, instance: subject };
    case EventKind.InterruptionWarned:
      return { what: "warned", timeMs, instance: subject, takenMs: a };
    default:
      throw new Error(`the market tells of event ${kind}`);
  }
}
