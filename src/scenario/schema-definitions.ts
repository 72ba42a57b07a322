// Job definitions in AWS's shape: what `aws batch describe-job-definitions` prints is accepted as it is. The parts that
// SubmitJob shares (resources, retry strategy, timeout, consumables) are used for `trace.jobs` too.
// Source: AWS Batch API reference, JobDefinition, ContainerProperties, ResourceRequirement, NodeProperties, RetryStrategy,
// EvaluateOnExit, JobTimeout, ConsumableResourceProperties (API version 2016-08-10).

import { z } from "zod";
import { describeValue } from "./finding.js";
import { ignored, mistake, numericText, positiveDuration, text } from "./schema-parts.js";

const resourceRequirements = z
  .array(
    z.strictObject({
      type: z.enum(["VCPU", "MEMORY", "GPU"]).describe("VCPU, MEMORY (MiB) or GPU."),
      value: numericText.describe("Amount, as AWS prints it: a number in quotes."),
    }),
  )
  .optional()
  .describe("What the container asks for.");

/** What containerProperties and containerOverrides say about resources; the older vcpus and memory stand back. */
const resourceKeys = {
  resourceRequirements,
  vcpus: z.number().min(0).optional().describe("vCPUs; resourceRequirements win."),
  memory: z.int().min(0).optional().describe("MiB; resourceRequirements win."),
  command: ignored("Command."),
  environment: ignored("Environment variables."),
  instanceType: text.optional().describe("Instance type of a multi-node parallel job: the same in all node groups."),
};

const containerProperties = z.strictObject({
  ...resourceKeys,
  image: ignored("Container image."),
  jobRoleArn: ignored("Job role."),
  executionRoleArn: ignored("Execution role."),
  volumes: ignored("Volumes."),
  mountPoints: ignored("Mount points."),
  readonlyRootFilesystem: ignored("Read-only root."),
  ulimits: ignored("Limits of the kernel."),
  privileged: ignored("Privileges."),
  user: ignored("User."),
  linuxParameters: ignored("Linux settings."),
  logConfiguration: ignored("Logging."),
  secrets: ignored("Secrets."),
  networkConfiguration: ignored("Network of Fargate jobs."),
  fargatePlatformConfiguration: ignored("Fargate platform version."),
  enableExecuteCommand: ignored("ECS Exec."),
  ephemeralStorage: ignored("Storage of Fargate jobs."),
  runtimePlatform: ignored("Operating system and architecture of Fargate jobs."),
  repositoryCredentials: ignored("Registry credentials."),
});

/** `containerOverrides` of SubmitJob. */
export const containerOverrides = z.strictObject(resourceKeys);

const taskContainer = z.looseObject({ resourceRequirements }).describe("Containers: their resources add up.");

const ecsProperties = z.strictObject({
  taskProperties: z
    .array(z.looseObject({ containers: z.array(taskContainer).min(1).describe("Containers: their resources add up.") }))
    .min(1)
    .max(1)
    .describe("The one task."),
});

const nodeRange = z.strictObject({
  targetNodes: text.describe("Nodes of the group: 0:3, :3, 2: or 5."),
  container: containerProperties.optional().describe("What each node of the group asks for."),
  instanceTypes: z.array(text).optional().describe("Instance type: the same in all node groups."),
  ecsProperties: ecsProperties.optional().describe("What each node of the group asks for, as several containers."),
  eksProperties: ignored("Pod of an EKS job."),
  consumableResourceProperties: ignored("Consumables of a node group."),
});

/** NodeProperties: "up to five node groups"; service quotas: 1,000 nodes. */
const nodeProperties = z.strictObject({
  numNodes: z.int().min(1).max(1_000).describe("Number of nodes, up to 1000."),
  mainNode: z.int().min(0).describe("Index of the main node."),
  nodeRangeProperties: z.array(nodeRange).min(1).max(5).describe("Up to five groups of nodes."),
});

/** EvaluateOnExit: patterns of "up to 512 characters" that "can optionally end with an asterisk (*)". */
const LONGEST_PATTERN = 512;

function pattern(allowed: RegExp, words: string) {
  return text.superRefine((given, context) => {
    if (given.length > LONGEST_PATTERN) {
      mistake(context, "invalid-pattern", `can be up to ${LONGEST_PATTERN} characters long, got ${given.length}`);
    } else if (!allowed.test(given)) {
      mistake(context, "invalid-pattern", `${words}, and can optionally end with an asterisk (*)`);
    }
  });
}

const reasonPattern = pattern(
  /^[\p{L}\p{N}.:\s]*\*?$/u,
  "can contain letters, numbers, periods (.), colons (:) and white space",
);
const exitCodePattern = pattern(/^[0-9]*\*?$/, "can contain only numbers");

const RULE_CONDITIONS = ["onStatusReason", "onReason", "onExitCode"] as const;

