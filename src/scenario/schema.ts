// The user's scenario language as a zod schema: strict (unknown keys are refused), every key described, defaults applied,
// quantities read into plain numbers. What one key cannot know of another is checked in checks.ts; the step to a Scenario
// happens in normalise.ts.

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { BASELINE_NAMES } from "./scenario.js";
import { jobDefinition } from "./schema-definitions.js";
import { computeEnvironment } from "./schema-environments.js";
import { live } from "./schema-live.js";
import { fileSafeName, scalar, text } from "./schema-parts.js";
import { consumableResource, jobQueue, schedulingPolicy } from "./schema-queues.js";
import { strategy } from "./schema-strategies.js";
import { trace } from "./schema-trace.js";
import { billing, world } from "./schema-world.js";
import { parseStress, STRESS_PATTERN } from "./stress.js";

const stressLine = scalar(parseStress, { type: "string", pattern: STRESS_PATTERN });

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
      .describe("Strategies to compare on the same jobs: names, or maps that override one."),
    baselines: z
      .array(z.enum(BASELINE_NAMES))
      .prefault([...BASELINE_NAMES])
      .describe("Baselines to compare with; [] for none."),
    world: world.prefault({}).describe("How long things take and what goes wrong; ideal: nothing takes time."),
    stress: z
      .array(stressLine)
      .prefault([])
      .describe("What is put on the world beside that, one line each: zone-lost use1-az4 from 2h for 6h."),
    billing: billing.prefault({}).describe("What is billed beside the instances."),
    live: live.optional().describe("What live mode needs beside the rest; a replay reads none of it."),
  })
  .describe("A Stowage scenario: jobs, queues, compute environments and the strategies to compare.");

export type ScenarioDocument = z.output<typeof scenarioSchema>;
