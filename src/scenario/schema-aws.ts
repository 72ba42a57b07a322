// Job queues and compute environments in AWS's shape: what `aws batch describe-job-queues` and `describe-compute-environments`
// print is accepted as it is. Keys that the simulator does not use are listed by name, so that a misspelt one still stands out.
// Source: AWS Batch API reference, JobQueueDetail, ComputeEnvironmentDetail and ComputeResource (API version 2016-08-10).

import { z } from "zod";
import { didYouMean } from "../base/issues.js";
import { DEFAULTS } from "./defaults.js";
import { describeValue } from "./finding.js";
import type { Parsed } from "./quantities.js";
import { ignored, mistake, scalar, text } from "./schema-parts.js";

const ALLOCATION_STRATEGIES = [
  "BEST_FIT",
  "BEST_FIT_PROGRESSIVE",
  "BEST_FIT_PROGRESSIVE_ORDERED",
  "SPOT_CAPACITY_OPTIMIZED",
  "SPOT_PRICE_CAPACITY_OPTIMIZED",
  "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
] as const;

const SIMULATED_TYPES = ["EC2", "SPOT"] as const;
const UNSIMULATED_TYPES: readonly unknown[] = ["FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES"];

function parseResourceType(input: unknown): Parsed<(typeof SIMULATED_TYPES)[number]> {
  const known = SIMULATED_TYPES.find((type) => type === input);
  if (known !== undefined) return { value: known };
  if (UNSIMULATED_TYPES.includes(input)) {
    return { code: "not-simulated", message: `${input} is not simulated yet`, hint: "use EC2 or SPOT" };
  }
  const hint = typeof input === "string" ? didYouMean(input, SIMULATED_TYPES) : undefined;
  const message = `expected one of ${SIMULATED_TYPES.join(", ")}, got ${describeValue(input)}`;
  return { code: "invalid-value", message, ...(hint === undefined ? {} : { hint }) };
}

const resourceType = scalar(parseResourceType, { enum: SIMULATED_TYPES });

/** A disabled queue or environment does no work on AWS; simulating it as if it did would mislead. */
const state = z
  .enum(["ENABLED", "DISABLED"])
  .superRefine((value, context) => {
    if (value === "DISABLED") {
      mistake(context, "disabled", "is DISABLED, so nothing would run here", [], "remove it, or set state: ENABLED");
    }
  })
  .optional();

const scalingPolicy = z
  .strictObject({
    minScaleDownDelayMinutes: z.int().min(0).optional().describe("AWS's scale-down delay, minutes."),
  })
  .optional();

const zoneId = text.superRefine((zone, context) => {
  if (/-az\d+$/.test(zone)) return;
  const message = `expected a zone id such as use1-az1, got ${describeValue(zone)}`;
  mistake(context, "invalid-zone", message, [], "zone names such as us-east-1a differ between accounts");
});

const computeResources = z
  .strictObject({
    type: resourceType.describe("EC2 (on-demand) or SPOT."),
    allocationStrategy: z
      .enum(ALLOCATION_STRATEGIES)
      .optional()
      .describe("AWS's own strategy. Kept for the record: `strategies` decide what is launched."),
    minvCpus: z
      .int()
      .min(0)
      .prefault(DEFAULTS.computeResources.minvCpus)
      .describe("vCPUs that are kept running even without jobs."),
    maxvCpus: z.int().min(0).describe("Most vCPUs that may run at once."),
    instanceTypes: z
      .array(text)
      .min(1)
      .prefault([...DEFAULTS.computeResources.instanceTypes])
      .describe("Instance types (m5.large), families (m5), optimal, default_x86_64, default_arm64, or all."),
    zones: z
      .array(zoneId)
      .prefault([])
      .describe("Availability Zone ids that may be used; none: every zone of the region."),
    bidPercentage: z.int().min(0).max(100).optional().describe("Accepted; every Spot price up to on-demand is paid."),
    scalingPolicy: scalingPolicy.describe("Accepted; `strategies[].scaleDown` decides instead."),
    desiredvCpus: ignored("vCPUs running when the description was printed."),
    imageId: ignored("Machine image."),
    subnets: ignored("Subnets."),
    securityGroupIds: ignored("Security groups."),
    ec2KeyPair: ignored("SSH key pair."),
    instanceRole: ignored("Instance profile."),
    tags: ignored("Tags of the instances."),
    placementGroup: ignored("Placement group."),
    spotIamFleetRole: ignored("Spot fleet role."),
    launchTemplate: ignored("Launch template."),
    ec2Configuration: ignored("Machine image selection."),
    managedInstancesProvider: ignored("ECS Managed Instances settings."),
    capacityTags: ignored("Tags of the capacity."),
  })
  .superRefine((resources, context) => {
    if (resources.maxvCpus >= 0 && resources.maxvCpus < resources.minvCpus) {
      const message = `maxvCpus (${resources.maxvCpus}) must not be less than minvCpus (${resources.minvCpus})`;
      mistake(context, "out-of-range", message, ["maxvCpus"]);
    }
  });

export const computeEnvironment = z.strictObject({
  computeEnvironmentName: text.describe("Name; job queues refer to it."),
  type: z
    .enum(["MANAGED", "UNMANAGED"])
    .optional()
    .describe("Accepted both: the simulator provisions instances itself in either case."),
  state: state.describe("DISABLED is refused: nothing would run there."),
  status: z.string().optional().describe("AWS's status; INVALID is noted."),
  computeResources: computeResources.describe("Instances that may be launched. Needed for UNMANAGED environments too."),
  fixedFleet: z
    .array(
      z.strictObject({
        instanceType: text.describe("Instance type, e.g. m5.large."),
        count: z.int().min(1).describe("Number of instances."),
      }),
    )
    .min(1)
    .optional()
    .describe("When given, exactly these instances run from the start to the end; nothing is launched or ended."),
  containerOrchestrationType: z.enum(["ECS", "EKS"]).optional().describe("EKS is simulated as if it were ECS."),
  computeEnvironmentArn: ignored("ARN."),
  ecsClusterArn: ignored("ECS cluster."),
  unmanagedvCpus: ignored("vCPUs of an UNMANAGED environment."),
  tags: ignored("Tags."),
  statusReason: ignored("Reason of the status."),
  serviceRole: ignored("Service role."),
  updatePolicy: ignored("Update policy."),
  eksConfiguration: ignored("EKS cluster and namespace."),
  ecsSettings: ignored("ECS settings."),
  uuid: ignored("Id."),
  context: ignored("Reserved by AWS."),
});

export const jobQueue = z.strictObject({
  jobQueueName: text.describe("Name; jobs of the trace refer to it."),
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
  state: state.describe("DISABLED is refused: the queue would take no jobs."),
  schedulingPolicyArn: text.optional().describe("Accepted; fair-share scheduling is not simulated."),
  jobStateTimeLimitActions: z.array(z.unknown()).optional().describe("Accepted; stuck jobs are never cancelled."),
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
