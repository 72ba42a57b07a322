// From the user's words to the engine's tables: instance families become pools with prices, names become indexes. The
// catalogue is only read, so this is as deterministic as its inputs.

import { errorIssue, type Issue, throwIfErrors } from "../base/issues.js";
import { MILLI } from "../base/units.js";
import type { Catalog } from "../catalog/catalog.js";
import { expandInstanceTypes } from "../catalog/expand.js";
import { resolveOffers } from "../catalog/offers.js";
import { priceShares } from "../metrics/price-shares.js";
import type { Billing } from "../model/billing.js";
import type { ComputeEnvironment } from "../model/environment.js";
import type { InstanceType, Market, Pool } from "../model/instance-type.js";
import type { Shape } from "../model/job.js";
import type { ComputeEnvironmentSpec, Scenario } from "../scenario/scenario.js";
import { environmentIndexes, type ResolvedScenario } from "./tables.js";

export type { ResolvedScenario } from "./tables.js";

/** Linux instances are billed for at least a minute (EC2 User Guide, instance life cycle). */
const MINIMUM_BILLED_MS = 60_000;
/** gp3 is priced per GB-month and billed by the second of a 30-day month (EBS pricing page). */
const HOURS_PER_EBS_MONTH = 720;

/** Looks a scenario up in the catalogue. Throws InputError with every unknown region, zone and instance type at once. */
export function resolveScenario(scenario: Scenario, catalog: Catalog, fileName: string): ResolvedScenario {
  const { region } = scenario;
  throwIfErrors(inFile(fileName, catalog.checkRegion(region, "region")));
  const issues: Issue[] = [];
  const requests = scenario.computeEnvironments.flatMap((spec, index) => {
    const path = `computeEnvironments[${index}].computeResources`;
    issues.push(...catalog.checkZones(region, spec.zones, `${path}.zones`));
    const own = marketOf(spec);
    return (["on-demand", "spot"] as const).map((market) => {
      const expanded = expandInstanceTypes(catalog, selectors(spec), region, market, `${path}.instanceTypes`);
      if (market === own) issues.push(...expanded.issues);
      return { names: expanded.names, market, zones: spec.zones };
    });
  });
  throwIfErrors(inFile(fileName, issues));
  const offers = resolveOffers(catalog, region, requests);
  const onDemandEnvironments = scenario.computeEnvironments.map((spec, i) =>
    toEnvironment(spec, offers.cheapestPoolsOfRequest[2 * i]!, offers.pools, offers.instanceTypes),
  );
  const environments = scenario.computeEnvironments.map((spec, i) =>
    marketOf(spec) === "on-demand"
      ? onDemandEnvironments[i]!
      : toEnvironment(spec, offers.cheapestPoolsOfRequest[2 * i + 1]!, offers.pools, offers.instanceTypes),
  );
  throwIfErrors(inFile(fileName, emptyEnvironments(scenario, environments, onDemandEnvironments)));
  const { billing, notes } = resolveBilling(scenario, catalog);
  const onDemand = offers.pools.filter((pool) => pool.market === "on-demand");
  const hasSpot = offers.pools.some((pool) => pool.market === "spot");
  const onDemandPrice = new Map(onDemand.map((pool) => [pool.instanceType, pool.priceMicroUsdPerHour]));
  return {
    scenario,
    instanceTypes: offers.instanceTypes,
    pools: offers.pools,
    environments,
    onDemandEnvironments,
    floorPools: { "on-demand": onDemand, spot: hasSpot ? offers.pools : [] },
    billing,
    overheadMicroUsdPerHour: billing.rootVolumeMicroUsdPerHour + billing.publicIpv4MicroUsdPerHour,
    priceShares: offers.instanceTypes.map((type, i) => priceShares(type, onDemandPrice.get(i) ?? 0)),
    asOf: offers.asOf,
    notes: [...scenario.notes, ...notes, ...modelNotes(environments, offers.pools, offers.asOf.spot)],
  };
}

/**
 * Why a job of this queue and shape could never run in the scenario: no such queue, or no compute environment of the queue
 * has an instance type that holds it within maxvCpus. Undefined when it can.
 */
export function whyUnplaceable(resolved: ResolvedScenario, queueName: string, shape: Shape): string | undefined {
  const { scenario } = resolved;
  if (!scenario.jobQueues.some((queue) => queue.name === queueName)) {
    return `there is no job queue "${queueName}" (job queues: ${scenario.jobQueues.map((queue) => queue.name).join(", ")})`;
  }
  const reasons: string[] = [];
  for (const index of environmentIndexes(resolved, queueName)) {
    const reason = whyTooLarge(resolved, resolved.environments[index]!, shape);
    const onDemandReason = whyTooLarge(resolved, resolved.onDemandEnvironments[index]!, shape);
    if (reason === undefined && onDemandReason === undefined) return undefined;
    reasons.push(reason ?? onDemandReason!);
  }
  return reasons.join("; ");
}

