// Weights of shares that a live run meets after its start: by what the scheduling policy says of their names.

import type { FairShare } from "../../model/policy.js";

/** weightFactor of a share that no entry of the scheduling policy matches (AWS Batch API reference, ShareAttributes). */
const DEFAULT_WEIGHT = 1;

/** Of the entry with exactly the share's name, else of the longest prefix entry ("lab*") that it begins with, else 1. */
export function weightOfNewShare({ shareDistribution = [] }: FairShare, shareName: string): number {
  let weight = DEFAULT_WEIGHT;
  let longest = -1;
  for (const { shareIdentifier, weightFactor } of shareDistribution) {
    if (shareIdentifier === shareName) return weightFactor;
    const prefix = shareIdentifier.slice(0, -1);
    if (!shareIdentifier.endsWith("*") || !shareName.startsWith(prefix) || prefix.length <= longest) continue;
    weight = weightFactor;
    longest = prefix.length;
  }
  return weight;
}
