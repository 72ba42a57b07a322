// What spot saved: the milliseconds of the run's spot instances at the on-demand price of the same type. Refunded time counts
// at its on-demand price, since an on-demand instance would have had to be paid for it.

import type { Ledger } from "../ledger/ledger.js";
import type { SpotSavings } from "../model/run-result.js";
import { NONE, type SystemTables } from "../model/tables.js";
import type { Bill } from "./bill.js";
import { microUsdOf, rateInUnits } from "./price-integral.js";

/** Null when no spot instance ran, or the run's pools do not tell what one of the types costs on-demand. */
export function spotSavings({ tables }: Ledger, bill: Bill): SpotSavings | null {
  const used = [...tables.pools.keys()].filter(
    (pool) => tables.pools[pool]!.market === "spot" && bill.poolInstances[pool]! > 0,
  );
  const rivals = used.map((pool) => onDemandRival(tables, pool));
  if (used.length === 0 || rivals.includes(NONE)) return null;
  let onDemandUnits = 0n;
  let spotUnits = 0n;
  used.forEach((pool, i) => {
    spotUnits += bill.poolChargedUnits[pool]!;
    onDemandUnits += rateInUnits(tables.pools[rivals[i]!]!.priceMicroUsdPerHour) * BigInt(bill.poolBilledMs[pool]!);
  });
  return { spotMicroUsd: microUsdOf(spotUnits), onDemandMicroUsd: microUsdOf(onDemandUnits) };
}

/**
 * The on-demand pool of a spot pool's type, in its zone where there is one. Its price is that of the start: on-demand prices
 * are lists, which change by stress alone.
 */
function onDemandRival({ pools }: SystemTables, spotPool: number): number {
  const { instanceType, zone } = pools[spotPool]!;
  const isRival = (pool: (typeof pools)[number]) => pool.market === "on-demand" && pool.instanceType === instanceType;
  const inZone = pools.findIndex((pool) => isRival(pool) && pool.zone === zone);
  return inZone === NONE ? pools.findIndex(isRival) : inZone;
}
