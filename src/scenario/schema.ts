// The user's scenario language as a zod schema: strict (unknown keys are refused), every key described, defaults applied,
// quantities read into plain numbers. What one key cannot know of another is checked in checks.ts; the step to a Scenario
// happens in normalise.ts.

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { BASELINE_NAMES } from "./scenario.js";
import { computeEnvironment, jobQueue } from "./schema-aws.js";
import { distribution, duration, fileSafeName, memorySize, text } from "./schema-parts.js";
import { trace } from "./schema-trace.js";

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
    .enum(["best-fit", "BEST_FIT_PROGRESSIVE"])
    .prefault(strategyDefaults.provisioning)
    .describe(
      "What to launch: the cheapest mix for the pending jobs, or AWS's BEST_FIT_PROGRESSIVE as far as published.",
    ),
  placement: z
    .enum(["best-fit", "first-fit"])
    .prefault(strategyDefaults.placement)
    .describe("Where a job runs: on the fullest instance with room, or on the oldest."),
  queueDiscipline: z
    .enum(["fifo", "fifo-skip"])
    .prefault(strategyDefaults.queueDiscipline)
    .describe("fifo: a job that does not fit blocks those behind it, as in AWS Batch. fifo-skip: they may pass."),
  scaleDown: scaleDown.prefault({}).describe("When idle instances are terminated."),
  maxLaunchesPerDecision: z
    .int()
    .min(1)
    .prefault(strategyDefaults.maxLaunchesPerDecision)
    .describe("Most instances requested by one decision."),
});

const world = z.strictObject({
  decisionInterval: duration
    .prefault(DEFAULTS.world.decisionInterval)
    .describe("Time between decisions; 0 decides at every event."),
  pending: distribution.prefault(DEFAULTS.world.pending).describe("From the launch request to running: not billed."),
  boot: distribution.prefault(DEFAULTS.world.boot).describe("From running to ready for jobs: billed."),
  pull: distribution.prefault(DEFAULTS.world.pull).describe("Image pull of the first job on an instance."),
  cachedPull: distribution
    .prefault(DEFAULTS.world.cachedPull)
    .describe("Container start of later jobs, when the image is there."),
});

const billing = z.strictObject({
  rootVolume: memorySize
    .prefault(DEFAULTS.billing.rootVolume)
    .describe("gp3 root volume of each instance, rounded up to whole GiB; 0: not billed."),
  publicIpv4: z
    .boolean()
    .prefault(DEFAULTS.billing.publicIpv4)
    .describe("Whether each instance pays for a public address."),
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
    trace: trace.describe("The jobs: `file` or `synthetic`."),
    jobQueues: z
      .array(jobQueue)
      .min(1)
      .optional()
      .describe(
        "As `aws batch describe-job-queues` prints it. Default: one queue `main` over all compute environments.",
      ),
    computeEnvironments: z
      .array(computeEnvironment)
      .min(1)
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
    world: world.prefault({}).describe("How long things take: a duration, or {min, max}, {mean} or {median, p95}."),
    billing: billing.prefault({}).describe("What is billed beside the instances."),
  })
  .describe("A Stowage scenario: jobs, queues, compute environments and the strategies to compare.");

export type ScenarioDocument = z.output<typeof scenarioSchema>;
