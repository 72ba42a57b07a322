// What `stowage live init` has to know, and the names that follow from it.

import { hashText } from "../../base/hash.js";
import type { LeaseSettings } from "../../model/live-settings.js";

export interface InitQueue {
  readonly name: string;
  readonly priority: number;
  /** Undefined: first in, first out. */
  readonly fairShare?: {
    readonly policy: string;
    readonly shareDecaySeconds: number;
    readonly computeReservation: number;
    readonly shares: readonly { readonly shareIdentifier: string; readonly weightFactor: number }[];
  };
}

export type InitLease =
  | Pick<Extract<LeaseSettings, { kind: "dynamodb" }>, "kind" | "table">
  | Pick<Extract<LeaseSettings, { kind: "s3" }>, "kind" | "bucket" | "key">
  | Pick<Extract<LeaseSettings, { kind: "file" }>, "kind" | "path">;

export interface InitAnswers {
  readonly account: string;
  readonly region: string;
  /** Name of the UNMANAGED compute environment. */
  readonly computeEnvironment: string;
  /** ecsClusterArn of DescribeComputeEnvironments. */
  readonly clusterArn: string;
  /** Of the compute environment; at least one. */
  readonly queues: readonly InitQueue[];
  readonly market: "SPOT" | "EC2";
  /** Instance types, families, or AWS's words for sets of them. */
  readonly instanceTypes: readonly string[];
  readonly maxVcpus: number;
  /** One for each zone. */
  readonly subnets: readonly { readonly subnetId: string; readonly zoneId: string }[];
  readonly securityGroupIds: readonly string[];
  /** Null: the templates make one. `name`: of the instance profile, or its ARN; `roleArn`: of the role in it. */
  readonly instanceProfile: { readonly name: string; readonly roleArn: string } | null;
  readonly maxUsdPerHour: number;
  readonly maxUsdPerDay: number;
  readonly lease: InitLease;
  /** Value of the tag stowage:pool; null: the compute environment's name. */
  readonly pool: string | null;
  /** Trace file that replays of the scenario use, relative to it; null: a few generated jobs stand in for it. */
  readonly trace: string | null;
}

/** Names of what belongs to a pool. */
export interface InitNames {
  readonly partition: "aws" | "aws-cn" | "aws-us-gov";
  readonly pool: string;
  readonly clusterName: string;
  readonly eventQueue: string;
  readonly eventQueueArn: string;
  readonly eventQueueUrl: string;
  readonly instanceProfile: string;
  readonly hostRole: string;
  readonly hostRoleArn: string;
  readonly controllerPolicy: string;
  /** Of CloudFormation. */
  readonly stack: string;
}

/** IAM: of a role; all our other names may be longer. */
const LONGEST_ROLE = 64;
/** At the end of a name that is not the pool's own: among a thousand pools, two share them once in 10,000 times. */
const HASH_DIGITS = 8;

export function namesOf(answers: InitAnswers): InitNames {
  const { account, region, instanceProfile } = answers;
  const partition = partitionOf(region);
  const pool = answers.pool ?? answers.computeEnvironment;
  const longest = LONGEST_ROLE - "stowage-".length - "-host-".length - region.length;
  const part = nameOf(pool, /[^\w-]/g, longest);
  const eventQueue = `stowage-${part}-events`;
  const hostRole = `stowage-${part}-host-${region}`;
  return {
    partition,
    pool,
    clusterName: answers.clusterArn.slice(answers.clusterArn.lastIndexOf("/") + 1),
    eventQueue,
    eventQueueArn: `arn:${partition}:sqs:${region}:${account}:${eventQueue}`,
    eventQueueUrl: `https://sqs.${region}.${partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}/${account}/${eventQueue}`,
    instanceProfile: instanceProfile?.name ?? hostRole,
    hostRole,
    hostRoleArn: instanceProfile?.roleArn ?? `arn:${partition}:iam::${account}:role/${hostRole}`,
    controllerPolicy: `stowage-${part}-controller-${region}`,
    stack: `stowage-${nameOf(pool, /[^A-Za-z0-9-]/g, longest)}-events`,
  };
}

/** A pool as a part of names: itself where it can be, else cut and without the forbidden characters, with digits of its hash. */
function nameOf(pool: string, forbidden: RegExp, longest: number): string {
  const allowed = pool.replace(forbidden, "-");
  if (allowed === pool && pool.length <= longest) return pool;
  return `${allowed.slice(0, longest - HASH_DIGITS - 1)}-${hashText(pool).slice(0, HASH_DIGITS)}`;
}

/** The part of AWS that a region belongs to: the first word of its ARNs. */
export function partitionOf(region: string): InitNames["partition"] {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