/** "needs 2000 GiB: the largest instance type of `ce` offers 759 GiB": what is missing, against the nearest type. */
function whyTooLarge(resolved: ResolvedScenario, environment: ComputeEnvironment, shape: Shape): string | undefined {
  const pools = environment.fixedFleet?.map((fixed) => fixed.pool) ?? environment.pools;
  const types = pools.map((pool) => resolved.instanceTypes[resolved.pools[pool]!.instanceType]!);
  const holds = types.filter(
    (type) => type.vcpuMilli >= shape.vcpuMilli && type.memoryMib >= shape.memoryMib && type.gpuMilli >= shape.gpuMilli,
  );
  if (holds.length === 0) return `${describeShape(shape)}; ${nearestType(environment.name, types, shape)}`;
  const smallest = Math.min(...holds.map((type) => type.vcpuMilli));
  if (environment.fixedFleet !== null || smallest <= environment.maxVcpuMilli) return undefined;
  return `${describeShape(shape)}; the smallest instance type that holds it has ${plural(smallest / MILLI, "vCPU")}, more than maxvCpus ${environment.maxVcpuMilli / MILLI} of ${environment.name}`;
}

function nearestType(environment: string, types: readonly InstanceType[], shape: Shape): string {
  const excess = (type: InstanceType) =>
    Math.max(
      shape.vcpuMilli / type.vcpuMilli,
      shape.memoryMib / type.memoryMib,
      shape.gpuMilli === 0 ? 0 : type.gpuMilli === 0 ? Number.POSITIVE_INFINITY : shape.gpuMilli / type.gpuMilli,
    );
  const nearest = types.reduce((best, type) => (excess(type) < excess(best) ? type : best));
  const short = [
    missing(shape.vcpuMilli - nearest.vcpuMilli, (milli) => plural(milli / MILLI, "vCPU")),
    missing(shape.memoryMib - nearest.memoryMib, (mib) => `${mib} MiB of memory`),
    missing(shape.gpuMilli - nearest.gpuMilli, (milli) => plural(milli / MILLI, "GPU")),
  ].filter((text) => text !== undefined);
  return `no instance type of ${environment} holds it, the nearest, ${nearest.name}, is short of ${short.join(" and ")}`;
}

function missing(amount: number, text: (amount: number) => string): string | undefined {
  return amount > 0 ? text(amount) : undefined;
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function describeShape(shape: Shape): string {
  const gpus = shape.gpuMilli === 0 ? "" : `, ${plural(shape.gpuMilli / MILLI, "GPU")}`;
  return `the job asks for ${plural(shape.vcpuMilli / MILLI, "vCPU")}, ${shape.memoryMib} MiB${gpus}`;
}

function marketOf(spec: ComputeEnvironmentSpec): Market {
  return spec.type === "SPOT" ? "spot" : "on-demand";
}

/** A fixed fleet need not repeat its types under instanceTypes. */
function selectors(spec: ComputeEnvironmentSpec): readonly string[] {
  return spec.fixedFleet === undefined ? spec.instanceTypes : spec.fixedFleet.map((entry) => entry.instanceType);
}

function toEnvironment(
  spec: ComputeEnvironmentSpec,
  pools: readonly number[],
  allPools: readonly Pool[],
  instanceTypes: readonly InstanceType[],
): ComputeEnvironment {
  const poolOf = (name: string) => pools.find((pool) => instanceTypes[allPools[pool]!.instanceType]!.name === name);
  return {
    name: spec.name,
    minVcpuMilli: spec.minvCpus * MILLI,
    maxVcpuMilli: spec.maxvCpus * MILLI,
    pools,
    fixedFleet:
      spec.fixedFleet?.flatMap(({ instanceType, count }) => {
        const pool = poolOf(instanceType);
        return pool === undefined ? [] : [{ pool, count }];
      }) ?? null,
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

/** What the reader of the figures must know about what is not modelled. */
function modelNotes(environments: readonly ComputeEnvironment[], pools: readonly Pool[], spotAsOf: string): string[] {
  const usesSpot = environments.some(({ pools: own }) => own.some((pool) => pools[pool]!.market === "spot"));
  if (!usesSpot) return [];
  return [
    `Spot instances are billed at the prices of the snapshot of ${spotAsOf}, at most today's on-demand price, for the whole run.`,
    "Capacity is unlimited and no spot instance is interrupted: real spot runs pay for rework on top.",
  ];
}

function inFile(file: string, issues: readonly Issue[]): Issue[] {
  return issues.map((issue) => ({ file, ...issue }));
}
