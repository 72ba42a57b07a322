// What the words of a report mean, and the colour each cost category has in every chart.

import type { CostCategory } from "../model/billing.js";
import type { JobOutcome } from "../model/run-result.js";

export interface CategoryDefinition {
  readonly label: string;
  /** One sentence. */
  readonly definition: string;
  readonly colour: string;
}

// One hue per kind of spending, told apart by lightness too (deuteranopia and print): green-blues for work, yellows for
// starting up, reds for empty room, purples for stranded resources, greys for charges beside the instance.
export const CATEGORY_DEFINITIONS: Readonly<Record<CostCategory, CategoryDefinition>> = {
  useful: { label: "Useful", definition: "Resources held by running jobs.", colour: "#0a6e8a" },
  rework: {
    label: "Rework",
    definition: "Resources held by running attempts that failed, tried again or not, but for what a checkpoint saved.",
    colour: "#7fc4d6",
  },
  pull: {
    label: "Image pull",
    definition: "Resources held by jobs whose container image is still being pulled.",
    colour: "#f2c94c",
  },
  boot: {
    label: "Boot",
    definition: "Billed time from running to registered, when no job can be placed yet.",
    colour: "#c79a1b",
  },
  idle: { label: "Idle", definition: "Registered instances without any job.", colour: "#c0392b" },
  unfilled: {
    label: "Unfilled",
    definition: "Room left beside running jobs that later jobs still came to use.",
    colour: "#f4a582",
  },
  tail: {
    label: "Tail",
    definition: "Room left beside running jobs after the last placement: waiting for the last job to end.",
    colour: "#e06a4a",
  },
  strandedVcpu: {
    label: "Stranded vCPU",
    definition: "vCPUs that could not be used because another resource was fuller.",
    colour: "#b39ddb",
  },
  strandedMemory: {
    label: "Stranded memory",
    definition: "Memory that could not be used because another resource was fuller.",
    colour: "#7e57c2",
  },
  strandedGpu: {
    label: "Stranded GPU",
    definition: "GPUs that could not be used because another resource was fuller.",
    colour: "#4a2c82",
  },
  minimumCharge: {
    label: "Minimum charge",
    definition: "The part of EC2's 60 s minimum charge beyond the life of the instance.",
    colour: "#4d4d4d",
  },
  storage: { label: "Storage", definition: "Root volumes of the instances.", colour: "#8c8c8c" },
  publicIpv4: { label: "Public IPv4", definition: "Public IPv4 addresses of the instances.", colour: "#c4c4c4" },
};

/** What the figures of the comparison mean, one sentence each. */
export const FIGURE_DEFINITIONS: readonly { readonly term: string; readonly definition: string }[] = [
  {
    term: "Saving",
    definition: "How much less the run cost than the on-demand baseline of the same workload.",
  },
  {
    term: "Above floor",
    definition:
      "Cost divided by the floor, minus one: against the spot floor for runs that use spot at all, against the " +
      "on-demand floor for runs purely on on-demand. No schedule can pay less than the floor of its market, but for hours " +
      "that EC2 refunds: they count here as if they had been paid.",
  },
  {
    term: "Wait",
    definition: "From submission, or from the end of a job's last dependency, to its first container start.",
  },
  {
    term: "Bounded slowdown",
    definition:
      "max(1, (wait + run time) / max(run time, 10 s)): 1 means that jobs never waited. A retried job's run time is " +
      "that of its last attempt; all before it counts as wait.",
  },
  { term: "Makespan", definition: "From the first submission to the end of the last job." },
  { term: "vCPU use", definition: "Used share of the vCPUs billed while the instances could run jobs." },
];

/** What became of jobs that failed, as column titles. */
export const FAILURE_LABELS: Readonly<Record<Exclude<JobOutcome, "succeeded">, string>> = {
  exited: "Exited",
  "out-of-memory": "Out of memory",
  "cannot-pull": "Image pull failed",
  "timed-out": "Timed out",
  "host-terminated": "Host terminated",
  terminated: "Terminated",
  "dependency-failed": "Dependency failed",
  cancelled: "Cancelled",
  "time-limit": "Stuck in RUNNABLE",
};

/** Stands for the shareIdentifier of jobs without one. */
export const NO_SHARE = "(none)";

/** Stands for the shares beyond the largest ones. */
export const OTHER_SHARES = "(other shares)";

/** Stands for the queue of instances that never ran a job. */
export const NO_QUEUE = "(no job ever ran)";

/** Stands for the pools beyond the dearest ones. */
export const OTHER_POOLS = "(other pools)";

/** Stands for the job names beyond those that lost most. */
export const OTHER_JOB_NAMES = "(other names)";

/** Stands for the job names beyond the dearest ones together with instances that never ran a job. */
export const OTHER_NAMES = "(other names, unused instances)";