const exitRule = z
  .strictObject({
    onStatusReason: reasonPattern.optional().describe("Pattern of the attempt's statusReason."),
    onReason: reasonPattern.optional().describe("Pattern of the container's reason."),
    onExitCode: exitCodePattern.optional().describe("Pattern of the exit code, in quotes."),
    // "The values aren't case sensitive."
    action: z.enum(["RETRY", "EXIT", "retry", "exit"]).describe("What a match does: RETRY or EXIT."),
  })
  .superRefine((rule, context) => {
    if (RULE_CONDITIONS.some((key) => rule[key] !== undefined)) return;
    mistake(context, "missing-key", `expected at least one of ${RULE_CONDITIONS.join(", ")}`);
  });

export const retryStrategy = z
  .strictObject({
    attempts: z.int().min(1).max(10).optional().describe("Attempts in all, 1 to 10; default: 1."),
    evaluateOnExit: z
      .array(exitRule)
      .max(5)
      .optional()
      .describe("Up to five rules; the first that matches decides, and without a match the job is retried."),
  })
  .superRefine((strategy, context) => {
    if (strategy.attempts !== undefined || (strategy.evaluateOnExit?.length ?? 0) === 0) return;
    mistake(context, "missing-key", "evaluateOnExit: the attempts parameter must also be specified");
  });

export const jobTimeout = z.strictObject({
  attemptDurationSeconds: z
    .int()
    .superRefine((seconds, context) => {
      if (seconds >= 60) return;
      mistake(context, "out-of-range", `The minimum value for the timeout is 60 seconds, got ${seconds}`);
    })
    .optional()
    .describe("An attempt that runs longer is ended and not retried; at least 60 seconds."),
});

export const consumableResourceProperties = z.strictObject({
  consumableResourceList: z
    .array(
      z.strictObject({
        consumableResource: text.describe("Name or ARN of one of consumableResources."),
        quantity: z.int().min(1).describe("How many one job holds."),
      }),
    )
    .max(5)
    .optional()
    .describe("Up to five consumable resources."),
});

/** schedulingPriority: "The minimum supported value is 0 and the maximum supported value is 9999." */
export const schedulingPriority = z.int().min(0).max(9_999);

export const jobDefinition = z
  .strictObject({
    jobDefinitionName: text.describe("Name; jobs refer to it by name, name:revision or ARN."),
    revision: z.int().min(1).optional().describe("Revision; default: the newest."),
    status: z.enum(["ACTIVE", "INACTIVE"]).optional().describe("INACTIVE revisions are left out."),
    type: z.enum(["container", "multinode"]).optional().describe("container or multinode."),
    containerProperties: containerProperties.optional().describe("What the job asks for."),
    ecsProperties: ecsProperties.optional().describe("What the job asks for, as several containers that add up."),
    nodeProperties: nodeProperties.optional().describe("Nodes of a multi-node parallel job."),
    eksProperties: z.unknown().optional().describe("Accepted; the resources of EKS jobs come from the jobs."),
    retryStrategy: retryStrategy.optional().describe("How often, and after which ends, a job is tried again."),
    timeout: jobTimeout.optional().describe("Longest run time of an attempt."),
    checkpointInterval: positiveDuration
      .optional()
      .describe("Not AWS's: the job saves its work every so much run time, and its next attempt goes on from there."),
    schedulingPriority: schedulingPriority.optional().describe("Within a share higher goes first, 0 to 9999."),
    consumableResourceProperties: consumableResourceProperties.optional().describe("Consumable resources of a job."),
    platformCapabilities: z
      .array(z.enum(["EC2", "FARGATE"]))
      .optional()
      .describe("EC2 (default) or FARGATE."),
    jobDefinitionArn: ignored("ARN."),
    parameters: ignored("Parameters of the command."),
    tags: ignored("Tags."),
    propagateTags: ignored("Tags of the task."),
    containerOrchestrationType: ignored("ECS or EKS."),
    resourceRetentionPolicy: ignored("Retention of resources."),
  })
  .superRefine((definition, context) => {
    const { type, nodeProperties: nodes } = definition;
    if (type === "multinode" && nodes === undefined) {
      mistake(context, "missing-key", "a job definition of type multinode needs nodeProperties", ["nodeProperties"]);
    }
    if (type === "container" && nodes !== undefined) {
      const message = `nodeProperties need type multinode, got ${describeValue(type)}`;
      mistake(context, "conflicting-keys", message, ["nodeProperties"]);
    }
  });

export type JobDefinitionDocument = z.output<typeof jobDefinition>;
export type RetryStrategyDocument = z.output<typeof retryStrategy>;
export type ContainerDocument = z.output<typeof containerOverrides>;
export type NodePropertiesDocument = z.output<typeof nodeProperties>;
export type EcsPropertiesDocument = z.output<typeof ecsProperties>;
export type ConsumablesDocument = z.output<typeof consumableResourceProperties>;
