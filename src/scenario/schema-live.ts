// The block `live`: what live mode is told beside the scenario. A replay reads none of it. What its keys mean for the rest of
// the scenario is checked in checks-live.ts.

import { z } from "zod";
import { MICRO_USD } from "../base/units.js";
import { LIVE_DEFAULTS } from "./defaults-live.js";
import { describeValue } from "./finding.js";
import { DURATION_PATTERN, type Parsed, parseDurationMs } from "./quantities.js";
import { formed, launch } from "./schema-live-launch.js";
import { duration, mistake, positiveDuration, scalar, share, text } from "./schema-parts.js";

/** More than any fleet, and small enough that products with prices stay exact. */
const MOST_INSTANCES = 100_000;
const MOST_USD = 1_000_000;
/** A container's end and its message to Batch take seconds: DRAINING must last until both have surely been seen. */
const SHORTEST_DRAIN_MS = 15_000;
/** A lease is renewed every third of this, and a call may take seconds. */
const SHORTEST_LEASE_MS = 10_000;
/** Beyond it a crashed controller leaves the account alone for longer than jobs should wait. */
const LONGEST_LEASE_MS = 600_000;

function parseAccount(input: unknown): Parsed<string> {
  if (typeof input === "string" && /^\d{12}$/.test(input)) return { value: input };
  const message = `expected an account id of twelve digits, got ${describeValue(input)}`;
  const hint = typeof input === "number" ? `write it in quotes: "${String(input).padStart(12, "0")}"` : undefined;
  return { code: "invalid-value", message, ...(hint === undefined ? {} : { hint }) };
}

function parseUsd(input: unknown): Parsed<number> {
  const amount = typeof input === "string" ? Number(/^\$ ?(\d+(?:\.\d+)?)$/.exec(input)?.[1] ?? Number.NaN) : input;
  if (typeof amount !== "number" || Number.isNaN(amount)) {
    return { code: "invalid-value", message: `expected an amount such as $25, got ${describeValue(input)}` };
  }
  if (amount <= 0) return { code: "out-of-range", message: `must be greater than 0, got ${describeValue(input)}` };
  if (amount > MOST_USD)
    return { code: "out-of-range", message: `must be at most $${MOST_USD}, got ${describeValue(input)}` };
  return { value: Math.round(amount * MICRO_USD) };
}

const money = scalar(parseUsd, {
  anyOf: [
    { type: "string", pattern: "^\\$ ?[0-9]+(\\.[0-9]+)?$" },
    { type: "number", exclusiveMinimum: 0, maximum: MOST_USD },
  ],
});

/** Milliseconds between two bounds. */
function durationWithin(leastMs: number, mostMs: number, message: string) {
  const parse = (input: unknown): Parsed<number> => {
    const parsed = parseDurationMs(input);
    if (!("value" in parsed) || (parsed.value >= leastMs && parsed.value <= mostMs)) return parsed;
    return { code: "out-of-range", message: `${message}, got ${describeValue(input)}` };
  };
  return scalar(parse, { type: "string", pattern: DURATION_PATTERN });
}

const queueUrl = formed(/^https?:\/\/\S+$/, "the URL of an SQS queue", "CloudFormation's output EventQueueUrl");
const endpoint = formed(/^https?:\/\/\S+$/, "a URL", "for example http://127.0.0.1:5000");

/** Goes into tags, launch template names, ECS attributes and IAM conditions, where * and ? would be wildcards. */
const poolName = formed(
  /^[A-Za-z0-9][\w.-]{0,127}$/,
  "letters, digits, and . _ - (at most 128)",
  "it is the value of the tag stowage:pool",
);

const caps = z
  .strictObject({
    maxInstances: z
      .int()
      .min(1)
      .max(MOST_INSTANCES)
      .prefault(LIVE_DEFAULTS.caps.maxInstances)
      .describe("Most instances at once, those not yet registered among them."),
    maxVcpus: z.int().min(1).optional().describe("Most vCPUs at once; default: maxvCpus of the compute environment."),
    maxUsdPerHour: money.describe("Most that all instances together may cost per hour, by live prices. No default."),
    maxUsdPerDay: money.describe("Most that they may cost from midnight to midnight UTC. No default."),
    maxLaunchesPerTick: z
      .int()
      .min(1)
      .prefault(LIVE_DEFAULTS.caps.maxLaunchesPerTick)
      .describe("Most instances launched by one tick."),
    maxLaunchesPerTenMinutes: z
      .int()
      .min(1)
      .prefault(LIVE_DEFAULTS.caps.maxLaunchesPerTenMinutes)
      .describe("Most instances launched in any ten minutes."),
    maxTerminationsPerTick: z
      .int()
      .min(1)
      .prefault(LIVE_DEFAULTS.caps.maxTerminationsPerTick)
      .describe("Most instances whose end one tick begins, and most that it terminates."),
    maxTerminationPercent: z
      .number()
      .gt(0)
      .max(100)
      .prefault(LIVE_DEFAULTS.caps.maxTerminationPercent)
      .describe("The same as a percentage of our instances; one may always go."),
  })
  .superRefine(({ maxUsdPerHour, maxUsdPerDay }, context) => {
    if (maxUsdPerDay < maxUsdPerHour) {
      mistake(context, "out-of-range", "maxUsdPerDay must not be less than maxUsdPerHour", ["maxUsdPerDay"]);
    }
  });

