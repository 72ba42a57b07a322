// Lines of stress to what they do to the pools of a run.

import { didYouMean, errorIssue, type Issue } from "../../base/issues.js";
import type { StressEffect, StressOverlay } from "../../model/market.js";
import type { StressSpec } from "../../scenario/market-spec.js";
import { distinct, familyOf, type MarketPlace, poolsWhere } from "./market-place.js";

/** The overlays in the user's order; issues for zones and families that the run does not have. */
export function resolveStress(
  specs: readonly StressSpec[],
  place: MarketPlace,
  hasQuotas: boolean,
  issues: Issue[],
): StressOverlay[] {
  return specs.map(({ text, fromMs, untilMs, effect }, index) => {
    const resolved = resolveEffect(effect, place, (problem, hint) => {
      issues.push(errorIssue(problem.code, `"${text}": ${problem.message}`, { path: `stress[${index}]`, hint }));
    });
    if (effect.kind === "quota" && !hasQuotas) {
      const message = `"${text}": there are no quotas to cut`;
      const hint = "give those of your account under world.quotas";
      issues.push(errorIssue("no-quotas", message, { path: `stress[${index}]`, hint }));
    }
    return { text, fromMs, untilMs, effect: resolved };
  });
}

type Complain = (problem: { readonly code: string; readonly message: string }, hint: string) => void;

function resolveEffect(effect: StressSpec["effect"], place: MarketPlace, complain: Complain): StressEffect {
  switch (effect.kind) {
    case "zone-lost": {
      const zones = distinct(poolsWhere(place, () => true).map((pool) => place.pools[pool]!.zone));
      if (!zones.includes(effect.zone)) {
        const message = `no pool of the run is in zone "${effect.zone}"`;
        const hint = didYouMean(effect.zone, zones) ?? `zones of the run: ${zones.join(", ")}`;
        complain({ code: "unknown-zone", message }, hint);
      }
      return { kind: "pools-lost", pools: poolsWhere(place, ({ zone }) => zone === effect.zone) };
    }
    case "no-capacity": {
      const families = distinct(poolsWhere(place, () => true).map((pool) => familyOf(place, place.pools[pool]!)));
      if (!families.includes(effect.family)) {
        const message = `no pool of the run is of family "${effect.family}"`;
        const hint = didYouMean(effect.family, families) ?? `families of the run: ${families.join(", ")}`;
        complain({ code: "unknown-family", message }, hint);
      }
      return { kind: "no-capacity", pools: poolsWhere(place, (pool) => familyOf(place, pool) === effect.family) };
    }
    case "price":
      // On-demand prices are a list: it is Spot's that move.
      return { ...effect, pools: poolsWhere(place, ({ market }) => market === "spot") };
    default:
      return effect;
  }
}
