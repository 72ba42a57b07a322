// Replies of AWS Batch's describe calls for a made-up account, in the shape of the API reference's examples, with the keys
// that the service fills in whether anybody asked for them or not.

const ARN = "arn:aws:batch:eu-west-1:111122223333";

export const QUEUES = {
  jobQueues: [
    {
      jobQueueName: "urgent",
      jobQueueArn: `${ARN}:job-queue/urgent`,
      state: "ENABLED",
      schedulingPolicyArn: `${ARN}:scheduling-policy/teams`,
      status: "VALID",
      statusReason: "JobQueue Healthy",
      priority: 20,
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: `${ARN}:compute-environment/spot` },
        { order: 2, computeEnvironment: `${ARN}:compute-environment/own` },
      ],
      serviceEnvironmentOrder: [],
      jobQueueType: "ECS",
      tags: { team: "genomics" },
      jobStateTimeLimitActions: [
        {
          reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
          state: "RUNNABLE",
          maxTimeSeconds: 3600,
          action: "CANCEL",
        },
      ],
    },
    {
      jobQueueName: "nightly",
      jobQueueArn: `${ARN}:job-queue/nightly`,
      state: "ENABLED",
      status: "VALID",
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: `${ARN}:compute-environment/spot` }],
      tags: {},
      jobStateTimeLimitActions: [],
    },
  ],
};

export const ENVIRONMENTS = {
  computeEnvironments: [
    {
      computeEnvironmentName: "spot",
      computeEnvironmentArn: `${ARN}:compute-environment/spot`,
      ecsClusterArn: "arn:aws:ecs:eu-west-1:111122223333:cluster/AWSBatch-spot-0000",
      tags: {},
      type: "MANAGED",
      state: "ENABLED",
      status: "VALID",
      statusReason: "ComputeEnvironment Healthy",
      computeResources: {
        type: "SPOT",
        allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
        minvCpus: 0,
        maxvCpus: 512,
        desiredvCpus: 48,
        instanceTypes: ["m6i", "r6i"],
        subnets: ["subnet-00000000000000000"],
        securityGroupIds: ["sg-00000000000000000"],
        instanceRole: "arn:aws:iam::111122223333:instance-profile/ecsInstanceRole",
        tags: { Name: "batch" },
        bidPercentage: 100,
        ec2Configuration: [{ imageType: "ECS_AL2023" }],
        scalingPolicy: { minScaleDownDelayMinutes: 20 },
      },
      serviceRole: "arn:aws:iam::111122223333:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
      containerOrchestrationType: "ECS",
      uuid: "00000000-0000-0000-0000-000000000000",
    },
    {
      computeEnvironmentName: "own",
      computeEnvironmentArn: `${ARN}:compute-environment/own`,
      type: "UNMANAGED",
      state: "ENABLED",
      status: "VALID",
      unmanagedvCpus: 128,
      containerOrchestrationType: "ECS",
    },
    {
      computeEnvironmentName: "old",
      computeEnvironmentArn: `${ARN}:compute-environment/old`,
      type: "MANAGED",
      state: "DISABLED",
      status: "INVALID",
      statusReason: "CLIENT_ERROR - Access denied",
      computeResources: {
        type: "EC2",
        minvCpus: 0,
        maxvCpus: 64,
        desiredvCpus: 0,
        instanceTypes: ["optimal"],
        subnets: ["subnet-00000000000000000"],
      },
    },
  ],
};

export const POLICIES = {
  schedulingPolicies: [
    {
      name: "teams",
      arn: `${ARN}:scheduling-policy/teams`,
      fairsharePolicy: {
        shareDecaySeconds: 1200,
        computeReservation: 10,
        shareDistribution: [
          { shareIdentifier: "prod*", weightFactor: 0.25 },
          { shareIdentifier: "lab", weightFactor: 1 },
        ],
      },
      tags: {},
    },
  ],
};

function definition(name: string, revision: number, status: string, memory: string) {
  return {
    jobDefinitionName: name,
    jobDefinitionArn: `${ARN}:job-definition/${name}:${revision}`,
    revision,
    status,
    type: "container",
    parameters: {},
    retryStrategy: {
      attempts: 3,
      evaluateOnExit: [
        { onStatusReason: "Host EC2*", action: "RETRY" },
        { onReason: "*", action: "EXIT" },
      ],
    },
    containerProperties: {
      image: "public.ecr.aws/docker/library/busybox:latest",
      command: ["echo", "hello"],
      volumes: [],
      environment: [{ name: "SECRET", value: "nobody should read this" }],
      mountPoints: [],
      ulimits: [],
      resourceRequirements: [
        { type: "VCPU", value: "4" },
        { type: "MEMORY", value: memory },
      ],
      linuxParameters: { devices: [], tmpfs: [] },
      secrets: [],
    },
    timeout: { attemptDurationSeconds: 7200 },
    tags: {},
    platformCapabilities: ["EC2"],
    containerOrchestrationType: "ECS",
  };
}

export const DEFINITIONS = {
  jobDefinitions: [
    definition("align", 1, "INACTIVE", "8192"),
    definition("align", 9, "ACTIVE", "15360"),
    definition("align", 10, "ACTIVE", "16384"),
    definition("sort", 2, "ACTIVE", "7168"),
    {
      jobDefinitionName: "mpi",
      jobDefinitionArn: `${ARN}:job-definition/mpi:1`,
      revision: 1,
      status: "ACTIVE",
      type: "multinode",
      parameters: {},
      nodeProperties: {
        numNodes: 4,
        mainNode: 0,
        nodeRangeProperties: [
          {
            targetNodes: "0:3",
            container: {
              image: "mpi:latest",
              command: [],
              resourceRequirements: [
                { type: "VCPU", value: "8" },
                { type: "MEMORY", value: "30000" },
              ],
            },
          },
        ],
      },
      consumableResourceProperties: {
        consumableResourceList: [{ consumableResource: `${ARN}:consumable-resource/licence`, quantity: 2 }],
      },
    },
  ],
};

export const CONSUMABLES = {
  consumableResources: [
    {
      consumableResourceArn: `${ARN}:consumable-resource/licence`,
      consumableResourceName: "licence",
      totalQuantity: 8,
      inUseQuantity: 2,
      resourceType: "REPLENISHABLE",
    },
  ],
};
