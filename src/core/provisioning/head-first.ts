// In which order a plan's launches are asked for where AWS Batch places, and a cap outside the decision may cut what comes last.

import type { Cluster } from "../state/cluster.js";
import { jobsThatFit } from "./candidates.js";
import type { Purchase, QueuePlan } from "./queue-plan.js";

/**
 * The plan's purchases for a queue whose head, of a class, has no room. Those that may serve
 * the head come first: who waits behind it cannot start. While a cap is reached there are no others: they would take the room
 * under the cap that the head waits for.
 */
export function headFirst(
  { tables, market }: Cluster,
  head: number,
  { purchases }: QueuePlan,
  nowMs: number,
): readonly Purchase[] {
  if (tables.placedBy !== "batch") return purchases;
  const shape = tables.shapes[tables.classes[head]!.shape]!;
  const servesHead = ({ launch }: Purchase) => jobsThatFit(shape, launch.candidate) > 0;
  const forHead = purchases.filter(servesHead);
  if (nowMs < market.cappedUntilMs) return forHead;
  return [...forHead, ...purchases.filter((purchase) => !servesHead(purchase))];
}
