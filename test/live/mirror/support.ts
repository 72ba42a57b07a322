// Looks at an account, made by hand.

import type {
  JobRequest,
  Observation,
  SeenArray,
  SeenEnd,
  SeenInstance,
  SeenJob,
} from "../../../src/live/observation.js";
import { RecordingEngine } from "../../../src/live/session/recording-engine.js";
import type { SessionLine } from "../../../src/live/session/session-log.js";
import type { LiveHealth } from "../../../src/model/live-settings.js";
import type { SystemTables } from "../../../src/model/tables.js";
import { instanceType, job, jobs, pool, s, shape, simulationInput } from "../../builders.js";

export const ORIGIN_MS = 1_700_000_000_000;

export const HEALTH: LiveHealth = {
  registrationTimeoutMs: 900_000,
  disconnectedMs: 600_000,
  unhealthyShare: 0.45,
  unhealthyCount: 3,
  failedLaunches: 3,
  unplacedMs: 7_200_000,
  missingMs: 300_000,
};

/** One type of four vCPUs in one pool; jobs of two vCPUs and 4 GiB in the queue "main". */
/** `capacity`: room for classes, shapes and shares; one of each is there. Default: it does not grow. */
export function recordingEngine(capacity?: SystemTables["capacity"]): {
  engine: RecordingEngine;
  lines: SessionLine[];
} {
  const { tables } = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 1)],
    jobs: jobs(8, job(0, s(10), shape(2, 4))),
  });
  const lines: SessionLine[] = [];
  const growing = { ...tables, placedBy: "batch" as const, ...(capacity === undefined ? {} : { capacity }) };
  return { engine: new RecordingEngine(growing, "test", (line) => lines.push(line)), lines };
}

export const REQUEST: JobRequest = {
  jobName: "align",
  vcpuMilli: 2000,
  memoryMib: 4096,
  gpuMilli: 0,
  shareIdentifier: "",
  schedulingPriority: 0,
  attempts: 3,
  timeoutMs: Number.NaN,
  nodes: 1,
};

export function seenJob(jobId: string, status: SeenJob["status"], more: Partial<SeenJob> = {}): SeenJob {
  return {
    jobId,
    queue: "main",
    status,
    createdAtMs: ORIGIN_MS,
    startedAtMs: Number.NaN,
    endedAttempts: 0,
    request: REQUEST,
    containerInstanceArn: status === "RUNNABLE" ? "" : "arn:ci/a",
    arrayId: "",
    statusReason: "",
    ...more,
  };
}

export function seenEnd(jobId: string, stoppedAtMs: number, more: Partial<SeenEnd> = {}): SeenEnd {
  return {
    jobId,
    arrayId: "",
    createdAtMs: ORIGIN_MS,
    queue: "main",
    request: REQUEST,
    endedAttempts: 0,
    containerInstanceArn: "arn:ci/a",
    startedAtMs: stoppedAtMs - 1_000,
    stoppedAtMs,
    succeeded: true,
    retried: false,
    exitCode: 0,
    statusReason: "Essential container in task exited",
    reason: "",
    ...more,
  };
}

export function seenArray(jobId: string, runnable: number, more: Partial<SeenArray> = {}): SeenArray {
  return {
    jobId,
    queue: "main",
    size: 5,
    createdAtMs: ORIGIN_MS,
    statusSummary: { RUNNABLE: runnable },
    request: REQUEST,
    ...more,
  };
}

export function seenInstance(instanceId: string, more: Partial<SeenInstance> = {}): SeenInstance {
  return {
    instanceId,
    ours: true,
    launchToken: "t",
    instanceType: "m",
    zoneId: "use1-az1",
    market: "on-demand",
    ec2State: "running",
    stateReason: "",
    launchTimeMs: ORIGIN_MS,
    containerInstanceArn: "",
    ecsStatus: "",
    agentConnected: true,
    registeredAtMs: Number.NaN,
    registeredVcpuMilli: 4000,
    registeredMemoryMib: 16384,
    registeredGpus: 0,
    runningTasks: 0,
    pendingTasks: 0,
    ...more,
  };
}

/** The part of a look that is about jobs. */
export function jobLook(more: Partial<Pick<Observation, "jobs" | "arrays" | "ends">>) {
  return { jobs: [], arrays: [], ends: [], ...more };
}
