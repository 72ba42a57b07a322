// A lower weightFactor receives more, which most people read the wrong way round; and shares that a policy does not list
// weigh 1, which may be more or less than those that it does.

import type { LintRule, RuleFinding } from "./finding.js";
import { demandByShare, type FairShareQueue, fairShareQueues, listedShare } from "./shares.js";
import { describeHours, formatTenths } from "./wording.js";

/** AWS Batch: a share without an entry has weightFactor 1.0. */
const UNLISTED_WEIGHT = 1;

export const weightFactor: LintRule = {
  code: "weight-factor",
  severity: "warning",
  check: (input) =>
    fairShareQueues(input).flatMap((queue) => {
      const path = [...input.places.schedulingPolicy(queue.policy.name), "fairsharePolicy", "shareDistribution"];
      return [...invertedWeights(queue), ...unlistedShares(queue)].map((finding) => ({ ...finding, path }));
    }),
};

type PathlessFinding = Omit<RuleFinding, "path">;

/** The share that asks for most is listed with the greatest weight: it receives the least. */
function invertedWeights({ queue, policy, kinds }: FairShareQueue): PathlessFinding[] {
  const listed = demandByShare(kinds).flatMap(({ share, hours }) => {
    const entry = listedShare(policy, share);
    return entry === undefined ? [] : [{ share, hours, weight: entry.weightFactor }];
  });
  if (listed.length < 2) return [];
  const most = listed.reduce((a, b) => (b.hours > a.hours ? b : a));
  const others = listed.filter((entry) => entry !== most);
  const lightest = others.reduce((a, b) => (b.weight < a.weight ? b : a));
  if (others.some(({ weight, hours }) => weight >= most.weight || hours === most.hours)) return [];
  const times = formatTenths(most.weight / lightest.weight);
  return [
    {
      message: `${queue.name}: the share ${most.share} asks for most and has the greatest weightFactor (${most.weight}), so it receives the least: ${lightest.share} (${lightest.weight}) receives ${times} times as much`,
      figure: `${most.share} ${describeHours(most.hours)}, ${lightest.share} ${describeHours(lightest.hours)} in the trace`,
      fix: "a lower weightFactor receives more: swap them if that is not meant",
    },
  ];
}

function unlistedShares({ queue, policy, kinds }: FairShareQueue): PathlessFinding[] {
  if (policy.shares.length === 0) return [];
  const unlisted = demandByShare(kinds).filter(({ share }) => listedShare(policy, share) === undefined);
  if (unlisted.length === 0) return [];
  const lightest = Math.min(...policy.shares.map((share) => share.weightFactor));
  const favoured = lightest > UNLISTED_WEIGHT;
  const names = unlisted.map(({ share }) => share);
  const shown = names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  const hours = unlisted.reduce((sum, entry) => sum + entry.hours, 0);
  return [
    {
      severity: favoured ? "warning" : "info",
      message: `${queue.name}: not listed in ${policy.name}, so with weightFactor ${UNLISTED_WEIGHT}: ${shown}${favoured ? `; that is less than any listed share's, so they receive the most` : ""}`,
      figure: `${describeHours(hours)} of the trace`,
      fix: "list them, or a prefix with *, if another weight is meant",
    },
  ];
}
