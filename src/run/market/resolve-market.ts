// The market in the user's words to the market of a run's pools, as far as that needs no file: what is in files is added by
// load-market.ts.

import { errorIssue, type Issue } from "../../base/issues.js";
import type { Catalog } from "../../catalog/catalog.js";
import { type MarketModel, UNDISTURBED_MARKET } from "../../model/market.js";
import type { MarketSpec } from "../../scenario/market-spec.js";
import type { ComputeEnvironmentSpec } from "../../scenario/scenario.js";
import { ADVISOR_INTERRUPTIONS } from "./advisor.js";
import type { MarketPlace } from "./market-place.js";
import { resolveQuotas } from "./quotas.js";
import { resolveStress } from "./stress.js";

/**
 * The market of a run. `families`: all that the catalogue knows. Issues are added for zones and families that do not exist,
 * and for bids that differ between compute environments where prices may end instances.
 */
export function resolveMarket(
  spec: MarketSpec,
  place: MarketPlace,
  environments: readonly ComputeEnvironmentSpec[],
  families: readonly string[],
  issues: Issue[],
): MarketModel {
  const { prices, capacity, interruptions, interruptedByPrice, notice } = spec;
  const quotas = resolveQuotas(spec.quotas, place, families, issues);
  return {
    ...UNDISTURBED_MARKET,
    priceProcess: prices.kind === "process" ? withoutKind(prices) : null,
    capacity: capacity.kind === "seeded" ? withoutKind(capacity) : null,
    interruptions: interruptions === "advisor" ? ADVISOR_INTERRUPTIONS : interruptions,
    bidShare: interruptedByPrice ? bidShareOf(environments, issues) : null,
    notice,
    quotas,
    stress: resolveStress(spec.stress, place, spec.quotas.length > 0, issues),
  };
}

/** All instance families that the catalogue knows, in its order. */
export function familiesOf({ instanceTypes }: Catalog): string[] {
  return [...new Set(instanceTypes.map(({ family }) => family))];
}

function withoutKind<T extends { readonly kind: string }>({ kind: _, ...rest }: T): Omit<T, "kind"> {
  return rest;
}

/** A pool has one price and may be used by several environments: they must bid alike. */
function bidShareOf(environments: readonly ComputeEnvironmentSpec[], issues: Issue[]): number {
  const bids = environments.filter(({ type }) => type === "SPOT").map(({ bidPercentage }) => bidPercentage);
  const different = [...new Set(bids)].sort((a, b) => a - b);
  if (different.length > 1) {
    const message = `interruptedByPrice knows one bid, but bidPercentage is ${different.join(" and ")}`;
    const hint = "give all SPOT compute environments the same bidPercentage";
    issues.push(errorIssue("several-bids", message, { path: "world.spot.interruptedByPrice", hint }));
  }
  return (different[0] ?? 100) / 100;
}
