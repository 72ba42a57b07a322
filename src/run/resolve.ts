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
import type { Market, Pool } from "../model/instance-type.js";
import { UNDISTURBED_MARKET } from "../model/market.js";
import type { ComputeEnvironmentSpec, Scenario } from "../scenario/scenario.js";
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

/** Looks a scenario up in the catalogue. Throws InputError with every unknown region, zone and instance type at once. */
export function resolveScenario(scenario: Scenario, catalog: Catalog, fileName: string): ResolvedScenario {
  const { region, computeEnvironments } = scenario;
  throwIfErrors(inFile(fileName, catalog.checkRegion(region, "region")));
  const issues: Issue[] = [];
  const requests = computeEnvironments.map((spec, index) => requestsOf(spec, index, region, catalog, issues));
  throwIfErrors(inFile(fileName, [...traceFormatIssues(scenario.trace), ...issues]));
  const types = new RunTypes(resolveOffers(catalog, region, requests.flat()), scenario);
  const onDemandEnvironments = computeEnvironments.map((spec, i) =>
    toEnvironment(spec, requests[i]![0], types.poolsFor(i, "on-demand"), types),
  );
  const environments = computeEnvironments.map((spec, i) =>
    marketOf(spec) === "on-demand"
      ? onDemandEnvironments[i]!
      : toEnvironment(spec, requests[i]![1], types.poolsFor(i, "spot"), types),
  );
  throwIfErrors(inFile(fileName, emptyEnvironments(scenario, environments, onDemandEnvironments)));
  const { billing, notes } = resolveBilling(scenario, catalog);
  const { pools, instanceTypes } = types;
  const onDemand = pools.filter((pool) => pool.market === "on-demand");
  const used = new Set(scenario.jobQueues.flatMap((queue) => queue.computeEnvironments));
  const inUse = (all: readonly ComputeEnvironment[]) =>
    new Set(all.filter(({ name }) => used.has(name)).flatMap((environment) => environment.pools));
  const onDemandPrice = new Map(onDemand.map((pool) => [pool.instanceType, pool.priceMicroUsdPerHour]));
  return {
    scenario,
    instanceTypes,
    pools,
    environments,
    onDemandEnvironments,
    floorPools: floorPools(pools, inUse(onDemandEnvironments), inUse(environments)),
    market: UNDISTURBED_MARKET,
    billing,
    overheadMicroUsdPerHour: billing.rootVolumeMicroUsdPerHour + billing.publicIpv4MicroUsdPerHour,
    priceShares: instanceTypes.map(
      (type, i) => types.madeShares.get(i) ?? priceShares(type, onDemandPrice.get(i) ?? 0),
    ),
    asOf: types.offers.asOf,
    notes: [...scenario.notes, ...notes, ...modelNotes(scenario, types.offers.asOf.spot)],
  };
}

/** What jobs could run on: the on-demand pools of the environments that queues use, and with Spot those besides. */
function floorPools(
  pools: readonly Pool[],
  onDemand: ReadonlySet<number>,
  own: ReadonlySet<number>,
): ResolvedScenario["floorPools"] {
  const hasSpot = [...own].some((pool) => pools[pool]!.market === "spot");
  return {
    "on-demand": pools.filter((_, pool) => onDemand.has(pool)),
    spot: hasSpot ? pools.filter((_, pool) => onDemand.has(pool) || own.has(pool)) : [],
  };
}

interface PositionedRequest extends OfferRequest {
  /** Per name: position in the user's instanceTypes. */
  readonly positions: readonly number[];
}

/** What an environment asks the catalogue for, on-demand and on Spot; nothing where its types are not in there. */
function requestsOf(
  spec: ComputeEnvironmentSpec,
  index: number,
  region: string,
  catalog: Catalog,
  issues: Issue[],
): readonly [PositionedRequest, PositionedRequest] {
  const path = `computeEnvironments[${index}].computeResources`;
  const request = (market: Market): PositionedRequest => {
    if (isMade(spec)) return { names: [], positions: [], market, zones: [] };
    const expanded = expandInstanceTypes(catalog, selectors(spec), region, market, `${path}.instanceTypes`);
    if (market === marketOf(spec)) issues.push(...expanded.issues);
    const all = { names: expanded.names, positions: expanded.positions, market, zones: spec.zones };
    const isBid = spec.type === "SPOT" && market === "spot" && spec.bidPercentage < 100;
    return isBid && spec.fixedFleet === undefined ? underBid(all, spec, path, region, catalog, issues) : all;
  };
  if (!isMade(spec)) issues.push(...catalog.checkZones(region, spec.zones, `${path}.zones`));
  return [request("on-demand"), request("spot")];
}

