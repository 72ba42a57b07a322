// The instances on which a run's jobs can be, and what they cost so far: every container instance of the queue's clusters, idle
// ones too. What ECS does not know yet (a machine that boots) is counted from its launch once it has registered.

import type { EC2Client, Instance } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import { MS_PER_HOUR } from "../../base/units.js";
import { pagesOf } from "../pull/pages.js";
import { spotPrices } from "../refresh/spot-prices.js";
import { zoneIdsByName } from "../refresh/zones.js";

/** DescribeContainerInstances and DescribeInstances are asked for so many at a time. */
const PART = 100;

/** Linux instances are billed for a minute at least (EC2 User Guide, instance life cycle). */
const MINIMUM_BILLED_MS = 60_000;

export interface InstanceRecord {
  readonly instanceId: string;
  readonly instanceType: string;
  /** Zone id; the zone's name where its id is not known. */
  readonly zone: string;
  readonly market: "spot" | "on-demand";
  /** EC2's launch time, epoch ms. */
  readonly launchMs: number;
  /** When it was first found gone; null: it is there. */
  readonly endedMs: number | null;
  /** Without volume and address. NaN: not known; null in JSON. */
  readonly microUsdPerHour: number | null;
}

export interface InstancePort {
  readonly ecs: ECSClient;
  readonly ec2: EC2Client;
  readonly clusters: readonly string[];
  /** On-demand price, micro-USD an hour; undefined: not known. */
  readonly onDemandMicroUsdPerHour: (instanceType: string) => number | undefined;
}

/**
 * Looks once: the records that are new or have changed. `known`: all so far by instance id. Throws what the calls throw; then
 * nothing is known to have changed.
 */
export async function lookAtInstances(
  port: InstancePort,
  known: ReadonlyMap<string, InstanceRecord>,
  nowMs: number,
): Promise<InstanceRecord[]> {
  const registered = new Set<string>();
  for (const cluster of port.clusters) {
    for (const id of await registeredIn(port.ecs, cluster)) registered.add(id);
  }
  const open = [...known.values()].filter(({ endedMs }) => endedMs === null).map(({ instanceId }) => instanceId);
  const described = await describeInstances(port.ec2, [...new Set([...registered, ...open])]);
  const changed: InstanceRecord[] = [];
  const fresh: Instance[] = [];
  for (const id of new Set([...registered, ...open])) {
    const instance = described.get(id);
    const record = known.get(id);
    const isGone = instance === undefined || ["terminated", "shutting-down"].includes(instance.State?.Name ?? "");
    if (record !== undefined && record.endedMs === null && isGone) changed.push({ ...record, endedMs: nowMs });
    if (record === undefined && instance !== undefined && !isGone) fresh.push(instance);
  }
  return fresh.length === 0 ? changed : [...changed, ...(await recordsOf(port, fresh, nowMs))];
}

async function registeredIn(ecs: ECSClient, cluster: string): Promise<string[]> {
  const { DescribeContainerInstancesCommand, ListContainerInstancesCommand } = await import("@aws-sdk/client-ecs");
  const ids: string[] = [];
  const pages = pagesOf(
    (nextToken) => ecs.send(new ListContainerInstancesCommand({ cluster, maxResults: PART, nextToken })),
    (page) => page.nextToken,
  );
  for await (const { containerInstanceArns: containerInstances = [] } of pages) {
    if (containerInstances.length === 0) continue;
    const answer = await ecs.send(new DescribeContainerInstancesCommand({ cluster, containerInstances }));
    for (const { ec2InstanceId: id } of answer.containerInstances ?? []) if (id !== undefined) ids.push(id);
  }
  return ids;
}

/** By filter, which leaves out what EC2 has forgotten instead of failing for all. */
async function describeInstances(ec2: EC2Client, ids: readonly string[]): Promise<Map<string, Instance>> {
  const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
  const found = new Map<string, Instance>();
  for (let start = 0; start < ids.length; start += PART) {
    const Filters = [{ Name: "instance-id", Values: ids.slice(start, start + PART) }];
    const pages = pagesOf(
      (NextToken) => ec2.send(new DescribeInstancesCommand({ Filters, NextToken })),
      (page) => page.NextToken,
    );
    for await (const { Reservations: reservations = [] } of pages) {
      for (const instance of reservations.flatMap(({ Instances = [] }) => Instances)) {
        if (instance.InstanceId !== undefined) found.set(instance.InstanceId, instance);
      }
    }
  }
  return found;
}

async function recordsOf(port: InstancePort, instances: readonly Instance[], nowMs: number): Promise<InstanceRecord[]> {
  const zones = await zoneIdsByName(port.ec2);
  const spot = instances.filter(({ InstanceLifecycle }) => InstanceLifecycle === "spot");
  const types = [...new Set(spot.map(({ InstanceType }) => String(InstanceType)))];
  const prices = types.length === 0 ? [] : await spotPrices(port.ec2, nowMs, zones, types);
  return instances.map((instance) => {
    const instanceType = String(instance.InstanceType);
    const name = instance.Placement?.AvailabilityZone ?? "";
    const zone = zones.get(name) ?? name;
    const market = instance.InstanceLifecycle === "spot" ? "spot" : "on-demand";
    const quote = prices.find((price) => price.type === instanceType && price.zoneId === zone);
    // A spot pool without a price is taken to cost what it can cost at most.
    const price =
      market === "spot" && quote !== undefined ? quote.microUsdPerHour : port.onDemandMicroUsdPerHour(instanceType);
    return {
      ...{ instanceId: String(instance.InstanceId), instanceType, zone, market },
      launchMs: instance.LaunchTime?.getTime() ?? nowMs,
      endedMs: null,
      microUsdPerHour: price ?? null,
    };
  });
}

export interface FleetCost {
  readonly microUsd: number;
  readonly instanceHours: number;
  /** Of those that are there now. */
  readonly microUsdPerHour: number;
  /** Types whose price is not known. */
  readonly unpriced: readonly string[];
}

/**
 * What instances have cost between two times, epoch ms: each from its launch, or from the start if it was there before, a minute
 * at least. `overheadMicroUsdPerHour`: volume and address of each.
 */
export function fleetCost(
  records: Iterable<InstanceRecord>,
  startMs: number,
  nowMs: number,
  overheadMicroUsdPerHour: number,
): FleetCost {
  let microUsd = 0;
  let ms = 0;
  let microUsdPerHour = 0;
  const unpriced = new Set<string>();
  for (const record of records) {
    const fromMs = Math.max(record.launchMs, startMs);
    const livedMs = Math.max(MINIMUM_BILLED_MS, Math.min(record.endedMs ?? nowMs, nowMs) - fromMs);
    ms += livedMs;
    if (record.microUsdPerHour === null) {
      unpriced.add(record.instanceType);
      continue;
    }
    const rate = record.microUsdPerHour + overheadMicroUsdPerHour;
    microUsd += (livedMs / MS_PER_HOUR) * rate;
    if (record.endedMs === null) microUsdPerHour += rate;
  }
  return { microUsd: Math.round(microUsd), instanceHours: ms / MS_PER_HOUR, microUsdPerHour, unpriced: [...unpriced] };
}
