// The cheapest change that would let a waiting job start: first what its queue needs, then, unless room is there already, what
// the cheapest of its compute environments needs. Waiting for what is on its way costs nothing and comes before everything;
// a smaller request comes before more capacity; of capacity the lowest price wins. Where a job before it would take what the
// change brings, the change is that job's, and says so.

import { overheadOf } from "../../model/instance-type.js";
import type { Shape } from "../../model/job.js";
import type { Cluster } from "../state/cluster.js";
import type { Change, EnvironmentReason, QueueBlock, Shortage, TypeReason, WaitReasons } from "./reasons.js";

/** A request may be cut by this share without being another job: what memory and vCPU requests are commonly padded by. */
const MODEST_CUT = 0.1;

type Reasons = Omit<WaitReasons, "changes" | "changesFor">;
type Changes = Pick<WaitReasons, "changes" | "changesFor">;

/** What compute environments need, the best first. What is on its way was bought for such jobs: a decision need not buy more. */
const RANKS: readonly Change["kind"][] = [
  "wait",
  "wait-for-decision",
  "wait-for-capacity",
  "lower-request",
  "raise-max-vcpus",
  "wait-for-room",
  "add-larger-type",
  "add-multi-node-environment",
];

/** Changes in the order in which they must be made; `before` gives the reasons of the queue's first job, if that is another. */
export function cheapestChange(cluster: Cluster, reasons: Reasons, before: (() => WaitReasons) | null): Changes {
  const { job, queueBlock, couldStart } = reasons;
  const own = (...changes: readonly Change[]): Changes => ({ changes, changesFor: job });
  if (queueBlock?.kind === "behind-head" || queueBlock?.kind === "share-order") {
    const ofHead = before?.() ?? { changes: [], changesFor: job, queueBlock: null };
    const isHeldBack = ofHead.queueBlock?.kind === "held-back";
    const helpHead = !couldStart || isHeldBack || ofHead.changes.every(isWaiting);
    return helpHead
      ? { changes: ofHead.changes, changesFor: ofHead.changesFor }
      : own(changeOfQueue(cluster, queueBlock));
  }
  const hasRoom = reasons.environments.some(({ block }) => block.kind === "none");
  const room = hasRoom ? null : changeOfRoom(cluster, reasons);
  if (queueBlock !== null) return own(changeOfQueue(cluster, queueBlock), ...(room === null ? [] : [room]));
  if (room === null) return own();
  // In a queue where jobs may pass, the first one has the first claim on new room.
  const first = room.kind === "lower-request" ? null : (before?.() ?? null);
  return first === null || first.changes.length === 0 ? own(room) : { changes: first.changes, changesFor: first.job };
}

/** Whether nothing but time is needed. */
export function isWaiting({ kind }: Change): boolean {
  return kind === "wait" || kind === "wait-for-decision" || kind === "wait-for-capacity";
}

function changeOfQueue({ tables }: Cluster, block: QueueBlock): Change {
  switch (block.kind) {
    case "behind-head":
      return { kind: "let-pass", head: block.head, microUsdPerHour: 0 };
    case "held-back":
      return { kind: "hold-back-less", microUsdPerHour: 0 };
    case "would-delay":
      return block.longestLimitMs > 0
        ? { kind: "shorten-limit", toMs: block.longestLimitMs, head: block.head, microUsdPerHour: 0 }
        : { kind: "let-pass", head: block.head, microUsdPerHour: 0 };
    case "share-order":
      return Number.isNaN(block.largestWeight)
        ? { kind: "let-pass", head: block.head, microUsdPerHour: 0 }
        : { kind: "lower-weight", share: block.share, toWeight: block.largestWeight, microUsdPerHour: 0 };
    case "consumable": {
      const { totalQuantity } = tables.consumableResources[block.resource]!;
      const toQuantity = totalQuantity + block.wanted - block.available;
      return { kind: "raise-consumable", resource: block.resource, toQuantity, microUsdPerHour: 0 };
    }
    case "reservation":
      return { kind: "lower-reservation", toPercent: block.largestPercent, microUsdPerHour: 0 };
    case "next-decision":
      return { kind: "wait-for-decision", microUsdPerHour: 0 };
  }
}

