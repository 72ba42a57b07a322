// An account on a loopback port that answers the doctor's questions in AWS's wire formats: all is well, but for what a test says.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** EC2's and STS's answers become XML, the others JSON. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

export interface Refusal {
  readonly refused: string;
  readonly message?: string;
  readonly status?: number;
}
export type Answer = Json | Refusal | ((input: Readonly<Record<string, unknown>>) => Json | Refusal);

export const ACCOUNT = "123456789012";
export const CLUSTER = `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/AWSBatch-spot-1`;
const CONTAINER = `arn:aws:ecs:us-east-1:${ACCOUNT}:container-instance/AWSBatch-spot-1/c1`;
export const CE_ARN = `arn:aws:batch:us-east-1:${ACCOUNT}:compute-environment/spot`;

export const ENVIRONMENT = {
  computeEnvironmentName: "spot",
  computeEnvironmentArn: CE_ARN,
  ecsClusterArn: CLUSTER,
  type: "UNMANAGED",
  state: "ENABLED",
  status: "VALID",
  containerOrchestrationType: "ECS",
} as const;

export const QUEUE = {
  jobQueueName: "q",
  jobQueueArn: `arn:aws:batch:us-east-1:${ACCOUNT}:job-queue/q`,
  state: "ENABLED",
  status: "VALID",
  priority: 1,
  computeEnvironmentOrder: [{ order: 1, computeEnvironment: CE_ARN }],
} as const;

const IMAGE = {
  imageId: "ami-00000000000000001",
  imageState: "available",
  architecture: "x86_64",
  name: "al2023-ami-ecs-hvm-2023-x86_64",
  rootDeviceName: "/dev/xvda",
  blockDeviceMapping: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 30 } }],
} as const;

export const SUBNET = {
  subnetId: "subnet-0000000000000001a",
  vpcId: "vpc-1",
  availabilityZone: "us-east-1a",
  availabilityZoneId: "use1-az1",
  availableIpAddressCount: 200,
} as const;

export const GROUP = {
  groupId: "sg-00000000000000001",
  vpcId: "vpc-1",
  ipPermissionsEgress: [{ ipProtocol: "-1" }],
} as const;

export const OWN_INSTANCE = {
  instanceId: "i-00000000000000001",
  instanceType: "m5.large",
  instanceState: { code: 16, name: "running" },
  tagSet: [{ key: "stowage:pool", value: "spot" }],
} as const;

/** `when`: an ISO time that EC2 gives prices of. */
function wellAnswers(spotPrices: readonly Json[]): Readonly<Record<string, Answer>> {
  const dryRun = { refused: "DryRunOperation", status: 412 };
  return {
    "STS.GetCallerIdentity": {
      GetCallerIdentityResult: {
        Account: ACCOUNT,
        Arn: `arn:aws:sts::${ACCOUNT}:assumed-role/controller/me`,
        UserId: "u",
      },
    },
    "Batch.DescribeComputeEnvironments": { computeEnvironments: [ENVIRONMENT] },
    "Batch.DescribeJobQueues": { jobQueues: [QUEUE] },
    "Batch.ListJobs": { jobSummaryList: [] },
    "Batch.DescribeJobs": { jobs: [] },
    "ECS.DescribeClusters": { clusters: [{ clusterArn: CLUSTER, status: "ACTIVE", capacityProviders: [] }] },
    "ECS.ListContainerInstances": { containerInstanceArns: [CONTAINER] },
    "ECS.DescribeContainerInstances": {
      containerInstances: [
        { containerInstanceArn: CONTAINER, ec2InstanceId: OWN_INSTANCE.instanceId, status: "ACTIVE" },
      ],
    },
    "EC2.DescribeInstances": { reservationSet: [{ instancesSet: [OWN_INSTANCE] }] },
    "EC2.DescribeLaunchTemplates": { launchTemplates: [{ launchTemplateName: "stowage-spot-0123" }] },
    "EC2.CreateLaunchTemplate": dryRun,
    "EC2.CreateFleet": dryRun,
    "EC2.TerminateInstances": dryRun,
    "EC2.DescribeSubnets": { subnetSet: [SUBNET] },
    "EC2.DescribeSecurityGroups": { securityGroupInfo: [GROUP] },
    "EC2.DescribeImages": { imagesSet: [IMAGE] },
    "EC2.DescribeSpotPriceHistory": { spotPriceHistorySet: spotPrices },
    "SSM.GetParameter": { Parameter: { Name: "p", Value: IMAGE.imageId } },
    "SQS.GetQueueAttributes": {
      Attributes: {
        QueueArn: `arn:aws:sqs:us-east-1:${ACCOUNT}:stowage-spot-events`,
        MessageRetentionPeriod: "300",
        ApproximateNumberOfMessages: "2",
      },
    },
    "ServiceQuotas.GetServiceQuota": { Quota: { QuotaCode: "L", Value: 1000 } },
    "DynamoDB.GetItem": {},
  };
}

