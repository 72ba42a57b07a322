// Strategies in a scenario's words: a name, or a map whose keys override a named one. Every key but the name may be left out;
// normalise-strategies.ts fills in what it is like. Where Spot's Elastigroup has the same setting, the description names it.

import { z } from "zod";
import { ALLOCATION_STRATEGIES, EXPANDERS, QUEUE_DISCIPLINES } from "../model/policy.js";
import {
  amountOr,
  countOr,
  duration,
  durationOr,
  fileSafeName,
  memorySize,
  mistake,
  positiveDuration,
  scalar,
  share,
  shareOr,
  usd,
} from "./schema-parts.js";
import { STRATEGY_PRESET_NAMES } from "./strategy-presets.js";
import { parseWindows } from "./windows.js";

/** Eleven instances launched for one that is needed: no boot is worth so much. */
const MOST_SPARES = 10;

const PROVISIONING = [
  "best-fit",
  "first-fit-decreasing",
  "karpenter",
  "cluster-autoscaler",
  "elastigroup",
  "optimum",
  "aws-batch",
  ...ALLOCATION_STRATEGIES,
] as const;

const escalation = z.strictObject({
  lostAttempts: z
    .int()
    .min(0)
    .optional()
    .describe("On-demand for a job that has lost so many attempts to reclaims; 0: never for this."),
  age: durationOr("never").optional().describe("On-demand for jobs that have waited so long, or never for this."),
  turnaround: durationOr("never")
    .optional()
    .describe("Jobs are to end so long after submission: on-demand when no second try would fit; or never for this."),
});

const blastRadius = z.strictObject({
  jobsPerInstance: countOr("unlimited").optional().describe("Most jobs on one spot instance."),
  vcpuHoursPerInstance: amountOr("unlimited")
    .optional()
    .describe("Most expected vCPU-hours of the jobs on one spot instance."),
  poolShare: shareOr("unlimited", { above: 0, most: 1 })
    .optional()
    .describe("Most of the spot fleet's vCPUs in one pool."),
});

const spot = z
  .strictObject({
    countRework: z
      .boolean()
      .optional()
      .describe("Whether pools are compared by price x (1 + expected rework), learned from the run's interruptions."),
    allocation: z
      .enum(["in-order", "price-capacity-optimized"])
      .optional()
      .describe(
        "How EC2 chooses among the pools of a launch: by our order, or the cheapest of those with most capacity.",
      ),
    poolsPerLaunch: z.int().min(1).optional().describe("Most pools that one launch allows."),
    refusalMemory: duration
      .optional()
      .describe("A pool that refused is not asked again for so long, twice as long after each further refusal."),
    mostRefusalMemory: duration.optional().describe("The longest that this grows to."),
    fallbackAfter: durationOr("never")
      .optional()
      .describe(
        "On-demand when no spot pool has had capacity for so long; or never. Elastigroup: fallback_to_ondemand.",
      ),
    escalation: escalation.optional().describe("When jobs are given on-demand capacity although spot is there."),
    blastRadius: blastRadius.optional().describe("What may be lost at once."),
    onRebalance: z
      .enum(["ignore", "drain"])
      .optional()
      .describe("What a rebalance recommendation does. Elastigroup drains (predictive rebalancing)."),
  })
  .superRefine(({ refusalMemory, mostRefusalMemory }, context) => {
    if (refusalMemory !== undefined && mostRefusalMemory !== undefined && mostRefusalMemory < refusalMemory) {
      mistake(context, "out-of-range", "mostRefusalMemory must not be less than refusalMemory", ["mostRefusalMemory"]);
    }
  });

const headroom = z
  .strictObject({
    units: z.int().min(0).optional().describe("Spare units, each on one instance. Elastigroup: num_of_units."),
    vcpus: z.number().min(0).optional().describe("vCPUs of a unit. Elastigroup: cpu_per_unit."),
    memory: memorySize.optional().describe("Memory of a unit. Elastigroup: memory_per_unit."),
    gpus: z.number().min(0).optional().describe("GPUs of a unit. Elastigroup: gpu_per_unit."),
    automatic: share({ least: 0, most: 2 })
      .optional()
      .describe("Share of the vCPUs in use, in units like the commonest jobs, e.g. 5%. Ocean's automatic headroom."),
  })
  .superRefine(({ units = 0, vcpus = 0, memory = 0, gpus = 0 }, context) => {
    if (units > 0 && vcpus + memory + gpus === 0) {
      mistake(context, "missing-key", "a unit of headroom needs vcpus, memory or gpus");
    }
  });

const window = scalar(parseWindows, { type: "string" });

