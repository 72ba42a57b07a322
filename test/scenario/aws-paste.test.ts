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
  jobStateTimeLimitActions: [{ reason: "stuck", state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" }],
};

const NOTES = [
  "computeEnvironments[0].computeResources.allocationStrategy: SPOT_PRICE_CAPACITY_OPTIMIZED decides nothing here: " +
    '"best-fit" launches by best-fit',
  "computeEnvironments[0].computeResources.bidPercentage: a limit of 60 % of the on-demand price is not simulated: " +
    "every Spot price is paid",
  "computeEnvironments[0].computeResources.scalingPolicy: a delay of 30 minutes decides nothing here: " +
    "strategies[].scaleDown.idleDelay does",
  "computeEnvironments[1].containerOrchestrationType: EKS is simulated as if it were ECS",
  "computeEnvironments[1].status: INVALID on AWS, simulated as if it worked",
  'computeEnvironments[1]: no job queue uses "eks"',
  "jobQueues[0].schedulingPolicyArn: fair-share scheduling is not simulated: the queue is FIFO",
  "jobQueues[0].jobStateTimeLimitActions: not simulated: jobs wait as long as it takes",
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
  const scenario = parse(`${TRACE}${environments}\n${reply("jobQueues", [QUEUE])}\n`);
  expect(scenario.notes).toEqual(NOTES);
  expect(scenario.jobQueues).toEqual([{ name: "main", priority: 10, computeEnvironments: ["spot"] }]);
  expect(scenario.computeEnvironments[0]).toEqual({
    name: "spot",
    type: "SPOT",
    minvCpus: 0,
    maxvCpus: 256,
    instanceTypes: ["optimal"],
    zones: [],
    allocationStrategy: "SPOT_PRICE_CAPACITY_OPTIMIZED",
    fixedFleet: undefined,
  });
});

it("a scenario that is JSON as a whole", () => {
  const shapes = [{ name: "a", vcpus: 1, memory: "1 GiB", runtime: "1m" }];
  const scenario = {
    trace: { synthetic: { jobs: 10, duration: "1h", shapes } },
    computeEnvironments: [SPOT_ENVIRONMENT, EKS_ENVIRONMENT],
    jobQueues: [QUEUE],
  };
  expect(parse(JSON.stringify(scenario, undefined, 4)).notes).toEqual(NOTES);
});

it("an unmanaged environment as printed lacks what a simulation needs, and the message says what", () => {
  const unmanaged = { computeEnvironmentName: "own", type: "UNMANAGED", state: "ENABLED", unmanagedvCpus: 64 };
  expect(rowsOf(`${TRACE}${member("computeEnvironments", [unmanaged])}\n`)).toEqual([
    'missing-key 7:5 computeEnvironments[0].computeResources | the key "computeResources" is missing',
  ]);
});

it("an allocation strategy that all strategies follow, a Spot limit of 100 % and no delay need no note", () => {
  const resources =
    "{ type: SPOT, maxvCpus: 16, allocationStrategy: BEST_FIT_PROGRESSIVE, bidPercentage: 100, " +
    "scalingPolicy: { minScaleDownDelayMinutes: 0 } }";
  const text = and("strategies: [{ name: aws, provisioning: BEST_FIT_PROGRESSIVE }]");
  expect(parse(text.replace("{ type: SPOT, maxvCpus: 16 }", resources)).notes).toEqual([]);
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
