// A controller in the middle of a working day, as statuses: made by arithmetic, so that every test sees the same.

import {
  type DecisionStatus,
  type InstanceState,
  type InstanceStatus,
  type LiveStatus,
  zeroTotals,
} from "../../../src/live/operate/status.js";
import { fleetOf } from "../../../src/live/operate/status-parts.js";

/** 2026-03-04 14:05:10 UTC. */
export const NOW_MS = Date.UTC(2026, 2, 4, 14, 5, 10);

interface Group {
  readonly type: string;
  readonly zone: string;
  readonly market: "spot" | "on-demand";
  readonly vcpuMilli: number;
  readonly microUsdPerHour: number | null;
  readonly states: readonly (readonly [InstanceState, number])[];
  readonly ours?: false;
}

const GROUPS: readonly Group[] = [
  {
    ...{ type: "c6i.8xlarge", zone: "use1-az1", market: "spot", vcpuMilli: 32_000, microUsdPerHour: 561_200 },
    states: [
      ["registered", 22],
      ["booting", 3],
      ["draining", 1],
    ],
  },
  {
    ...{ type: "c6i.8xlarge", zone: "use1-az4", market: "spot", vcpuMilli: 32_000, microUsdPerHour: 548_700 },
    states: [
      ["registered", 31],
      ["requested", 6],
    ],
  },
  {
    ...{ type: "m6a.4xlarge", zone: "use1-az2", market: "spot", vcpuMilli: 16_000, microUsdPerHour: 284_100 },
    states: [
      ["registered", 18],
      ["ending", 2],
    ],
  },
  {
    ...{ type: "r6i.2xlarge", zone: "use1-az4", market: "on-demand", vcpuMilli: 8_000, microUsdPerHour: 504_000 },
    states: [["registered", 4]],
  },
  {
    ...{
      type: "m5.large",
      zone: "use1-az1",
      market: "on-demand",
      vcpuMilli: 2_000,
      microUsdPerHour: null,
      ours: false,
    },
    states: [["registered", 1]],
  },
];

function instancesOfGroups(groups: readonly Group[]): InstanceStatus[] {
  const all: InstanceStatus[] = [];
  for (const group of groups) {
    for (const [state, times] of group.states) {
      for (let i = 0; i < times; i++) all.push(instanceOf(group, state, all.length));
    }
  }
  return all;
}

function instanceOf(group: Group, state: InstanceState, number: number): InstanceStatus {
  const busy = state === "registered" || state === "draining" ? (number % 5 === 0 ? 0.5 : 0.875) : 0;
  return {
    instance: number,
    instanceId: state === "requested" ? "" : `i-0${(0xabc0_0000_0000 + number * 7_919).toString(16)}`,
    ...{ instanceType: group.type, zoneId: group.zone, market: group.market, state, ours: group.ours ?? true },
    healthy: number !== 40,
    jobs: Math.round(busy * 8),
    vcpuMilli: group.vcpuMilli,
    busyVcpuMilli: busy * group.vcpuMilli,
    ageMs: state === "requested" ? 4_000 : 240_000 + number * 97_000,
    microUsdPerHour: group.microUsdPerHour,
  };
}

const DECISIONS: readonly Pick<DecisionStatus, "kind" | "subject" | "reason" | "verdict" | "rule" | "why">[] = [
  {
    kind: "launch",
    subject: "6 × c6i.8xlarge spot in use1-az4, or 11 other pools",
    reason:
      "1,240 jobs wait, the 3 instances on their way do not cover them; one is to take 32; costs 1.08 times the least these jobs can cost, next best m6a.4xlarge spot in use1-az2 1.17",
    verdict: "sent",
    rule: null,
    why: "",
  },
  {
    kind: "end",
    subject: "i-0abc00000f1b2 (m6a.4xlarge spot in use1-az2)",
    reason: "empty for 3 min 10 s, idle delay 2 min",
    verdict: "sent",
    rule: null,
    why: "",
  },
  {
    kind: "launch",
    subject: "24 × r6i.2xlarge on-demand in use1-az4",
    reason: "310 jobs wait, and spot pools have refused for too long: on-demand",
    verdict: "denied",
    rule: "max-spend-per-hour",
    why: "24 × $0.5040 would make $62.30 an hour; the cap is $60.00",
  },
  {
    kind: "drain",
    subject: "i-0abc0000074aa (c6i.8xlarge spot in use1-az1)",
    reason: "it should empty: 2 jobs on it, expected to end in 6 min, and its free room is not wanted",
    verdict: "sent",
    rule: null,
    why: "",
  },
  {
    kind: "end",
    subject: "i-0abc000012d93 (m6a.4xlarge spot in use1-az2)",
    reason: "empty for 2 min 5 s, idle delay 2 min",
    verdict: "kept",
    rule: null,
    why: "a task came in between: the instance is ACTIVE again",
  },
  {
    kind: "undrain",
    subject: "i-0abc00000b9c1 (c6i.8xlarge spot in use1-az4)",
    reason: "demand has come back: it may take jobs again",
    verdict: "failed",
    rule: null,
    why: "ThrottlingException: Rate exceeded",
  },
];

function decisionsOf(mode: LiveStatus["mode"]): DecisionStatus[] {
  return Array.from({ length: 48 }, (_, i) => {
    const decision = DECISIONS[i % DECISIONS.length]!;
    const wouldSend = mode !== "apply" && decision.verdict !== "denied";
    return {
      ...decision,
      ...(wouldSend ? { verdict: "dry-run" as const, why: "" } : {}),
      tick: 812 - Math.floor(i / 4),
      atMs: NOW_MS - Math.floor(i / 4) * 15_000 - 1_000,
    };
  });
}

