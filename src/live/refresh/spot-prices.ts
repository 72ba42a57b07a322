// Spot prices in force now, per instance type and zone.

import type { _InstanceType, EC2Client } from "@aws-sdk/client-ec2";
import { MICRO_USD } from "../../base/units.js";
import { pagesOf } from "../pull/pages.js";

/** VPC-only accounts are answered with the first; the second is its older name. */
const LINUX = ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"];

export interface SpotPoolPrice {
  readonly type: string;
  readonly zoneId: string;
  readonly microUsdPerHour: number;
}

/**
 * The price of every pool, or of the given types alone. `nowMs`: AWS's time; a history that begins and ends at one instant has
 * one row per pool, the price in force. `idOfName`: zone ids by the account's names. Throws what the call throws.
 */
export async function spotPrices(
  ec2: EC2Client,
  nowMs: number,
  idOfName: ReadonlyMap<string, string>,
  types: readonly string[] = [],
): Promise<SpotPoolPrice[]> {
  const { DescribeSpotPriceHistoryCommand } = await import("@aws-sdk/client-ec2");
  const now = new Date(nowMs);
  const newest = new Map<string, SpotPoolPrice & { readonly timeMs: number }>();
  const pages = pagesOf(
    (NextToken) =>
      ec2.send(
        new DescribeSpotPriceHistoryCommand({
          StartTime: now,
          EndTime: now,
          ProductDescriptions: LINUX,
          ...(types.length === 0 ? {} : { InstanceTypes: types as _InstanceType[] }),
          NextToken,
        }),
      ),
    (page) => page.NextToken,
  );
  for await (const page of pages) {
    for (const row of page.SpotPriceHistory ?? []) {
      const { InstanceType: type, AvailabilityZone: zone, SpotPrice: price } = row;
      const zoneId = row.AvailabilityZoneId ?? idOfName.get(zone ?? "");
      const microUsdPerHour = Math.round(Number(price) * MICRO_USD);
      if (type === undefined || zoneId === undefined || !(microUsdPerHour > 0)) continue;
      const timeMs = row.Timestamp?.getTime() ?? 0;
      const key = `${type} ${zoneId}`;
      const known = newest.get(key);
      if (known === undefined || known.timeMs < timeMs) newest.set(key, { type, zoneId, microUsdPerHour, timeMs });
    }
  }
  return [...newest.values()].map(({ type, zoneId, microUsdPerHour }) => ({ type, zoneId, microUsdPerHour }));
}
