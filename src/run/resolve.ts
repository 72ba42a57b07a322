// From the user's words to the engine's tables: instance families become pools with prices, names become indexes. The
// catalogue is only read, so this is as deterministic as its inputs.

import { errorIssue, type Issue, throwIfErrors } from "../base/issues.js";
import { MILLI } from "../base/units.js";
import type { Catalog } from "../catalog/catalog.js";
import { expandInstanceTypes } from "../catalog/expand.js";
import { type OfferRequest, resolveOffers } from "../catalog/offers.js";
import { priceShares } from "../metrics/price-shares.js";
import type { Billing } from "../model/billing.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { Market } from "../model/instance-type.js";
import type { ComputeEnvironmentSpec, Scenario } from "../scenario/scenario.js";
import { familiesOf, resolveMarket } from "./market/resolve-market.js";
import { modelNotes } from "./model-notes.js";
import { RunTypes } from "./run-types.js";
import type { ResolvedScenario } from "./tables.js";
import { traceFormatIssues } from "./trace-format.js";

export type { ResolvedScenario } from "./tables.js";
export { whyUnplaceable } from "./unplaceable.js";

/** Linux instances and Fargate tasks are billed for at least a minute (EC2 User Guide, instance life cycle). */
const MINIMUM_BILLED_MS = 60_000;
/** gp3 is priced per GB-month and billed by the second of a 30-day month (EBS pricing page). */
const HOURS_PER_EBS_MONTH = 720;
/** CreateComputeEnvironment's default for EC2 resources. */
const DEFAULT_ALLOCATION_STRATEGY = "BEST_FIT";

/**
 * Looks a scenario up in the catalogue. Throws InputError with every unknown region, zone and instance type at once. Files that
 * its market names are not read: that is `withMarketFiles`.
 */
export function resolveScenario(scenario: Scenario, catalog: Catalog, fileName: string): ResolvedScenario {
  const { region, computeEnvironments } = scenario;
  throwIfErrors(inFile(fileName, catalog.checkRegion(region, "region")));
  const issues: Issue[] = [];
  const requests = computeEnvironments.map((spec, index) => requestsOf(spec, index, scenario, catalog, issues));
  throwIfErrors(inFile(fileName, [...traceFormatIssues(scenario.trace), ...issues]));
  const types = new RunTypes(resolveOffers(catalog, region, requests.flat()), scenario);
  const onDemandEnvironments = computeEnvironments.map((spec, i) =>
    toEnvironment(spec, i, "on-demand", requests[i]![0], types),
  );
  const environments = computeEnvironments.map((spec, i) =>
    marketOf(spec) === "on-demand" ? onDemandEnvironments[i]! : toEnvironment(spec, i, "spot", requests[i]![1], types),
  );
  const { pools, instanceTypes } = types;
  const place = { region, pools, instanceTypes };
  const market = resolveMarket(scenario.market, place, computeEnvironments, familiesOf(catalog), issues);
  issues.push(...emptyEnvironments(scenario, environments, onDemandEnvironments));
  throwIfErrors(inFile(fileName, issues));
  const { billing, notes } = resolveBilling(scenario, catalog);
  const onDemand = pools.filter((pool) => pool.market === "on-demand");
  const onDemandPrice = new Map(onDemand.map((pool) => [pool.instanceType, pool.priceMicroUsdPerHour]));
  return {
    scenario,
    instanceTypes,
    pools,
    environments,
    onDemandEnvironments,
    floorPools: floorPools(scenario, types),
    market,
    billing,
    overheadMicroUsdPerHour: billing.rootVolumeMicroUsdPerHour + billing.publicIpv4MicroUsdPerHour,
    priceShares: instanceTypes.map(
      (type, i) => types.madeShares.get(i) ?? priceShares(type, onDemandPrice.get(i) ?? 0),
    ),
    asOf: types.offers.asOf,
    notes: [...scenario.notes, ...notes, ...modelNotes(scenario, types.offers.asOf.spot)],
  };
}

/**
 * What jobs could run on: the on-demand pools of the environments that queues use, and with Spot those besides. Where prices
 * stay, the cheapest zone of each type says it all.
 */
