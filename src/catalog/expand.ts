// AWS Batch's language for instance types (`instanceTypes` of a compute environment): exact types, families, and the
// bundles "optimal", "default_x86_64" and "default_arm64"; plus two words of our own, "all" and "all_arm64".

import { didYouMean, errorIssue, type Issue } from "../base/issues.js";
import type { Architecture, Market } from "../model/instance-type.js";
import type { Catalog } from "./catalog.js";
import type { InstanceTypeFacts } from "./instance-types.js";
import { isOffered, type RegionCatalog } from "./region.js";

/**
 * AWS Batch API, ComputeResource.instanceTypes. "optimal" meant other families before November 2025; since then it is
 * "default_x86_64" by another name.
 */
const X86_BUNDLE = ["m6i", "c6i", "r6i", "c7i"];
const BUNDLES: ReadonlyMap<string, readonly string[]> = new Map([
  ["optimal", X86_BUNDLE],
  ["default_x86_64", X86_BUNDLE],
  ["default_arm64", ["m6g", "c6g", "r6g", "c7g"]],
]);
const ALL: ReadonlyMap<string, Architecture> = new Map([
  ["all", "x86_64"],
  ["all_arm64", "arm64"],
]);

/** ComputeResource.instanceTypes, in AWS's words. */
const ONE_ARCHITECTURE =
  "the instance types that you select for the compute environment must share the same architecture";

/** How many regions a hint lists before it says "and n more". */
const REGIONS_IN_HINT = 6;

export interface ExpandedInstanceTypes {
  /** Exact types without repetition, in catalogue order whatever the order of the selectors. */
  readonly names: readonly string[];
  /** Per name: position of the first selector that gives it. */
  readonly positions: readonly number[];
  /** Errors: what is unknown or not on sale, and mixed architectures. `names` holds what was understood. */
  readonly issues: readonly Issue[];
}

/**
 * Expands selectors to the instance types on sale in `region` on `market` (on-demand: it has a price; spot: the snapshot
 * has one in some zone). `path` is the list's place in the user's document, for the issues.
 *
 * - An exact type ("m5.large", also bare metal) must be on sale.
 * - A family ("c7i") and a bundle give their types on sale, without bare metal: such a machine takes far longer to boot,
 *   and whoever wants one names it. Withdrawn families (p3) work where they have a price.
 * - "all" and "all_arm64" give every type on sale of that architecture that is neither withdrawn, bare metal nor
 *   burstable; types with GPUs and other accelerators included.
 *
 * One architecture per list: AWS Batch demands it of a compute environment and of a job queue.
 */
export function expandInstanceTypes(
  catalog: Catalog,
  selectors: readonly string[],
  region: string,
  market: Market,
  path = "instanceTypes",
): ExpandedInstanceTypes {
  const regionIssues = catalog.checkRegion(region);
  if (regionIssues.length > 0) return { names: [], positions: [], issues: regionIssues };
  if (selectors.length === 0) {
    const hint = 'give instance types, families, "optimal" or "all"';
    return {
      names: [],
      positions: [],
      issues: [errorIssue("no-instance-types", "no instance types are given", { path, hint })],
    };
  }
  const prices = catalog.region(region);
  const onSale = prices.offers.filter((offer) => isOffered(offer, market)).map((offer) => offer.instanceType);
  if (onSale.length === 0) return { names: [], positions: [], issues: [noPrices(catalog, region, market, path)] };

  const chosen = new Map<InstanceTypeFacts, number>();
  const issues: Issue[] = [];
  selectors.forEach((selector, index) => {
    const types = select(selector, onSale);
    for (const type of types) if (!chosen.has(type)) chosen.set(type, index);
    if (types.length === 0) {
      issues.push(unresolved(catalog, selector, prices, market, `${path}[${index}]`));
    }
  });
  const sorted = [...chosen.keys()].sort((a, b) => a.index - b.index);
  return {
    names: sorted.map((type) => type.name),
    positions: sorted.map((type) => chosen.get(type)!),
    issues: [...issues, ...mixedArchitectures(sorted, path)],
  };
}

