// Why a job waits, in words: AWS's names, the user's job ids, amounts with units. What is said is what the engine's state
// shows (core/waiting); nothing is worked out here.

import { textAt } from "../base/text-column.js";
import { MILLI } from "../base/units.js";
import { isWaiting } from "../core/waiting/cheapest-change.js";
import type {
  Change,
  EnvironmentReason,
  QueueBlock,
  Shortage,
  TypeReason,
  WaitReasons,
} from "../core/waiting/reasons.js";
import type { Shape, Workload } from "../model/job.js";
import { NONE, type SystemTables } from "../model/tables.js";
import { formatDuration, formatInstant, formatUnitPrice } from "../report/format.js";

/** Instance types that are named one by one; the rest is counted. */
const TYPES_NAMED = 4;

/** The reasons as lines of text, the queue's first, the cheapest change last. */
export function tellWaiting(reasons: WaitReasons, tables: SystemTables, workload: Workload): string[] {
  const words = new WaitingWords(tables, workload);
  const rooms = words.rooms(reasons);
  const lines = [...words.place(reasons), ...rooms];
  if (reasons.head !== null) lines.push(...tellHead(reasons.head, rooms, words));
  const { changes, changesFor } = reasons;
  if (changes.length > 0) {
    const whose = changesFor === reasons.job ? "" : ` for ${words.job(changesFor)}`;
    const none = changes.every(isWaiting) ? "none, " : "";
    lines.push(`cheapest change${whose}: ${none}${changes.map((change) => words.change(change)).join("; and ")}`);
  }
  return lines;
}