function floorPools(scenario: Scenario, types: RunTypes): ResolvedScenario["floorPools"] {
  const { computeEnvironments, jobQueues, market } = scenario;
  const used = new Set(jobQueues.flatMap((queue) => queue.computeEnvironments));
  const pricesStay = market.prices.kind === "snapshot" && market.stress.every(({ effect }) => effect.kind !== "price");
  const onDemand = new Set<number>();
  const own = new Set<number>();
  computeEnvironments.forEach((spec, index) => {
    if (!used.has(spec.name)) return;
    const poolsOn = (on: Market) => (pricesStay ? types.cheapestPoolsFor(index, on) : types.poolsFor(index, on));
    for (const pool of poolsOn("on-demand")) onDemand.add(pool);
    for (const pool of poolsOn(marketOf(spec))) own.add(pool);
  });
  const hasSpot = [...own].some((pool) => types.pools[pool]!.market === "spot");
  return {
    "on-demand": types.pools.filter((_, pool) => onDemand.has(pool)),
    spot: hasSpot ? types.pools.filter((_, pool) => onDemand.has(pool) || own.has(pool)) : [],
  };
}

interface PositionedRequest extends OfferRequest {
  /** Per name: position in the user's instanceTypes. */
  readonly positions: readonly number[];
}

/**
 * What an environment asks the catalogue for: on-demand, which every baseline may want, and on Spot when it buys there; nothing
 * where its types are not in there.
 */
function requestsOf(
  spec: ComputeEnvironmentSpec,
  index: number,
  { region, market: { interruptedByPrice, prices } }: Scenario,
  catalog: Catalog,
  issues: Issue[],
): readonly [PositionedRequest, PositionedRequest] {
  const path = `computeEnvironments[${index}].computeResources`;
  const request = (market: Market): PositionedRequest => {
    const isWanted = market === "on-demand" || marketOf(spec) === "spot";
    if (isMade(spec) || !isWanted) return { names: [], positions: [], market, zones: [] };
    const expanded = expandInstanceTypes(catalog, selectors(spec), region, market, `${path}.instanceTypes`);
    if (market === marketOf(spec)) issues.push(...expanded.issues);
    const all = { names: expanded.names, positions: expanded.positions, market, zones: spec.zones };
    const isBid = spec.type === "SPOT" && market === "spot" && spec.bidPercentage < 100;
    // Where prices move and end instances, the bid is the simulated world's business.
    const isLater = interruptedByPrice && prices.kind !== "snapshot";
    if (!isBid || isLater || spec.fixedFleet !== undefined) return all;
    const bid = { ...all, bidPercentage: spec.bidPercentage };
    issues.push(...bidTooLow(all, bid, spec, path, catalog, region));
    return bid;
  };
  if (!isMade(spec)) issues.push(...catalog.checkZones(region, spec.zones, `${path}.zones`));
  return [request("on-demand"), request("spot")];
}

/** An issue when the bid leaves nothing of what is on sale. */
function bidTooLow(
  all: OfferRequest,
  bid: OfferRequest,
  { name, bidPercentage }: ComputeEnvironmentSpec,
  path: string,
  catalog: Catalog,
  region: string,
): Issue[] {
  const [onSale, left] = resolveOffers(catalog, region, [all, bid]).poolsOfRequest;
  if (onSale!.length === 0 || left!.length > 0) return [];
  const message = `every Spot price of ${name} is above ${bidPercentage} % of the on-demand price`;
  const hint = "raise bidPercentage; AWS Batch's default is 100, and the market price is paid";
  return [errorIssue("bid-too-low", message, { path: `${path}.bidPercentage`, hint })];
}

function marketOf(spec: ComputeEnvironmentSpec): Market {
  return spec.type === "SPOT" || spec.type === "FARGATE_SPOT" ? "spot" : "on-demand";
}

function isFargate(spec: ComputeEnvironmentSpec): boolean {
  return spec.type === "FARGATE" || spec.type === "FARGATE_SPOT";
}

