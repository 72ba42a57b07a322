// What a PBS or Torque job asks for. PBS Pro gives totals of the job beside its chunks ("2:ncpus=36:mem=10gb:ngpus=1");
// Torque gives nodes and processors per node ("4:ppn=8:gpus=1").

import { MS_PER_SECOND } from "../../base/units.js";
import type { RawJob } from "../raw-job.js";
import { readNumber, UNREADABLE } from "../text/cells.js";

const MEMORY = /^(\d+(?:\.\d*)?)([kmgtp]?)([bw]?)$/i;
const MIB_PER_UNIT: Readonly<Record<string, number>> = {
  ...{ "": 1 / 1_048_576, k: 1 / 1_024, m: 1, g: 1_024, t: 1_048_576, p: 1_073_741_824 },
};
/** A "w" counts machine words. */
const BYTES_PER_WORD = 8;

/** "30gb", "756960kb", "100mw", bare bytes. NaN when missing, UNREADABLE otherwise. */
export function readMemoryMib(text: string | undefined): number {
  if (text === undefined || text === "") return Number.NaN;
  const match = MEMORY.exec(text.trim());
  if (match === null) return UNREADABLE;
  const [, amount, unit = "", word = ""] = match;
  return Number(amount) * MIB_PER_UNIT[unit.toLowerCase()]! * (word.toLowerCase() === "w" ? BYTES_PER_WORD : 1);
}

/** Seconds in a unit of a clock, by its place from the right. */
const SECONDS = [1, 60, 3_600, 86_400];

/** "HH:MM:SS", "D:HH:MM:SS", "MM:SS" or seconds. NaN when missing, UNREADABLE otherwise. */
export function readClockOrSecondsMs(text: string | undefined): number {
  if (text === undefined || text === "") return Number.NaN;
  const parts = text.trim().split(":", SECONDS.length + 1);
  if (parts.length > SECONDS.length) return UNREADABLE;
  let seconds = 0;
  for (const [place, part] of parts.reverse().entries()) {
    if (!/^\d{1,9}(?:\.\d+)?$/.test(part)) return UNREADABLE;
    seconds += Number(part) * SECONDS[place]!;
  }
  return seconds * MS_PER_SECOND;
}

/** Sums over the chunks of a "select" or the parts of a Torque "nodes". NaN: none of them gives it. */
interface Chunks {
  nodes: number;
  cpus: number;
  mib: number;
  gpus: number;
}

function sumChunks(list: string): Chunks {
  const sum: Chunks = { nodes: 0, cpus: Number.NaN, mib: Number.NaN, gpus: Number.NaN };
  if (list === "") return sum;
  for (const chunk of list.split("+")) {
    const [first, ...rest] = chunk.split(":");
    const isCount = /^\d{1,9}$/.test(first!);
    const count = isCount ? Number(first) : 1; // "nodes" may name a host
    sum.nodes += count;
    for (const entry of isCount ? rest : [first!, ...rest]) {
      const [key, value = ""] = entry.split("=", 2);
      if (key === "ncpus" || key === "ppn") sum.cpus = plus(sum.cpus, count * readNumber(value));
      else if (key === "mem") sum.mib = plus(sum.mib, count * readMemoryMib(value));
      else if (key === "ngpus" || key === "gpus") sum.gpus = plus(sum.gpus, count * readNumber(value));
    }
  }
  return sum;
}

function plus(sum: number, more: number): number {
  return (Number.isNaN(sum) ? 0 : sum) + more;
}

/** The number of hosts in "n1/0*4+n2/0*4" or "n1/3+n1/2+n1/1"; NaN: none is given. */
function hostsOf(execHost: string | undefined): number {
  if (execHost === undefined || execHost === "") return Number.NaN;
  return new Set(execHost.split("+").map((part) => part.split("/", 1)[0]!)).size;
}

/**
 * Fills in the request of one node: totals are divided by the nodes. Chunks that must share a node ("pack") are one node,
 * those that must not ("scatter") a node each. Others are put wherever they fit: where they ran tells how many nodes
 * that were, and as long as that is unknown they are taken to be a node each.
 */
export function takeRequest(raw: RawJob, values: ReadonlyMap<string, string>): void {
  const asked = (name: string) => values.get(`Resource_List.${name}`);
  const number = (name: string) => readNumber(asked(name) ?? "");
  const used = (name: string) => readNumber(values.get(name) ?? "");
  const select = asked("select");
  const torque = select === undefined ? asked("nodes") : undefined;
  const chunks = sumChunks(select ?? torque ?? "");
  const place = asked("place") ?? "";
  const isFree = select !== undefined && !place.includes("scatter");
  const mostNodes =
    torque === undefined
      ? first(number("nodect"), chunks.nodes || Number.NaN, used("unique_node_count"))
      : chunks.nodes;
  const spread = isFree ? Math.min(mostNodes, first(hostsOf(values.get("exec_host")), mostNodes)) : mostNodes;
  const nodes = place.includes("pack") || !(spread > 1) ? 1 : spread;
  const processors = torque === undefined ? Number.NaN : first(chunks.cpus, nodes);
  // Torque 6 has a syntax of requests (-L) that leaves no Resource_List.
  const cpus = first(processors, number("procs"), number("ncpus"), chunks.cpus, used("total_execution_slots"));
  const jobMib = first(readMemoryMib(asked("mem")), readMemoryMib(asked("pmem")) * cpus, chunks.mib);
  raw.nodes = nodes > 1 ? nodes : Number.NaN;
  raw.vcpus = Math.ceil(cpus / nodes);
  raw.memoryMib = jobMib / nodes;
  raw.gpus = Math.ceil(first(number("ngpus"), number("gpus"), chunks.gpus) / nodes);
  raw.limitMs = readClockOrSecondsMs(asked("walltime"));
}

/** The first that is known; NaN: none. */
function first(...values: readonly number[]): number {
  return values.find((value) => !Number.isNaN(value)) ?? Number.NaN;
}
