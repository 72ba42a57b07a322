// One look at the account: what AWS says there is, in AWS's words, as plain data. Observers make it, the mirror compares it
// with what the engine knows, and the audit log keeps a digest of it.

import type { RefusalReason } from "../model/market.js";

/** What a look reads; each part is whole, or missing with a reason. A part that failed never looks like an empty one. */
export const OBSERVATION_PARTS = ["queues", "jobs", "containerInstances", "instances", "messages"] as const;
export type ObservationPart = (typeof OBSERVATION_PARTS)[number];

export interface PartProblem {
  readonly part: ObservationPart;
  /** AWS's error code, or "deadline", "too-many-pages". */
  readonly code: string;
  readonly message: string;
}

/** What must have been read whole before anything is told or decided; messages only make the loop faster. */
export const NEEDED_PARTS: readonly ObservationPart[] = ["queues", "jobs", "containerInstances", "instances"];

/** Whether a look with these problems may be acted upon. */
export function isWholeLook(problems: readonly PartProblem[]): boolean {
  return problems.every(({ part }) => !NEEDED_PARTS.includes(part));
}

/** What DescribeJobs says of a job's request; it never changes. */
export interface JobRequest {
  readonly jobName: string;
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  /** "" without one. */
  readonly shareIdentifier: string;
  readonly schedulingPriority: number;
  /** Attempts in all. */
  readonly attempts: number;
  /** attemptDurationSeconds; NaN: none. */
  readonly timeoutMs: number;
  /** Above 1: a multi-node parallel job, which an UNMANAGED compute environment cannot run. */
  readonly nodes: number;
}

export type ActiveStatus = "RUNNABLE" | "STARTING" | "RUNNING";

/** A job, or one child of an array, that is RUNNABLE, STARTING or RUNNING. */
export interface SeenJob {
  readonly jobId: string;
  readonly queue: string;
  readonly status: ActiveStatus;
  readonly createdAtMs: number;
  /** Of the present attempt; NaN before RUNNING. */
  readonly startedAtMs: number;
  /** Attempts that have ended: a RUNNABLE job with any of them is retried. Undefined: not described. */
  readonly endedAttempts: number | undefined;
  /** Undefined as long as DescribeJobs has not been asked: the job is not acted upon yet. */
  readonly request: JobRequest | undefined;
  /** Where it is; "" when RUNNABLE or not known yet. */
  readonly containerInstanceArn: string;
  /** Parent of a child; "" of other jobs. */
  readonly arrayId: string;
  readonly statusReason: string;
}

/** An array as its parent tells it. RUNNABLE children are counted, not listed. */
export interface SeenArray {
  readonly jobId: string;
  readonly queue: string;
  readonly size: number;
  readonly createdAtMs: number;
  /** Children by status. */
  readonly statusSummary: Readonly<Record<string, number>>;
  readonly request: JobRequest | undefined;
}

/** An attempt that has ended since the last look. */
export interface SeenEnd {
  readonly jobId: string;
  readonly arrayId: string;
  /** When the job was created, and its queue: an end may be the first that is heard of a job. */
  readonly createdAtMs: number;
  readonly queue: string;
  readonly request: JobRequest;
  /** Attempts that had ended before this one. */
  readonly endedAttempts: number;
  /** Where the attempt was; "": it never was anywhere (cancelled while RUNNABLE). */
  readonly containerInstanceArn: string;
  /** NaN: its container never started. */
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly succeeded: boolean;
  /** The job is RUNNABLE again or runs in another attempt. */
  readonly retried: boolean;
  /** Undefined: the container gave none. */
  readonly exitCode: number | undefined;
  readonly statusReason: string;
  readonly reason: string;
}

/** An EC2 instance of ours, or any container instance of the cluster: what both services say of it, joined. */
export interface SeenInstance {
  /** "" of a container instance without one. */
  readonly instanceId: string;
  /** Carries our pool's tag. */
  readonly ours: boolean;
  /** `stowage:launch`; "" without. */
  readonly launchToken: string;
  readonly instanceType: string;
  /** Availability Zone id; "" when not known. */
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
  /** EC2's state; "missing": no EC2 record was returned. */
  readonly ec2State: "pending" | "running" | "shutting-down" | "terminated" | "stopping" | "stopped" | "missing";
  /** StateTransitionReason or StateReason.Code: "Server.SpotInstanceTermination", "Client.UserInitiatedShutdown", ... */
  readonly stateReason: string;
  /** NaN: not known. */
  readonly launchTimeMs: number;
  /** "" as long as its agent has not registered. */
  readonly containerInstanceArn: string;
  readonly ecsStatus: "" | "REGISTERING" | "REGISTRATION_FAILED" | "ACTIVE" | "DRAINING" | "DEREGISTERING" | "INACTIVE";
  readonly agentConnected: boolean;
  readonly registeredAtMs: number;
  readonly registeredVcpuMilli: number;
  readonly registeredMemoryMib: number;
  readonly registeredGpus: number;
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

/** A message that EventBridge has put into the queue. */
export interface Notice {
  readonly messageId: string;
  readonly kind:
    | "interruption"
    | "rebalance"
    | "instance-state"
    | "job-state"
    | "container-instance"
    | "queue-blocked"
    | "health";
  /** AWS's time of the event. */
  readonly timeMs: number;
  /** "" where it is about something else. */
  readonly instanceId: string;
  readonly jobId: string;
  /** instance-action, state, status, or reason. */
  readonly detail: string;
}

export interface Observation {
  /** AWS's clock when the look began, epoch ms. */
  readonly serverMs: number;
  /** Empty: everything was read to the end. */
  readonly problems: readonly PartProblem[];
  readonly jobs: readonly SeenJob[];
  readonly arrays: readonly SeenArray[];
  readonly ends: readonly SeenEnd[];
  readonly instances: readonly SeenInstance[];
  readonly notices: readonly Notice[];
  /** Queues that are not ENABLED and VALID, or a compute environment that is not: in words. */
  readonly warnings: readonly string[];
  /** Why the compute environment takes no jobs: DISABLED or not VALID. Absent: it does. */
  readonly environmentClosed?: string;
}

/** How many AWS calls a look or an execution took, by "Service.Operation". */
export type CallCounts = Readonly<Record<string, number>>;

/** A pool that would not give an instance, as CreateFleet's Errors tell it. */
export interface SeenRefusal {
  readonly pool: number;
  readonly reason: RefusalReason;
  readonly code: string;
  readonly message: string;
}
