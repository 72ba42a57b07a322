// Looks at an account, written shortly.

import type { Notice, Observation, SeenArray, SeenEnd, SeenInstance, SeenJob } from "../../../src/live/observation.js";

/** 2026-03-04 14:00:00 UTC: the first look of most tests. */
export const T0 = Date.UTC(2026, 2, 4, 14);
const NONE = Number.NaN;

export const REQUEST = {
  ...{ jobName: "align", vcpuMilli: 2_000, memoryMib: 4_096, gpuMilli: 0, shareIdentifier: "s", schedulingPriority: 3 },
  ...{ attempts: 3, timeoutMs: 600_000, nodes: 1 },
};

/** Times are seconds after T0. */
export function look(atS: number, change: Partial<Omit<Observation, "serverMs">> = {}): Observation {
  return {
    ...{ serverMs: T0 + atS * 1_000, problems: [], jobs: [], arrays: [], ends: [], instances: [], notices: [] },
    ...{ warnings: [], ...change },
  };
}

export function job(
  jobId: string,
  status: SeenJob["status"],
  createdS: number,
  startedS = NONE,
  change: Partial<SeenJob> = {},
): SeenJob {
  return {
    ...{ jobId, queue: "q", status, createdAtMs: T0 + createdS * 1_000, startedAtMs: T0 + startedS * 1_000 },
    ...{ endedAttempts: 0, request: REQUEST, containerInstanceArn: "", arrayId: "", statusReason: "", ...change },
  };
}

export function end(jobId: string, startedS: number, stoppedS: number, change: Partial<SeenEnd> = {}): SeenEnd {
  return {
    ...{
      jobId,
      arrayId: "",
      queue: "q",
      createdAtMs: T0,
      request: REQUEST,
      endedAttempts: 0,
      containerInstanceArn: "arn",
    },
    ...{ startedAtMs: T0 + startedS * 1_000, stoppedAtMs: T0 + stoppedS * 1_000 },
    ...{ succeeded: true, retried: false, exitCode: 0, statusReason: "", reason: "", ...change },
  };
}

export function array(jobId: string, createdS: number, size: number, runnable: number): SeenArray {
  const createdAtMs = T0 + createdS * 1_000;
  return { jobId, queue: "q", size, createdAtMs, statusSummary: { RUNNABLE: runnable }, request: REQUEST };
}

export function instance(instanceId: string, launchedS: number, change: Partial<SeenInstance> = {}): SeenInstance {
  return {
    ...{ instanceId, ours: false, launchToken: "", instanceType: "c5.xlarge", zoneId: "use1-az1", market: "spot" },
    ...{ ec2State: "running", stateReason: "", launchTimeMs: T0 + launchedS * 1_000 },
    ...{ containerInstanceArn: `arn:${instanceId}`, ecsStatus: "ACTIVE", agentConnected: true, registeredAtMs: NONE },
    ...{ registeredVcpuMilli: 4_000, registeredMemoryMib: 7_000, registeredGpus: 0, runningTasks: 0, pendingTasks: 0 },
    ...change,
  };
}

export function notice(kind: Notice["kind"], instanceId: string, atS: number, detail = ""): Notice {
  return { messageId: `${kind} ${instanceId}`, kind, timeMs: T0 + atS * 1_000, instanceId, jobId: "", detail };
}
