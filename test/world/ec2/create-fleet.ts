// CreateFleet of the type instant: the account is asked for every instance, in the pools that the overrides name; what it grants
// is made in moto, so that ids and tags are moto's.

import { RefusalReason } from "../../../src/model/market.js";
import { NONE } from "../../../src/model/tables.js";
import type { LaunchReply } from "../../../src/sim/unmanaged/account-view.js";
import type { AccountState } from "../account-state.js";
import { type Answer, AwsError, ec2Answer, throttling } from "../wire.js";
import type { XmlValue } from "../xml.js";
import type { Backing, InstanceBook } from "./instance-book.js";
import type { Params } from "./params.js";

interface Override {
  readonly instanceType: string;
  readonly subnetId: string;
  readonly priority: number;
  /** Index into the tables' pools; NONE: the account has no such pool. */
  readonly pool: number;
  readonly position: number;
}

interface Granted {
  readonly override: Override;
  readonly backing: Backing;
}

const WORDS: Readonly<Record<RefusalReason, readonly [spot: string, onDemand: string, message: string]>> = {
  [RefusalReason.Capacity]: [
    "InsufficientInstanceCapacity",
    "InsufficientInstanceCapacity",
    "There is no capacity available that matches your request.",
  ],
  [RefusalReason.Quota]: [
    "MaxSpotInstanceCountExceeded",
    "VcpuLimitExceeded",
    "You have requested more than your current limit.",
  ],
  [RefusalReason.Throttled]: ["RequestLimitExceeded", "RequestLimitExceeded", "Request limit exceeded."],
  [RefusalReason.Price]: [
    "SpotMaxPriceTooLow",
    "SpotMaxPriceTooLow",
    "Your Spot request price is lower than the Spot price.",
  ],
  [RefusalReason.Capped]: ["Denied", "Denied", "Live mode's gate denies launches, and EC2 never hears of them."],
};

export async function createFleet(
  state: AccountState,
  book: InstanceBook,
  params: Params,
  fleetId: string,
): Promise<Answer> {
  if (params.get("Type") !== "instant") {
    throw new AwsError("InvalidParameterValue", "The World makes fleets of the type instant alone.");
  }
  const template = await launchTemplateOf(state, params);
  const market = params.get("TargetCapacitySpecification.DefaultTargetCapacityType") === "spot" ? "spot" : "on-demand";
  const overrides = readOverrides(state, params, market);
  if (params.get("DryRun") === "true") {
    throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  }
  const wanted = Number(params.get("TargetCapacitySpecification.TotalTargetCapacity"));
  const known = overrides.filter(({ pool }) => pool !== NONE);
  const { granted, refused } = launchAll(state, known, wanted);
  const throttled = refused.filter(({ reason }) => reason === RefusalReason.Throttled);
  if (granted.length === 0 && throttled.length > 0 && throttled.length === refused.length) throw throttling("ec2");

  const instances = await make(book, granted, market === "spot", {
    ...template.params,
    ...instanceTags(params),
  });
  const errors = new Map<string, XmlValue>();
  for (const override of overrides) {
    const message = "The requested configuration is currently not supported.";
    if (override.pool === NONE)
      errors.set(`${override.position}`, errorXml(override, market, template.xml, "Unsupported", message));
  }
  for (const { override, reason } of refused) {
    const [spot, onDemand, message] = WORDS[reason];
    const code = market === "spot" ? spot : onDemand;
    errors.set(`${override.position} ${reason}`, errorXml(override, market, template.xml, code, message));
  }
  return ec2Answer("CreateFleet", {
    fleetId,
    errorSet: [...errors.values()],
    fleetInstanceSet: instances.map(({ override, ids }) => ({
      instanceIds: ids,
      instanceType: override.instanceType,
      lifecycle: market,
      launchTemplateAndOverrides: { launchTemplateSpecification: template.xml, overrides: overrideXml(override) },
    })),
  });
}

/** An account's hosts are numbered as they are asked for: one after the other, refused ones too. */
function launchAll(state: AccountState, overrides: readonly Override[], wanted: number) {
  const granted: Granted[] = [];
  const refused: { override: Override; reason: RefusalReason }[] = [];
  const pools = overrides.map(({ pool }) => pool);
  const overrideOf = new Map(overrides.map((override) => [override.pool, override]));
  for (let count = 0; count < wanted && pools.length > 0; count++) {
    if (state.faults.takeNeverRegisters()) {
      const backing = { kind: "dud", pool: pools[0]!, launchedMs: state.account.nowMs, endedMs: Number.NaN } as const;
      granted.push({ override: overrides[0]!, backing: { ...backing } });
      continue;
    }
    const reply: LaunchReply = state.account.launch(pools, state.environment);
    for (const { pool, reason } of reply.refusals) refused.push({ override: overrideOf.get(pool)!, reason });
    if (reply.pool === NONE) continue;
    granted.push({ override: overrideOf.get(reply.pool)!, backing: { kind: "host", host: reply.host } });
  }
  return { granted, refused };
}

