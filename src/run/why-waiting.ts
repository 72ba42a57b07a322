// Why a job waits, in words: AWS's names, the user's job ids, amounts with units. What is said is what the engine's state
// shows (core/waiting); nothing is worked out here.

import { textAt } from "../base/text-column.js";
import { MILLI } from "../base/units.js";
import type {
  Change,
  EnvironmentReason,
  QueueBlock,
  Shortage,
  TypeReason,
  WaitReasons,
} from "../core/waiting/reasons.js";
import type { Workload } from "../model/job.js";
import type { SystemTables } from "../model/tables.js";
import { formatUnitPrice } from "../report/format.js";

/** Instance types that are named one by one; the rest is counted. */
const TYPES_NAMED = 4;

/** The reasons as lines of text, the queue's first, the cheapest change last. */
export function tellWaiting(reasons: WaitReasons, tables: SystemTables, workload: Workload): string[] {
  const words = new WaitingWords(tables, workload);
  const lines = words.blocks(reasons);
  if (reasons.head !== null) {
    const [first, ...more] = words.blocks(reasons.head);
    lines.push(
      `${words.job(reasons.head.job)} itself: ${first ?? "about to start"}`,
      ...more.map((line) => `  ${line}`),
    );
  }
  const changes = reasons.changes.map((change) => words.change(change));
  if (changes.length > 0) lines.push(`cheapest change: ${changes.join("; and ")}`);
  return lines;
}

class WaitingWords {
  private readonly tables: SystemTables;
  private readonly workload: Workload;

  constructor(tables: SystemTables, workload: Workload) {
    this.tables = tables;
    this.workload = workload;
  }

  job(job: number): string {
    return textAt(this.workload.ids, job);
  }

  /** What blocks one job: its queue, then its compute environments. */
  blocks({ queue, queueBlock, environments }: WaitReasons): string[] {
    const { name } = this.tables.queues[queue]!;
    const own = queueBlock === null ? [] : [`queue ${name}: ${this.queueBlock(queueBlock)}`];
    return [...own, ...environments.flatMap((reason) => this.environment(reason))];
  }

  private queueBlock(block: QueueBlock): string {
    const { shareNames, consumableResources } = this.tables;
    switch (block.kind) {
      case "behind-head":
        return `behind ${this.job(block.head)} at the head`;
      case "share-order":
        return `share \`${shareNames[block.share]}\` has ${vcpus(block.vcpuMilli)} placed and the higher weighted usage; \`${shareNames[block.servedShare]}\` (${vcpus(block.servedVcpuMilli)}) is served next, with ${this.job(block.head)}`;
      case "reservation":
        return `share \`${shareNames[block.share]}\`: the active shares are at ${block.usedVcpuMilli / MILLI} of the ${block.limitVcpuMilli / MILLI} vCPUs that computeReservation leaves them`;
      case "consumable":
        return `consumable \`${consumableResources[block.resource]!.name}\` ${block.available} of ${consumableResources[block.resource]!.totalQuantity} left, ${block.wanted} wanted`;
      case "would-delay":
        return `it fits, but starting it would delay ${this.job(block.head)}, which is before it`;
      case "next-decision":
        return "it fits and starts with the next decision";
    }
  }

  private environment({ environment, block, types }: EnvironmentReason): string[] {
    const { name, maxVcpuMilli } = this.tables.environments[environment]!;
    const said = {
      "max-vcpus": `maxvCpus ${maxVcpuMilli / MILLI} reached`,
      "too-small": "no instance type is large enough",
      "in-flight": "instances are on their way",
      "no-room": "no instance has room",
      "multi-node-refused": "multi-node parallel jobs are refused here",
      gang: "not enough empty instances of one type",
      none: "has room",
    }[block.kind];
    const amount =
      block.kind === "max-vcpus"
        ? ` (${vcpus(block.vcpuMilli)} in use)`
        : block.kind === "in-flight"
          ? ` (${block.instances})`
          : block.kind === "gang"
            ? ` for ${block.nodes} nodes`
            : "";
    if (block.kind === "none" || block.kind === "multi-node-refused") return [`${name}: ${said}`];
    return [`${name}: ${said}${amount}`, ...this.types(types)];
  }

  private types(types: readonly TypeReason[]): string[] {
    const lines = types.slice(0, TYPES_NAMED).map((type) => `  ${this.type(type)}`);
    if (types.length > TYPES_NAMED) lines.push(`  and ${types.length - TYPES_NAMED} dearer instance types`);
    return lines;
  }

  private type({ instanceType, block }: TypeReason): string {
    const { name } = this.tables.instanceTypes[instanceType]!;
    switch (block.kind) {
      case "too-small":
        return `${shortage(block.short)} on ${name}`;
      case "no-room":
        return `${shortage(block.short)} on the nearest ${name} (instance ${block.instance})`;
      case "in-flight":
        return `${block.instances} ${name} on the way`;
      case "max-vcpus":
        return `one more ${name} would exceed maxvCpus`;
      case "may-launch":
        return `${name} fits and may be launched`;
      case "fixed-fleet":
        return `the fixed fleet has no ${name} with room`;
    }
  }

  change(change: Change): string {
    const { environments, instanceTypes, shareNames, consumableResources } = this.tables;
    switch (change.kind) {
      case "wait":
        return `none: wait for the ${counted(change.instances, "instance")} on the way to ${environments[change.environment]!.name}`;
      case "wait-for-decision":
        return "none: the next decision starts it or launches for it";
      case "wait-for-room":
        return `none but waiting for a job to end in ${environments[change.environment]!.name}, or a larger fleet`;
      case "lower-request":
        return `ask for ${amounts(change.short)} less: it then fits ${instanceTypes[change.instanceType]!.name}`;
      case "raise-max-vcpus":
        return `raise maxvCpus of ${environments[change.environment]!.name} to ${change.toVcpuMilli / MILLI} for ${instanceTypes[change.instanceType]!.name} (${formatUnitPrice(change.microUsdPerHour)} an hour)`;
      case "let-pass":
        return `let it pass ${this.job(change.head)} (a queue discipline with backfilling or skipping, or another queue)`;
      case "lower-reservation":
        return `lower computeReservation to ${change.toPercent}`;
      case "raise-weight":
        return `give share \`${shareNames[change.share]}\` a lower weightFactor (lower receives more)`;
      case "raise-consumable":
        return `raise \`${consumableResources[change.resource]!.name}\` to ${change.toQuantity}`;
      case "add-larger-type":
        return `add an instance type that holds it to ${environments[change.environment]!.name}`;
    }
  }
}

function shortage({ vcpuMilli, memoryMib, gpuMilli }: Shortage): string {
  if (gpuMilli > 0) return `GPUs short by ${gpuMilli / MILLI}`;
  if (vcpuMilli > 0) return `vCPUs short by ${vcpuMilli / MILLI}`;
  return `memory short by ${memoryMib} MiB`;
}

function amounts({ vcpuMilli, memoryMib }: Shortage): string {
  const parts = [vcpuMilli > 0 ? vcpus(vcpuMilli) : "", memoryMib > 0 ? `${memoryMib} MiB` : ""];
  return parts.filter((part) => part !== "").join(" and ");
}

function vcpus(vcpuMilli: number): string {
  return counted(vcpuMilli / MILLI, "vCPU");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
