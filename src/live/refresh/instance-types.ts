// EC2's DescribeInstanceTypes to rows of the catalogue.

import type { EC2Client, GpuDeviceInfo, InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { TYPE_FLAGS } from "../../catalog/format.js";
import type { TypeRow } from "../../catalog/type-rows.js";
import { pagesOf } from "../pull/pages.js";

/** DescribeInstanceTypes: MaxResults 5 to 100. */
const PAGE = 100;

/** Whole GPUs, of which DescribeInstanceTypes names no part. */
const WHOLE = 1;

/** Memory group of processors that nobody has measured: the commonest. */
const USUAL_GROUP = "nitro Intel";

/** Every type that the region offers. Throws what the call throws. */
export async function describeTypes(ec2: EC2Client): Promise<InstanceTypeInfo[]> {
  const { DescribeInstanceTypesCommand } = await import("@aws-sdk/client-ec2");
  const found: InstanceTypeInfo[] = [];
  const pages = pagesOf(
    (NextToken) => ec2.send(new DescribeInstanceTypesCommand({ MaxResults: PAGE, NextToken })),
    (page) => page.NextToken,
  );
  for await (const page of pages) found.push(...(page.InstanceTypes ?? []));
  return found;
}

/**
 * A type's row; undefined when the answer lacks its name, vCPUs, memory or architecture. `known`: the older row, whose measured
 * memory overhead stays. `isCurrent`: the price list's word on its generation; undefined: it has none, and the older row's, else
 * the API's stands (the API has called m5 and its like previous generation since February 2026). `groups`: memory groups.
 */
export function typeRowOf(
  info: InstanceTypeInfo,
  known: TypeRow | undefined,
  isCurrent: boolean | undefined,
  groups: readonly string[],
  asOf: string,
): TypeRow | undefined {
  const name = info.InstanceType;
  const vcpus = info.VCpuInfo?.DefaultVCpus;
  const memoryMib = info.MemoryInfo?.SizeInMiB;
  const architecture = architectureOf(info);
  if (name === undefined || vcpus === undefined || memoryMib === undefined || architecture === undefined)
    return undefined;
  const gpu = info.GpuInfo?.Gpus?.[0];
  const group = memoryGroup(info);
  return {
    name,
    architecture,
    vcpus,
    memoryMib,
    memoryOverheadMib: known?.memoryOverheadMib ?? 0,
    memoryGroup: groups.includes(group) ? group : (known?.memoryGroup ?? USUAL_GROUP),
    gpuCount: (info.GpuInfo?.Gpus ?? []).reduce((sum, device) => sum + countOf(device), 0),
    gpuName: gpu?.Name ?? "",
    gpuMemoryMib: gpu?.MemoryInfo?.SizeInMiB ?? 0,
    gpuFraction: gpu === undefined ? 0 : (gpu.GpuPartitionSize ?? WHOLE),
    localStorageGb: info.InstanceStorageInfo?.TotalSizeInGB ?? 0,
    networkGbps: networkGbps(info),
    flags: flagsOf(info, isCurrent ?? knownGeneration(known)),
    asOf,
  };
}

/** The first that containers or Mac images run on: "i386" stands beside "x86_64" on old types. */
function architectureOf(info: InstanceTypeInfo): string | undefined {
  const known = ["x86_64", "arm64", "x86_64_mac", "arm64_mac"];
  return info.ProcessorInfo?.SupportedArchitectures?.find((architecture) => known.includes(architecture));
}

/** Logical GPUs: of a type with a part of one, `Count` says 0. */
function countOf(device: GpuDeviceInfo): number {
  return device.LogicalGpuCount ?? device.Count ?? 0;
}

function memoryGroup(info: InstanceTypeInfo): string {
  if (info.BareMetal === true) return "metal";
  if (info.Hypervisor === "xen") return "xen";
  return `${info.Hypervisor ?? "nitro"} ${info.ProcessorInfo?.Manufacturer ?? "Intel"}`;
}

/** Thousandths are enough; sums of fractions have tails. */
function networkGbps(info: InstanceTypeInfo): number {
  const cards = info.NetworkInfo?.NetworkCards ?? [];
  const sum = cards.reduce((total, card) => total + (card.BaselineBandwidthInGbps ?? 0), 0);
  return Math.round(sum * 1_000) / 1_000;
}

function knownGeneration(known: TypeRow | undefined): boolean | undefined {
  return known === undefined ? undefined : (known.flags & TYPE_FLAGS.currentGeneration) !== 0;
}

function flagsOf(info: InstanceTypeInfo, isCurrent: boolean | undefined): number {
  const flag = (is: boolean | undefined, bit: number) => (is === true ? bit : 0);
  return (
    flag(info.BurstablePerformanceSupported, TYPE_FLAGS.burstable) |
    flag(info.BareMetal, TYPE_FLAGS.bareMetal) |
    flag(isCurrent ?? info.CurrentGeneration, TYPE_FLAGS.currentGeneration) |
    flag(info.SupportedUsageClasses?.includes("spot"), TYPE_FLAGS.spotSupported)
  );
}
