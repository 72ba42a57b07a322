// `stowage catalog refresh`: asks AWS for types, zones and prices of some regions, one region after another. A region of which
// any part could not be read is left out: what the catalogue had of it stays.

import type { EC2Client } from "@aws-sdk/client-ec2";
import type { PricingClient } from "@aws-sdk/client-pricing";
import { assert } from "../../base/assert.js";
import type { Catalog } from "../../catalog/catalog.js";
import type { TypeRow } from "../../catalog/type-rows.js";
import { catalogFiles, type RegionFigures } from "../../catalog/user-catalog.js";
import type { Clock } from "../ports.js";
import { describeTypes } from "./instance-types.js";
import { mergeRegion, offersOf, type RegionChanges, type RegionReading } from "./merge.js";
import { type OnDemandPrices, onDemandPrices } from "./on-demand.js";
import { spotPrices } from "./spot-prices.js";
import { describeZones } from "./zones.js";

export interface RefreshInput {
  readonly regions: readonly string[];
  /** Exact types and families; empty: all. */
  readonly types: readonly string[];
  /** What there is: the embedded catalogue, or with an older one of the user's over it. */
  readonly catalog: Catalog;
  readonly ec2Of: (region: string) => EC2Client;
  /** Prices of every region come from one endpoint. */
  readonly pricing: PricingClient;
  readonly clock: Clock;
  /** Called before each step. */
  readonly onStep?: (region: string, what: string) => void;
}

/** A call that failed, in AWS's words. */
export interface RefreshProblem {
  readonly region: string;
  readonly call: string;
  readonly code: string;
  readonly message: string;
}

export interface RefreshOutcome {
  /** Texts of the catalogue's files by path; undefined when no region could be read. */
  readonly files: ReadonlyMap<string, string> | undefined;
  readonly changes: readonly RegionChanges[];
  readonly problems: readonly RefreshProblem[];
}

/** Reads the regions; what AWS refuses is in `problems`. */
export async function refreshCatalog(input: RefreshInput): Promise<RefreshOutcome> {
  const { catalog, regions, types } = input;
  const figures = new Map<string, RegionFigures>();
  const rows = new Map<string, TypeRow>();
  const changes: RegionChanges[] = [];
  const problems: RefreshProblem[] = [];
  for (const region of regions) {
    const reading = await readRegion(region, input);
    if ("call" in reading) {
      problems.push(reading);
      continue;
    }
    const merged = mergeRegion(reading, catalog, types);
    if (merged.figures.offers.length === 0) {
      const message = "the price list has nothing on sale in this region that EC2 describes";
      problems.push({ region, call: "Pricing.GetProducts", code: "no-prices", message });
      continue;
    }
    figures.set(region, merged.figures);
    for (const row of merged.typeRows) rows.set(row.name, row);
    changes.push(merged.changes);
  }
  if (figures.size === 0) return { files: undefined, changes, problems };
  for (const region of catalog.ownRegionNames) {
    if (!figures.has(region)) figures.set(region, offersOf(catalog, region));
  }
  const typeRow = (name: string) => rows.get(name) ?? catalog.typeRow(name);
  const { memoryFits, publicIpv4 } = catalog;
  return { files: catalogFiles([...figures.values()], typeRow, { memoryFits, publicIpv4 }), changes, problems };
}

async function readRegion(region: string, input: RefreshInput): Promise<RegionReading | RefreshProblem> {
  const ec2 = input.ec2Of(region);
  const nowMs = input.clock.wallMs();
  let call = "";
  const step = async <T>(name: string, read: () => Promise<T>): Promise<T> => {
    call = name;
    input.onStep?.(region, name);
    return await read();
  };
  try {
    const types = await step("EC2.DescribeInstanceTypes", () => describeTypes(ec2));
    const zones = await step("EC2.DescribeInstanceTypeOfferings", () => describeZones(ec2));
    const onDemand = await step<OnDemandPrices>("Pricing.GetProducts", () => onDemandPrices(input.pricing, region));
    const spot = await step("EC2.DescribeSpotPriceHistory", () => spotPrices(ec2, nowMs, zones.idOfName));
    return { region, types, zones, onDemand, spot, date: new Date(nowMs).toISOString().slice(0, 10) };
  } catch (error) {
    assert(error instanceof Error, "AWS's clients throw errors");
    return { region, call, code: error.name, message: error.message };
  }
}
