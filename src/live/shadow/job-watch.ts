// Follows jobs from look to look until they end. A job is known from the lists of RUNNABLE, STARTING and RUNNING ones, or
// from its end, when it came and went between two looks.

import { MS_PER_HOUR } from "../../base/units.js";
import type { JobRequest, Observation, SeenArray, SeenEnd, SeenJob } from "../observation.js";
import type { ShadowJob } from "./shadow-rows.js";

interface Attempt {
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly exitCode: number;
  readonly isHostLoss: boolean;
}

interface Watched {
  readonly jobId: string;
  readonly queue: string;
  readonly createdAtMs: number;
  readonly arrayId: string;
  request: JobRequest | undefined;
  status: SeenJob["status"];
  /** Of any attempt; NaN: none has started. */
  firstStartMs: number;
  readonly attempts: Attempt[];
  /** Attempts that ended unseen. */
  missed: number;
  /** Looks in a row, whole ones, that did not list it. */
  missing: number;
}

/** What AWS Batch writes when the instance under an attempt went away. The run says nothing of the job. */
const HOST_LOSS = /^Host EC2 \(instance .{1,64}\) terminated/i;

/** Lists lag: a job that is missing from so many in a row is gone. */
const GONE_AFTER_LOOKS = 3;

/** A job that has ended may be listed for a while yet; after so long it is no longer. */
const FORGOTTEN_AFTER_MS = MS_PER_HOUR;

export class JobWatch {
  /** Attempts that ended before a look could show them: what is known of their jobs lacks them. */
  missedAttempts = 0;
  vanished = 0;
  /** First waits of jobs that were submitted in the watch, by job id. */
  readonly waitMs = new Map<string, number>();
  private readonly fromMs: number;
  private readonly jobs = new Map<string, Watched>();
  private readonly arrays = new Map<string, SeenArray>();
  /** When jobs that have ended were seen to. */
  private readonly endedMs = new Map<string, number>();
  private rows: ShadowJob[] = [];

  constructor(fromMs: number) {
    this.fromMs = fromMs;
  }

  observe(observation: Observation): void {
    const { jobs, arrays, ends, problems, serverMs } = observation;
    for (const array of arrays) this.arrays.set(array.jobId, array);
    for (const job of jobs) this.see(job);
    for (const end of ends) this.end(end, serverMs);
    if (!problems.some(({ part }) => part === "jobs" || part === "queues")) {
      this.dropVanished(new Set(jobs.map(({ jobId }) => jobId)), serverMs);
    }
    for (const [jobId, endedMs] of this.endedMs) {
      if (serverMs - endedMs < FORGOTTEN_AFTER_MS) break;
      this.endedMs.delete(jobId);
    }
  }

  /** Rows of jobs that have ended since this was last asked. */
  takeEnded(): ShadowJob[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }

  /** Rows of jobs that have not ended. RUNNABLE children that only their parent counts are not among them. */
  open(): ShadowJob[] {
    return [...this.jobs.values()].map((job) =>
      this.row(job, "", Number.NaN, job.status === "RUNNABLE" ? "still-queued" : "still-running"),
    );
  }

  private see(job: SeenJob): void {
    if (this.endedMs.has(job.jobId)) return;
    const watched = this.jobs.get(job.jobId) ?? this.begin(job);
    watched.missing = 0;
    watched.status = job.status;
    watched.request ??= job.request ?? this.arrays.get(job.arrayId)?.request;
    // An attempt after others is no first start, though it may be the first that is seen.
    if ((job.endedAttempts ?? 0) === 0) this.start(watched, job.startedAtMs);
  }

  private begin({ jobId, queue, createdAtMs, arrayId }: Pick<SeenJob, "jobId" | "queue" | "createdAtMs" | "arrayId">) {
    const watched: Watched = {
      ...{ jobId, queue, createdAtMs, arrayId, request: this.arrays.get(arrayId)?.request, status: "RUNNABLE" },
      ...{ firstStartMs: Number.NaN, attempts: [], missed: 0, missing: 0 },
    };
    this.jobs.set(jobId, watched);
    return watched;
  }