function select(selector: string, onSale: readonly InstanceTypeFacts[]): readonly InstanceTypeFacts[] {
  const architecture = ALL.get(selector);
  if (architecture !== undefined) {
    return onSale.filter(
      (type) => type.architecture === architecture && !type.withdrawn && !type.bareMetal && !type.burstable,
    );
  }
  if (selector.includes(".")) return onSale.filter((type) => type.name === selector);
  const families = BUNDLES.get(selector) ?? [selector];
  return onSale.filter((type) => families.includes(type.family) && !type.bareMetal);
}

/** Why a selector gave nothing: not on sale here, or not known at all. */
function unresolved(catalog: Catalog, selector: string, prices: RegionCatalog, market: Market, path: string): Issue {
  const known = catalog.instanceTypes;
  if (selector.includes(".")) {
    const type = catalog.findInstanceType(selector);
    if (type !== undefined) return notOffered(catalog, type.name, prices, market, path);
    return unknownSelector(selector, `there is no instance type "${selector}"`, namesOf(known), path);
  }
  const families = [...new Set(known.map((type) => type.family))];
  const words = [...BUNDLES.keys(), ...ALL.keys()];
  if (!families.includes(selector) && !words.includes(selector)) {
    return unknownSelector(selector, `there is no instance family "${selector}"`, [...families, ...words], path);
  }
  const message = `there is no ${priceOf(market)} for any type of "${selector}" in ${prices.name}`;
  const hint = "bare metal types count only when named exactly";
  const metalOnly = prices.offers.some((offer) => offer.instanceType.family === selector && isOffered(offer, market));
  return errorIssue("instance-family-not-offered", message, { path, ...(metalOnly ? { hint } : {}) });
}

function unknownSelector(selector: string, message: string, candidates: readonly string[], path: string): Issue {
  const hint = didYouMean(selector, candidates) ?? "`stowage catalog show` lists the instance types";
  return errorIssue("unknown-instance-type", message, { path, hint });
}

function notOffered(catalog: Catalog, name: string, prices: RegionCatalog, market: Market, path: string): Issue {
  const elsewhere = catalog.regionNames.filter((region) => {
    const offer = catalog.region(region).findOffer(name);
    return offer !== undefined && isOffered(offer, market);
  });
  const hints: string[] = [];
  if (market === "spot" && prices.findOffer(name) !== undefined) hints.push("it has an on-demand price here");
  hints.push(elsewhere.length === 0 ? `no region in the catalogue has one` : `on sale in ${list(elsewhere)}`);
  const message = `${name} has no ${priceOf(market)} in ${prices.name}`;
  return errorIssue("instance-type-not-offered", message, { path, hint: hints.join("; ") });
}

function noPrices(catalog: Catalog, region: string, market: Market, path: string): Issue {
  const elsewhere = catalog.regionNames.filter((name) =>
    catalog.region(name).offers.some((offer) => isOffered(offer, market)),
  );
  const message = `the catalogue has no ${priceOf(market)} for any instance type in ${region}`;
  return errorIssue("no-prices-in-region", message, { path, hint: `it has them for ${list(elsewhere)}` });
}

function mixedArchitectures(types: readonly InstanceTypeFacts[], path: string): Issue[] {
  const first = types[0];
  const other = types.find((type) => type.architecture !== first?.architecture);
  if (first === undefined || other === undefined) return [];
  const found = `${first.name} is ${first.architecture}, ${other.name} is ${other.architecture}`;
  const message = `${ONE_ARCHITECTURE}: ${found}`;
  const hint =
    "AWS Batch allows one architecture per compute environment and job queue: use one of each per architecture";
  return [errorIssue("mixed-architectures", message, { path, hint })];
}

function priceOf(market: Market): string {
  return market === "spot" ? "Spot price" : "on-demand price";
}

function namesOf(types: readonly InstanceTypeFacts[]): string[] {
  return types.map((type) => type.name);
}

function list(regions: readonly string[]): string {
  const shown = regions.slice(0, REGIONS_IN_HINT).join(", ");
  const more = regions.length - REGIONS_IN_HINT;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
