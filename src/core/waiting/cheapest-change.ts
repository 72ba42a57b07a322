// The cheapest change that would let a waiting job start: first what its queue needs, then, unless room is there already, what
// the cheapest of its compute environments needs. Waiting for what is on its way costs nothing and comes before everything;
// a smaller request comes before more capacity; of capacity the lowest price wins.

import { NONE } from "../../model/tables.js";
import type { Cluster } from "../state/cluster.js";
import type { Change, EnvironmentReason, QueueBlock, TypeReason, WaitReasons } from "./reasons.js";

/** A request may be cut by this share without being another job: what memory and vCPU requests are commonly padded by. */
const MODEST_CUT = 0.1;

/** Changes in the order in which they must be made; one is enough in most cases. */
export function cheapestChange(cluster: Cluster, reasons: Omit<WaitReasons, "changes">): readonly Change[] {
  const { queueBlock, environments, head } = reasons;
  const queueChange = queueBlock === null ? null : changeOfQueue(cluster, queueBlock);
  if (environments.some(({ block }) => block.kind === "none")) return queueChange === null ? [] : [queueChange];
  // Behind a head that waits for capacity, what unblocks the head is what helps.
  if (queueBlock?.kind === "behind-head" && head !== null) return head.changes;
  const room = environments
    .map((environment) => changeOfEnvironment(cluster, reasons, environment))
    .reduce<Change | null>((best, change) => (best === null || rank(change) < rank(best) ? change : best), null);
  return [queueChange, room].filter((change) => change !== null);
}

function changeOfQueue({ tables }: Cluster, block: QueueBlock): Change | null {
  switch (block.kind) {
    case "behind-head":
    case "would-delay":
      return { kind: "let-pass", head: block.head, microUsdPerHour: 0 };
    case "share-order":
      return { kind: "raise-weight", share: block.share, microUsdPerHour: 0 };
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

function changeOfEnvironment(
  cluster: Cluster,
  reasons: Omit<WaitReasons, "changes">,
  reason: EnvironmentReason,
): Change {
  const { environment, block, types } = reason;
  if (block.kind === "in-flight") {
    return { kind: "wait", instances: block.instances, environment, microUsdPerHour: 0 };
  }
  if (block.kind === "no-room" && types.some((type) => type.block.kind === "may-launch")) {
    return { kind: "wait-for-decision", microUsdPerHour: 0 };
  }
  const smaller = modestCut(cluster, reasons, types);
  if (smaller !== null) return smaller;
  const larger = cheapestLarger(cluster, reason, reasons.job);
  if (larger !== null) return larger;
  return block.kind === "too-small" || block.kind === "multi-node-refused"
    ? { kind: "add-larger-type", environment, microUsdPerHour: 0 }
    : { kind: "wait-for-room", environment, microUsdPerHour: 0 };
}

/** The first type, by price, that a small cut of the request would make fit, if one is registered with that room or may be bought. */
function modestCut(
  cluster: Cluster,
  { shape }: Omit<WaitReasons, "changes">,
  types: readonly TypeReason[],
): Change | null {
  for (const { block, instanceType, pool } of types) {
    if (block.kind !== "no-room" && block.kind !== "too-small") continue;
    const { short } = block;
    const modest =
      short.vcpuMilli <= MODEST_CUT * shape.vcpuMilli &&
      short.memoryMib <= MODEST_CUT * shape.memoryMib &&
      short.gpuMilli === 0;
    if (!modest) continue;
    const microUsdPerHour = block.kind === "no-room" ? 0 : cluster.tables.pools[pool]!.priceMicroUsdPerHour;
    return { kind: "lower-request", short, instanceType, microUsdPerHour };
  }
  return null;
}

/** maxvCpus raised by as much as the cheapest type that holds the job takes. */
function cheapestLarger(cluster: Cluster, { environment, types }: EnvironmentReason, job: number): Change | null {
  const { tables, environments } = cluster;
  if (tables.environments[environment]!.fixedFleet !== null) return null;
  const { nodes } = tables.classes[cluster.jobClass(job)]!;
  const holds = types.find(({ block }) => block.kind !== "too-small");
  if (holds === undefined) return null;
  const { vcpuMilli } = tables.instanceTypes[holds.instanceType]!;
  return {
    kind: "raise-max-vcpus",
    environment,
    toVcpuMilli: environments[environment]!.vcpuMilli + nodes * vcpuMilli,
    instanceType: holds.instanceType,
    microUsdPerHour: nodes * (tables.pools[holds.pool]!.priceMicroUsdPerHour + tables.overheadMicroUsdPerHour),
  };
}

/** Free changes first, by kind; then by price. */
function rank(change: Change): number {
  const order: readonly Change["kind"][] = ["wait-for-decision", "wait", "lower-request", "raise-max-vcpus"];
  const position = order.indexOf(change.kind);
  return (position === NONE ? order.length : position) * 1e12 + change.microUsdPerHour;
}
