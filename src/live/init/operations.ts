// Every AWS operation that src/live calls, by what calls it. A test compares it with the code, and the policies with it.

/** live: the controller, its commands and its doctor, which read prices by refresh. The others are commands of their own. */
export type Use = "live" | "refresh" | "pull" | "replay";

/** "Service.Operation", as calls are counted. */
export const OPERATIONS: Readonly<Record<Use, readonly string[]>> = {
  live: [
    "Batch.DescribeComputeEnvironments",
    "Batch.DescribeJobQueues",
    "Batch.DescribeJobs",
    "Batch.DescribeSchedulingPolicies",
    "Batch.ListJobs",
    "DynamoDB.GetItem",
    "DynamoDB.UpdateItem",
    "EC2.CreateFleet",
    "EC2.CreateLaunchTemplate",
    "EC2.DeleteLaunchTemplate",
    "EC2.DescribeImages",
    "EC2.DescribeInstances",
    "EC2.DescribeLaunchTemplates",
    "EC2.DescribeSecurityGroups",
    "EC2.DescribeSubnets",
    "EC2.DescribeVolumes",
    "EC2.TerminateInstances",
    "ECS.DeregisterContainerInstance",
    "ECS.DescribeClusters",
    "ECS.DescribeContainerInstances",
    "ECS.ListContainerInstances",
    "ECS.ListTasks",
    "ECS.UpdateContainerInstancesState",
    "S3.GetObject",
    "S3.PutObject",
    "SQS.DeleteMessageBatch",
    "SQS.GetQueueAttributes",
    "SQS.ReceiveMessage",
    "SSM.GetParameter",
    "STS.GetCallerIdentity",
    "ServiceQuotas.GetServiceQuota",
  ],
  refresh: [
    "EC2.DescribeAvailabilityZones",
    "EC2.DescribeInstanceTypeOfferings",
    "EC2.DescribeInstanceTypes",
    "EC2.DescribeSpotPriceHistory",
    "Pricing.GetProducts",
  ],
  pull: [
    "Batch.DescribeComputeEnvironments",
    "Batch.DescribeJobDefinitions",
    "Batch.DescribeJobQueues",
    "Batch.DescribeJobs",
    "Batch.DescribeSchedulingPolicies",
    "Batch.ListConsumableResources",
    "Batch.ListJobs",
  ],
  replay: [
    "Batch.DescribeComputeEnvironments",
    "Batch.DescribeJobDefinitions",
    "Batch.DescribeJobQueues",
    "Batch.DescribeJobs",
    "Batch.ListJobs",
    "Batch.RegisterJobDefinition",
    "Batch.SubmitJob",
    "Batch.TerminateJob",
    "EC2.DescribeAvailabilityZones",
    "EC2.DescribeInstances",
    "EC2.DescribeSpotPriceHistory",
    "ECS.DescribeContainerInstances",
    "ECS.ListContainerInstances",
    "STS.GetCallerIdentity",
  ],
};

/** What operations need beside their own action: CreateFleet launches, tags, hands a role on; S3 tells "missing" by listing. */
const IMPLIED_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  "EC2.CreateFleet": ["ec2:RunInstances", "ec2:CreateTags", "iam:PassRole"],
  "EC2.CreateLaunchTemplate": ["ec2:CreateTags"],
  "S3.GetObject": ["s3:ListBucket"],
  "Batch.SubmitJob": ["batch:TagResource"],
};

/** Operations that one action of another name allows. */
const OTHER_NAMES: Readonly<Record<string, string>> = { "SQS.DeleteMessageBatch": "sqs:DeleteMessage" };

/** The IAM action of an operation; null: everybody may. */
export function actionOf(operation: string): string | null {
  if (operation === "STS.GetCallerIdentity") return null;
  const [service, name] = operation.split(".") as [string, string];
  return OTHER_NAMES[operation] ?? `${service.toLowerCase()}:${name}`;
}

/** Every action that a use needs, sorted. */
export function actionsOf(use: Use): string[] {
  const all = OPERATIONS[use].flatMap((operation) => [actionOf(operation), ...(IMPLIED_ACTIONS[operation] ?? [])]);
  return [...new Set(all)].filter((action) => action !== null).sort();
}
