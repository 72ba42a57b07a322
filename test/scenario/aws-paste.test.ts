// What the AWS CLI prints goes in unchanged; what of it has no effect here is noted.

import { expect, it } from "vitest";
import { and, parse, rowsOf, SMALLEST } from "./support.js";

// Every member that the API's reply shapes have (ComputeEnvironmentDetail, ComputeResource, JobQueueDetail).
const SPOT_ENVIRONMENT = {
  computeEnvironmentName: "spot",
  computeEnvironmentArn: "arn:aws:batch:us-east-1:123456789012:compute-environment/spot",
  unmanagedvCpus: 0,
  ecsClusterArn: "arn:aws:ecs:us-east-1:123456789012:cluster/spot_Batch_0b1c",
  tags: { team: "genomics" },
  type: "MANAGED",
  state: "ENABLED",
  status: "VALID",
  statusReason: "ComputeEnvironment Healthy",
  computeResources: {
    type: "SPOT",
    allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
    minvCpus: 0,
    maxvCpus: 256,
    desiredvCpus: 12,
    instanceTypes: ["optimal"],
    imageId: "ami-0123456789abcdef0",
    subnets: ["subnet-0a", "subnet-0b"],
    securityGroupIds: ["sg-0a"],
    ec2KeyPair: "key",
    instanceRole: "arn:aws:iam::123456789012:instance-profile/ecsInstanceRole",
    tags: { Name: "batch" },
    placementGroup: "pg",
    bidPercentage: 60,
    spotIamFleetRole: "arn:aws:iam::123456789012:role/AmazonEC2SpotFleetTaggingRole",
    launchTemplate: { launchTemplateName: "lt", version: "$Latest", overrides: [{ targetInstanceTypes: ["m5"] }] },
    ec2Configuration: [{ imageType: "ECS_AL2023" }],
    scalingPolicy: { minScaleDownDelayMinutes: 30 },
    capacityTags: {},
  },
  serviceRole: "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch",
  updatePolicy: { terminateJobsOnUpdate: false, jobExecutionTimeoutMinutes: 30 },
  containerOrchestrationType: "ECS",
  uuid: "0b1c2d3e-0000-1111-2222-333344445555",
};

const EKS_ENVIRONMENT = {
  computeEnvironmentName: "eks",
  type: "MANAGED",
  state: "ENABLED",
  status: "INVALID",
  eksConfiguration: { eksClusterArn: "arn:aws:eks:us-east-1:123456789012:cluster/k", kubernetesNamespace: "batch" },
  containerOrchestrationType: "EKS",
  computeResources: { type: "EC2", minvCpus: 0, maxvCpus: 8, instanceTypes: ["m6i"], bidPercentage: 0 },
};