  private start(job: Watched, startedAtMs: number): void {
    if (Number.isNaN(startedAtMs) || !Number.isNaN(job.firstStartMs)) return;
    job.firstStartMs = startedAtMs;
    if (job.createdAtMs >= this.fromMs) this.waitMs.set(job.jobId, Math.max(0, startedAtMs - job.createdAtMs));
  }

  private end(end: SeenEnd, serverMs: number): void {
    if (this.endedMs.has(end.jobId)) return;
    const job = this.jobs.get(end.jobId) ?? this.begin(end);
    job.request ??= end.request;
    const { startedAtMs, stoppedAtMs, endedAttempts } = end;
    if (job.attempts.some((attempt) => attempt.stoppedAtMs === stoppedAtMs)) return;
    this.missedAttempts += Math.max(0, endedAttempts - job.attempts.length - job.missed);
    job.missed = Math.max(0, endedAttempts - job.attempts.length);
    // A start after those that were missed is not the first.
    if (job.missed === 0) this.start(job, startedAtMs);
    const exitCode = end.exitCode ?? (end.succeeded ? 0 : Number.NaN);
    job.attempts.push({ startedAtMs, stoppedAtMs, exitCode, isHostLoss: HOST_LOSS.test(end.statusReason) });
    job.status = "RUNNABLE";
    job.missing = 0;
    if (end.retried) return;
    const hasRun = job.attempts.some((attempt) => !Number.isNaN(attempt.startedAtMs));
    this.finish(this.row(job, end.succeeded ? "SUCCEEDED" : "FAILED", exitCode, hasRun ? "" : "never-ran"), serverMs);
  }

  private finish(row: ShadowJob, serverMs: number): void {
    this.rows.push(row);
    this.jobs.delete(row.id);
    this.endedMs.set(row.id, serverMs);
  }

  private dropVanished(listed: ReadonlySet<string>, serverMs: number): void {
    for (const job of this.jobs.values()) {
      // A RUNNABLE child of an array is counted by its parent, not listed.
      if (listed.has(job.jobId) || (job.arrayId !== "" && job.status === "RUNNABLE")) continue;
      if (++job.missing < GONE_AFTER_LOOKS) continue;
      this.vanished++;
      this.finish(this.row(job, "", Number.NaN, "vanished"), serverMs);
    }
  }

  private row(
    job: Watched,
    status: ShadowJob["status"],
    exitCode: number,
    withoutRuntime: ShadowJob["withoutRuntime"],
  ): ShadowJob {
    const started = job.attempts.filter(({ startedAtMs }) => !Number.isNaN(startedAtMs));
    const own = started.filter(({ isHostLoss }) => !isHostLoss);
    const telling = (own.length > 0 ? own : started).map((attempt) => ({
      runtimeMs: attempt.stoppedAtMs - attempt.startedAtMs,
      exitCode: attempt.exitCode,
    }));
    const { request } = job;
    const none = Number.NaN;
    return {
      ...{ id: job.jobId, name: request?.jobName ?? "", queue: job.queue, submitMs: job.createdAtMs },
      waitMs: job.firstStartMs - job.createdAtMs,
      runtimeMs: withoutRuntime === "" ? telling.at(-1)!.runtimeMs : none,
      withoutRuntime,
      ...{ vcpuMilli: request?.vcpuMilli ?? none, memoryMib: request?.memoryMib ?? none },
      ...{ gpuMilli: request?.gpuMilli ?? none, limitMs: request?.timeoutMs ?? none, status, exitCode },
      attempts: telling.length > 1 ? telling : [],
      ...{ share: request?.shareIdentifier ?? "", priority: request?.schedulingPriority ?? 0 },
      ...{ nodes: request?.nodes ?? 1, arrayId: job.arrayId, arraySize: this.arrays.get(job.arrayId)?.size ?? none },
      submittedInWatch: job.createdAtMs >= this.fromMs,
    };
  }
}
