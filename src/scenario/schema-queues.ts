// Job queues, scheduling policies and consumable resources in AWS's shape: what `aws batch describe-job-queues`,
// `describe-scheduling-policies` and `describe-consumable-resource` print is accepted as it is.
// Source: AWS Batch API reference, JobQueueDetail, JobStateTimeLimitAction, SchedulingPolicyDetail, FairsharePolicy,
// ShareAttributes, DescribeConsumableResource (API version 2016-08-10).

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { describeValue } from "./finding.js";
import { ignored, mistake, text } from "./schema-parts.js";

/** A disabled queue takes no jobs on AWS; simulating it as if it did would mislead. */
const queueState = z
  .enum(["ENABLED", "DISABLED"])
  .superRefine((value, context) => {
    if (value === "DISABLED") {
      mistake(context, "disabled", "is DISABLED, so nothing would run here", [], "remove it, or set state: ENABLED");
    }
  })
  .optional();

const timeLimitAction = z.strictObject({
  reason: text.describe("Why the job is stuck, e.g. CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY."),
  state: z.literal("RUNNABLE").describe("State of the job: RUNNABLE."),
  maxTimeSeconds: z
    .int()
    .min(600)
    .max(86_400)
    .describe("How long the job at the head of the queue may be stuck, 600 to 86400 seconds."),
  action: z.literal("CANCEL").describe("What happens to it: CANCEL."),
});

export const jobQueue = z.strictObject({
  jobQueueName: text.describe("Name; jobs refer to it."),
  priority: z.int().min(0).prefault(DEFAULTS.jobQueue.priority).describe("Higher is served first."),
  computeEnvironmentOrder: z
    .array(
      z.strictObject({
        order: z.int().min(0).describe("Lower is tried first."),
        computeEnvironment: text.describe("Name or ARN of a compute environment."),
      }),
    )
    .min(1)
    .describe("Up to three compute environments, in the order in which they are tried."),
  state: queueState.describe("DISABLED is refused: the queue would take no jobs."),
  schedulingPolicyArn: text
    .optional()
    .describe("ARN or name of one of schedulingPolicies: a fair-share queue. None: first in, first out."),
  jobStateTimeLimitActions: z
    .array(timeLimitAction)
    .prefault([])
    .describe("What happens to a job that is stuck at the head of the queue."),
  serviceEnvironmentOrder: z
    .array(z.unknown())
    .superRefine((environments, context) => {
      if (environments.length > 0) mistake(context, "not-simulated", "service environments are not simulated");
    })
    .optional()
    .describe("Must be empty: service environments are not simulated."),
  jobQueueType: ignored("Kind of queue."),
  jobQueueArn: ignored("ARN."),
  status: ignored("AWS's status."),
  statusReason: ignored("Reason of the status."),
  tags: ignored("Tags."),
});

/**
 * ShareAttributes: "limited to 255 alphanumeric characters, and can be followed by an asterisk (*)". Hyphens and underscores
 * are taken with a note: the accounts and users of traces have them.
 */
const SHARE_OR_PREFIX = /^[A-Za-z0-9_-]{1,255}\*?$|^\*$/;

const shareOrPrefix = text.superRefine((share, context) => {
  if (SHARE_OR_PREFIX.test(share)) return;
  const rule = "The string is limited to 255 alphanumeric characters, and can be followed by an asterisk (*)";
  mistake(context, "invalid-share", `${rule}, got ${describeValue(share)}`);
});

const fairsharePolicy = z.strictObject({
  shareDistribution: z
    .array(
      z.strictObject({
        shareIdentifier: shareOrPrefix.describe("Share, or with a * at the end all shares that begin so."),
        weightFactor: z
          .number()
          .min(0.0001)
          .max(999.9999)
          .prefault(DEFAULTS.fairshare.weightFactor)
          .describe("0.0001 to 999.9999; a lower value receives more."),
      }),
    )
    .max(500)
    .prefault([])
    .describe("Up to 500 weights of shares; any other share has 1."),
  shareDecaySeconds: z
    .int()
    .min(0)
    .max(604_800)
    .prefault(DEFAULTS.fairshare.shareDecaySeconds)
    .describe("Window of past usage that counts, up to 604800 seconds; 0: AWS's least, 600."),
  computeReservation: z
    .int()
    .min(0)
    .max(99)
    .prefault(DEFAULTS.fairshare.computeReservation)
    .describe("Percentage of the maximum kept for inactive shares, raised to the number of active ones; 0 to 99."),
});

export const schedulingPolicy = z.strictObject({
  name: text.describe("Name; job queues refer to it by name or ARN."),
  arn: text.optional().describe("ARN; job queues refer to it by name or ARN."),
  fairsharePolicy: fairsharePolicy.prefault({}).describe("How a fair-share queue shares."),
  quotaSharePolicy: z
    .unknown()
    .superRefine((value, context) => {
      if (value !== undefined) mistake(context, "not-simulated", "quota shares are not simulated");
    })
    .optional()
    .describe("Must not be given: quota shares are not simulated."),
  tags: ignored("Tags."),
});

export const consumableResource = z.strictObject({
  consumableResourceName: text.describe("Name; job definitions and jobs refer to it by name or ARN."),
  resourceType: z
    .enum(["REPLENISHABLE", "NON_REPLENISHABLE"])
    .prefault(DEFAULTS.consumableResource.resourceType)
    .describe("REPLENISHABLE: given back when a job ends. NON_REPLENISHABLE: used up."),
  totalQuantity: z.int().min(0).describe("How many there are."),
  consumableResourceArn: ignored("ARN."),
  inUseQuantity: ignored("In use when the description was printed."),
  availableQuantity: ignored("Available when the description was printed."),
  createdAt: ignored("Time of creation."),
  tags: ignored("Tags."),
});
