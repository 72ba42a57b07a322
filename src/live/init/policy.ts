// The controller's permissions, with the values of one pool filled in: reads where AWS knows no narrower way, launches only into
// our subnets with our tag, ends only of what carries it.

import { TAG_POOL } from "../../model/live-settings.js";
import { JOB_DEFINITION } from "../experiment/submit.js";
import { type InitAnswers, namesOf, partitionOf } from "./answers.js";

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

/** Of a managed policy, spaces not counted (IAM quotas). */
export const MOST_POLICY_CHARACTERS = 6_144;

const LAUNCH = ["ec2:CreateFleet", "ec2:RunInstances"];

/** For live mode, its doctor, and `stowage catalog refresh`, `trace pull`, `scenario pull --from-account`. */
export function controllerPolicy(answers: InitAnswers): PolicyDocument {
  return {
    Version: "2012-10-17",
    Statement: [
      ...readStatements(answers),
      ...clusterStatements(answers),
      ...launchStatements(answers),
      ...endStatements(answers),
      ...otherStatements(answers),
    ],
  };
}

function readStatements({ region }: InitAnswers): Statement[] {
  const batch = [
    "DescribeComputeEnvironments",
    "DescribeJobDefinitions",
    "DescribeJobQueues",
    "DescribeJobs",
    "DescribeSchedulingPolicies",
    "ListConsumableResources",
    "ListJobs",
  ];
  const ec2 = [
    "AvailabilityZones",
    "Images",
    "InstanceTypeOfferings",
    "InstanceTypes",
    "Instances",
    "LaunchTemplates",
    "SecurityGroups",
    "SpotPriceHistory",
    "Subnets",
    "Volumes",
  ];
  return [
    // AWS Batch's and EC2's reads have no resources of their own.
    {
      Sid: "Read",
      Effect: "Allow",
      Action: [...batch.map((name) => `batch:${name}`), ...ec2.map((name) => `ec2:Describe${name}`)],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    // The price list is asked in another region.
    {
      Sid: "PricesAndQuotas",
      Effect: "Allow",
      Action: ["pricing:GetProducts", "servicequotas:GetServiceQuota"],
      Resource: ["*"],
    },
  ];
}

/** Some of ECS's actions are about the cluster, others about container instances "in" it, which only a condition can say. */
function clusterStatements({ clusterArn }: InitAnswers): Statement[] {
  return [
    {
      Sid: "Cluster",
      Effect: "Allow",
      Action: ["ecs:DescribeClusters", "ecs:ListContainerInstances", "ecs:DeregisterContainerInstance"],
      Resource: [clusterArn],
    },
    {
      Sid: "ContainerInstances",
      Effect: "Allow",
      Action: ["ecs:DescribeContainerInstances", "ecs:ListTasks", "ecs:UpdateContainerInstancesState"],
      Resource: ["*"],
      Condition: { ArnEquals: { "ecs:cluster": clusterArn } },
    },
  ];
}

function launchStatements(answers: InitAnswers): Statement[] {
  const { region, subnets, securityGroupIds } = answers;
  const { partition, pool, hostRoleArn } = namesOf(answers);
  // Subnets and images may be shared from another account.
  const ec2 = (resource: string) => `arn:${partition}:ec2:${region}:*:${resource}`;
  const requestTag = { [`aws:RequestTag/${TAG_POOL}`]: pool };
  const made = ["fleet/*", "instance/*", "volume/*", "network-interface/*", "spot-instances-request/*"];
  return [
    {
      Sid: "LaunchInto",
      Effect: "Allow",
      Action: LAUNCH,
      Resource: [
        `arn:${partition}:ec2:${region}::image/*`,
        `arn:${partition}:ec2:${region}::snapshot/*`,
        ec2("key-pair/*"),
        ...subnets.map(({ subnetId }) => ec2(`subnet/${subnetId}`)),
        ...securityGroupIds.map((id) => ec2(`security-group/${id}`)),
      ],
    },
    {
      Sid: "LaunchFromOwnTemplate",
      Effect: "Allow",
      Action: LAUNCH,
      Resource: [ec2("launch-template/*")],
      Condition: { StringEquals: { [`aws:ResourceTag/${TAG_POOL}`]: pool } },
    },
    {
      Sid: "LaunchTagged",
      Effect: "Allow",
      Action: LAUNCH,
      Resource: made.map(ec2),
      Condition: { StringEquals: requestTag },
    },
    {
      Sid: "TemplateTagged",
      Effect: "Allow",
      Action: ["ec2:CreateLaunchTemplate"],
      Resource: [ec2("launch-template/*")],
      Condition: { StringEquals: requestTag },
    },
    {
      Sid: "TagAtCreationOnly",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: [ec2("*/*")],
      Condition: {
        StringEquals: { ...requestTag, "ec2:CreateAction": ["CreateFleet", "RunInstances", "CreateLaunchTemplate"] },
      },
    },
    {
      Sid: "HandOnTheHostsRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [hostRoleArn],
      Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
  ];
}

function endStatements(answers: InitAnswers): Statement[] {
  const { partition, pool } = namesOf(answers);
  const ec2 = (resource: string) => `arn:${partition}:ec2:${answers.region}:*:${resource}`;
  return [
    {
      Sid: "EndOwn",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: [ec2("instance/*"), ec2("launch-template/*")],
      Condition: { StringEquals: { [`aws:ResourceTag/${TAG_POOL}`]: pool } },
    },
  ];
}

function otherStatements(answers: InitAnswers): Statement[] {
  const { region, account } = answers;
  const { partition, eventQueueArn } = namesOf(answers);
  return [
    {
      Sid: "Events",
      Effect: "Allow",
      Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      Resource: [eventQueueArn],
    },
    // AWS's AMIs; an AMI or a kill switch of the user's own lies under /stowage/.
    {
      Sid: "Parameters",
      Effect: "Allow",
      Action: ["ssm:GetParameter"],
      Resource: [
        `arn:${partition}:ssm:${region}::parameter/aws/service/ecs/*`,
        `arn:${partition}:ssm:${region}:${account}:parameter/stowage/*`,
      ],
    },
    ...leaseStatements(answers),
  ];
}

function leaseStatements({ lease, region, account }: InitAnswers): Statement[] {
  const partition = partitionOf(region);
  switch (lease.kind) {
    case "file":
      return [];
    case "dynamodb":
      return [
        {
          Sid: "Lease",
          Effect: "Allow",
          Action: ["dynamodb:GetItem", "dynamodb:UpdateItem"],
          Resource: [`arn:${partition}:dynamodb:${region}:${account}:table/${lease.table}`],
        },
      ];
    case "s3":
      return [
        {
          Sid: "Lease",
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject"],
          Resource: [`arn:${partition}:s3:::${lease.bucket}/${lease.key}`],
        },
        // Without it S3 does not tell an object that is not there from one that may not be read.
        {
          Sid: "LeaseIsThere",
          Effect: "Allow",
          Action: ["s3:ListBucket"],
          Resource: [`arn:${partition}:s3:::${lease.bucket}`],
          Condition: { StringEquals: { "s3:prefix": [lease.key] } },
        },
      ];
  }
}

/** For `stowage replay --on aws`, which submits jobs: not for a controller. */
export function replayPolicy({ region, account, clusterArn, queues }: InitAnswers): PolicyDocument {
  const batch = (resource: string) => `arn:${partitionOf(region)}:batch:${region}:${account}:${resource}`;
  const jobs = ["SubmitJob", "TagResource", "TerminateJob"];
  const reads = [
    "DescribeComputeEnvironments",
    "DescribeJobDefinitions",
    "DescribeJobQueues",
    "DescribeJobs",
    "ListJobs",
  ];
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Read",
        Effect: "Allow",
        Action: [
          ...reads.map((name) => `batch:${name}`),
          ...["DescribeAvailabilityZones", "DescribeInstances", "DescribeSpotPriceHistory"].map(
            (name) => `ec2:${name}`,
          ),
        ],
        Resource: ["*"],
        Condition: { StringEquals: { "aws:RequestedRegion": region } },
      },
      {
        Sid: "Cluster",
        Effect: "Allow",
        Action: ["ecs:ListContainerInstances"],
        Resource: [clusterArn],
      },
      {
        Sid: "ContainerInstances",
        Effect: "Allow",
        Action: ["ecs:DescribeContainerInstances"],
        Resource: ["*"],
        Condition: { ArnEquals: { "ecs:cluster": clusterArn } },
      },
      {
        Sid: "Jobs",
        Effect: "Allow",
        Action: jobs.map((name) => `batch:${name}`),
        Resource: [
          batch("job/*"),
          batch(`job-definition/${JOB_DEFINITION}*`),
          ...queues.map(({ name }) => batch(`job-queue/${name}`)),
        ],
      },
      {
        Sid: "SleepJob",
        Effect: "Allow",
        Action: ["batch:RegisterJobDefinition"],
        Resource: [batch(`job-definition/${JOB_DEFINITION}*`)],
      },
    ],
  };
}
