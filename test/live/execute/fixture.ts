// What the tests of the executor share: settings, pools, a lease and a journal in memory, a clock that stands.

import { onTestFinished } from "vitest";
import { type ExecutorParts, makeExecutor } from "../../../src/live/execute/executor.js";
import type { SeenInstance } from "../../../src/live/observation.js";
import type { Clock, Deadline, Executor, Journal, Lease, PendingLaunch } from "../../../src/live/ports.js";
import type { Architecture, Market } from "../../../src/model/instance-type.js";
import type { LiveSettings } from "../../../src/model/live-settings.js";
import { FakeAws } from "./fake-aws.js";

export const CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/AWSBatch-night";

/** Stands until it is moved; sleeping moves it. */
export class StandingClock implements Clock {
  nowMs = 1_000_000;
  monotonicMs(): number {
    return this.nowMs;
  }
  wallMs(): number {
    return 1_800_000_000_000 + this.nowMs;
  }
  async sleep(ms: number): Promise<void> {
    this.nowMs += ms;
  }
}

export class MemoryLease implements Lease {
  epoch = 7;
  left = 60_000;
  pending: PendingLaunch[] = [];
  readonly killModes: readonly string[] = [];
  /** What happened to it, in order. */
  readonly log: string[] = [];
  isBroken = false;
  onWrite: () => void = () => {};
  async hold(): Promise<boolean> {
    return this.left > 0;
  }
  leftMs(): number {
    return this.left;
  }
  async write(launches: readonly PendingLaunch[]): Promise<void> {
    this.onWrite();
    if (this.isBroken) throw new Error("the lease is lost");
    this.log.push(`write ${launches.map(({ token }) => token)}`);
    this.pending = [...this.pending, ...launches];
  }
  async clear(tokens: readonly string[]): Promise<void> {
    if (this.isBroken) throw new Error("the lease is lost");
    this.log.push(`clear ${tokens}`);
    this.pending = this.pending.filter(({ token }) => !tokens.includes(token));
  }
  async release(): Promise<void> {}
}

export class MemoryJournal implements Journal {
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  flushed = 0;
  append(line: Readonly<Record<string, unknown>>): void {
    this.lines.push(line);
  }
  async flush(): Promise<void> {
    this.flushed = this.lines.length;
  }
  async close(): Promise<void> {}
}

export function deadline(leftMs = 10_000): Deadline & { abort(): void } {
  const controller = new AbortController();
  return { leftMs: () => leftMs, signal: controller.signal, abort: () => controller.abort() };
}

export const SETTINGS: LiveSettings = {
  identity: { account: "123456789012", region: "eu-west-1", computeEnvironment: "night", pool: "night" },
  launch: {
    subnets: [
      { subnetId: "subnet-a", zoneId: "euw1-az1" },
      { subnetId: "subnet-b", zoneId: "euw1-az2" },
    ],
    securityGroupIds: ["sg-1"],
    instanceProfile: "ecsInstanceRole",
    ami: { kind: "id", id: "ami-0123456789abcdef0" },
    keyName: null,
    rootVolumeGib: 30,
    rootDevice: "/dev/xvda",
    userData: "",
    tags: { team: "night shift" },
    attributes: {},
    reservedMemoryMib: 32,
    deadManMs: null,
    publicIp: true,
  },
  caps: {
    maxInstances: 100,
    maxVcpus: 1000,
    maxMicroUsdPerHour: 1e9,
    maxMicroUsdPerDay: 1e9,
    maxLaunchesPerTick: 100,
    maxLaunchesPerTenMinutes: 100,
    maxTerminationsPerTick: 100,
    maxTerminationShare: 1,
  },
  timing: { intervalMs: 15_000, earlyMs: 0, deadlineMs: 10_000, settleTicks: 2, freshMs: 30_000 },
  health: {
    registrationTimeoutMs: 900_000,
    disconnectedMs: 300_000,
    unhealthyShare: 0.45,
    unhealthyCount: 3,
    failedLaunches: 5,
    unplacedMs: 600_000,
    missingMs: 300_000,
  },
  lease: { kind: "file", path: "lease", durationMs: 30_000 },
  eventQueueUrl: null,
  killSwitch: { file: null, ssmParameter: null },
  drainMs: 15_000,
  folder: ".",
  http: null,
  endpoint: null,
  batchReadsPerSecond: 5,
  logLevel: "info",
};

