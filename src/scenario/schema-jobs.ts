// Jobs written in the scenario: SubmitJob's words, with what the simulated world needs to know beside them (when it is
// submitted, how long it runs, how it ends). What one job says of another is checked in checks-jobs.ts.
// Source: AWS Batch API reference, SubmitJob, ArrayProperties, JobDependency (API version 2016-08-10).

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { describeValue } from "./finding.js";
import { DURATION_PATTERN, parseDurationMs } from "./quantities.js";
import {
  consumableResourceProperties,
  containerOverrides,
  jobTimeout,
  retryStrategy,
  schedulingPriority,
} from "./schema-definitions.js";
import { duration, ignored, mistake, positiveDuration, positiveMemorySize, text } from "./schema-parts.js";

/** SubmitJob: "up to 128 letters long. The first character must be alphanumeric …, hyphens (-), and underscores (_)". */
const jobName = text.superRefine((name, context) => {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(name)) return;
  const rule = "up to 128 letters, numbers, hyphens (-) and underscores (_), the first one a letter or number";
  mistake(context, "invalid-name", `a job name has ${rule}, got ${describeValue(name)}`);
});

const jobId = text.superRefine((id, context) => {
  if (!id.includes(":")) return;
  mistake(context, "invalid-name", `an id has no colon, got ${describeValue(id)}: children of arrays are id:index`);
});

/** SubmitJob: "limited to 255 alphanumeric characters"; the asterisk is for policies. Hyphens and underscores: with a note. */
const shareIdentifier = text.superRefine((share, context) => {
  if (/^[A-Za-z0-9_-]{1,255}$/.test(share)) return;
  const message = `The string is limited to 255 alphanumeric characters, got ${describeValue(share)}`;
  mistake(context, "invalid-share", message);
});

const arrayProperties = z.strictObject({
  size: z
    .int()
    .superRefine((size, context) => {
      if (size >= 2 && size <= 10_000) return;
      mistake(context, "out-of-range", `Array size must be between 2 and 10,000, got ${size}`);
    })
    .describe("Number of children, 2 to 10,000."),
});

const dependency = z
  .strictObject({
    jobId: text.optional().describe("Id of the job that must succeed first; not for SEQUENTIAL."),
    type: z
      .enum(["N_TO_N", "SEQUENTIAL"])
      .optional()
      .describe("N_TO_N: each child waits for its counterpart. SEQUENTIAL: each child waits for the one before it."),
  })
  .superRefine(({ jobId: on, type }, context) => {
    if (type === "SEQUENTIAL" && on !== undefined) {
      mistake(context, "conflicting-keys", "a SEQUENTIAL dependency must not specify a jobId", ["jobId"]);
    }
    if (type !== "SEQUENTIAL" && on === undefined) mistake(context, "missing-key", 'the key "jobId" is missing');
  });

/** SubmitJob: "A job can depend upon a maximum of 20 jobs." */
const dependsOn = z
  .array(dependency)
  .superRefine((dependencies, context) => {
    if (dependencies.length <= 20) return;
    const message = `A job can depend upon a maximum of 20 jobs, got ${dependencies.length}`;
    mistake(context, "too-many-dependencies", message);
  })
  .prefault([]);

/** One duration, or one for each child of an array, in milliseconds. */
const runtimes = z
  .unknown()
  .transform((input, context): { readonly each: readonly number[]; readonly byIndex: boolean } => {
    const byIndex = Array.isArray(input);
    const given: readonly unknown[] = byIndex ? input : [input];
    const each = given.map((item, index) => {
      const parsed = parseDurationMs(item);
      if ("value" in parsed) return parsed.value;
      mistake(context, parsed.code, parsed.message, byIndex ? [index] : [], parsed.hint);
      return 0;
    });
    return { each, byIndex };
  })
  .meta({
    anyOf: [
      { type: "string", pattern: DURATION_PATTERN },
      { const: 0 },
      { type: "array", items: { anyOf: [{ type: "string", pattern: DURATION_PATTERN }, { const: 0 }] } },
    ],
  });

const attempt = z.strictObject({
  runtime: duration.optional().describe("From container start to its end; default: the job's runtime."),
  exitCode: z
    .int()
    .min(0)
    .max(255)
    .prefault(DEFAULTS.attempt.exitCode)
    .describe("Exit code of the container, 0 to 255."),
  reason: z.string().optional().describe("The container's reason; default: the usual words for the exit code."),
  statusReason: z.string().optional().describe("The attempt's statusReason; default: the usual words."),
  cannotStart: z
    .boolean()
    .prefault(DEFAULTS.attempt.cannotStart)
    .describe("The attempt ends in STARTING: its image cannot be pulled."),
});

/** More copies than an array may have children belong into a trace file. */
export const MOST_COPIES_OF_ONE = 10_000;

export const job = z.strictObject({
  id: jobId.optional().describe("Unique; default: the jobName."),
  jobName: jobName.optional().describe("Jobs of one name are reported together; default: the id."),
  submit: duration.prefault(DEFAULTS.job.submit).describe("When it is submitted, from the start of the run."),
  repeat: z
    .int()
    .min(1)
    .max(MOST_COPIES_OF_ONE)
    .prefault(DEFAULTS.job.repeat)
    .describe("Number of copies; from 2 on their ids are id-1, id-2, …"),
  jobQueue: text.optional().describe("Job queue, by name or ARN; may be left out when there is only one."),
  jobDefinition: text.optional().describe("One of jobDefinitions: name (newest revision), name:revision or ARN."),
  containerOverrides: containerOverrides.optional().describe("Instead of what the job definition asks for."),
  vcpus: z.number().positive().optional().describe("vCPUs, in short."),
  memory: positiveMemorySize.optional().describe("Memory, in short."),
  gpus: z.number().min(0).optional().describe("GPUs, in short."),
  nodes: z.int().min(1).max(1_000).optional().describe("Nodes of a multi-node parallel job."),
  arrayProperties: arrayProperties.optional().describe("Makes it an array job."),
  dependsOn: dependsOn.describe("Up to 20 jobs that must succeed first."),
  shareIdentifier: shareIdentifier.optional().describe("Share in a fair-share queue: up to 255 letters and numbers."),
  schedulingPriorityOverride: schedulingPriority
    .optional()
    .describe("Within a share higher goes first, 0 to 9999; default: the job definition's."),
  retryStrategy: retryStrategy.optional().describe("Instead of the job definition's."),
  timeout: jobTimeout.optional().describe("Instead of the job definition's."),
  consumables: z
    .record(z.string(), z.int().min(1))
    .optional()
    .describe("Quantities of consumable resources by name, instead of the job definition's."),
  consumableResourcePropertiesOverride: consumableResourceProperties.optional().describe("The same in AWS's words."),
  limit: positiveDuration.optional().describe("The user's estimate of the run time; read by policies, not enforced."),
  runtime: runtimes.optional().describe("Run time, or a list of run times by array index."),
  attempts: z
    .array(attempt)
    .min(1)
    .optional()
    .describe("What happens in each attempt, the last entry in all later ones; default: success after runtime."),
  cancel: duration.optional().describe("When the user calls CancelJob, from the start of the run."),
  terminate: duration.optional().describe("When the user calls TerminateJob, from the start of the run."),
  parameters: ignored("Parameters of the command."),
  tags: ignored("Tags."),
  propagateTags: ignored("Tags of the task."),
});

export type JobDocument = z.output<typeof job>;