/** Whether its instance types are made (run/made-types.ts), not looked up. */
function isMade(spec: ComputeEnvironmentSpec): boolean {
  return isFargate(spec) || spec.fixedFleet?.kind === "processors";
}

/** A fixed fleet need not repeat its types under instanceTypes. */
function selectors(spec: ComputeEnvironmentSpec): readonly string[] {
  return spec.fixedFleet?.kind === "instances"
    ? spec.fixedFleet.instances.map((entry) => entry.instanceType)
    : spec.instanceTypes;
}

/**
 * An environment as the user has it in AWS Batch: what `tablesFor` puts a strategy's choices on. Its placement is a model,
 * and how long its instances may idle beyond minScaleDownDelayMinutes is the strategy's.
 */
function toEnvironment(
  spec: ComputeEnvironmentSpec,
  index: number,
  market: Market,
  request: PositionedRequest,
  types: RunTypes,
): ComputeEnvironment {
  const { fixedFleet } = spec;
  const pools = types.poolsFor(index, market);
  const nameOf = (pool: number) => types.instanceTypes[types.pools[pool]!.instanceType]!.name;
  const positionOf = new Map(request.names.map((name, i) => [name, request.positions[i]!]));
  const fleet =
    fixedFleet === undefined
      ? null
      : fixedFleet.kind === "processors"
        ? [{ pool: pools[0]!, count: 1 }]
        : fixedFleet.instances.flatMap(({ instanceType, count }) => {
            const pool = types.cheapestPoolsFor(index, market).find((cheapest) => nameOf(cheapest) === instanceType);
            return pool === undefined ? [] : [{ pool, count }];
          });
  return {
    name: spec.name,
    minVcpuMilli: spec.minvCpus * MILLI,
    maxVcpuMilli: spec.maxvCpus * MILLI,
    desiredVcpuMilli: spec.desiredvCpus * MILLI,
    pools,
    onDemandPools: market === "spot" && !isMade(spec) ? types.poolsFor(index, "on-demand") : [],
    poolOrder: pools.map((pool) => positionOf.get(nameOf(pool)) ?? 0),
    fixedFleet: fleet,
    fargate: isFargate(spec),
    multiNode: spec.managed && spec.type === "EC2",
    provisioning: isFargate(spec) ? "job-per-instance" : (spec.allocationStrategy ?? DEFAULT_ALLOCATION_STRATEGY),
    placement: "first-fit",
    idleDelayMs: 0,
    idleDelayAfterJobMs: isFargate(spec) ? 0 : spec.minScaleDownDelayMs,
  };
}

/** Zones can leave an environment without a single pool. */
function emptyEnvironments(scenario: Scenario, ...variants: (readonly ComputeEnvironment[])[]): Issue[] {
  return scenario.computeEnvironments.flatMap((spec, index) =>
    variants.some((environments) => environments[index]!.pools.length === 0)
      ? [
          errorIssue("nothing-on-sale", `none of the instance types is on sale in the zones of ${spec.name}`, {
            path: `computeEnvironments[${index}].computeResources.zones`,
            hint: "leave zones out to use every zone of the region",
          }),
        ]
      : [],
  );
}

function resolveBilling(scenario: Scenario, catalog: Catalog): { billing: Billing; notes: string[] } {
  const notes: string[] = [];
  let gp3 = catalog.region(scenario.region).gp3MicroUsdPerGbMonth;
  if (gp3 === null) {
    gp3 = catalog.region("us-east-1").gp3MicroUsdPerGbMonth!;
    notes.push(`No EBS price of ${scenario.region} is known: root volumes are billed at the price of us-east-1.`);
  }
  const { rootVolumeGib, publicIpv4 } = scenario.billing;
  return {
    billing: {
      minimumMs: MINIMUM_BILLED_MS,
      rootVolumeMicroUsdPerHour: (rootVolumeGib * gp3) / HOURS_PER_EBS_MONTH,
      publicIpv4MicroUsdPerHour: publicIpv4 ? catalog.publicIpv4.microUsdPerHour : 0,
    },
    notes,
  };
}

function inFile(file: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ file, ...issue }));
}
