// Settings and views that tests of the gate start from: a fleet at rest, seen a moment ago, with all to spare.

import type { Command, EndCommand, LaunchCommand } from "../../../src/live/command.js";
import type { Observation, SeenInstance, SeenJob } from "../../../src/live/observation.js";
import type { Clock, FleetMember, GateView } from "../../../src/live/ports.js";
import type { LiveCaps, LiveSettings } from "../../../src/model/live-settings.js";

/** A clock that stands until it is moved. */
export class HandClock implements Clock {
  nowMs = 1_000_000;
  monotonicMs(): number {
    return this.nowMs;
  }
  wallMs(): number {
    return this.nowMs;
  }
  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }
}

/** 2026-03-01T12:00:00Z */
export const NOON = Date.UTC(2026, 2, 1, 12);
export const HOUR_MS = 3_600_000;

const CAPS: LiveCaps = {
  maxInstances: 1_000,
  maxVcpus: 100_000,
  maxMicroUsdPerHour: 1e12,
  maxMicroUsdPerDay: 1e12,
  maxLaunchesPerTick: 1_000,
  maxLaunchesPerTenMinutes: 1_000,
  maxTerminationsPerTick: 1_000,
  maxTerminationShare: 1,
};

export function settingsOf(caps: Partial<LiveCaps> = {}): LiveSettings {
  return {
    identity: { account: "123456789012", region: "us-east-1", computeEnvironment: "ce", pool: "ce" },
    launch: {
      subnets: [{ subnetId: "subnet-1", zoneId: "use1-az1" }],
      securityGroupIds: [],
      instanceProfile: "profile",
      ami: { kind: "id", id: "ami-1" },
      keyName: null,
      rootVolumeGib: 30,
      rootDevice: "/dev/xvda",
      userData: "",
      tags: {},
      attributes: {},
      reservedMemoryMib: 32,
      deadManMs: null,
      publicIp: false,
    },
    caps: { ...CAPS, ...caps },
    timing: { intervalMs: 15_000, earlyMs: 0, deadlineMs: 12_000, settleTicks: 2, freshMs: 30_000 },
    health: {
      registrationTimeoutMs: 900_000,
      disconnectedMs: 300_000,
      unhealthyShare: 0.45,
      unhealthyCount: 3,
      failedLaunches: 3,
      unplacedMs: 1_200_000,
      missingMs: 300_000,
    },
    lease: { kind: "file", path: "lease", durationMs: 30_000 },
    eventQueueUrl: null,
    killSwitch: { file: null, ssmParameter: null },
    drainMs: 30_000,
    folder: ".",
    http: null,
    endpoint: null,
    batchReadsPerSecond: 5,
    logLevel: "info",
  };
}

/** Pools: 0: 4 vCPUs at $0.10 an hour; 1: 16 vCPUs at $0.50; 2: 2 vCPUs, price not known. */
export const PRICES = [100_000, 500_000, Number.NaN];
export const VCPU_MILLI = [4_000, 16_000, 2_000];

export function observationOf(parts: Partial<Observation> = {}): Observation {
  return {
    serverMs: NOON,
    problems: [],
    jobs: [],
    arrays: [],
    ends: [],
    instances: [],
    notices: [],
    warnings: [],
    ...parts,
  };
}

export function viewOf(parts: Partial<GateView> = {}): GateView {
  return {
    nowMs: NOON,
    applies: true,
    leaseLeftMs: 25_000,
    identityOk: true,
    observation: observationOf(),
    observationAgeMs: 500,
    deadlineLeftMs: 10_000,
    ticksSinceStart: 100,
    kill: { modes: new Set(), sources: [] },
    fleet: [],
    priceOf: (pool) => PRICES[pool]!,
    vcpuMilliOf: (pool) => VCPU_MILLI[pool]!,
    ...parts,
  };
}

export function memberOf(instance: number, parts: Partial<FleetMember> = {}): FleetMember {
  return {
    instance,
    instanceId: `i-${instance}`,
    pool: 0,
    state: "registered",
    healthy: true,
    busy: false,
    ours: true,
    ageMs: HOUR_MS,
    ...parts,
  };
}

/** What the look shows of a member: launched an hour before noon, 4 vCPUs and 8000 MiB. */
export function seenOf(instance: number, parts: Partial<SeenInstance> = {}): SeenInstance {
  return {
    instanceId: `i-${instance}`,
    ours: true,
    launchToken: "",
    instanceType: "c6i.xlarge",
    zoneId: "use1-az1",
    market: "spot",
    ec2State: "running",
    stateReason: "",
    launchTimeMs: NOON - HOUR_MS,
    containerInstanceArn: `arn-${instance}`,
    ecsStatus: "ACTIVE",
    agentConnected: true,
    registeredAtMs: NOON - HOUR_MS,
    registeredVcpuMilli: 4_000,
    registeredMemoryMib: 8_000,
    registeredGpus: 0,
    runningTasks: 0,
    pendingTasks: 0,
    ...parts,
  };
}

/** A fleet of so many, all of pool 0, and the look that shows them. */
export function fleetOf(count: number): Pick<GateView, "fleet" | "observation"> {
  const numbers = Array.from({ length: count }, (_, i) => i);
  return {
    fleet: numbers.map((i) => memberOf(i)),
    observation: observationOf({ instances: numbers.map((i) => seenOf(i)) }),
  };
}

export function launchOf(count: number, parts: Partial<LaunchCommand> = {}, first = 1_000): LaunchCommand {
  const instances = Array.from({ length: count }, (_, i) => first + i);
  return { kind: "launch", instances, pools: [0], token: `token-${first}`, ...parts };
}

export function endOf(instance: number, parts: Partial<EndCommand> = {}): EndCommand {
  const ids = { instanceId: `i-${instance}`, containerInstanceArn: `arn-${instance}` };
  return { kind: "end", instance, ...ids, reason: "idle", ...parts };
}

export function drainOf(instance: number, kind: "drain" | "undrain" = "drain"): Command {
  return { kind, instance, instanceId: `i-${instance}`, containerInstanceArn: `arn-${instance}` };
}

/** A job of 2 vCPUs and 4000 MiB that waits. */
export function jobOf(jobId: string, parts: Partial<SeenJob> = {}): SeenJob {
  return {
    jobId,
    queue: "q",
    status: "RUNNABLE",
    createdAtMs: NOON - HOUR_MS,
    startedAtMs: Number.NaN,
    endedAttempts: 0,
    request: {
      jobName: "job",
      vcpuMilli: 2_000,
      memoryMib: 4_000,
      gpuMilli: 0,
      shareIdentifier: "",
      schedulingPriority: 0,
      attempts: 1,
      timeoutMs: Number.NaN,
      nodes: 1,
    },
    containerInstanceArn: "",
    arrayId: "",
    statusReason: "",
    ...parts,
  };
}
