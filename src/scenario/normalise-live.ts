// The block `live` completed: what it leaves out comes from the scenario beside it, so that a replay and the account agree.

import { MIB_PER_GIB } from "../base/units.js";
import type { LeaseSettings, LiveLaunchSettings, LiveSettings } from "../model/live-settings.js";
import { resourceName } from "./arns.js";
import { DEFAULTS } from "./defaults.js";
import { LIVE_DEFAULTS } from "./defaults-live.js";
import type { ScenarioDocument } from "./schema.js";
import type { LiveDocument } from "./schema-live.js";
import { duration } from "./schema-parts.js";

const EARLY_MS = duration.parse(DEFAULTS.unmanaged.earlyTick);
const DRAIN_MS = duration.parse(DEFAULTS.unmanaged.drain);
const DEADLINE_MS = duration.parse(LIVE_DEFAULTS.timing.deadline);

/** Undefined: the document has no such block. The checks have seen to it that there is exactly one compute environment. */
export function toLiveSettings(document: ScenarioDocument): LiveSettings | undefined {
  const { live, world } = document;
  if (live === undefined) return undefined;
  const environment = document.computeEnvironments[0]!;
  const computeEnvironment = live.computeEnvironment ?? environment.computeEnvironmentName;
  const unmanaged = world.unmanaged ?? { earlyTick: EARLY_MS, drain: DRAIN_MS };
  const intervalMs = world.decisionInterval;
  const pool = live.pool ?? resourceName(computeEnvironment);
  const { maxUsdPerHour, maxUsdPerDay, maxTerminationPercent, maxVcpus, ...counts } = live.caps;
  return {
    identity: {
      account: live.account,
      region: document.region,
      computeEnvironment,
      pool,
    },
    launch: toLaunch(live.launch, document.billing),
    caps: {
      ...counts,
      maxVcpus: maxVcpus ?? environment.computeResources?.maxvCpus ?? 0,
      maxMicroUsdPerHour: maxUsdPerHour,
      maxMicroUsdPerDay: maxUsdPerDay,
      maxTerminationShare: maxTerminationPercent / 100,
    },
    timing: {
      intervalMs,
      earlyMs: live.timing.earlyTick ?? unmanaged.earlyTick,
      deadlineMs: live.timing.deadline ?? Math.min(DEADLINE_MS, intervalMs),
      settleTicks: live.timing.settleTicks,
      freshMs: live.timing.freshness,
    },
    health: {
      registrationTimeoutMs: live.health.registrationTimeout,
      disconnectedMs: live.health.disconnected,
      unhealthyShare: live.health.unhealthyShare,
      unhealthyCount: live.health.unhealthyCount,
      failedLaunches: live.health.failedLaunches,
      unplacedMs: live.health.unplaced,
      missingMs: live.health.missing,
    },
    lease: toLease(live.lease),
    eventQueueUrl: live.eventQueueUrl ?? null,
    killSwitch: { file: live.killSwitch.file ?? null, ssmParameter: live.killSwitch.ssmParameter ?? null },
    drainMs: live.drain ?? unmanaged.drain,
    // Two scenarios that are started in one place must not share what was spent, or a stop.
    folder: live.folder ?? `${LIVE_DEFAULTS.folder}/${pool.replaceAll("/", "-")}`,
    http: live.http === "none" ? null : live.http,
    endpoint: live.endpoint ?? null,
    batchReadsPerSecond: live.batchReadsPerSecond,
    logLevel: live.logLevel,
  };
}

function toLaunch(given: LiveDocument["launch"], billing: ScenarioDocument["billing"]): LiveLaunchSettings {
  const { imageId, imageSsmParameter = LIVE_DEFAULTS.launch.imageSsmParameter } = given;
  const billedGib = Math.ceil(billing.rootVolume / MIB_PER_GIB);
  return {
    subnets: given.subnets,
    securityGroupIds: given.securityGroupIds,
    instanceProfile: given.instanceProfile,
    ami: imageId === undefined ? { kind: "ssm", parameter: imageSsmParameter } : { kind: "id", id: imageId },
    keyName: given.keyName ?? null,
    rootVolumeGib: given.rootVolumeGiB ?? (billedGib === 0 ? LIVE_DEFAULTS.launch.rootVolumeGiB : billedGib),
    rootDevice: given.rootDevice,
    userData: given.userData,
    tags: given.tags,
    attributes: given.attributes,
    reservedMemoryMib: given.reservedMemoryMiB,
    deadManMs: given.deadManSwitch,
    publicIp: given.publicIp ?? billing.publicIpv4,
  };
}

function toLease({ dynamodb, s3, file, duration: durationMs }: LiveDocument["lease"]): LeaseSettings {
  if (dynamodb !== undefined) return { kind: "dynamodb", table: dynamodb, durationMs };
  if (s3 !== undefined) return { kind: "s3", bucket: s3.bucket, key: s3.key, durationMs };
  return { kind: "file", path: file ?? "", durationMs };
}
