// Compute environments in AWS's shape: what `aws batch describe-compute-environments` prints is accepted as it is. Keys that
// the simulator does not use are listed by name, so that a misspelt one still stands out. What one key means for another
// (Fargate, fixed fleets) is checked in checks-environments.ts.
// Source: AWS Batch API reference, ComputeEnvironmentDetail, ComputeResource, ComputeScalingPolicy (API version 2016-08-10).

import { z } from "zod";
import { didYouMean } from "../base/issues.js";
import { ALLOCATION_STRATEGIES } from "../model/policy.js";
import { DEFAULTS } from "./defaults.js";
import { describeValue } from "./finding.js";
import type { Parsed } from "./quantities.js";
import { ignored, mistake, scalar, text, usd } from "./schema-parts.js";

const SIMULATED_TYPES = ["EC2", "SPOT", "FARGATE", "FARGATE_SPOT"] as const;

function parseResourceType(input: unknown): Parsed<(typeof SIMULATED_TYPES)[number]> {
  const known = SIMULATED_TYPES.find((type) => type === input);
  if (known !== undefined) return { value: known };
  if (input === "ECS_MANAGED_INSTANCES") {
    return { code: "not-simulated", message: `${input} is not simulated`, hint: "use EC2 or SPOT" };
  }
  const hint = typeof input === "string" ? didYouMean(input, SIMULATED_TYPES) : undefined;
  const message = `expected one of ${SIMULATED_TYPES.join(", ")}, got ${describeValue(input)}`;
  return { code: "invalid-value", message, ...(hint === undefined ? {} : { hint }) };
}

const resourceType = scalar(parseResourceType, { enum: SIMULATED_TYPES });

/** ComputeScalingPolicy: "Valid values are 0 to turn off, and between 20 and 10080". */
const SHORTEST_DELAY_MINUTES = 20;
const LONGEST_DELAY_MINUTES = 10_080;

const scaleDownDelay = z
  .int()
  .min(0)
  .max(LONGEST_DELAY_MINUTES)
  .superRefine((minutes, context) => {
    if (minutes <= 0 || minutes >= SHORTEST_DELAY_MINUTES) return;
    const message = `must be 0 (off) or between ${SHORTEST_DELAY_MINUTES} and ${LONGEST_DELAY_MINUTES} minutes, got ${minutes}`;
    mistake(context, "out-of-range", message);
  });

const scalingPolicy = z.strictObject({
  minScaleDownDelayMinutes: scaleDownDelay
    .optional()
    .describe("Least idle time of an instance after its last job: 0 (off) or 20 to 10080 minutes."),
});

const zoneId = text.superRefine((zone, context) => {
  if (/-az\d+$/.test(zone)) return;
  const message = `expected a zone id such as use1-az1, got ${describeValue(zone)}`;
  mistake(context, "invalid-zone", message, [], "zone names such as us-east-1a differ between accounts");
});

const computeResources = z
  .strictObject({
    type: resourceType.describe("EC2 (on-demand), SPOT, FARGATE or FARGATE_SPOT."),
    allocationStrategy: z
      .enum(ALLOCATION_STRATEGIES)
      .optional()
      .describe("AWS's strategy, followed where provisioning is aws-batch. Default: BEST_FIT. Not for Fargate."),
    minvCpus: z
      .int()
      .min(0)
      .prefault(DEFAULTS.computeResources.minvCpus)
      .describe("vCPUs that are kept running even without jobs. Not for Fargate."),
    maxvCpus: z.int().min(0).describe("Most vCPUs that may run at once."),
    desiredvCpus: z
      .int()
      .min(0)
      .optional()
      .describe("vCPUs that run at the start; default: minvCpus. Not for Fargate."),
    instanceTypes: z
      .array(text)
      .prefault([...DEFAULTS.computeResources.instanceTypes])
      .describe(
        "Instance types (m5.large), families (m5), optimal, default_x86_64, default_arm64, or all. Not for Fargate.",
      ),
    zones: z
      .array(zoneId)
      .prefault([])
      .describe("Availability Zone ids that may be used; none: every zone of the region."),
    bidPercentage: z
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe("SPOT: dearer pools than this share of the on-demand price are not used; 0 or none: 100."),
    scalingPolicy: scalingPolicy.optional().describe("When idle instances may go. Not for Fargate."),
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

const instanceFleet = z
  .array(
    z.strictObject({
      instanceType: text.describe("Instance type, e.g. m5.large."),
      count: z.int().min(1).describe("Number of instances."),
    }),
  )
  .min(1);

const processorFleet = z.strictObject({
  processors: z.int().min(1).describe("Processors of the one machine; a vCPU is a processor, memory is not counted."),
  pricePerProcessorHour: usd
    .prefault(DEFAULTS.fixedFleet.pricePerProcessorHour)
    .describe("USD per processor and hour; nothing when not given."),
});

export const computeEnvironment = z
  .strictObject({
    computeEnvironmentName: text.describe("Name; job queues refer to it."),
    type: z
      .enum(["MANAGED", "UNMANAGED"])
      .prefault("MANAGED")
      .describe("UNMANAGED: no multi-node parallel jobs and no Fargate; the strategies launch there as elsewhere."),
    state: z.enum(["ENABLED", "DISABLED"]).optional().describe("DISABLED: job queues skip it."),
    status: z.string().optional().describe("AWS's status; INVALID: job queues skip it."),
    computeResources: computeResources
      .optional()
      .describe("What may be launched. Needed for UNMANAGED environments too; not beside a fixedFleet of processors."),
    fixedFleet: z
      .union([instanceFleet, processorFleet])
      .optional()
      .describe(
        "When given, exactly this runs from the start to the end: instances, or {processors} as in the scheduling literature.",
      ),
    containerOrchestrationType: z.enum(["ECS", "EKS"]).optional().describe("EKS is simulated as if it were ECS."),
    computeEnvironmentArn: ignored("ARN."),
    ecsClusterArn: ignored("ECS cluster."),
    unmanagedvCpus: z
      .int()
      .min(0)
      .optional()
      .describe(
        "Of an UNMANAGED environment: the vCPUs that a computeReservation is a part of; none: nothing is reserved.",
      ),
    tags: ignored("Tags."),
    statusReason: ignored("Reason of the status."),
    serviceRole: ignored("Service role."),
    updatePolicy: ignored("Update policy."),
    eksConfiguration: ignored("EKS cluster and namespace."),
    ecsSettings: ignored("ECS settings."),
    uuid: ignored("Id."),
    context: ignored("Reserved by AWS."),
  })
  .superRefine(({ computeResources: resources, fixedFleet }, context) => {
    const needed = fixedFleet === undefined || Array.isArray(fixedFleet);
    if (resources === undefined && needed) mistake(context, "missing-key", "needed", ["computeResources"]);
  });

export type ComputeEnvironmentDocument = z.output<typeof computeEnvironment>;
