// What a recording keeps of AWS's answers: by operation, every part that live mode reads, and what becomes of its value. Whatever
// is not here is left out: commands, environment variables, images, tags of others, addresses.

/**
 * keep: a word of AWS's own, a number or a time. ids: the same with ids and account numbers replaced. name: somebody's name,
 * replaced by a number. reason: of a sentence the words that AWS begins it with. arn: an ARN of which only its owner and its kind
 * stay.
 */
export type Leaf = "keep" | "ids" | "name" | "reason" | "arn";

/** Lists are transparent: a shape is that of their elements. In XML `item` is a list's. */
export type Shape = Leaf | { readonly [part: string]: Shape };

const CONTAINER = {
  vcpus: "keep",
  memory: "keep",
  resourceRequirements: { type: "keep", value: "keep" },
  containerInstanceArn: "ids",
  taskArn: "ids",
  exitCode: "keep",
  reason: "reason",
} as const;

const TASK = { containerInstanceArn: "ids", taskArn: "ids", containers: CONTAINER } as const;

const STATUS_SUMMARY = {
  SUBMITTED: "keep",
  PENDING: "keep",
  RUNNABLE: "keep",
  STARTING: "keep",
  RUNNING: "keep",
  SUCCEEDED: "keep",
  FAILED: "keep",
} as const;

const JOB = {
  jobId: "ids",
  jobName: "name",
  status: "keep",
  statusReason: "reason",
  createdAt: "keep",
  scheduledAt: "keep",
  startedAt: "keep",
  stoppedAt: "keep",
  arrayProperties: { size: "keep", index: "keep", statusSummary: STATUS_SUMMARY },
} as const;

const JOB_DETAIL = {
  ...JOB,
  jobQueue: "ids",
  shareIdentifier: "keep",
  schedulingPriority: "keep",
  isCancelled: "keep",
  isTerminated: "keep",
  attempts: {
    container: CONTAINER,
    taskProperties: TASK,
    startedAt: "keep",
    stoppedAt: "keep",
    statusReason: "reason",
  },
  retryStrategy: { attempts: "keep" },
  timeout: { attemptDurationSeconds: "keep" },
  container: CONTAINER,
  ecsProperties: { taskProperties: TASK },
  nodeProperties: { numNodes: "keep", nodeRangeProperties: { container: CONTAINER } },
} as const;

const COMPUTE_ENVIRONMENT = {
  computeEnvironmentName: "keep",
  computeEnvironmentArn: "ids",
  ecsClusterArn: "ids",
  type: "keep",
  state: "keep",
  status: "keep",
  statusReason: "reason",
  containerOrchestrationType: "keep",
  computeResources: { type: "keep" },
} as const;

const JOB_QUEUE = {
  jobQueueName: "keep",
  jobQueueArn: "ids",
  state: "keep",
  status: "keep",
  statusReason: "reason",
  priority: "keep",
} as const;

const CONTAINER_INSTANCE = {
  containerInstanceArn: "ids",
  ec2InstanceId: "ids",
  version: "keep",
  status: "keep",
  agentConnected: "keep",
  registeredAt: "keep",
  runningTasksCount: "keep",
  pendingTasksCount: "keep",
  registeredResources: { name: "keep", type: "keep", integerValue: "keep", stringSetValue: "ids" },
  attributes: { name: "keep", value: "ids" },
} as const;

const INSTANCE = {
  instanceId: "ids",
  instanceState: { code: "keep", name: "keep" },
  instanceType: "keep",
  instanceLifecycle: "keep",
  launchTime: "keep",
  subnetId: "ids",
  placement: { availabilityZone: "keep", availabilityZoneId: "keep" },
  reason: "reason",
  stateReason: { code: "reason" },
  tagSet: { item: { key: "keep", value: "ids" } },
} as const;

/** By "Service.Operation". */
export const SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ["Batch.DescribeComputeEnvironments", { computeEnvironments: COMPUTE_ENVIRONMENT, nextToken: "name" }],
  ["Batch.DescribeJobQueues", { jobQueues: JOB_QUEUE, nextToken: "name" }],
  ["Batch.ListJobs", { jobSummaryList: JOB, nextToken: "name" }],
  ["Batch.DescribeJobs", { jobs: JOB_DETAIL }],
  ["ECS.ListContainerInstances", { containerInstanceArns: "ids", nextToken: "name" }],
  [
    "ECS.DescribeContainerInstances",
    { containerInstances: CONTAINER_INSTANCE, failures: { arn: "ids", reason: "reason" } },
  ],
  ["EC2.DescribeInstances", { reservationSet: { item: { instancesSet: { item: INSTANCE } } }, nextToken: "name" }],
  [
    "EC2.DescribeSubnets",
    {
      subnetSet: { item: { subnetId: "ids", availabilityZone: "keep", availabilityZoneId: "keep" } },
      nextToken: "name",
    },
  ],
  [
    "EC2.DescribeSpotPriceHistory",
    {
      spotPriceHistorySet: {
        item: {
          ...{ instanceType: "keep", productDescription: "keep", spotPrice: "keep", timestamp: "keep" },
          ...{ availabilityZone: "keep", availabilityZoneId: "keep" },
        },
      },
      nextToken: "name",
    },
  ],
  ["STS.GetCallerIdentity", { GetCallerIdentityResult: { Arn: "arn", Account: "ids" } }],
  ["SSM.GetParameter", { Parameter: { Value: "keep" } }],
]);

/** Of refusals, in the words of all services. */
export const REFUSAL: Shape = {
  __type: "keep",
  code: "keep",
  Code: "keep",
  Error: { Code: "keep", Type: "keep" },
  Errors: { Error: { Code: "keep" } },
};

/** Of names with values, those that live mode reads: ECS's attributes and our own tags. */
export const READ_NAMES = /^(ecs\.|stowage:)/;
