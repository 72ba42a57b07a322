// What an instance type is, whatever it costs: the facts of EC2's DescribeInstanceTypes that planning needs.

import { assert } from "../base/assert.js";
import { MILLI } from "../base/units.js";
import type { Architecture, InstanceType } from "../model/instance-type.js";
import { type CommonFile, type InstanceTypesFile, TYPE_FLAGS } from "./format.js";
import { usableMemory } from "./usable-memory.js";

export interface InstanceTypeFacts {
  /** Position in catalogue order: by family, then vCPUs. */
  readonly index: number;
  /** e.g. "m6i.2xlarge". */
  readonly name: string;
  /** e.g. "m6i". */
  readonly family: string;
  /** e.g. "2xlarge". */
  readonly size: string;
  readonly architecture: Architecture | "x86_64_mac" | "arm64_mac";
  readonly vcpus: number;
  /** As advertised. */
  readonly nominalMemoryMib: number;
  /** What jobs can use; see usable-memory.ts. */
  readonly usableMemoryMib: number;
  readonly usableMemorySource: "measured" | "fitted";
  /** Logical GPUs: 1 for a type with a part of one. */
  readonly gpuCount: number;
  /** The part of a whole GPU that one logical GPU is: 1, or less for partitioned types (g6f, gr6f). 0: no GPU. */
  readonly gpuFraction: number;
  /** As EC2 names it, e.g. "T4"; empty without GPU. */
  readonly gpuName: string;
  /** Memory of one logical GPU. */
  readonly gpuMemoryMib: number;
  /** Sum of the local disks (10^9 bytes). */
  readonly localStorageGb: number;
  /** Sustained network bandwidth, sum over network cards; null when not known. */
  readonly networkGbps: number | null;
  readonly burstable: boolean;
  readonly bareMetal: boolean;
  /** By the price list's word: EC2's API has called m5 and its like previous generation since February 2026. */
  readonly currentGeneration: boolean;
  /** No longer in EC2's API; kept because older traces and prices name it. */
  readonly withdrawn: boolean;
  readonly spotSupported: boolean;
  /** ISO date of these facts. */
  readonly asOf: string;
}

/** Rows of the embedded table as objects, in catalogue order. */
export function decodeInstanceTypes(file: InstanceTypesFile, common: CommonFile): InstanceTypeFacts[] {
  return file.name.map((name, index) => {
    const dot = name.indexOf(".");
    const flags = file.flags[index]!;
    const nominalMemoryMib = file.memoryMib[index]!;
    const fit = common.memoryFits[file.memoryFit[index]!]!;
    const usable = usableMemory(nominalMemoryMib, file.memoryOverheadMib[index]!, fit);
    const networkGbps = file.networkGbps[index]!;
    return {
      index,
      name,
      family: name.slice(0, dot),
      size: name.slice(dot + 1),
      architecture: decodeArchitecture(file.architecture[index]!),
      vcpus: file.vcpus[index]!,
      nominalMemoryMib,
      usableMemoryMib: usable.mib,
      usableMemorySource: usable.source,
      gpuCount: file.gpuCount[index]!,
      gpuFraction: file.gpuFraction[index]!,
      gpuName: file.gpuName[index]!,
      gpuMemoryMib: file.gpuMemoryMib[index]!,
      localStorageGb: file.localStorageGb[index]!,
      networkGbps: networkGbps === 0 ? null : networkGbps,
      burstable: (flags & TYPE_FLAGS.burstable) !== 0,
      bareMetal: (flags & TYPE_FLAGS.bareMetal) !== 0,
      currentGeneration: (flags & TYPE_FLAGS.currentGeneration) !== 0,
      withdrawn: (flags & TYPE_FLAGS.withdrawn) !== 0,
      spotSupported: (flags & TYPE_FLAGS.spotSupported) !== 0,
      asOf: file.asOf[index]!,
    };
  });
}

function decodeArchitecture(text: string): InstanceTypeFacts["architecture"] {
  assert(
    text === "x86_64" || text === "arm64" || text === "x86_64_mac" || text === "arm64_mac",
    `unknown architecture ${text}`,
  );
  return text;
}

/**
 * The engine's view of an instance type. GPUs are counted in thousandths of a whole one: 1000 x count, and for
 * partitioned types 1000 x the part (g6f.xlarge, an eighth of an L4: 125).
 */
export function toInstanceType(facts: InstanceTypeFacts): InstanceType {
  const { architecture } = facts;
  assert(architecture === "x86_64" || architecture === "arm64", `${facts.name} cannot run containers`);
  return {
    name: facts.name,
    architecture,
    vcpuMilli: facts.vcpus * MILLI,
    memoryMib: facts.usableMemoryMib,
    nominalMemoryMib: facts.nominalMemoryMib,
    gpuMilli: Math.round(MILLI * facts.gpuCount * facts.gpuFraction),
    gpuName: facts.gpuName,
  };
}
