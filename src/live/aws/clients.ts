// The AWS clients of live mode: one per service, made when it is first asked for. With an endpoint given, nothing else in the
// world is called, neither for work nor for credentials.

import type { BatchClient } from "@aws-sdk/client-batch";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { EC2Client } from "@aws-sdk/client-ec2";
import type { ECSClient } from "@aws-sdk/client-ecs";
import type { PricingClient } from "@aws-sdk/client-pricing";
import type { S3Client } from "@aws-sdk/client-s3";
import type { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { STSClient } from "@aws-sdk/client-sts";
import { systemClock } from "../clock.js";
import type { CallCounts } from "../observation.js";
import type { Clock } from "../ports.js";
import type { Recorder } from "../record/recorder.js";
import { systemRandom } from "./random.js";
import { Rates } from "./rates.js";
import { promptRetries } from "./retries.js";
import { ServerTime } from "./server-time.js";
import { type AwsCall, type WireParts, wire } from "./wire.js";

export interface AwsClientOptions {
  readonly region: string;
  /** Every client uses it, and nothing else is called; null: AWS's own endpoints. */
  readonly endpoint: string | null;
  /** Default: this machine's. */
  readonly clock?: Clock;
  /** The first among them. Default: 4. */
  readonly maxAttempts?: number;
  /** Neither retries nor rates ever wait: for worlds whose time stands still. */
  readonly zeroDelay?: boolean;
  /** Of Batch's reads; default: 5. */
  readonly batchReadsPerSecond?: number;
  /** Told of every call when it is over. */
  readonly onCall?: (call: AwsCall) => void;
  /** Records every answer. */
  readonly recorder?: Recorder;
}

export interface AwsClients {
  readonly region: string;
  readonly time: ServerTime;
  /** Reads per second that we allow ourselves, by service. */
  readonly allowedReads: Readonly<Record<"Batch" | "EC2" | "ECS", number>>;
  batch(): Promise<BatchClient>;
  dynamodb(): Promise<DynamoDBClient>;
  ec2(): Promise<EC2Client>;
  ecs(): Promise<ECSClient>;
  pricing(): Promise<PricingClient>;
  s3(): Promise<S3Client>;
  serviceQuotas(): Promise<ServiceQuotasClient>;
  sqs(): Promise<SQSClient>;
  ssm(): Promise<SSMClient>;
  sts(): Promise<STSClient>;
  /** Requests that were sent since the last time, those of retries among them, whoever asked. */
  takeCallCounts(): CallCounts;
  /** Closes all connections. */
  destroy(): void;
}

/** Four attempts take some 4 s when all are throttled: a tick has time for it. */
const MAX_ATTEMPTS = 4;
/** AWS publishes no rate of Batch's reads; tools that ask faster were throttled. */
const DEFAULT_BATCH_READS = 5;
const CONNECTION_TIMEOUT_MS = 3_000;
/** Above the longest poll of a queue, 20 s. */
const REQUEST_TIMEOUT_MS = 25_000;
/** More than we ever ask at once. */
const MAX_SOCKETS = 25;

/** The clients of one account and region. */
export function makeAwsClients(options: AwsClientOptions): AwsClients {
  const { region } = options;
  const { clock = systemClock(), batchReadsPerSecond = DEFAULT_BATCH_READS } = options;
  const rates = new Rates(clock, systemRandom, batchReadsPerSecond);
  const { parts, takeCallCounts } = wireParts(options, clock, rates);
  const config = configOf(options);
  const closing: (() => void)[] = [];
  const lazy = <C extends { readonly middlewareStack: unknown; destroy(): void }>(
    service: string,
    make: () => Promise<C>,
  ): (() => Promise<C>) => {
    let made: Promise<C> | undefined;
    const begin = async () => {
      const client = wire(await make(), service, parts);
      closing.push(() => client.destroy());
      return client;
    };
    return () => {
      made ??= begin();
      return made;
    };
  };
  const pricing = { ...config, region: pricingRegion(region) };
  return {
    region,
    time: parts.time,
    allowedReads: rates.allowed,
    batch: lazy("Batch", async () => new (await import("@aws-sdk/client-batch")).BatchClient(config)),
    dynamodb: lazy("DynamoDB", async () => new (await import("@aws-sdk/client-dynamodb")).DynamoDBClient(config)),
    ec2: lazy("EC2", async () => new (await import("@aws-sdk/client-ec2")).EC2Client(config)),
    ecs: lazy("ECS", async () => new (await import("@aws-sdk/client-ecs")).ECSClient(config)),
    pricing: lazy("Pricing", async () => new (await import("@aws-sdk/client-pricing")).PricingClient(pricing)),
    s3: lazy("S3", async () => new (await import("@aws-sdk/client-s3")).S3Client({ ...config, forcePathStyle: true })),
    serviceQuotas: lazy(
      "ServiceQuotas",
      async () => new (await import("@aws-sdk/client-service-quotas")).ServiceQuotasClient(config),
    ),
    sqs: lazy("SQS", async () => new (await import("@aws-sdk/client-sqs")).SQSClient(config)),
    ssm: lazy("SSM", async () => new (await import("@aws-sdk/client-ssm")).SSMClient(config)),
    sts: lazy("STS", async () => new (await import("@aws-sdk/client-sts")).STSClient(config)),
    takeCallCounts,
    destroy: () => {
      for (const close of closing) close();
    },
  };
}

function wireParts(options: AwsClientOptions, clock: Clock, rates: Rates) {
  const { endpoint, zeroDelay = false, onCall = () => {}, recorder = null } = options;
  let counts = new Map<string, number>();
  const parts: WireParts = {
    clock,
    time: new ServerTime(clock),
    rates: zeroDelay ? null : rates,
    origin: endpoint === null ? null : new URL(endpoint).origin,
    count: (call) => counts.set(call, (counts.get(call) ?? 0) + 1),
    ...{ onCall, recorder },
  };
  const takeCallCounts = (): CallCounts => {
    const taken = Object.fromEntries(counts);
    counts = new Map();
    return taken;
  };
  return { parts, takeCallCounts };
}

function configOf({ region, endpoint, maxAttempts = MAX_ATTEMPTS, zeroDelay = false }: AwsClientOptions) {
  const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
  return {
    region,
    maxAttempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true, // without it the SDK only logs
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(zeroDelay ? { retryStrategy: promptRetries(maxAttempts) } : {}),
    ...(endpoint === null ? {} : { endpoint, credentials: environmentCredentials }),
  };
}

/** The SDK's own search would ask other hosts: the metadata service, STS, a sign-on portal. */
async function environmentCredentials() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (AWS_ACCESS_KEY_ID === undefined || AWS_SECRET_ACCESS_KEY === undefined) {
    const words = "with an endpoint, credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY alone";
    throw Object.assign(new Error(words), { name: "CredentialsProviderError" }); // as the SDK's own search calls it
  }
  const sessionToken = AWS_SESSION_TOKEN === undefined ? {} : { sessionToken: AWS_SESSION_TOKEN };
  return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...sessionToken };
}

/** The price list has endpoints in few regions (botocore's endpoints.json), each of which answers for all of its partition. */
function pricingRegion(region: string): string {
  if (region.startsWith("cn-")) return "cn-northwest-1";
  if (region.startsWith("eu-") || region.startsWith("me-") || region.startsWith("af-")) return "eu-central-1";
  return region.startsWith("ap-") ? "ap-south-1" : "us-east-1";
}