export interface FakeAccount {
  readonly url: string;
  /** Operations that were asked, in order. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** `skewMs`: how far the account's clock is ahead; null: answers do not tell the time. */
export async function startAccount(
  changes: Readonly<Record<string, Answer>> = {},
  spotPrices: readonly Json[] = [],
  skewMs: number | null = 0,
): Promise<FakeAccount> {
  const answers = { ...wellAnswers(spotPrices), ...changes };
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { operation, input } = await operationOf(request);
    asked.push(operation);
    const found = answers[operation];
    const answer = (typeof found === "function" ? found(input) : found) ?? { refused: "UnknownOperation" };
    const isXml = operation.startsWith("EC2.") || operation.startsWith("STS.");
    const isRefusal = typeof answer === "object" && "refused" in answer;
    const status = isRefusal ? ((answer as Refusal).status ?? 400) : 200;
    const code = isRefusal ? { "x-amzn-errortype": (answer as Refusal).refused } : {};
    response.sendDate = false;
    const date = skewMs === null ? {} : { date: new Date(Date.now() + skewMs).toUTCString() };
    response.writeHead(status, { "content-type": isXml ? "text/xml" : "application/x-amz-json-1.1", ...date, ...code });
    response.end(
      isXml ? xmlAnswer(operation, answer) : JSON.stringify(isRefusal ? jsonError(answer as Refusal) : answer),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const TARGETS: Readonly<Record<string, string>> = {
  AmazonEC2ContainerServiceV20141113: "ECS",
  AmazonSQS: "SQS",
  AmazonSSM: "SSM",
  ServiceQuotasV20190624: "ServiceQuotas",
  DynamoDB_20120810: "DynamoDB",
};
const BATCH_PATHS: Readonly<Record<string, string>> = {
  "/v1/listjobs": "ListJobs",
  "/v1/describejobs": "DescribeJobs",
  "/v1/describejobqueues": "DescribeJobQueues",
  "/v1/describecomputeenvironments": "DescribeComputeEnvironments",
};

async function operationOf(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const target = request.headers["x-amz-target"];
  if (typeof target === "string") {
    const [service = "", name = ""] = target.split(".");
    return { operation: `${TARGETS[service]}.${name}`, input: JSON.parse(body) as Readonly<Record<string, unknown>> };
  }
  const batch = BATCH_PATHS[request.url ?? ""];
  if (batch !== undefined) {
    return { operation: `Batch.${batch}`, input: JSON.parse(body) as Readonly<Record<string, unknown>> };
  }
  const input = Object.fromEntries(new URLSearchParams(body));
  return { operation: `${input.Version === "2011-06-15" ? "STS" : "EC2"}.${input.Action}`, input };
}

function jsonError({ refused, message = `this is ${refused}` }: Refusal): Json {
  return { __type: refused, message };
}

function xmlAnswer(operation: string, answer: Json | Refusal): string {
  const name = operation.split(".")[1]!;
  if (typeof answer === "object" && "refused" in answer) {
    const { refused, message = `this is ${refused}` } = answer as Refusal;
    const error = xml({ Error: { Code: refused, Message: message } });
    return operation.startsWith("STS.")
      ? `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`
      : `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`;
  }
  return `<${name}Response>${xml(answer)}<requestId>r</requestId></${name}Response>`;
}

function xml(value: Json): string {
  if (Array.isArray(value)) return value.map((item: Json) => `<item>${xml(item)}</item>`).join("");
  if (typeof value !== "object") return String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return Object.entries(value)
    .map(([key, inside]) => `<${key}>${xml(inside)}</${key}>`)
    .join("");
}
