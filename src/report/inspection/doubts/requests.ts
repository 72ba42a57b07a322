// Doubts about what jobs asked for: vCPUs, memory, limits, names.

import type { FieldAccount, TraceFindings } from "../../../model/trace-inspection.js";
import { formatCount, formatPercent } from "../../format.js";
import { countOf, type Doubt, doubt, partOf, sentence, shareOf } from "./doubt.js";

export const missingVcpus: Doubt = (findings) =>
  missingAmount(
    findings,
    "vcpus",
    "missing-vcpus",
    "vCPU",
    "--default-vcpus (or defaults.vcpus in the scenario's trace)",
  );

export const missingMemory: Doubt = (findings) =>
  missingAmount(
    findings,
    "memory",
    "missing-memory",
    "memory",
    "--default-memory or --default-memory-per-vcpu (or defaults.memory in the scenario's trace)",
  );

/** Leaving out fewer jobs than this changes little. */
const MANY_MISSING = 0.01;

/** Nothing and 0 are told apart where the rows were seen. */
function missingAmount({ records, fields }: TraceFindings, field: string, code: string, word: string, option: string) {
  const count = countOf(records.adjusted, code);
  if (count === 0) return undefined;
  const zero = fields.find((account: FieldAccount) => account.field === field)?.zero ?? 0;
  const zeros = zero === 0 ? "" : `; a 0 stands in ${formatCount(zero)} of them`;
  const rows = partOf(count, records.accepted, "accepted rows");
  return doubt(
    shareOf(count, records.accepted) >= MANY_MISSING ? "serious" : "doubt",
    code,
    `There is no ${word} request in ${rows}${zeros}: these jobs cannot be replayed as they are.`,
    `Give ${option}; it decides how many jobs fit on an instance, so try more than one value.`,
  );
}

export const filledIn: Doubt = ({ records }) => {
  const parts = (["vcpus", "memory"] as const).flatMap((field) => {
    const count = countOf(records.adjusted, `default-${field}`);
    return count === 0
      ? []
      : [`the ${field === "vcpus" ? "vCPUs" : "memory"} of ${partOf(count, records.accepted, "jobs")}`];
  });
  return parts.length === 0
    ? undefined
    : doubt("doubt", "filled-in", `${sentence(parts.join(" and "))}: your default, not the trace's.`);
};

export const estimated: Doubt = ({ records }) => {
  const counts = (["vcpus", "memory"] as const).map((field) => countOf(records.adjusted, `estimated-${field}`));
  const count = Math.max(...counts);
  return count === 0
    ? undefined
    : doubt(
        "doubt",
        "estimated-requests",
        `The requests of ${partOf(count, records.accepted, "accepted rows")} are estimated from what the jobs used: real ` +
          "requests are mostly larger, so fewer jobs fit on an instance than a replay shows.",
        "Give the requests of the job definitions where you have them.",
      );
};

export const tinyMemory: Doubt = ({ records }) => {
  const count = countOf(records.adjusted, "suspicious-memory");
  return count === 0
    ? undefined
    : doubt(
        "doubt",
        "tiny-memory",
        `${sentence(partOf(count, records.accepted, "accepted rows"))} ask for less than 4 MiB: a unit is probably missing.`,
      );
};

const MANY_AT_LIMIT = 0.05;

export const atLimit: Doubt = ({ requests }) => {
  const share = shareOf(requests.atLimit, requests.limited);
  return share < MANY_AT_LIMIT
    ? undefined
    : doubt(
        "doubt",
        "at-limit",
        `${sentence(partOf(requests.atLimit, requests.limited, "jobs with a limit"))} ran for 99 % of their limit or longer: ` +
          "they were probably killed by it, and the work was done again or given up.",
      );
};

export const aboveMemory: Doubt = ({ requests }) =>
  requests.aboveMemory === 0
    ? undefined
    : doubt(
        "doubt",
        "above-memory",
        `${sentence(partOf(requests.aboveMemory, requests.memoryCompared, "jobs whose memory was measured"))} used more than ` +
          "they asked for: AWS Batch would kill their containers.",
        "Raise their request, or check the units of both.",
      );

/** Below, half of what is paid for is empty room. */
const LITTLE_USED = 0.5;

export const littleMemoryUsed: Doubt = ({ requests }) =>
  requests.medianMemoryUse === null || requests.medianMemoryUse >= LITTLE_USED
    ? undefined
    : doubt(
        "note",
        "little-memory-used",
        `Half of the jobs whose memory was measured used ${formatPercent(requests.medianMemoryUse)} of their request or less.`,
        "Smaller requests would pack better: compare both in a replay.",
      );

const MANY_NAMES = 0.9;
const FEWEST_JOBS = 50;

export const names: Doubt = ({ fields, work, jobs }) => {
  if (jobs < FEWEST_JOBS) return undefined;
  if (work.nameCount === 1 && fields.some(({ field, given }) => field === "name" && given === 0)) {
    return doubt("note", "no-names", "Jobs have no names: nothing can be told, or learned, per kind of job.");
  }
  return work.nameCount < MANY_NAMES * jobs
    ? undefined
    : doubt(
        "note",
        "unique-names",
        `There are ${formatCount(work.nameCount)} names for ${formatCount(jobs)} jobs: what one run teaches of a name helps no ` +
          "other.",
      );
};