function changeOfRoom(cluster: Cluster, reasons: Reasons): Change | null {
  return reasons.environments
    .map((environment) => changeOfEnvironment(cluster, reasons, environment))
    .reduce<Change | null>((best, change) => (best === null || rank(change) < rank(best) ? change : best), null);
}

function changeOfEnvironment(cluster: Cluster, { job, shape }: Reasons, reason: EnvironmentReason): Change {
  const { environment, block, types } = reason;
  if (block.kind === "multi-node-refused") return { kind: "add-multi-node-environment", microUsdPerHour: 0 };
  if (block.kind === "in-flight") {
    return { kind: "wait", instances: block.instances, environment, microUsdPerHour: 0 };
  }
  if (types.some((type) => type.block.kind === "may-launch")) {
    return { kind: "wait-for-decision", microUsdPerHour: 0 };
  }
  if (block.kind === "refused") return { kind: "wait-for-capacity", untilMs: block.untilMs, microUsdPerHour: 0 };
  const { nodes } = cluster.tables.classes[cluster.jobClass(job)]!;
  const { fargate } = cluster.tables.environments[environment]!;
  const smaller = nodes > 1 || fargate ? null : modestCut(cluster, shape, types);
  if (smaller !== null) return smaller;
  const larger = cheapestLarger(cluster, reason, nodes);
  if (larger !== null) return larger;
  return block.kind === "too-small"
    ? { kind: "add-larger-type", environment, shape, microUsdPerHour: 0 }
    : { kind: "wait-for-room", environment, microUsdPerHour: 0 };
}

/** The cheapest small cut of the request that makes it fit: a registered instance with that room, or one that may be bought. */
function modestCut(cluster: Cluster, shape: Shape, types: readonly TypeReason[]): Change | null {
  let best: Change | null = null;
  for (const { block, instanceType, pool } of types) {
    const cuts: (readonly [short: Shortage, microUsdPerHour: number])[] = [];
    const nearest = block.kind === "no-room" ? block : block.kind === "too-small" ? block.nearest : null;
    if (nearest !== null) cuts.push([nearest.short, 0]);
    if (block.kind === "too-small" && block.mayLaunch) cuts.push([block.short, priceOf(cluster, pool)]);
    for (const [short, microUsdPerHour] of cuts) {
      if (!isModest(short, shape) || (best !== null && best.microUsdPerHour <= microUsdPerHour)) continue;
      best = { kind: "lower-request", short, instanceType, microUsdPerHour };
    }
  }
  return best;
}

function isModest(short: Shortage, shape: Shape): boolean {
  return (
    short.vcpuMilli <= MODEST_CUT * shape.vcpuMilli &&
    short.memoryMib <= MODEST_CUT * shape.memoryMib &&
    short.gpuMilli === 0
  );
}

/** maxvCpus raised by as much as the cheapest type that holds the job takes; of several nodes, by those that are missing. */
function cheapestLarger(cluster: Cluster, { environment, types }: EnvironmentReason, nodes: number): Change | null {
  const { tables, environments } = cluster;
  if (tables.environments[environment]!.fixedFleet !== null) return null;
  let best: Change | null = null;
  for (const { instanceType, pool, block } of types) {
    if (block.kind === "too-small") continue;
    const instances = nodes - (block.kind === "nodes-missing" ? block.empty + block.inFlight : 0);
    const microUsdPerHour = instances * priceOf(cluster, pool);
    if (best !== null && best.microUsdPerHour <= microUsdPerHour) continue;
    const addedVcpuMilli = instances * tables.instanceTypes[instanceType]!.vcpuMilli;
    const toVcpuMilli = environments[environment]!.vcpuMilli + addedVcpuMilli;
    best = { kind: "raise-max-vcpus", environment, toVcpuMilli, instanceType, instances, microUsdPerHour };
  }
  return best;
}

function priceOf({ tables }: Cluster, pool: number): number {
  return tables.pools[pool]!.priceMicroUsdPerHour + overheadOf(tables.pools[pool]!, tables.overheadMicroUsdPerHour);
}

/** By kind, then by price. */
function rank(change: Change): number {
  return RANKS.indexOf(change.kind) * 1e12 + change.microUsdPerHour;
}
