// The user's scenario language as a zod schema: strict (unknown keys are refused), every key described, defaults applied,
// quantities read into plain numbers. What one key cannot know of another is checked in checks.ts; the step to a Scenario
// happens in normalise.ts.

import { z } from "zod";
import { ALLOCATION_STRATEGIES, QUEUE_DISCIPLINES } from "../model/policy.js";
import { DEFAULTS } from "./defaults.js";
import { BASELINE_NAMES } from "./scenario.js";
import { jobDefinition } from "./schema-definitions.js";
import { computeEnvironment } from "./schema-environments.js";
import { duration, fileSafeName, positiveDuration, text } from "./schema-parts.js";
import { consumableResource, jobQueue, schedulingPolicy } from "./schema-queues.js";
import { trace } from "./schema-trace.js";
import { billing, world } from "./schema-world.js";

const strategyDefaults = DEFAULTS.strategy;

const scaleDown = z.strictObject({
  idleDelay: duration.prefault(strategyDefaults.idleDelay).describe("An instance idle this long is terminated."),
  maxShare: z
    .number()
    .gt(0)
    .max(1)
    .prefault(strategyDefaults.maxShare)
    .describe("Most of the fleet that one decision may terminate, as a share; one instance always may."),
});

const strategy = z.strictObject({
  name: fileSafeName.describe("Name in the report."),
  provisioning: z
    .enum(["best-fit", "aws-batch", ...ALLOCATION_STRATEGIES])
    .prefault(strategyDefaults.provisioning)
    .describe(
      "What to launch: the cheapest mix for the pending jobs (best-fit), each environment by its own allocationStrategy " +
        "(aws-batch), or all by one of AWS's strategies, as far as published.",
    ),
  placement: z
    .enum(["best-fit", "first-fit"])
    .prefault(strategyDefaults.placement)
    .describe("Where a job runs: on the fullest instance with room, or on the oldest."),
  queueDiscipline: z
    .enum(QUEUE_DISCIPLINES)
    .prefault(strategyDefaults.queueDiscipline)
    .describe("In which order queues are served: aws-batch as they were created there, or another policy."),
  queueDisciplines: z
    .record(z.string(), z.enum(QUEUE_DISCIPLINES))
    .prefault({})
    .describe("By queue name, where a queue is served in another order."),
  runtimeEstimates: z
    .enum(["limits", "learned"])
    .prefault(strategyDefaults.runtimeEstimates)
    .describe(
      "What easy, conservative and shortest-job-first plan with: the users' limits, or what earlier jobs of the same name took.",
    ),
  estimateQuantile: z
    .number()
    .gt(0)
    .max(1)
    .prefault(strategyDefaults.estimateQuantile)
    .describe("Under learned estimates: this share of the earlier jobs took no longer."),
  fairShareHalfLife: positiveDuration
    .prefault(strategyDefaults.fairShareHalfLife)
    .describe("Under slurm-fair-share: past usage loses half of its weight in this time (PriorityDecayHalfLife)."),
  scaleDown: scaleDown.prefault({}).describe("When idle instances are terminated."),
  maxLaunchesPerDecision: z
    .int()
    .min(1)
    .prefault(strategyDefaults.maxLaunchesPerDecision)
    .describe("Most instances requested by one decision."),
});

/** A whole scenario file. Its output is the document with units and defaults; its input is the user's YAML. */
export const scenarioSchema = z
  .strictObject({
    name: fileSafeName.optional().describe("Name in reports; default: the name of the folder or file."),
    description: z.string().prefault("").describe("What is simulated, for people."),
    question: z.string().prefault("").describe("What the run should answer; the report repeats it."),
    region: text.prefault(DEFAULTS.region).describe("AWS region: decides prices and what is offered."),
    seed: z
      .int()
      .min(0)
      .prefault(DEFAULTS.seed)
      .describe("Seed of everything random: the same seed gives the same result."),
    trace: trace.describe("The jobs: `file`, `synthetic` or `jobs`."),
    jobDefinitions: z
      .array(jobDefinition)
      .prefault([])
      .describe("As `aws batch describe-job-definitions` prints it; jobs and rows of a trace refer to them."),
    schedulingPolicies: z
      .array(schedulingPolicy)
      .prefault([])
      .describe("As `aws batch describe-scheduling-policies` prints it; fair-share queues refer to them."),
    consumableResources: z
      .array(consumableResource)
      .prefault([])
      .describe("As `aws batch describe-consumable-resource` prints each; jobs hold them while they run."),
    jobQueues: z
      .array(jobQueue)
      .min(1)
      .max(50)
      .optional()
      .describe(
        "As `aws batch describe-job-queues` prints it. Default: one queue `main` over all compute environments.",
      ),
    computeEnvironments: z
      .array(computeEnvironment)
      .min(1)
      .max(50)
      .describe("As `aws batch describe-compute-environments` prints it."),
    strategies: z
      .array(strategy)
      .min(1)
      .prefault([...DEFAULTS.strategies])
      .describe("Strategies to compare on the same jobs."),
    baselines: z
      .array(z.enum(BASELINE_NAMES))
      .prefault([...BASELINE_NAMES])
      .describe("Baselines to compare with; [] for none."),
    world: world.prefault({}).describe("How long things take and what goes wrong; ideal: nothing takes time."),
    billing: billing.prefault({}).describe("What is billed beside the instances."),
  })
  .describe("A Stowage scenario: jobs, queues, compute environments and the strategies to compare.");

export type ScenarioDocument = z.output<typeof scenarioSchema>;
