// SubmitJob: jobs of a queue with a scheduling policy need a shareIdentifier, jobs of other queues must not have one. The
// trace's reader mends both and counts what it mended.

import type { RowTally } from "../../model/ingest.js";
import type { LintInput, LintRule, RuleFinding } from "./finding.js";
import { counted } from "./wording.js";

export const missingShare: LintRule = {
  code: "missing-share",
  severity: "warning",
  check: (input) => [...withoutShare(input), ...withIdleShare(input)],
};

function withoutShare({ resolved: { scenario }, trace: { report } }: LintInput): RuleFinding[] {
  const queues = scenario.jobQueues.filter(({ schedulingPolicy }) => schedulingPolicy !== undefined);
  if (queues.length === 0) return [];
  return tallies(report?.adjusted, "default-share").map((tally) => ({
    path: ["trace"],
    message: `jobs without a shareIdentifier go to fair-share queues (${queues.map(({ name }) => name).join(", ")}): AWS Batch refuses them`,
    figure: describe(tally),
    fix: "name the trace's column of shares (columns.share), or take the user or group for it (shareFrom)",
  }));
}

function withIdleShare({ trace: { report } }: LintInput): RuleFinding[] {
  return tallies(report?.adjusted, "share-ignored").map((tally) => ({
    path: ["trace"],
    severity: "info",
    message: "jobs with a shareIdentifier go to queues without a scheduling policy: AWS Batch refuses them",
    figure: describe(tally),
    fix: "give the queue its schedulingPolicyArn, or leave the column of shares out",
  }));
}

function tallies(list: readonly RowTally[] | undefined, code: string): RowTally[] {
  return (list ?? []).filter((tally) => tally.code === code);
}

function describe({ count, examples }: RowTally): string {
  return `${counted(count, "job")} of the trace, the first at line ${examples[0]?.line ?? 1}`;
}
