// Records of a watch, written shortly: it begins at T0 and takes an hour.

import type { WatchQuality } from "../../../src/live/shadow/recorder.js";
import type { ShadowJob, ShadowSide } from "../../../src/live/shadow/shadow-rows.js";
import type { ShadowRecord } from "../../../src/run/live/shadow.js";
import { resolve } from "./watched-account.js";

export const T0 = Date.UTC(2026, 2, 4, 14);
const NONE = Number.NaN;

/** A job of 2 vCPUs that waited 30 s and ran for 600 s, submitted `submitS` after the watch began. */
export function row(id: string, submitS: number, change: Partial<ShadowJob> = {}): ShadowJob {
  return {
    ...{ id, name: "align", queue: "main", submitMs: T0 + submitS * 1_000, waitMs: 30_000, runtimeMs: 600_000 },
    ...{ withoutRuntime: "", vcpuMilli: 2_000, memoryMib: 4_096, gpuMilli: 0, limitMs: NONE, status: "SUCCEEDED" },
    ...{ exitCode: 0, attempts: [], share: "", priority: 0, nodes: 1, arrayId: "", arraySize: NONE },
    submittedInWatch: submitS >= 0,
    ...change,
  };
}

export const QUALITY: WatchQuality = {
  ...{ fromMs: T0, untilMs: T0 + 3_600_000, looks: 241, incompleteLooks: 0, longestGapMs: 15_000, missedAttempts: 0 },
  ...{ vanishedJobs: 0, unpricedHours: 0, instancesBefore: 0 },
};

const ACTUAL: ShadowSide = {
  ...{ microUsd: 1_000_000, instanceHours: 4, spotInstanceHours: 4, vcpuHours: 16, instances: 2, interruptions: 0 },
  waitMs: new Map([["a", 30_000]]),
};

export function record(jobs: readonly ShadowJob[]): ShadowRecord {
  return { jobs, lives: [], actual: ACTUAL, quality: QUALITY };
}

export const RESOLVED = resolve(`
trace: { jobs: [{ id: unused, runtime: 1s, vcpus: 1, memory: 1 GiB, jobQueue: main }] }
schedulingPolicies:
  - { name: teams, fairsharePolicy: { shareDistribution: [{ shareIdentifier: imaging, weightFactor: 1 }] } }
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
  - { jobQueueName: fair, priority: 2, schedulingPolicyArn: teams, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i.xlarge] }
strategies: [best-fit]
baselines: []
`);
