// Instance types as rows that do not depend on the file they come from: how the tables of several catalogues become one, and
// how a table is written.

import type { CommonFile, InstanceTypesFile } from "./format.js";
import { TYPE_FLAGS } from "./format.js";

/** One row of InstanceTypesFile; the memory fit by its group's name. */
export interface TypeRow {
  readonly name: string;
  readonly architecture: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  /** Measured overhead; 0: not measured. */
  readonly memoryOverheadMib: number;
  /** MemoryFit.group. */
  readonly memoryGroup: string;
  readonly gpuCount: number;
  readonly gpuName: string;
  readonly gpuMemoryMib: number;
  readonly gpuFraction: number;
  readonly localStorageGb: number;
  /** 0: not known. */
  readonly networkGbps: number;
  /** Bits of TYPE_FLAGS. */
  readonly flags: number;
  /** ISO date. */
  readonly asOf: string;
}

/** The rows of a table. */
export function typeRowsOf(file: InstanceTypesFile, { memoryFits }: CommonFile): TypeRow[] {
  return file.name.map((name, row) => ({
    name,
    architecture: file.architecture[row]!,
    vcpus: file.vcpus[row]!,
    memoryMib: file.memoryMib[row]!,
    memoryOverheadMib: file.memoryOverheadMib[row]!,
    memoryGroup: memoryFits[file.memoryFit[row]!]!.group,
    gpuCount: file.gpuCount[row]!,
    gpuName: file.gpuName[row]!,
    gpuMemoryMib: file.gpuMemoryMib[row]!,
    gpuFraction: file.gpuFraction[row]!,
    localStorageGb: file.localStorageGb[row]!,
    networkGbps: file.networkGbps[row]!,
    flags: file.flags[row]!,
    asOf: file.asOf[row]!,
  }));
}

/** The table of these rows, in the order given. Every memory group must be one of `memoryFits`. */
export function typesFileOf(rows: readonly TypeRow[], memoryFits: CommonFile["memoryFits"]): InstanceTypesFile {
  const groups = memoryFits.map(({ group }) => group);
  const column = <T>(value: (row: TypeRow) => T): T[] => rows.map(value);
  return {
    name: column((row) => row.name),
    architecture: column((row) => row.architecture),
    vcpus: column((row) => row.vcpus),
    memoryMib: column((row) => row.memoryMib),
    memoryOverheadMib: column((row) => row.memoryOverheadMib),
    memoryFit: column((row) => groups.indexOf(row.memoryGroup)),
    gpuCount: column((row) => row.gpuCount),
    gpuName: column((row) => row.gpuName),
    gpuMemoryMib: column((row) => row.gpuMemoryMib),
    gpuFraction: column((row) => row.gpuFraction),
    localStorageGb: column((row) => row.localStorageGb),
    networkGbps: column((row) => row.networkGbps),
    flags: column((row) => row.flags),
    asOf: column((row) => row.asOf),
  };
}

/** Catalogue order: by family, bare metal last, then vCPUs, memory and name. */
export function inCatalogueOrder(a: TypeRow, b: TypeRow): number {
  const familyA = familyOf(a.name);
  const familyB = familyOf(b.name);
  if (familyA !== familyB) return familyA < familyB ? -1 : 1;
  const metal = (row: TypeRow) => row.flags & TYPE_FLAGS.bareMetal;
  return metal(a) - metal(b) || a.vcpus - b.vcpus || a.memoryMib - b.memoryMib || (a.name < b.name ? -1 : 1);
}

/** "m6i" of "m6i.2xlarge". */
export function familyOf(name: string): string {
  return name.slice(0, name.indexOf("."));
}
