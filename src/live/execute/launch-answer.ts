// What CreateFleet has answered, in the engine's terms: which instance number became which instance, and which pools refused.

import type { CreateFleetError, CreateFleetInstance } from "@aws-sdk/client-ec2";
import type { LiveLaunchSettings } from "../../model/live-settings.js";
import type { LaunchAnswer, LaunchCommand, Outcome } from "../command.js";
import type { SeenRefusal } from "../observation.js";
import { type ErrorClass, errorClass, needsSomebody, refusalReason } from "./error-codes.js";
import type { Failure } from "./failure.js";
import type { PoolTables } from "./launch-template.js";

export interface AnswerContext {
  readonly tables: PoolTables;
  readonly launch: Pick<LiveLaunchSettings, "subnets">;
}

/** An instance that a launch has brought. */
export interface Launched {
  readonly instanceId: string;
  readonly type: string;
  /** "" when EC2 did not say. */
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
}

/** The instances of an answer, in its order. */
export function launchedOf(instances: readonly CreateFleetInstance[], { launch }: AnswerContext): Launched[] {
  return instances.flatMap(({ InstanceIds = [], InstanceType = "", Lifecycle, LaunchTemplateAndOverrides }) => {
    const overrides = LaunchTemplateAndOverrides?.Overrides;
    const zoneId = overrides?.AvailabilityZoneId ?? zoneOfSubnet(launch, overrides?.SubnetId) ?? "";
    const market = Lifecycle === "spot" ? "spot" : "on-demand";
    return InstanceIds.map((instanceId) => ({ instanceId, type: InstanceType, zoneId, market }) as const);
  });
}

export function zoneOfSubnet({ subnets }: Pick<LiveLaunchSettings, "subnets">, subnetId: string | undefined) {
  return subnets.find((subnet) => subnet.subnetId === subnetId)?.zoneId;
}

/** An answer that came: numbers are given to instances in its order. */
export function launchedOutcome(
  command: LaunchCommand,
  launched: readonly Launched[],
  errors: readonly CreateFleetError[],
  context: AnswerContext,
): Outcome {
  const useless = errors.find(({ ErrorCode = "" }) => needsSomebody(errorClass(ErrorCode)));
  const isHopeless = errors.every(({ ErrorCode = "" }) => needsSomebody(errorClass(ErrorCode)));
  if (launched.length === 0 && useless !== undefined && isHopeless) {
    return failed(command, useless.ErrorCode!, useless.ErrorMessage ?? "");
  }
  const answers = command.instances.map((instance, i): LaunchAnswer => {
    const one = launched[i];
    if (one === undefined) return { instance, granted: false };
    return { instance, granted: true, instanceId: one.instanceId, pool: poolOf(one, command, context.tables) };
  });
  const isShort = launched.length < command.instances.length;
  const named = errors.flatMap((error) => refusalsOf(error, command, context));
  // Fewer than asked for and no word why: all of them have refused, or the same would be asked again at once.
  const refusals = isShort && named.length === 0 ? silent(command) : firstOfEach(named);
  return { kind: "launched", answers, refusals };
}

/** EC2 has refused the call as a whole; what says nothing of pools is a failure. */
export function refusedOutcome(command: LaunchCommand, { code, message }: Failure, context: AnswerContext): Outcome {
  const kind = errorClass(code);
  if (needsSomebody(kind) || kind === "unknown" || kind === "transient") return failed(command, code, message);
  const pools = kind === "spot-off" ? allSpot(context.tables) : command.pools;
  const answers = command.instances.map((instance): LaunchAnswer => ({ instance, granted: false }));
  return { kind: "launched", answers, refusals: pools.map((pool) => refusal(pool, kind, code, message)) };
}

export function failed(command: LaunchCommand, code: string, message: string): Outcome {
  return { kind: "failed", command, code, message };
}

/** Of the command's pools the one that fits best what EC2 says; without a zone the first of the type. */
function poolOf({ type, zoneId, market }: Launched, { pools }: LaunchCommand, tables: PoolTables): number {
  const ofType = pools.filter((pool) => tables.instanceTypes[tables.pools[pool]!.instanceType]!.name === type);
  const ofMarket = ofType.filter((pool) => tables.pools[pool]!.market === market);
  const ofZone = ofMarket.find((pool) => tables.pools[pool]!.zone === zoneId);
  return ofZone ?? ofMarket[0] ?? ofType[0] ?? pools[0]!;
}

/** The refusals that an error tells of. */
function refusalsOf(error: CreateFleetError, command: LaunchCommand, context: AnswerContext): SeenRefusal[] {
  const { ErrorCode = "", ErrorMessage = "" } = error;
  const kind = errorClass(ErrorCode);
  return poolsOf(error, kind, command, context).map((pool) => refusal(pool, kind, ErrorCode, ErrorMessage));
}

/** The pools that an error is about: of what it does not name, all that were asked. */
function poolsOf(
  { LaunchTemplateAndOverrides }: CreateFleetError,
  kind: ErrorClass,
  { pools }: LaunchCommand,
  { tables, launch }: AnswerContext,
): readonly number[] {
  const { InstanceType, SubnetId, AvailabilityZoneId } = LaunchTemplateAndOverrides?.Overrides ?? {};
  const zoneId = AvailabilityZoneId ?? zoneOfSubnet(launch, SubnetId);
  const isOfZone = (pool: number) => zoneId === undefined || tables.pools[pool]!.zone === zoneId;
  const isOfType = (pool: number) =>
    InstanceType === undefined || tables.instanceTypes[tables.pools[pool]!.instanceType]!.name === InstanceType;
  switch (kind) {
    case "spot-off":
      return allSpot(tables);
    case "subnet-full": // there is one subnet a zone; every type in it needs an address
      return zoneId === undefined ? pools : all(tables).filter(isOfZone);
    default:
      return pools.filter((pool) => isOfType(pool) && isOfZone(pool));
  }
}

function refusal(pool: number, kind: ErrorClass, code: string, message: string): SeenRefusal {
  return { pool, reason: refusalReason(kind), code, message };
}

function silent({ pools }: LaunchCommand): SeenRefusal[] {
  return pools.map((pool) => refusal(pool, "capacity", "no-answer", "EC2 launched fewer and named no error"));
}

/** One refusal a pool: EC2 may name a pool once for each instance that it did not get. */
function firstOfEach(refusals: readonly SeenRefusal[]): SeenRefusal[] {
  const pools = new Set<number>();
  return refusals.filter(({ pool }) => !pools.has(pool) && pools.add(pool));
}

function all({ pools }: PoolTables): number[] {
  return pools.map((_, pool) => pool);
}

function allSpot(tables: PoolTables): number[] {
  return all(tables).filter((pool) => tables.pools[pool]!.market === "spot");
}