/** The types whose cheapest Spot price in the environment's zones is at most bidPercentage of the on-demand price. */
function underBid(
  request: PositionedRequest,
  { name, bidPercentage }: ComputeEnvironmentSpec,
  path: string,
  region: string,
  catalog: Catalog,
  issues: Issue[],
): PositionedRequest {
  const { pools, instanceTypes } = resolveOffers(catalog, region, [request]);
  const kept = new Set<string>();
  for (const { instanceType, priceMicroUsdPerHour } of pools) {
    const type = instanceTypes[instanceType]!.name;
    const onDemand = catalog.region(region).findOffer(type)!.onDemand.microUsdPerHour;
    if (priceMicroUsdPerHour * 100 <= onDemand * bidPercentage) kept.add(type);
  }
  if (pools.length > 0 && kept.size === 0) {
    const message = `every Spot price of ${name} is above ${bidPercentage} % of the on-demand price`;
    const hint = "raise bidPercentage; AWS Batch's default is 100, and the market price is paid";
    issues.push(errorIssue("bid-too-low", message, { path: `${path}.bidPercentage`, hint }));
  }
  const indexes = request.names.flatMap((type, index) => (kept.has(type) ? [index] : []));
  return {
    ...request,
    names: indexes.map((index) => request.names[index]!),
    positions: indexes.map((index) => request.positions[index]!),
  };
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
  request: PositionedRequest,
  pools: readonly number[],
  types: RunTypes,
): ComputeEnvironment {
  const { fixedFleet } = spec;
  const nameOf = (pool: number) => types.instanceTypes[types.pools[pool]!.instanceType]!.name;
  const positionOf = new Map(request.names.map((name, i) => [name, request.positions[i]!]));
  const fleet =
    fixedFleet === undefined
      ? null
      : fixedFleet.kind === "processors"
        ? [{ pool: pools[0]!, count: 1 }]
        : fixedFleet.instances.flatMap(({ instanceType, count }) => {
            const pool = pools.find((index) => nameOf(index) === instanceType);
            return pool === undefined ? [] : [{ pool, count }];
          });
  return {
    name: spec.name,
    minVcpuMilli: spec.minvCpus * MILLI,
    maxVcpuMilli: spec.maxvCpus * MILLI,
    desiredVcpuMilli: spec.desiredvCpus * MILLI,
    pools,
    onDemandPools: [],
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

/** What the reader of the figures must know about what is a model, and about what is not modelled. */
function modelNotes({ computeEnvironments, baselines, billing }: Scenario, spotAsOf: string): string[] {
  const notes: string[] = [];
  if (computeEnvironments.some(({ type }) => type === "SPOT")) {
    notes.push(
      `Spot instances are billed at the prices of the snapshot of ${spotAsOf}, at most today's on-demand price, for the whole run.`,
    );
  }
  if (computeEnvironments.some((spec) => marketOf(spec) === "spot")) {
    notes.push("Capacity is unlimited and no spot instance is interrupted: real spot runs pay for rework on top.");
  }
  if (computeEnvironments.some(isFargate)) {
    notes.push(
      "On Fargate a job takes the smallest valid size that holds what it asks for, and is billed at the prices under billing.fargate, whatever the region.",
    );
  }
  if (computeEnvironments.some(({ type }) => type === "FARGATE_SPOT")) {
    const percent = Math.round(billing.fargate.spotDiscount * 1000) / 10;
    notes.push(`Fargate Spot is taken to cost ${percent} % less than Fargate, always.`);
  }
  if (baselines.includes("aws-batch-managed") && computeEnvironments.some(({ managed }) => !managed)) {
    notes.push(
      "AWS Batch launches nothing in UNMANAGED compute environments: aws-batch-managed plays them as MANAGED.",
    );
  }
  return notes;
}

function inFile(file: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ file, ...issue }));
}