const QUEUE = {
  jobQueueName: "main",
  jobQueueArn: "arn:aws:batch:us-east-1:123456789012:job-queue/main",
  state: "ENABLED",
  schedulingPolicyArn: "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair",
  status: "VALID",
  statusReason: "JobQueue Healthy",
  priority: 10,
  computeEnvironmentOrder: [
    { order: 1, computeEnvironment: "arn:aws:batch:us-east-1:123456789012:compute-environment/spot" },
  ],
  serviceEnvironmentOrder: [],
  jobQueueType: "ECS",
  tags: {},
  jobStateTimeLimitActions: [
    { reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" },
  ],
};

const POLICY = {
  name: "fair",
  arn: "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair",
  fairsharePolicy: {
    shareDecaySeconds: 3600,
    computeReservation: 10,
    shareDistribution: [
      { shareIdentifier: "A*", weightFactor: 0.125 },
      { shareIdentifier: "B", weightFactor: 1.0 },
    ],
  },
  tags: {},
};

const DEFINITION = {
  jobDefinitionName: "align",
  jobDefinitionArn: "arn:aws:batch:us-east-1:123456789012:job-definition/align:3",
  revision: 3,
  status: "ACTIVE",
  type: "container",
  schedulingPriority: 7,
  parameters: {},
  retryStrategy: {
    attempts: 5,
    evaluateOnExit: [
      { onStatusReason: "Host EC2*", action: "RETRY" },
      { onReason: "*", action: "exit" },
    ],
  },
  containerProperties: {
    image: "busybox",
    command: ["sleep", "60"],
    jobRoleArn: "arn:aws:iam::123456789012:role/job",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    volumes: [],
    environment: [{ name: "A", value: "b" }],
    mountPoints: [],
    readonlyRootFilesystem: false,
    privileged: false,
    ulimits: [],
    user: "root",
    resourceRequirements: [
      { type: "VCPU", value: "4" },
      { type: "MEMORY", value: "15360" },
      { type: "GPU", value: "1" },
    ],
    linuxParameters: { devices: [] },
    logConfiguration: { logDriver: "awslogs" },
    secrets: [],
    networkConfiguration: { assignPublicIp: "DISABLED" },
    fargatePlatformConfiguration: { platformVersion: "LATEST" },
    ephemeralStorage: { sizeInGiB: 21 },
    runtimePlatform: { cpuArchitecture: "X86_64" },
    repositoryCredentials: { credentialsParameter: "x" },
    enableExecuteCommand: false,
  },
  timeout: { attemptDurationSeconds: 7200 },
  tags: {},
  propagateTags: false,
  platformCapabilities: ["EC2"],
  containerOrchestrationType: "ECS",
  consumableResourceProperties: { consumableResourceList: [{ consumableResource: "licence", quantity: 2 }] },
};

const INACTIVE = { ...DEFINITION, revision: 4, status: "INACTIVE" };

const LICENCES = {
  consumableResourceName: "licence",
  consumableResourceArn: "arn:aws:batch:us-east-1:123456789012:consumable-resource/licence",
  resourceType: "REPLENISHABLE",
  totalQuantity: 10,
  inUseQuantity: 3,
  availableQuantity: 7,
  createdAt: 1700000000000,
  tags: {},
};

const NOTES = [
  "computeEnvironments[1].containerOrchestrationType: EKS is simulated as if it were ECS",
  "computeEnvironments[1].status: INVALID: job queues skip it",
];

/** A list under its key, with the closing bracket in the first column. */
function member(name: string, list: readonly object[]): string {
  return `"${name}": ${JSON.stringify(list, undefined, 4)}`;
}

/** A reply as the CLI prints it, without its outer braces and with its first line moved to the first column. */
function reply(name: string, list: readonly object[]): string {
  return JSON.stringify({ [name]: list }, undefined, 4)
    .slice(1, -1)
    .trim();
}

const TRACE = SMALLEST.split("computeEnvironments:")[0]!;

it("JSON replies pasted among YAML keys", () => {
  const environments = member("computeEnvironments", [SPOT_ENVIRONMENT, EKS_ENVIRONMENT]);
  const replies = [
    reply("jobQueues", [QUEUE]),
    reply("schedulingPolicies", [POLICY]),
    reply("jobDefinitions", [DEFINITION, INACTIVE]),
    member("consumableResources", [LICENCES]),
  ];
  const scenario = parse(`${TRACE}${environments}\n${replies.join("\n")}\n`);
  expect(scenario.notes).toEqual(NOTES);
  expect(scenario.jobQueues).toEqual([
    {
      name: "main",
      priority: 10,
      computeEnvironments: ["spot"],
      schedulingPolicy: "fair",
      timeLimits: [{ reason: "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY", maxTimeMs: 600_000 }],
    },
  ]);
  expect(scenario.computeEnvironments[0]).toEqual({
    name: "spot",
    managed: true,
    type: "SPOT",
    minvCpus: 0,
    maxvCpus: 256,
    unmanagedvCpus: 0,
    desiredvCpus: 12,
    instanceTypes: ["optimal"],
    zones: [],
    allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
    bidPercentage: 60,
    minScaleDownDelayMs: 1_800_000, // 30 minutes
    fixedFleet: undefined,
  });
  expect(scenario.computeEnvironments[1]?.bidPercentage).toBe(100); // AWS prints 0 for none
  expect(scenario.schedulingPolicies).toEqual([
    {
      name: "fair",
      arn: POLICY.arn,
      shares: POLICY.fairsharePolicy.shareDistribution,
      shareDecaySeconds: 3_600,
      computeReservation: 10,
    },
  ]);
  expect(scenario.jobDefinitions).toEqual([
    {
      name: "align",
      revision: 3,
      vcpuMilli: 4_000,
      memoryMib: 15_360,
      gpuMilli: 1_000,
      retry: {
        attempts: 5,
        evaluateOnExit: [
          { onStatusReason: "Host EC2*", onReason: undefined, onExitCode: undefined, action: "RETRY" },
          { onStatusReason: undefined, onReason: "*", onExitCode: undefined, action: "EXIT" },
        ],
      },
      timeoutMs: 7_200_000,
      schedulingPriority: 7,
      consumables: [{ name: "licence", quantity: 2 }],
      nodes: 1,
      platform: "EC2",
    },
  ]);
  expect(scenario.consumableResources).toEqual([{ name: "licence", replenishable: true, totalQuantity: 10 }]);
});

it("a scenario that is JSON as a whole", () => {
  const shapes = [{ name: "a", vcpus: 1, memory: "1 GiB", runtime: "1m" }];
  const scenario = {
    trace: { synthetic: { jobs: 10, duration: "1h", shapes } },
    computeEnvironments: [SPOT_ENVIRONMENT, EKS_ENVIRONMENT],
    jobQueues: [QUEUE],
    schedulingPolicies: [POLICY],
  };
  expect(parse(JSON.stringify(scenario, undefined, 4)).notes).toEqual(NOTES);
});

it("a fair-share queue needs its scheduling policy", () => {
  const environments = member("computeEnvironments", [SPOT_ENVIRONMENT]);
  expect(rowsOf(`${TRACE}${environments}\n${reply("jobQueues", [QUEUE])}\n`)).toEqual([
    'unknown-scheduling-policy 79:36 jobQueues[0].schedulingPolicyArn | there is no scheduling policy "fair" | ' +
      "put what `aws batch describe-scheduling-policies` prints under schedulingPolicies",
  ]);
});

it("an unmanaged environment as printed lacks what a simulation needs, and the message says what", () => {
  const unmanaged = { computeEnvironmentName: "own", type: "UNMANAGED", state: "ENABLED", unmanagedvCpus: 64 };
  expect(rowsOf(`${TRACE}${member("computeEnvironments", [unmanaged])}\n`)).toEqual([
    'missing-key 7:5 computeEnvironments[0].computeResources | the key "computeResources" is missing',
  ]);
});

it.each([
  ["a baseline launches by it", "", 0],
  ["a strategy lets every environment launch by its own", "[{ name: aws, provisioning: aws-batch }]", 0],
  ["a strategy is the same", "[{ name: x, provisioning: BEST_FIT_PROGRESSIVE }]", 0],
  ["nothing launches by it", "[{ name: x }]", 1],
])("an allocation strategy where %s", (_, strategies, notes) => {
  const lines = strategies === "" ? [] : [`strategies: ${strategies}`, "baselines: []"];
  const text = and(...lines).replace("maxvCpus: 16", "maxvCpus: 16, allocationStrategy: BEST_FIT_PROGRESSIVE");
  const note =
    "computeEnvironments[0].computeResources.allocationStrategy: BEST_FIT_PROGRESSIVE decides nothing here: " +
    '"x" launches by best-fit';
  expect(parse(text).notes).toEqual(notes === 0 ? [] : [note]);
});

it("what AWS allows and the simulation cannot play is noted", () => {
  const text = and(
    "  - { computeEnvironmentName: off, state: DISABLED, computeResources: { type: EC2, maxvCpus: 4 } }",
    "jobQueues:",
    "  - jobQueueName: main",
    "    computeEnvironmentOrder: [{ order: 1, computeEnvironment: off }, { order: 2, computeEnvironment: spot }]",
    "    jobStateTimeLimitActions:",
    "      - { reason: stuck, state: RUNNABLE, maxTimeSeconds: 600, action: CANCEL }",
    "jobDefinitions:",
    "  - { jobDefinitionName: pod, eksProperties: { podProperties: {} } }",
    "  - jobDefinitionName: mpi",
    "    nodeProperties:",
    "      numNodes: 4",
    "      mainNode: 0",
    "      nodeRangeProperties:",
    "        - { targetNodes: '0', container: { vcpus: 2, memory: 4096 } }",
    "        - { targetNodes: '1:', container: { vcpus: 8, memory: 2048 } }",
    "  - jobDefinitionName: single",
    "    nodeProperties:",
    "      numNodes: 1",
    "      mainNode: 0",
    "      nodeRangeProperties: [{ targetNodes: '0:', container: { vcpus: 2, memory: 4096 } }]",
  ).replace("maxvCpus: 16", "maxvCpus: 16, desiredvCpus: 20");
  const scenario = parse(text);
  expect(scenario.notes).toEqual([
    "jobDefinitions[0].eksProperties: the resources of EKS jobs are not read: jobs must name them",
    "jobDefinitions[1].nodeProperties: every node is taken to ask for as much as the largest node group",
    "jobDefinitions[2].nodeProperties.numNodes: a job of one node is simulated as an ordinary job",
    "computeEnvironments[0].computeResources.desiredvCpus: taken as 16, which maxvCpus allows",
    "computeEnvironments[1].state: DISABLED: job queues skip it",
    "jobQueues[0].jobStateTimeLimitActions[0].reason: never arises in the simulation; known: " +
      "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY, MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE, " +
      "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
  ]);
  expect(scenario.jobQueues[0]).toMatchObject({ computeEnvironments: ["spot"], timeLimits: [] });
  expect(scenario.jobDefinitions[1]).toMatchObject({ nodes: 4, vcpuMilli: 8_000, memoryMib: 4_096 });
});

it("a fixed fleet makes minvCpus idle, and an allocation strategy needs no note beside it", () => {
  const text = SMALLEST.replace("spot,", "spot, fixedFleet: [{ instanceType: m5.large, count: 1 }],").replace(
    "maxvCpus: 16",
    "minvCpus: 2, maxvCpus: 16, allocationStrategy: BEST_FIT",
  );
  expect(parse(text).notes).toEqual([
    "computeEnvironments[0].computeResources.minvCpus: has no effect beside fixedFleet",
  ]);
});