/** A status in which all is there: alerts, refusals, denials, somebody else's instance. */
export function busyStatus(change: Partial<LiveStatus> = {}): LiveStatus {
  const mode = change.mode ?? "apply";
  const instances = instancesOfGroups(GROUPS);
  return {
    mode,
    version: "0.1.0",
    atMs: NOW_MS,
    startedMs: NOW_MS - 12_345_000,
    identity: {
      account: "123456789012",
      region: "us-east-1",
      computeEnvironment: "genomics-unmanaged",
      pool: "genomics-unmanaged",
      strategy: "best-fit",
    },
    lease: { state: "held", owner: "host-a", leftMs: 24_000, epoch: 7 },
    tick: {
      ...{ number: 812, atMs: NOW_MS - 1_300, tookMs: 1_240, nextInMs: 13_700, deadlineMs: 12_000, settleTicksLeft: 0 },
      problems: [],
    },
    queues: [
      {
        ...{ name: "genomics-high", runnable: 84, starting: 12, running: 310, oldestMs: NOW_MS - 95_000 },
        ...{ runnableVcpuMilli: 336_000, runningVcpuMilli: 1_288_000, undescribed: 0 },
      },
      {
        ...{ name: "genomics-bulk", runnable: 1_156, starting: 26, running: 894, oldestMs: NOW_MS - 1_260_000 },
        ...{ runnableVcpuMilli: 1_156_000, runningVcpuMilli: 920_000, undescribed: 40 },
      },
      {
        ...{ name: "nightly", runnable: 0, starting: 0, running: 0, oldestMs: null },
        ...{ runnableVcpuMilli: 0, runningVcpuMilli: 0, undescribed: 0 },
      },
    ],
    fleet: fleetOf(instances),
    instances,
    decisions: decisionsOf(mode),
    denials: { "max-spend-per-hour": 12, "too-young": 3, "launches-per-tick": 1 },
    breakers: [],
    kill: { modes: [], sources: [] },
    limits: {
      instances: { now: 87, cap: 400 },
      vcpuMilli: { now: 2_370_000, cap: 8_000_000 },
      microUsdPerHour: { now: 49_380_000, cap: 60_000_000 },
      microUsdToday: { now: 412_700_000, cap: 900_000_000 },
    },
    calls: [
      { service: "Batch", perSecond: 0.53, allowedPerSecond: 2 },
      { service: "EC2", perSecond: 0.2, allowedPerSecond: 10 },
      { service: "ECS", perSecond: 0.4, allowedPerSecond: 10 },
      { service: "SQS", perSecond: 0.07, allowedPerSecond: null },
    ],
    callTotals: { "Batch.ListJobs": 6_496, "Batch.DescribeJobs": 402, "EC2.CreateFleet": 61 },
    refusals: [
      { pool: "c6i.16xlarge spot in use1-az1", code: "InsufficientInstanceCapacity", untilMs: NOW_MS + 140_000 },
      { pool: "m6i.4xlarge spot in use1-az2", code: "MaxSpotInstanceCountExceeded", untilMs: NOW_MS + 900_000 },
    ],
    warnings: ["Queue genomics-bulk: 12 waiting jobs have one attempt and may run on spot: an interruption fails them"],
    totals: { ...zeroTotals(), ticks: 812, late_ticks: 2, instances_launched: 431, interruptions: 9, job_ends: 20_113 },
    ...change,
  };
}

/** A controller that has just begun and found nothing. */
export function emptyStatus(change: Partial<LiveStatus> = {}): LiveStatus {
  const none = { now: 0, cap: null };
  return {
    ...busyStatus({ mode: "dry-run" }),
    ...{ queues: [], fleet: [], instances: [], decisions: [], denials: {}, calls: [], callTotals: {}, refusals: [] },
    ...{ warnings: [], totals: zeroTotals() },
    limits: { instances: none, vcpuMilli: none, microUsdPerHour: none, microUsdToday: none },
    lease: { state: "none", owner: "", leftMs: 0, epoch: 0 },
    ...change,
  };
}

/** The hour before, one status a minute: a burst that the fleet follows. */
export function hourOfStatuses(mode: LiveStatus["mode"] = "apply"): LiveStatus[] {
  return Array.from({ length: 61 }, (_, minute) => {
    const last = busyStatus({ mode });
    const share = Math.max(0, Math.min(1, (minute - 12) / 30));
    const burst = minute < 10 ? 40 : 1_800 - Math.abs(minute - 24) * 38 + (minute % 7) * 23;
    return {
      ...last,
      atMs: NOW_MS - (60 - minute) * 60_000,
      tick: { ...last.tick, number: 812 - (60 - minute) * 4 },
      queues:
        minute === 60
          ? last.queues
          : last.queues.map((queue, i) => ({ ...queue, runnable: i === 1 ? Math.max(0, burst) : 0 })),
      fleet:
        minute === 60
          ? last.fleet
          : last.fleet.map((row) => ({ ...row, vcpuMilli: row.vcpuMilli * (0.2 + 0.8 * share) })),
      limits: {
        ...last.limits,
        microUsdPerHour: { cap: 60_000_000, now: minute === 60 ? 49_380_000 : 49_380_000 * (0.2 + 0.8 * share) },
      },
    };
  });
}
