// What live mode is told by the user: the `live` block of a scenario, completed by defaults. Plain data. Everything that
// decides (strategy, job queues, compute environment, instance types) is in the scenario beside it, so that one file serves a
// replay and the real account.

/** Who and where: compared with what AWS says before anything is written. */
export interface LiveIdentity {
  /** Twelve digits. */
  readonly account: string;
  /** The scenario's region. */
  readonly region: string;
  /** Name or ARN of the UNMANAGED compute environment that is served. */
  readonly computeEnvironment: string;
  /** Value of the tag `stowage:pool` on everything that is ours; by default the compute environment's name. */
  readonly pool: string;
}

export interface LiveSubnet {
  readonly subnetId: string;
  /** Availability Zone id (use1-az4). One subnet per zone: a fleet may not name two of the same. */
  readonly zoneId: string;
}

/** How instances are made: what goes into our launch template. */
export interface LiveLaunchSettings {
  readonly subnets: readonly LiveSubnet[];
  readonly securityGroupIds: readonly string[];
  /** Name or ARN of an instance profile with AmazonEC2ContainerServiceforEC2Role. */
  readonly instanceProfile: string;
  /** An AMI id, or an SSM parameter that holds one (resolved once, when the controller starts). */
  readonly ami: { readonly kind: "id"; readonly id: string } | { readonly kind: "ssm"; readonly parameter: string };
  readonly keyName: string | null;
  readonly rootVolumeGib: number;
  /** The AMI's root device. */
  readonly rootDevice: string;
  /** Shell lines that are run before the ECS agent starts; at most 16 KiB with ours. */
  readonly userData: string;
  /** Beside our own. */
  readonly tags: Readonly<Record<string, string>>;
  /** ECS container instance attributes. */
  readonly attributes: Readonly<Record<string, string>>;
  /** ECS_RESERVED_MEMORY. */
  readonly reservedMemoryMib: number;
  /** Hosts power themselves off when no task has run for so long, which bounds what a dead controller costs; null: never. */
  readonly deadManMs: number | null;
  readonly publicIp: boolean;
}

/** Hard limits, outside the decision: what exceeds them is not sent. Instances not yet registered count. */
export interface LiveCaps {
  readonly maxInstances: number;
  readonly maxVcpus: number;
  /** Sum of the live prices of all our instances. */
  readonly maxMicroUsdPerHour: number;
  /** What our instances cost since midnight UTC, and what those there now will until the next tick. */
  readonly maxMicroUsdPerDay: number;
  readonly maxLaunchesPerTick: number;
  readonly maxLaunchesPerTenMinutes: number;
  readonly maxTerminationsPerTick: number;
  /** Of our instances, 0..1; at least one may always go. */
  readonly maxTerminationShare: number;
}

export interface LiveTiming {
  /** Decision grid, from the scenario's world.decisionInterval. */
  readonly intervalMs: number;
  /** Grid of early ticks: a message (interruption, end of a job) is acted upon at the next multiple of it. 0: no early ticks. */
  readonly earlyMs: number;
  /** A tick that takes longer is abandoned: nothing more is sent. */
  readonly deadlineMs: number;
  /** Ticks that only observe, after every start. */
  readonly settleTicks: number;
  /** What was read longer ago than this is no ground to act upon. */
  readonly freshMs: number;
}

export interface LiveHealth {
  /** Running but not registered for so long: ended, and counted as failed. */
  readonly registrationTimeoutMs: number;
  /** An agent that is not connected for so long is unhealthy: short breaks are normal. */
  readonly disconnectedMs: number;
  /** Launching stops when more than this share, and more than `unhealthyCount`, of our instances are unregistered or unhealthy. */
  readonly unhealthyShare: number;
  readonly unhealthyCount: number;
  /** So many launches in a row without a registration stop launching. */
  readonly failedLaunches: number;
  /** A job shape that does not start though there is room for it stops being bought for after so long. */
  readonly unplacedMs: number;
  /** Missing from DescribeInstances for so long, and in at least three looks: gone. */
  readonly missingMs: number;
}

export type LeaseSettings =
  | { readonly kind: "dynamodb"; readonly table: string; readonly durationMs: number }
  | { readonly kind: "s3"; readonly bucket: string; readonly key: string; readonly durationMs: number }
  | { readonly kind: "file"; readonly path: string; readonly durationMs: number };

export interface LiveSettings {
  readonly identity: LiveIdentity;
  readonly launch: LiveLaunchSettings;
  readonly caps: LiveCaps;
  readonly timing: LiveTiming;
  readonly health: LiveHealth;
  readonly lease: LeaseSettings;
  /** URL of the SQS queue that EventBridge's rules feed; null: polling alone. */
  readonly eventQueueUrl: string | null;
  /** Kill switches that are read at every tick, beside the signal and the lease's attribute. */
  readonly killSwitch: { readonly file: string | null; readonly ssmParameter: string | null };
  /** DRAINING to terminate: at least so long; a busy instance is waited for without limit. */
  readonly drainMs: number;
  /** Folder of the session log, the audit log and the state of a file lease. */
  readonly folder: string;
  /** Of the status page, metrics and health; null: none. */
  readonly http: { readonly host: string; readonly port: number } | null;
  /** Every AWS client uses it, and nothing else is ever called; null: AWS's own endpoints. */
  readonly endpoint: string | null;
  /** Calls per second that this controller allows itself of Batch's reads: AWS publishes no rate. */
  readonly batchReadsPerSecond: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

/** Tag keys on everything that is ours. */
export const TAG_POOL = "stowage:pool";
export const TAG_EPOCH = "stowage:epoch";
/** The client token of the launch. */
export const TAG_LAUNCH = "stowage:launch";