const scaleDown = z.strictObject({
  idleDelay: duration.optional().describe("An instance idle this long is terminated."),
  maxShare: share({ above: 0, most: 1 })
    .optional()
    .describe("Most of the fleet that one decision may end; one always may. Elastigroup: max_scale_down_percentage."),
  cooldown: duration
    .optional()
    .describe("Nothing is ended for so long after the last end, and after a launch. Elastigroup: cooldown."),
  cooldownAfterLaunch: duration
    .optional()
    .describe("After a launch, where that is not the same. cluster-autoscaler: scale-down-delay-after-add."),
  evaluationPeriods: z
    .int()
    .min(0)
    .optional()
    .describe("Found empty so many times in a row, a minute apart. Elastigroup: evaluation_periods."),
  minimumLife: duration
    .optional()
    .describe("No instance is ended before it has run so long. Elastigroup: minimum_instance_lifetime, a preference."),
  windows: z
    .array(window)
    .optional()
    .describe("When instances may be ended, in UTC: Mon-Fri 18:00-06:00; []: always. Karpenter: budgets."),
  billingAware: z
    .boolean()
    .optional()
    .describe("A spot instance that EC2 is about to take in its first hour is left to it: that hour is free."),
  breakEven: z
    .boolean()
    .optional()
    .describe("An idle instance is kept as long as the chance of a job for it is worth more than its price."),
  waitValuePerHour: usd.optional().describe("USD that an hour of a job's waiting is worth, where that is weighed."),
  softCordon: z.boolean().optional().describe("Nothing is placed any more on instances that should empty."),
  mayKill: z
    .boolean()
    .optional()
    .describe("Running jobs may be killed to end an instance, when that saves more than the rework costs."),
});

const strategyMap = z.strictObject({
  name: fileSafeName.describe("Name in the report."),
  like: z
    .enum(STRATEGY_PRESET_NAMES)
    .optional()
    .describe("The strategy that keys left out are taken from; default: best-fit."),
  provisioning: z
    .enum(PROVISIONING)
    .optional()
    .describe(
      "What to launch: the cheapest mix for the pending jobs (best-fit), as another scheduler would, by integer programming " +
        "(optimum), each environment by its own allocationStrategy (aws-batch), or all by one of AWS's strategies.",
    ),
  expander: z.enum(EXPANDERS).optional().describe("Under cluster-autoscaler: how a node group is chosen."),
  placement: z
    .enum(["best-fit", "first-fit", "tail-aware"])
    .optional()
    .describe("Where a job runs: on the fullest instance with room, on the oldest, or where it prolongs a life least."),
  queueDiscipline: z
    .enum(QUEUE_DISCIPLINES)
    .optional()
    .describe("In which order queues are served: aws-batch as they were created there, or another policy."),
  queueDisciplines: z
    .record(z.string(), z.enum(QUEUE_DISCIPLINES))
    .optional()
    .describe("By queue name, where a queue is served in another order."),
  runtimeEstimates: z
    .enum(["limits", "learned"])
    .optional()
    .describe(
      "What easy, conservative and shortest-job-first plan with: the users' limits, or what earlier jobs of the same name took.",
    ),
  estimateQuantile: z
    .number()
    .gt(0)
    .max(1)
    .optional()
    .describe("Under learned estimates: this share of the earlier jobs took no longer."),
  fairShareHalfLife: positiveDuration
    .optional()
    .describe("Under slurm-fair-share: past usage loses half of its weight in this time (PriorityDecayHalfLife)."),
  holdBack: amountOr("never")
    .optional()
    .describe(
      "With tail-aware placement: USD that it must save at least to let a job wait for an instance of its own.",
    ),
  spareLaunches: z
    .number()
    .min(0)
    .max(MOST_SPARES)
    .optional()
    .describe(
      "Under best-fit: for n instances needed, this times the square root of n more; jobs start on the first to come.",
    ),
  learnMemory: z
    .boolean()
    .optional()
    .describe("Whether the usable memory of a type is learned from instances that registered."),
  batchingWindow: duration
    .optional()
    .describe("Demand gathers for so long after its first job before anything is bought for it."),
  maxLaunchesPerDecision: z.int().min(1).optional().describe("Most instances requested by one decision."),
  spot: spot.optional().describe("How spot capacity is bought, and what happens without it."),
  headroom: headroom.optional().describe("Spare capacity beside what jobs need."),
  scaleDown: scaleDown.optional().describe("When instances are terminated."),
});

/** A named strategy, or a map that overrides one. */
export const strategy = z.union([z.enum(STRATEGY_PRESET_NAMES), strategyMap]);
export type StrategyDocument = z.output<typeof strategyMap>;