/** What the job in front lacks; of its compute environments only what is not said already. */
function tellHead(head: WaitReasons, said: readonly string[], words: WaitingWords): string[] {
  const rooms = words.rooms(head);
  const hasRoom = head.environments.some(({ block }) => block.kind === "none");
  const alike = !hasRoom && rooms.join() === said.join();
  const [first, ...more] = [...words.place(head), ...(alike ? ["lacks the same room"] : rooms)];
  return [`${words.job(head.job)} itself: ${first ?? "about to start"}`, ...more.map((line) => `  ${line}`)];
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

  private instant(timeMs: number): string {
    return formatInstant(this.workload.originMs, timeMs);
  }

  /** What blocks a job in its queue. */
  place({ queue, queueBlock }: WaitReasons): string[] {
    return queueBlock === null ? [] : [`queue ${this.tables.queues[queue]!.name}: ${this.queueBlock(queueBlock)}`];
  }

  /** What keeps a job out of its compute environments. */
  rooms({ environments }: WaitReasons): string[] {
    return environments.flatMap((reason) => this.environment(reason));
  }

  private queueBlock(block: QueueBlock): string {
    const { shareNames, consumableResources } = this.tables;
    switch (block.kind) {
      case "behind-head":
        return `behind ${this.job(block.head)} at the head`;
      case "share-order":
        return this.shareOrder(block);
      case "reservation":
        return `share \`${shareNames[block.share]}\`: the active shares are at ${block.usedVcpuMilli / MILLI} of the ${block.limitVcpuMilli / MILLI} vCPUs that computeReservation leaves them, ${block.wantedVcpuMilli / MILLI} wanted`;
      case "consumable":
        return `consumable \`${consumableResources[block.resource]!.name}\` ${block.available} of ${consumableResources[block.resource]!.totalQuantity} left, ${block.wanted} wanted`;
      case "held-back":
        return "it fits, but prolonging an instance would cost more than one of its own: held back until that is there";
      case "would-delay":
        return `it fits, but starting it would delay ${this.job(block.head)}, which is before it`;
      case "next-decision":
        return block.unlessDelayed === NONE
          ? "it fits and starts with the next decision"
          : `it fits and starts with the next decision, unless that would delay ${this.job(block.unlessDelayed)}`;
    }
  }

  private shareOrder({
    share,
    servedShare,
    vcpuMilli,
    servedVcpuMilli,
    equal,
    head,
  }: QueueBlock & { readonly kind: "share-order" }): string {
    const { shareNames } = this.tables;
    const usage = equal ? "the same weighted usage, and a younger job" : "the higher weighted usage";
    return `share \`${shareNames[share]}\` has ${vcpus(vcpuMilli)} placed and ${usage}; \`${shareNames[servedShare]}\` (${vcpus(servedVcpuMilli)}) is served next, with ${this.job(head)}`;
  }

  private environment({ environment, block, types }: EnvironmentReason): string[] {
    const { name } = this.tables.environments[environment]!;
    switch (block.kind) {
      case "none":
        return [`${name}: has room`];
      case "multi-node-refused":
        return [`${name}: multi-node parallel jobs are refused here`];
      case "max-vcpus":
        return [`${name}: ${maximum(block)} (${vcpus(block.vcpuMilli)} launched)`, ...this.types(types)];
      case "too-small":
        return [`${name}: no instance type is large enough`, ...this.types(types)];
      case "in-flight":
        return [`${name}: instances are on their way (${block.instances})`, ...this.types(types)];
      case "refused":
        return [`${name}: EC2 has refused what is large enough`, ...this.types(types)];
      case "no-room":
        return [`${name}: no instance has room`, ...this.types(types)];
      case "gang":
        return [`${name}: not enough empty instances of one type for ${block.nodes} nodes`, ...this.types(types)];
    }
  }

  /** Types that hold the job by price; then those that are too small, the nearest first, of which one is always named. */
  private types(types: readonly TypeReason[]): string[] {
    const holding = types.filter(({ block }) => block.kind !== "too-small");
    const tooSmall = types.filter(({ block }) => block.kind === "too-small");
    tooSmall.sort((a, b) => this.lack(a) - this.lack(b));
    const named = holding.slice(0, tooSmall.length === 0 ? TYPES_NAMED : TYPES_NAMED - 1);
    named.push(...tooSmall.slice(0, TYPES_NAMED - named.length));
    const lines = named.map((type) => `  ${this.type(type)}`);
    if (types.length > named.length) lines.push(`  and ${counted(types.length - named.length, "other instance type")}`);
    return lines;
  }

  /** How far a type is from holding the job: what it lacks by what it has; without any GPU further than all others. */
  private lack({ instanceType, block }: TypeReason): number {
    if (block.kind !== "too-small") return 0;
    const { vcpuMilli, memoryMib, gpuMilli } = this.tables.instanceTypes[instanceType]!;
    const { short } = block;
    const gpus = short.gpuMilli === 0 ? 0 : short.gpuMilli / gpuMilli;
    return gpus + short.vcpuMilli / vcpuMilli + short.memoryMib / memoryMib;
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
      case "refused":
        return `EC2 refused ${name}, or takes it back: not asked again before ${this.instant(block.untilMs)}`;
      case "fixed-fleet":
        return `the fixed fleet has no ${name} with room`;
      case "nodes-missing":
        return `${name}: ${block.empty} empty${block.inFlight > 0 ? `, ${block.inFlight} on the way` : ""}`;
    }
  }

  change(change: Change): string {
    const { environments, shareNames, consumableResources } = this.tables;
    switch (change.kind) {
      case "wait":
        return `wait for the ${counted(change.instances, "instance")} on the way to ${environments[change.environment]!.name}`;
      case "wait-for-decision":
        return "the next decision starts it or launches for it";
      case "wait-for-capacity":
        return `EC2 is asked again at ${this.instant(change.untilMs)}`;
      case "wait-for-room":
        return `wait for a job to end in ${environments[change.environment]!.name}, or enlarge its fleet`;
      case "let-pass":
        return `let it pass ${this.job(change.head)}: another queue, or a discipline such as fifo-skip`;
      case "hold-back-less":
        return "a higher holdBack of the strategy, or `never`: it starts at once, and costs more";
      case "shorten-limit":
        return change.toMs === Number.POSITIVE_INFINITY
          ? "give it a run-time limit"
          : `give it a run-time limit of at most ${formatDuration(change.toMs)}: until ${this.job(change.head)} can start`;
      case "lower-reservation":
        return `lower computeReservation to ${change.toPercent}`;
      case "lower-weight":
        return `lower the weightFactor of share \`${shareNames[change.share]}\` to ${change.toWeight} (a lower value receives more)`;
      case "raise-consumable":
        return `raise \`${consumableResources[change.resource]!.name}\` to ${change.toQuantity}`;
      default:
        return this.largerOrSmaller(change);
    }
  }

  private largerOrSmaller(change: CapacityChange): string {
    const { environments, instanceTypes } = this.tables;
    switch (change.kind) {
      case "lower-request":
        return `ask for ${amounts(change.short)} less: it then fits ${instanceTypes[change.instanceType]!.name}`;
      case "raise-max-vcpus": {
        const { environment, toVcpuMilli, instances, instanceType, microUsdPerHour } = change;
        const what = `${instances === 1 ? "" : `${instances} `}${instanceTypes[instanceType]!.name}`;
        return `raise maxvCpus of ${environments[environment]!.name} to ${toVcpuMilli / MILLI} for ${what} (${formatUnitPrice(microUsdPerHour)} an hour)`;
      }
      case "add-larger-type":
        return `add an instance type with ${request(change.shape)} to ${environments[change.environment]!.name}`;
      case "add-multi-node-environment":
        return "add a MANAGED compute environment of on-demand EC2 instances to the queue";
    }
  }
}

type CapacityChange = Extract<
  Change,
  { readonly kind: "lower-request" | "raise-max-vcpus" | "add-larger-type" | "add-multi-node-environment" }
>;

function maximum({ vcpuMilli, maxVcpuMilli }: EnvironmentReason["block"] & { readonly kind: "max-vcpus" }): string {
  const maxvCpus = `maxvCpus ${maxVcpuMilli / MILLI}`;
  return vcpuMilli >= maxVcpuMilli ? `${maxvCpus} reached` : `${maxvCpus} leaves too little for one more instance`;
}

function request({ vcpuMilli, memoryMib, gpuMilli }: Shape): string {
  const gpus = gpuMilli === 0 ? "" : `, ${counted(gpuMilli / MILLI, "GPU")}`;
  return `${vcpus(vcpuMilli)}, ${memoryMib} MiB${gpus}`;
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
