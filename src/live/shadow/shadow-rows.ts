// What shadow mode has seen of an account that somebody else scales, as plain rows: jobs, and lives of instances.

/** One attempt that tells something of the job: it started, and its host was not taken from under it. */
export interface ShadowAttempt {
  readonly runtimeMs: number;
  /** NaN: the container gave none. */
  readonly exitCode: number;
}

/** A job, as a row of a trace: times are epoch ms by AWS's clock, NaN is what is not known. */
export interface ShadowJob {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly submitMs: number;
  /** From submission to the first start of any attempt. */
  readonly waitMs: number;
  /** Of the last attempt that tells something of the job. */
  readonly runtimeMs: number;
  /** Why there is no run time; "" where there is one. vanished: it was no longer listed, and its end was not seen. */
  readonly withoutRuntime: "" | "never-ran" | "still-running" | "still-queued" | "vanished";
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
  readonly limitMs: number;
  readonly status: "" | "SUCCEEDED" | "FAILED";
  readonly exitCode: number;
  /** When there was more than one. */
  readonly attempts: readonly ShadowAttempt[];
  readonly share: string;
  readonly priority: number;
  readonly nodes: number;
  /** "" of other jobs. */
  readonly arrayId: string;
  readonly arraySize: number;
  /** False: it was submitted before the watch began, and may have waited for a fleet that nobody watched. */
  readonly submittedInWatch: boolean;
}

/** An instance of the cluster, from its launch to its end. Times are epoch ms by AWS's clock. */
export interface InstanceLife {
  /** EC2's id; the container instance's ARN where it has none. */
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
  /** Carries our pool's tag. */
  readonly ours: boolean;
  readonly vcpuMilli: number;
  readonly launchedMs: number;
  /** It was there when the watch began: only what it cost since then counts. */
  readonly beforeWatch: boolean;
  /** NaN: it is still there. */
  readonly endedMs: number;
  /** The end is known to within so many ms, each way; 0: AWS told. */
  readonly endWithinMs: number;
  /** EC2 took it back. */
  readonly interrupted: boolean;
  /** Time within the watch that is charged, the 60 s minimum included. */
  readonly chargedMs: number;
  /** Of it, time at a price that was not known: it is not in the cost. */
  readonly unpricedMs: number;
  readonly microUsd: number;
}

/** What a fleet cost and how long jobs waited, in the time of the watch: of the account, or of a simulated run. */
export interface ShadowSide {
  readonly microUsd: number;
  readonly instanceHours: number;
  readonly spotInstanceHours: number;
  readonly vcpuHours: number;
  /** That were there at any time. */
  readonly instances: number;
  readonly interruptions: number;
  /** Time from submission to the first start, by job id; of jobs that were submitted in the watch. */
  readonly waitMs: ReadonlyMap<string, number>;
}
