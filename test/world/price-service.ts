// The price list and the service quotas over HTTP, from the run's tables.

import { MICRO_USD, MILLI } from "../../src/base/units.js";
import type { AccountState } from "./account-state.js";
import { type Answer, AwsError, type Call, json } from "./wire.js";

type Json = Record<string, unknown>;

/** Products in a page, at the most. */
const PAGE = 100;
const DEFAULT_VCPUS = 100_000;
const QUOTAS: Readonly<Record<string, string>> = {
  "L-1216C47A": "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
  "L-34B43A08": "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
};

/** GetProducts: on-demand prices of the run's instance types. Undefined: not the World's. */
export function answerPricing(state: AccountState, call: Call, pageLimit: number): Answer | undefined {
  if (call.operation !== "GetProducts") return undefined;
  const input = JSON.parse(call.body.toString("utf8") || "{}") as Json;
  const filters = (input.Filters ?? []) as readonly { readonly Field: string; readonly Value: string }[];
  const products = new Map<string, { attributes: Record<string, string>; usd: string }>();
  for (const pool of state.tables.pools) {
    const type = state.tables.instanceTypes[pool.instanceType]!;
    if (pool.market !== "on-demand" || products.has(type.name)) continue;
    const attributes = {
      servicecode: "AmazonEC2",
      instanceType: type.name,
      vcpu: String(type.vcpuMilli / MILLI),
      memory: `${type.nominalMemoryMib / 1024} GiB`,
      regionCode: state.region,
      operatingSystem: "Linux",
      preInstalledSw: "NA",
      capacitystatus: "Used",
      marketoption: "OnDemand",
      tenancy: "Shared",
    };
    products.set(type.name, { attributes, usd: (pool.priceMicroUsdPerHour / MICRO_USD).toFixed(10) });
  }
  const wanted = [...products.values()].filter(({ attributes }) => {
    const known: Readonly<Record<string, string>> = {
      ...attributes,
      ServiceCode: "AmazonEC2",
      productFamily: "Compute Instance",
    };
    return filters.every(({ Field, Value }) => known[Field] === undefined || known[Field] === Value);
  });
  const from = Number(input.NextToken ?? 0);
  const to = from + Math.min(Number(input.MaxResults ?? PAGE), PAGE, pageLimit);
  const PriceList = wanted.slice(from, to).map(product);
  const page = { FormatVersion: "aws_v1", PriceList };
  return json("pricing", to < wanted.length ? { ...page, NextToken: String(to) } : page);
}

/** A product is JSON in a string. */
function product({ attributes, usd }: { attributes: Record<string, string>; usd: string }): string {
  const sku = attributes.instanceType!.toUpperCase().replaceAll(/\W/g, "");
  const dimension = {
    unit: "Hrs",
    beginRange: "0",
    endRange: "Inf",
    pricePerUnit: { USD: usd },
    rateCode: `${sku}.JRTCKXETXF.6YS6EN2CT7`,
  };
  return JSON.stringify({
    product: { productFamily: "Compute Instance", sku, attributes },
    serviceCode: "AmazonEC2",
    terms: { OnDemand: { [`${sku}.JRTCKXETXF`]: { sku, priceDimensions: { [dimension.rateCode]: dimension } } } },
  });
}

/** GetServiceQuota of the two vCPU quotas. Undefined: not the World's. */
export function answerQuotas(state: AccountState, call: Call): Answer | undefined {
  if (call.operation !== "GetServiceQuota") return undefined;
  const { ServiceCode, QuotaCode } = JSON.parse(call.body.toString("utf8") || "{}") as Json;
  const QuotaName = ServiceCode === "ec2" ? QUOTAS[String(QuotaCode)] : undefined;
  if (QuotaName === undefined)
    throw new AwsError("NoSuchResourceException", "The request failed because the resource does not exist.");
  const Value = state.setup.vcpuQuota ?? DEFAULT_VCPUS;
  const Quota = {
    ServiceCode,
    ServiceName: "Amazon EC2",
    QuotaCode,
    QuotaName,
    Value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
  };
  return json("servicequotas", { Quota });
}
