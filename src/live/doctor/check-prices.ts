// Prices: of every pool, and against the caps. Without one a pool counts with its type's on-demand price.

import { makePriceReader } from "../observe/prices.js";
import { counted, usd } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

const NAMED = 5;

export async function checkPrices(facts: Facts, report: Report): Promise<void> {
  const { tables, settings } = facts.context;
  const spot = await spotPricesOf(facts, report);
  const unknown: string[] = [];
  let cheapest = Number.POSITIVE_INFINITY;
  for (const pool of facts.pools) {
    const { instanceType, zone, market, priceMicroUsdPerHour } = tables.pools[pool]!;
    const name = `${tables.instanceTypes[instanceType]!.name} in ${zone}`;
    const price = market === "spot" ? spot?.get(name) : priceMicroUsdPerHour;
    if (price === undefined && spot !== undefined) unknown.push(name);
    cheapest = Math.min(cheapest, price ?? priceMicroUsdPerHour);
  }
  if (unknown.length > 0) {
    const names = `${unknown.slice(0, NAMED).join(", ")}${unknown.length > NAMED ? ", ..." : ""}`;
    const hint = "EC2 has none there now: such pools count with their on-demand price, and are probably not offered";
    report.warning(`no spot price is known of ${counted(unknown.length, "pool")}: ${names}`, hint);
  }
  const cap = settings.caps.maxMicroUsdPerHour;
  if (cheapest > cap && facts.pools.length > 0) {
    const what = `the cheapest instance costs ${usd(cheapest)} an hour, live.caps.maxUsdPerHour is ${usd(cap)}`;
    report.error(what, "nothing can be launched: raise the cap, or allow smaller types");
  } else if (facts.pools.length > 0) {
    const enough = Math.floor(cap / cheapest);
    report.ok(
      `${counted(facts.pools.length, "pool")}; the cheapest instance costs ${usd(cheapest)} an hour: the cap is enough for ${enough} of them`,
    );
  }
}

/** By "type in zone"; undefined: no pool is on spot, or none could be read, which has been told. */
async function spotPricesOf(facts: Facts, report: Report): Promise<ReadonlyMap<string, number> | undefined> {
  const { tables, clients, settings } = facts.context;
  const spotPools = facts.pools.filter((pool) => tables.pools[pool]!.market === "spot");
  if (spotPools.length === 0) return undefined;
  const types = [...new Set(spotPools.map((pool) => tables.instanceTypes[tables.pools[pool]!.instanceType]!.name))];
  // The reader asks for them too: a failure is told of once.
  await facts.subnets();
  const answer = await (await makePriceReader(clients, settings.launch, types))(facts.deadline);
  if (!answer.ok) {
    const hint = "allow ec2:DescribeSpotPriceHistory: without live prices the caps count on-demand prices";
    report.error(`spot prices cannot be read: ${answer.code}: ${answer.message}`, hint);
    return undefined;
  }
  return new Map(
    answer.prices.map(({ instanceType, zoneId, microUsdPerHour }) => [`${instanceType} in ${zoneId}`, microUsdPerHour]),
  );
}