const type = (name: string, architecture: Architecture = "x86_64", gpus = 0) => ({
  name,
  architecture,
  vcpuMilli: 2_000,
  memoryMib: 7_000,
  nominalMemoryMib: 8_192,
  gpuMilli: gpus * 1_000,
  gpuName: gpus > 0 ? "T4" : "",
});

const pool = (instanceType: number, zone: string, market: Market) => ({
  instanceType,
  zone,
  market,
  priceMicroUsdPerHour: 100_000,
  interruptionBand: -1,
});

/** 0: m6i.large az1 spot, 1: m6i.large az2 spot, 2: c6i.large az1 spot, 3: m6i.large az1 on-demand, 4: no subnet. */
export const TABLES = {
  instanceTypes: [type("m6i.large"), type("c6i.large")],
  pools: [
    pool(0, "euw1-az1", "spot"),
    pool(0, "euw1-az2", "spot"),
    pool(1, "euw1-az1", "spot"),
    pool(0, "euw1-az1", "on-demand"),
    pool(0, "euw1-az3", "spot"),
  ],
};

/** x86_64, arm64 and GPUs. */
export const MIXED_TABLES = {
  instanceTypes: [type("m6i.large"), type("m6g.large", "arm64"), type("g4dn.xlarge", "x86_64", 1)],
  pools: [pool(0, "euw1-az1", "spot"), pool(1, "euw1-az1", "spot"), pool(2, "euw1-az1", "spot")],
};

export function seenOf(instance: Partial<SeenInstance> & Pick<SeenInstance, "instanceId">): SeenInstance {
  return {
    ours: true,
    launchToken: "",
    instanceType: "m6i.large",
    zoneId: "euw1-az1",
    market: "spot",
    ec2State: "running",
    stateReason: "",
    launchTimeMs: 0,
    containerInstanceArn: "",
    ecsStatus: "",
    agentConnected: true,
    registeredAtMs: 0,
    registeredVcpuMilli: 2_000,
    registeredMemoryMib: 7_000,
    registeredGpus: 0,
    runningTasks: 0,
    pendingTasks: 0,
    ...instance,
  };
}

export function seenMap(...instances: readonly SeenInstance[]): ReadonlyMap<string, SeenInstance> {
  return new Map(instances.map((each) => [each.instanceId, each]));
}

/** A look, and what it lets ends do. */
export function advance(
  executor: Executor,
  seen: ReadonlyMap<string, SeenInstance>,
  busy: ReadonlySet<string>,
  mayEnd: boolean,
  until: Deadline,
) {
  executor.saw({ seen, busy, mayEnd });
  return executor.advance(until);
}

/** A fake AWS and an executor before it, for one test. */
export async function start(
  changes: Partial<ExecutorParts> = {},
  { maxAttempts = 3, parameters = {} }: { maxAttempts?: number; parameters?: Readonly<Record<string, string>> } = {},
) {
  const aws = await FakeAws.start();
  onTestFinished(async () => {
    await aws.stop();
  });
  for (const [name, value] of Object.entries(parameters)) aws.parameters.set(name, value);
  const clock = new StandingClock();
  const lease = new MemoryLease();
  const journal = new MemoryJournal();
  const make = (over: Partial<ExecutorParts> = {}) =>
    makeExecutor({
      clients: aws.clients(maxAttempts),
      settings: SETTINGS,
      tables: TABLES,
      lease,
      journal,
      clock,
      clusterArn: CLUSTER,
      launchesAtOnce: 1,
      ...changes,
      ...over,
    });
  return { aws, clock, lease, journal, make, executor: await make() };
}