/** In runs of one override, so that ids come in the order in which the account granted their hosts. */
async function make(
  book: InstanceBook,
  granted: readonly Granted[],
  isSpot: boolean,
  params: Readonly<Record<string, string>>,
): Promise<{ override: Override; ids: string[] }[]> {
  const groups = new Map<number, Granted[]>();
  for (const each of granted) {
    const group = groups.get(each.override.position);
    if (group === undefined) groups.set(each.override.position, [each]);
    else group.push(each);
  }
  const idOf = new Map<Granted, string>();
  for (const group of groups.values()) {
    const { instanceType, subnetId } = group[0]!.override;
    const backings = group.map(({ backing }) => backing);
    const made = await book.create({ instanceType, subnetId, isSpot, params }, backings);
    for (const [at, each] of group.entries()) idOf.set(each, made[at]!.instanceId);
  }
  const runs: { override: Override; ids: string[] }[] = [];
  for (const each of granted) {
    if (runs.at(-1)?.override !== each.override) runs.push({ override: each.override, ids: [] });
    runs.at(-1)!.ids.push(idOf.get(each)!);
  }
  return runs;
}

function readOverrides(state: AccountState, params: Params, market: "spot" | "on-demand"): Override[] {
  const overrides: Override[] = [];
  const zones = new Map<string, string>();
  for (let config = 1; params.has(`LaunchTemplateConfigs.${config}.Overrides.1.InstanceType`); config++) {
    for (let at = 1; ; at++) {
      const prefix = `LaunchTemplateConfigs.${config}.Overrides.${at}`;
      const instanceType = params.get(`${prefix}.InstanceType`);
      if (instanceType === undefined) break;
      const subnetId = params.get(`${prefix}.SubnetId`) ?? "";
      const subnet = state.subnet(subnetId);
      if (subnet === undefined)
        throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${subnetId}' does not exist`);
      if ((zones.get(subnet.zoneId) ?? subnetId) !== subnetId) {
        throw new AwsError("InvalidFleetConfig", "A fleet may not name two subnets of one Availability Zone.");
      }
      zones.set(subnet.zoneId, subnetId);
      const pool = state.tables.pools.findIndex(
        (each) =>
          each.market === market &&
          each.zone === subnet.zoneId &&
          state.tables.instanceTypes[each.instanceType]!.name === instanceType,
      );
      const priority = Number(params.get(`${prefix}.Priority`) ?? Number.POSITIVE_INFINITY);
      overrides.push({ instanceType, subnetId, priority, pool, position: overrides.length });
    }
  }
  return overrides.sort(orderOf(state, params, market));
}

/** By priority where the allocation strategy asks for it, else by price: a model of the others. */
function orderOf({ account }: AccountState, params: Params, market: "spot" | "on-demand") {
  const strategy = params.get(
    market === "spot" ? "SpotOptions.AllocationStrategy" : "OnDemandOptions.AllocationStrategy",
  );
  const byPriority = strategy === "prioritized" || strategy === "capacity-optimized-prioritized";
  const price = ({ pool }: Override) => (pool === NONE ? 0 : account.priceMicroUsdPerHour(pool));
  return (a: Override, b: Override) => {
    const difference = byPriority ? a.priority - b.priority : price(a) - price(b);
    return Number.isNaN(difference) || difference === 0 ? a.position - b.position : difference;
  };
}

/** Throws as EC2 does when there is no such template. */
async function launchTemplateOf(state: AccountState, params: Params) {
  const prefix = "LaunchTemplateConfigs.1.LaunchTemplateSpecification";
  const version = params.get(`${prefix}.Version`) ?? "$Default";
  const id = params.get(`${prefix}.LaunchTemplateId`);
  const name = params.get(`${prefix}.LaunchTemplateName`);
  const key = id === undefined ? "LaunchTemplateName" : "LaunchTemplateId";
  const value = id ?? name ?? "";
  await state.moto
    .ec2("DescribeLaunchTemplateVersions", { [key]: value, "LaunchTemplateVersion.1": version })
    .catch(() => {
      const code =
        id === undefined ? "InvalidLaunchTemplateName.NotFoundException" : "InvalidLaunchTemplateId.NotFound";
      throw new AwsError(code, `The specified launch template, with ${key} ${value}, does not exist.`);
    });
  const own = { [`LaunchTemplate.${key}`]: value, "LaunchTemplate.Version": version };
  return { params: own, xml: { launchTemplateId: id, launchTemplateName: name, version } };
}

function instanceTags(params: Params): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let at = 1; params.has(`TagSpecification.${at}.ResourceType`); at++) {
    const prefix = `TagSpecification.${at}`;
    if (params.get(`${prefix}.ResourceType`) !== "instance") continue;
    tags["TagSpecification.1.ResourceType"] = "instance";
    for (let tag = 1; params.has(`${prefix}.Tag.${tag}.Key`); tag++) {
      tags[`TagSpecification.1.Tag.${tag}.Key`] = params.get(`${prefix}.Tag.${tag}.Key`)!;
      tags[`TagSpecification.1.Tag.${tag}.Value`] = params.get(`${prefix}.Tag.${tag}.Value`) ?? "";
    }
  }
  return tags;
}

function overrideXml({ instanceType, subnetId, priority }: Override): XmlValue {
  return { instanceType, subnetId, priority: Number.isFinite(priority) ? priority : undefined };
}

function errorXml(override: Override, lifecycle: string, template: XmlValue, errorCode: string, errorMessage: string) {
  const launchTemplateAndOverrides = { launchTemplateSpecification: template, overrides: overrideXml(override) };
  return { launchTemplateAndOverrides, lifecycle, errorCode, errorMessage };
}
