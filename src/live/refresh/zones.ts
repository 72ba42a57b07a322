// A region's Availability Zones as this account sees them, and which instance types each of them has.

import type { EC2Client } from "@aws-sdk/client-ec2";
import { pagesOf } from "../pull/pages.js";

/** DescribeInstanceTypeOfferings: MaxResults 5 to 1000. */
const PAGE = 1_000;

export interface Zones {
  /** Availability Zone ids, sorted: the same for every account. */
  readonly ids: readonly string[];
  /** Id of a zone by its name, which is the account's own. */
  readonly idOfName: ReadonlyMap<string, string>;
  /** Zone ids that have a type, in order of ids. */
  readonly ofType: ReadonlyMap<string, readonly string[]>;
}

/** Throws what the calls throw. */
export async function describeZones(ec2: EC2Client): Promise<Zones> {
  const { DescribeInstanceTypeOfferingsCommand } = await import("@aws-sdk/client-ec2");
  const idOfName = await zoneIdsByName(ec2);
  const ids = [...new Set(idOfName.values())].sort();
  const found = new Map<string, Set<string>>();
  const pages = pagesOf(
    (NextToken) =>
      ec2.send(
        new DescribeInstanceTypeOfferingsCommand({ LocationType: "availability-zone-id", MaxResults: PAGE, NextToken }),
      ),
    (page) => page.NextToken,
  );
  for await (const page of pages) {
    for (const { InstanceType: type, Location: zone } of page.InstanceTypeOfferings ?? []) {
      if (type === undefined || zone === undefined || !ids.includes(zone)) continue;
      found.set(type, (found.get(type) ?? new Set()).add(zone));
    }
  }
  const ofType = new Map([...found].map(([type, has]) => [type, ids.filter((id) => has.has(id))]));
  return { ids, idOfName, ofType };
}

const ZONE = "availability-zone";

/**
 * Ids of the region's Availability Zones by the account's names for them. Throws what the call throws. Local Zones and Wavelength
 * Zones are left out: their prices are others.
 */
export async function zoneIdsByName(ec2: EC2Client): Promise<Map<string, string>> {
  const { DescribeAvailabilityZonesCommand } = await import("@aws-sdk/client-ec2");
  const { AvailabilityZones: zones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  const ids = new Map<string, string>();
  for (const { ZoneName: name, ZoneId: id, ZoneType: type } of zones) {
    if (name !== undefined && id !== undefined && (type ?? ZONE) === ZONE) ids.set(name, id);
  }
  return ids;
}