const timing = z.strictObject({
  earlyTick: duration
    .optional()
    .describe("A message is acted upon at the next multiple of this; 0: at the next tick. Default: world.unmanaged's."),
  deadline: positiveDuration
    .optional()
    .describe("A tick that takes longer sends nothing more; default: 12s, at most the interval."),
  settleTicks: z
    .int()
    .min(1)
    .max(1_000)
    .prefault(LIVE_DEFAULTS.timing.settleTicks)
    .describe("Ticks that only observe, after every start."),
  freshness: positiveDuration
    .prefault(LIVE_DEFAULTS.timing.freshness)
    .describe("What was read longer ago than this is not acted upon."),
});

const health = z.strictObject({
  registrationTimeout: positiveDuration
    .prefault(LIVE_DEFAULTS.health.registrationTimeout)
    .describe("An instance that runs and has not registered with ECS for so long is ended."),
  disconnected: positiveDuration
    .prefault(LIVE_DEFAULTS.health.disconnected)
    .describe("An ECS agent that is not connected for so long makes its instance unhealthy."),
  unhealthyShare: share({ above: 0, most: 1 })
    .prefault(LIVE_DEFAULTS.health.unhealthyShare)
    .describe("Launching stops when more than this share of our instances is unhealthy, and more than unhealthyCount."),
  unhealthyCount: z
    .int()
    .min(0)
    .prefault(LIVE_DEFAULTS.health.unhealthyCount)
    .describe("Launching does not stop for so many unhealthy instances or fewer."),
  failedLaunches: z
    .int()
    .min(1)
    .prefault(LIVE_DEFAULTS.health.failedLaunches)
    .describe("So many launches in a row that never registered stop launching."),
  unplaced: positiveDuration
    .prefault(LIVE_DEFAULTS.health.unplaced)
    .describe("Jobs that do not start for so long, though there is room, are not bought for any more."),
  missing: positiveDuration
    .prefault(LIVE_DEFAULTS.health.missing)
    .describe("An instance that EC2 has not shown for so long, in three looks or more, is gone."),
});

const leaseDuration = durationWithin(SHORTEST_LEASE_MS, LONGEST_LEASE_MS, "must be between 10s and 10m")
  .prefault(LIVE_DEFAULTS.leaseDuration)
  .describe("A lease that has not been renewed for so long may be taken over.");

const LEASE_STORES = ["dynamodb", "s3", "file"] as const;

const lease = z
  .strictObject({
    dynamodb: text.optional().describe("DynamoDB table with the key pk."),
    s3: z
      .strictObject({ bucket: text.describe("Bucket."), key: text.describe("Key of the object.") })
      .optional()
      .describe("An object in S3."),
    file: text.optional().describe("A file, where one host alone ever runs controllers of this pool."),
    duration: leaseDuration,
  })
  .superRefine((given, context) => {
    const stores = LEASE_STORES.filter((key) => given[key] !== undefined);
    if (stores.length === 1) return;
    const got = stores.length === 0 ? "none" : stores.join(" and ");
    mistake(context, "conflicting-keys", `expected one of ${LEASE_STORES.join(", ")}, got ${got}`);
  });

const killSwitch = z.strictObject({
  file: text
    .optional()
    .describe("A file in live.folder with words such as pause-all, read at every tick; it may be missing."),
  ssmParameter: text.optional().describe("An SSM parameter with the same words."),
});

const http = z.strictObject({
  host: text.prefault(LIVE_DEFAULTS.http.host).describe("Address to listen on."),
  port: z.int().min(0).max(65_535).prefault(LIVE_DEFAULTS.http.port).describe("Port; 0: any free one."),
});

/** The block `live`. */
export const live = z.strictObject({
  account: scalar(parseAccount, { type: "string", pattern: "^[0-9]{12}$" }).describe(
    "Account id: nothing is done in another account.",
  ),
  computeEnvironment: text.optional().describe("Name or ARN of the compute environment; default: the only one."),
  pool: poolName
    .optional()
    .describe("Value of the tag stowage:pool on everything of ours; default: the compute environment's name."),
  launch: launch.describe("How instances are made."),
  caps: caps.describe("Hard limits: what exceeds them is not sent, whatever the strategy says."),
  timing: timing.prefault({}).describe("When ticks act; their interval is world.decisionInterval."),
  health: health.prefault({}).describe("When instances and launches count as failed, and what stops launching."),
  lease: lease.describe("What makes sure that one controller acts at a time."),
  eventQueueUrl: queueUrl.optional().describe("SQS queue that EventBridge fills; default: none, polling alone."),
  killSwitch: killSwitch.prefault({}).describe("Where a stop is read from, beside signals and the lease."),
  drain: durationWithin(SHORTEST_DRAIN_MS, Number.POSITIVE_INFINITY, "must be at least 15s")
    .optional()
    .describe("From DRAINING to termination at the least; default: world.unmanaged.drain."),
  folder: text
    .optional()
    .describe("Folder of session log, audit log and spending; default: .stowage/live with the pool's name behind it."),
  http: z
    .union([z.literal("none"), http])
    .prefault({})
    .describe("Where the status page, metrics and health are; or none."),
  endpoint: endpoint.optional().describe("URL that every call goes to; default: AWS's own endpoints."),
  batchReadsPerSecond: z
    .number()
    .gt(0)
    .max(50)
    .prefault(LIVE_DEFAULTS.batchReadsPerSecond)
    .describe("Most calls of AWS Batch's reads per second: AWS publishes no limit."),
  logLevel: z.enum(["debug", "info", "warn", "error"]).prefault(LIVE_DEFAULTS.logLevel).describe("How much is logged."),
});

export type LiveDocument = z.output<typeof live>;
