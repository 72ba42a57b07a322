// On-demand prices of a region from the price list (GetProducts): Linux, shared tenancy, nothing installed.

import type { Filter, PricingClient } from "@aws-sdk/client-pricing";
import { MICRO_USD } from "../../base/units.js";
import { pagesOf } from "../pull/pages.js";

/** GetProducts: MaxResults 1 to 100. */
const PAGE = 100;

/**
 * What leaves exactly one price per type. Bare metal is asked for with shared tenancy too: under "Dedicated" the list has
 * other prices.
 */
const FILTERS: Readonly<Record<string, string>> = {
  operatingSystem: "Linux",
  tenancy: "Shared",
  preInstalledSw: "NA",
  capacitystatus: "Used",
  licenseModel: "No License required",
  marketoption: "OnDemand",
};
const FAMILIES = ["Compute Instance", "Compute Instance (bare metal)"];

export interface OnDemandPrice {
  readonly microUsdPerHour: number;
  /** The price list's word on the type's generation; undefined: none. */
  readonly isCurrent: boolean | undefined;
}

export interface OnDemandPrices {
  readonly ofType: ReadonlyMap<string, OnDemandPrice>;
  /** Products whose price could not be read, or of which there were several: types. */
  readonly unclear: readonly string[];
}

/** Prices by instance type; types without a price above 0 are not among them. Throws what the call throws. */
export async function onDemandPrices(pricing: PricingClient, region: string): Promise<OnDemandPrices> {
  const { GetProductsCommand } = await import("@aws-sdk/client-pricing");
  const ofType = new Map<string, OnDemandPrice>();
  const unclear = new Set<string>();
  for (const productFamily of FAMILIES) {
    const Filters = filtersOf({ ...FILTERS, regionCode: region, productFamily });
    const pages = pagesOf(
      (NextToken) =>
        pricing.send(
          new GetProductsCommand({
            ServiceCode: "AmazonEC2",
            FormatVersion: "aws_v1",
            MaxResults: PAGE,
            Filters,
            NextToken,
          }),
        ),
      (page) => page.NextToken,
    );
    for await (const page of pages) {
      for (const text of page.PriceList ?? []) takeProduct(String(text), ofType, unclear);
    }
  }
  for (const type of unclear) ofType.delete(type);
  return { ofType, unclear: [...unclear].sort() };
}

function filtersOf(fields: Readonly<Record<string, string>>): Filter[] {
  return Object.entries(fields).map(([Field, Value]) => ({ Type: "TERM_MATCH", Field, Value }));
}

/** An entry of PriceList is JSON as text. */
interface Product {
  readonly product?: { readonly attributes?: { readonly instanceType?: string; readonly currentGeneration?: string } };
  readonly terms?: {
    readonly OnDemand?: Readonly<Record<string, { readonly priceDimensions?: Readonly<Record<string, Dimension>> }>>;
  };
}
interface Dimension {
  readonly unit?: string;
  readonly pricePerUnit?: { readonly USD?: string };
}

function takeProduct(text: string, ofType: Map<string, OnDemandPrice>, unclear: Set<string>): void {
  const { product, terms } = JSON.parse(text) as Product;
  const type = product?.attributes?.instanceType;
  if (type === undefined) return;
  const dimensions = Object.values(terms?.OnDemand ?? {}).flatMap((term) => Object.values(term.priceDimensions ?? {}));
  const prices = new Set(dimensions.filter(({ unit }) => unit === "Hrs").map(microUsdOf));
  prices.delete(0); // upfront and reserved parts of the list cost nothing an hour
  if (prices.size === 0) return;
  const [microUsdPerHour] = prices;
  const other = ofType.get(type)?.microUsdPerHour;
  if (prices.size > 1 || Number.isNaN(microUsdPerHour) || (other !== undefined && other !== microUsdPerHour)) {
    unclear.add(type);
    return;
  }
  const generation = product?.attributes?.currentGeneration;
  ofType.set(type, {
    microUsdPerHour: microUsdPerHour!,
    isCurrent: generation === undefined ? undefined : generation === "Yes",
  });
}

/** Prices are text with ten decimals, of which six are used. NaN: in another currency, or no number. */
function microUsdOf({ pricePerUnit }: Dimension): number {
  const usd = Number(pricePerUnit?.USD ?? Number.NaN);
  return Math.round(usd * MICRO_USD);
}
