// One CreateFleet call: which pools, how many instances, under which token. What is built here is written down word for word
// before it is sent, so that the same can be sent again.

import { createHash } from "node:crypto";
import type { CreateFleetCommandInput, FleetLaunchTemplateOverridesRequest } from "@aws-sdk/client-ec2";
import { type LiveSettings, TAG_EPOCH, TAG_LAUNCH, TAG_POOL } from "../../model/live-settings.js";
import type { LaunchCommand } from "../command.js";
import { type PoolTables, tagList, type Variant, variantOf } from "./launch-template.js";

/** Karpenter's limit too: beyond it more choice gains nothing, and the request no longer fits what EC2 reads in one go. */
const MOST_TYPES = 60;
/** ClientToken: up to 64 ASCII characters. SHA-256 in base32 has 52. */
const TOKEN_CHARACTERS = 52;
const BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

export interface TokenInput {
  readonly pool: string;
  /** Of the lease: two controllers never share one. */
  readonly epoch: number;
  /** Of the launch within the epoch. */
  readonly planSeq: number;
  readonly shapeHash: string;
  readonly attempt: number;
}

/** CreateFleet's ClientToken: the same launch has the same one, and no two launches share one. */
export function launchToken({ pool, epoch, planSeq, shapeHash, attempt }: TokenInput): string {
  return base32(`${pool}\n${epoch}\n${planSeq}\n${shapeHash}\n${attempt}`);
}

/** What a launch asks for, as part of its token. */
export function shapeHash(pools: readonly number[], count: number): string {
  return base32(`${pools.join(",")} ${count}`);
}

/** The token of a launch that EC2 has refused for want of its launch template, and that is sent once more. */
export function nextAttemptToken(token: string): string {
  return base32(`${token}\n2`);
}

function base32(text: string): string {
  const bytes = createHash("sha256").update(text).digest();
  let digits = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff; // 4 bits may be left of the byte before
    bits += 8;
    for (; bits >= 5; bits -= 5) digits += BASE32[(value >>> (bits - 5)) & 31];
  }
  return (bits > 0 ? digits + BASE32[(value << (5 - bits)) & 31] : digits).slice(0, TOKEN_CHARACTERS);
}

export interface LaunchRequest {
  readonly input: CreateFleetCommandInput;
  /** The command's pools that are in it, in its order. */
  readonly pools: readonly number[];
  /** Whose templates it names. */
  readonly variants: readonly Variant[];
}

export interface RequestContext {
  readonly tables: PoolTables;
  readonly settings: Pick<LiveSettings, "identity" | "launch">;
  readonly templateName: (variant: Variant) => string;
  readonly epoch: number;
}

/** Undefined: none of the pools is in a zone that has a subnet. */
export function launchRequest(command: LaunchCommand, context: RequestContext): LaunchRequest | undefined {
  const { tables, settings, templateName, epoch } = context;
  const subnets = new Map(settings.launch.subnets.map(({ zoneId, subnetId }) => [zoneId, subnetId]));
  const pools = fewTypes(
    command.pools.filter((pool) => subnets.has(tables.pools[pool]!.zone)),
    tables,
  );
  if (pools.length === 0) return undefined;
  const variants = new Map<string, Variant>();
  const overrides = new Map<string, FleetLaunchTemplateOverridesRequest[]>();
  for (const [priority, pool] of pools.entries()) {
    const { instanceType, zone } = tables.pools[pool]!;
    const variant = variantOf(tables, pool);
    const name = templateName(variant);
    if (!overrides.has(name)) overrides.set(name, []);
    variants.set(name, variant);
    overrides.get(name)!.push({
      InstanceType: tables.instanceTypes[instanceType]!.name as NonNullable<
        FleetLaunchTemplateOverridesRequest["InstanceType"]
      >,
      SubnetId: subnets.get(zone)!,
      Priority: priority,
    });
  }
  const isSpot = tables.pools[pools[0]!]!.market === "spot";
  const Tags = tagList({
    [TAG_POOL]: settings.identity.pool,
    [TAG_EPOCH]: String(epoch),
    [TAG_LAUNCH]: command.token,
  });
  const input: CreateFleetCommandInput = {
    Type: "instant",
    ClientToken: command.token,
    LaunchTemplateConfigs: [...overrides].map(([LaunchTemplateName, Overrides]) => ({
      // Version 1 is the only one: another content has another name.
      LaunchTemplateSpecification: { LaunchTemplateName, Version: "1" },
      Overrides,
    })),
    TargetCapacitySpecification: {
      TotalTargetCapacity: command.instances.length,
      DefaultTargetCapacityType: isSpot ? "spot" : "on-demand",
    },
    ...(isSpot
      ? { SpotOptions: { AllocationStrategy: "capacity-optimized-prioritized" } }
      : { OnDemandOptions: { AllocationStrategy: "prioritized" } }),
    TagSpecifications: [
      { ResourceType: "fleet", Tags },
      { ResourceType: "instance", Tags },
    ],
  };
  return { input, pools, variants: [...variants.values()] };
}

/** Pools of the types that come first. */
function fewTypes(pools: readonly number[], tables: PoolTables): number[] {
  const types = new Set<number>();
  return pools.filter((pool) => {
    const type = tables.pools[pool]!.instanceType;
    if (types.size < MOST_TYPES) types.add(type);
    return types.has(type);
  });
}
