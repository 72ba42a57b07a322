// Fair-share queues as the scenario has them, with what their shares ask for in the trace.

import type { JobQueueSpec, SchedulingPolicySpec } from "../../scenario/scenario.js";
import { type JobKind, vcpuHours } from "./figures.js";
import type { LintInput } from "./finding.js";

export interface FairShareQueue {
  readonly queue: JobQueueSpec;
  readonly policy: SchedulingPolicySpec;
  readonly kinds: readonly JobKind[];
}

export function fairShareQueues({ resolved: { scenario }, trace }: LintInput): FairShareQueue[] {
  return scenario.jobQueues.flatMap((queue) => {
    const policy = scenario.schedulingPolicies.find(({ name }) => name === queue.schedulingPolicy);
    if (policy === undefined) return [];
    return { queue, policy, kinds: trace.kinds.filter((kind) => kind.queue === queue.name) };
  });
}

/** vCPU-hours by share, of jobs that have one; sorted by name. */
export function demandByShare(kinds: readonly JobKind[]): { readonly share: string; readonly hours: number }[] {
  const hours = new Map<string, number>();
  for (const kind of kinds) {
    if (kind.share !== "") hours.set(kind.share, (hours.get(kind.share) ?? 0) + vcpuHours(kind));
  }
  return [...hours].map(([share, sum]) => ({ share, hours: sum })).sort((a, b) => (a.share < b.share ? -1 : 1));
}

/** The entry of a policy that a share falls under: its own, or a prefix with *. Undefined: none, weightFactor 1. */
export function listedShare(policy: SchedulingPolicySpec, share: string) {
  return (
    policy.shares.find(({ shareIdentifier }) => shareIdentifier === share) ??
    policy.shares.find(({ shareIdentifier }) => {
      return shareIdentifier.endsWith("*") && share.startsWith(shareIdentifier.slice(0, -1));
    })
  );
}
