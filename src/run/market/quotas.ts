// EC2's quotas of vCPUs: kept by classes of families, separately on-demand and on Spot.

import { didYouMean, errorIssue, type Issue } from "../../base/issues.js";
import { MILLI } from "../../base/units.js";
import type { Pool } from "../../model/instance-type.js";
import type { VcpuQuota } from "../../model/market.js";
import type { QuotaSpec } from "../../scenario/market-spec.js";
import { familyOf, type MarketPlace, poolsWhere } from "./market-place.js";

/**
 * Letters that the families of a class begin with (EC2 User Guide, "EC2 instance type quotas": "Running On-Demand Standard (A,
 * C, D, H, I, M, R, T, Z) instances", "All G and VT Spot Instance Requests" and so on). `im` and `is` are the storage families
 * im4gn and is4gen, `gr` the large-memory G family gr6.
 */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  standard: ["a", "c", "d", "h", "i", "im", "is", "m", "r", "t", "z"],
  g: ["g", "gr", "vt"],
  p: ["p"],
  inf: ["inf"],
  trn: ["trn"],
  x: ["x"],
  f: ["f"],
  u: ["u"],
  dl: ["dl"],
  hpc: ["hpc"],
};

/** The quotas that concern a pool of the run; issues for what is neither a class nor a family that `isFamily` knows. */
export function resolveQuotas(
  specs: readonly QuotaSpec[],
  place: MarketPlace,
  families: readonly string[],
  issues: Issue[],
): VcpuQuota[] {
  return specs.flatMap(({ market, families: words, vcpus }, index) => {
    issues.push(...unknownWords(words, families, `world.quotas[${index}].families`));
    const pools = poolsWhere(
      place,
      (pool) => pool.market === market && words.some((word) => covers(word, place, pool)),
    );
    return pools.length === 0 ? [] : [{ market, pools, vcpuMilli: vcpus * MILLI }];
  });
}

function covers(word: string, place: MarketPlace, pool: Pool): boolean {
  const family = familyOf(place, pool);
  const letters = /^[a-z]+/.exec(family)?.[0] ?? "";
  return word === family || CLASSES[word]?.includes(letters) === true;
}

function unknownWords(words: readonly string[], families: readonly string[], path: string): Issue[] {
  return words.flatMap((word, index) => {
    if (Object.hasOwn(CLASSES, word) || families.includes(word)) return [];
    const classes = Object.keys(CLASSES);
    const hint =
      didYouMean(word, [...classes, ...families]) ?? `a family such as "m6i", or a class: ${classes.join(", ")}`;
    const message = `there is no instance family or class of families "${word}"`;
    return [errorIssue("unknown-family", message, { path: `${path}[${index}]`, hint })];
  });
}
