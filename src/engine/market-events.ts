// What EC2's market does, as the engine hears of it: prices, refusals, and instances that it takes back.

import type { Decider } from "../core/decide.js";
import { instanceLost, instanceWarned } from "../core/state/instance-transition.js";
import type { Ledger } from "../ledger/ledger.js";
import { EventKind } from "../model/event.js";
import type { EndCause, RefusalReason } from "../model/market.js";

export type MarketEvent =
  | typeof EventKind.PriceChanged
  | typeof EventKind.PoolRefused
  | typeof EventKind.RebalanceRecommended
  | typeof EventKind.InterruptionWarned
  | typeof EventKind.InstanceLost;

/** Takes an event of the market (model/event.ts); whether a decision is due. */
export function marketMoved(
  decider: Decider,
  ledger: Ledger,
  kind: MarketEvent,
  timeMs: number,
  subject: number,
  a: number,
): boolean {
  const { cluster } = decider;
  switch (kind) {
    case EventKind.PriceChanged:
      cluster.market.priceChanged(subject, a);
      ledger.prices.add(subject, timeMs, a);
      return false;
    case EventKind.PoolRefused:
      cluster.market.refused(subject, a as RefusalReason, timeMs);
      ledger.refusals.add(subject, timeMs, a);
      return false;
    case EventKind.RebalanceRecommended:
      decider.rebalanceRecommended(subject);
      return true;
    case EventKind.InterruptionWarned:
      instanceWarned(cluster, subject, a, timeMs);
      ledger.instances.warnedMs.data[subject] = timeMs;
      return true;
    case EventKind.InstanceLost:
      instanceLost(cluster, subject, a as EndCause, timeMs);
      ledger.loseInstance(subject, timeMs, a as EndCause);
      return true;
  }
}
