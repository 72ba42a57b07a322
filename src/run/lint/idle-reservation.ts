// computeReservation keeps (c/100)^n of maxvCpus free for inactive shares, n shares being active. Once all shares that there
// are have become active, what is still kept free waits for nobody.

import type { LintRule } from "./finding.js";
import { demandByShare, type FairShareQueue, fairShareQueues } from "./shares.js";
import { formatTenths } from "./wording.js";

/** A reservation below one vCPU keeps no job waiting. */
const NEGLIGIBLE_VCPUS = 1;

export const idleReservation: LintRule = {
  code: "idle-reservation",
  severity: "info",
  check: (input) =>
    fairShareQueues(input).flatMap((fairShare) => {
      const { queue, policy } = fairShare;
      if (policy.computeReservation === 0) return [];
      const shares = sharesOf(fairShare);
      if (shares === 0) return [];
      const { computeEnvironments } = input.resolved.scenario;
      const maxvCpus = computeEnvironments
        .filter(({ name }) => queue.computeEnvironments.includes(name))
        .reduce((sum, environment) => sum + environment.maxvCpus, 0);
      const kept = reserved(policy.computeReservation, shares) * maxvCpus;
      if (kept < NEGLIGIBLE_VCPUS) return [];
      const alone = reserved(policy.computeReservation, 1) * maxvCpus;
      const active = shares === 1 ? "its only share is" : `all of its ${shares} shares are`;
      return {
        path: [...input.places.schedulingPolicy(policy.name), "fairsharePolicy", "computeReservation"],
        severity: shares === 1 ? "warning" : "info",
        message: `${queue.name} keeps ${formatTenths(kept)} of ${maxvCpus} vCPUs free for inactive shares even when ${active} active: nobody ever uses them`,
        figure: `computeReservation ${policy.computeReservation}: ${formatTenths(alone)} vCPUs free with one active share, ${formatTenths(kept)} with ${shares}`,
        fix:
          shares === 1
            ? "computeReservation: 0"
            : "a lower computeReservation, or maxvCpus raised by what is never used",
      };
    }),
};

/** Shares that ever appear: those of the trace; without a trace the listed ones, unless a prefix stands for any number. */
function sharesOf({ policy, kinds }: FairShareQueue): number {
  const seen = demandByShare(kinds).length;
  if (seen > 0) return seen;
  return policy.shares.some(({ shareIdentifier }) => shareIdentifier.endsWith("*")) ? 0 : policy.shares.length;
}

/** (c/100)^n, multiplied out. */
function reserved(percent: number, shares: number): number {
  let share = 1;
  for (let i = 0; i < shares; i++) share *= percent / 100;
  return share;
}
