// What EC2 tells of instance types, offerings and spot prices: of the run's own types from its tables, of all others what moto
// knows.

import { MICRO_USD, MILLI } from "../../../src/base/units.js";
import type { InstanceType, Pool } from "../../../src/model/instance-type.js";
import type { AccountState } from "../account-state.js";
import { type Answer, ec2Answer, ec2Raw } from "../wire.js";
import { itemsOf, textOf, toXml, writeXml, type XmlValue } from "../xml.js";
import { type Filter, filterParams, filtersOf, listOf, numbered, type Params } from "./params.js";

/** Rows of a page when none is asked for: AWS's own maximum. */
const PAGE = 1000;
/** Of 1 to 10: the account says nothing of it. */
const SCORE = 7;
const DESCRIPTIONS = ["Linux/UNIX", "Linux/UNIX (Amazon VPC)"];

/** DescribeInstanceTypes. With filters moto answers for all types. */
export async function describeInstanceTypes(state: AccountState, params: Params): Promise<Answer> {
  const named = listOf(params, "InstanceType");
  const own = state.tables.instanceTypes.filter(({ name }) => named.length === 0 || named.includes(name));
  const ownNames = new Set(own.map(({ name }) => name));
  const others = named.filter((name) => !ownNames.has(name));
  const filters = filtersOf(params);
  const asksMoto = filters.length > 0 || named.length === 0 || others.length > 0;
  const items = filters.length > 0 ? [] : own.map((type) => `<item>${toXml(typeXml(state, type))}</item>`);
  if (asksMoto) {
    const names = filters.length > 0 ? named : others;
    const root = await state.moto.ec2("DescribeInstanceTypes", {
      ...filterParams(filters),
      ...numbered("InstanceType", names),
    });
    for (const item of itemsOf(root, "instanceTypeSet")) {
      const isOwn = filters.length === 0 && ownNames.has(textOf(item, "instanceType"));
      if (!isOwn) items.push(writeXml(item));
    }
  }
  return ec2Raw("DescribeInstanceTypes", `<instanceTypeSet>${items.join("")}</instanceTypeSet>`);
}

function typeXml({ tables }: AccountState, type: InstanceType): XmlValue {
  const number = tables.instanceTypes.indexOf(type);
  const markets = new Set(
    tables.pools.filter(({ instanceType }) => instanceType === number).map(({ market }) => market),
  );
  const gpus = type.gpuMilli / MILLI;
  return {
    instanceType: type.name,
    currentGeneration: true,
    bareMetal: type.name.includes("metal"),
    supportedUsageClasses: [...markets],
    processorInfo: { supportedArchitectures: [type.architecture] },
    vCpuInfo: { defaultVCpus: type.vcpuMilli / MILLI },
    memoryInfo: { sizeInMiB: type.nominalMemoryMib },
    ...(gpus > 0 ? { gpuInfo: { gpus: [{ name: type.gpuName, count: gpus }] } } : {}),
  };
}

/** DescribeInstanceTypeOfferings by zone, zone id or region. */
export async function describeOfferings(state: AccountState, params: Params): Promise<Answer> {
  const locationType = params.get("LocationType") ?? "region";
  const filters = filtersOf(params);
  const ownNames = new Set(state.tables.instanceTypes.map(({ name }) => name));
  const rows = new Map<string, { instanceType: string; location: string }>();
  for (const pool of state.tables.pools) {
    const instanceType = state.tables.instanceTypes[pool.instanceType]!.name;
    const location = locationOf(state, pool, locationType);
    if (passes(filters, { "instance-type": instanceType, location }))
      rows.set(`${instanceType} ${location}`, { instanceType, location });
  }
  const asked = filters.find(({ name }) => name === "instance-type")?.values;
  if (asked === undefined || asked.some((name) => !ownNames.has(name))) {
    const root = await state.moto.ec2("DescribeInstanceTypeOfferings", {
      LocationType: locationType,
      ...filterParams(filters),
    });
    for (const item of itemsOf(root, "instanceTypeOfferingSet")) {
      const row = { instanceType: textOf(item, "instanceType"), location: textOf(item, "location") };
      if (!ownNames.has(row.instanceType)) rows.set(`${row.instanceType} ${row.location}`, row);
    }
  }
  const instanceTypeOfferingSet = [...rows.values()].map((row) => ({ ...row, locationType }));
  return ec2Answer("DescribeInstanceTypeOfferings", { instanceTypeOfferingSet });
}

function locationOf(state: AccountState, { zone }: Pool, locationType: string): string {
  if (locationType === "availability-zone-id") return zone;
  return locationType === "availability-zone" ? state.zoneOf(zone) : state.region;
}

function passes(filters: readonly Filter[], row: Readonly<Record<string, string>>): boolean {
  return filters.every(({ name, values }) => row[name] === undefined || values.includes(row[name]));
}

/** DescribeSpotPriceHistory: the prices now, whatever the interval. */
export function describeSpotPrices(state: AccountState, params: Params, pageLimit: number): Answer {
  const types = listOf(params, "InstanceType");
  const descriptions = listOf(params, "ProductDescription");
  const zone = params.get("AvailabilityZone");
  const description = DESCRIPTIONS.find((each) => descriptions.length === 0 || descriptions.includes(each));
  const rows = state.tables.pools.flatMap((pool, number) => {
    const instanceType = state.tables.instanceTypes[pool.instanceType]!.name;
    const availabilityZone = state.zoneOf(pool.zone);
    const isWanted =
      pool.market === "spot" &&
      description !== undefined &&
      (types.length === 0 || types.includes(instanceType)) &&
      (zone === undefined || zone === availabilityZone);
    if (!isWanted) return [];
    return {
      instanceType,
      productDescription: description,
      spotPrice: (state.account.priceMicroUsdPerHour(number) / MICRO_USD).toFixed(6),
      timestamp: new Date(state.nowEpochMs).toISOString(),
      availabilityZone,
      availabilityZoneId: pool.zone,
    };
  });
  const from = Number(params.get("NextToken") ?? 0);
  const to = from + Math.min(Number(params.get("MaxResults") ?? PAGE), PAGE, pageLimit);
  const nextToken = to < rows.length ? String(to) : "";
  return ec2Answer("DescribeSpotPriceHistory", { spotPriceHistorySet: rows.slice(from, to), nextToken });
}

/** GetSpotPlacementScores: one and the same for every zone that the account has pools in. */
export function spotPlacementScores(state: AccountState, params: Params): Answer {
  const isByZone = params.get("SingleAvailabilityZone") === "true";
  const zones = new Set(state.tables.pools.map(({ zone }) => zone));
  const byZone = [...zones].map((availabilityZoneId) => ({ region: state.region, availabilityZoneId, score: SCORE }));
  const spotPlacementScoreSet = isByZone ? byZone : [{ region: state.region, score: SCORE }];
  return ec2Answer("GetSpotPlacementScores", { spotPlacementScoreSet });
}
