// Jobs that came by SubmitJob. Nothing runs them: they stay as they are until a test says what becomes of them.

import { AwsError } from "../wire.js";
import { BATCH_STATUSES, type BatchStatus } from "./job-index.js";

type Json = Record<string, unknown>;

export interface SubmittedJob {
  readonly jobId: string;
  readonly jobName: string;
  /** Index into the tables' queues. */
  readonly queue: number;
  /** What SubmitJob was told, as it came. */
  readonly request: Readonly<Json>;
  readonly createdAt: number;
  status: BatchStatus;
  startedAt: number | undefined;
  stoppedAt: number | undefined;
  statusReason: string | undefined;
  exitCode: number | undefined;
  containerInstanceArn: string | undefined;
  isCancelled: boolean;
  isTerminated: boolean;
  /** Of an array: its children, by index. */
  readonly children: readonly SubmittedJob[];
}

/** Apart from those of the workload, so that both kinds of ids stay ordered. */
const PREFIX = "10000000-0000-4000-8000-";
const ID_DIGITS = 12;

export class SubmittedJobs {
  private readonly jobs = new Map<string, SubmittedJob>();

  /** Every job in the order of submission; children of arrays not among them. */
  get list(): readonly SubmittedJob[] {
    return [...this.jobs.values()];
  }

  add(queue: number, request: Readonly<Json>, createdAt: number): SubmittedJob {
    const jobId = `${PREFIX}${String(this.jobs.size).padStart(ID_DIGITS, "0")}`;
    const size = (request.arrayProperties as { size?: number } | undefined)?.size ?? 0;
    const make = (id: string, children: readonly SubmittedJob[]): SubmittedJob => ({
      jobId: id,
      jobName: String(request.jobName),
      queue,
      request,
      createdAt,
      status: children.length > 0 ? "PENDING" : "RUNNABLE",
      startedAt: undefined,
      stoppedAt: undefined,
      statusReason: undefined,
      exitCode: undefined,
      containerInstanceArn: undefined,
      isCancelled: false,
      isTerminated: false,
      children,
    });
    const children = Array.from({ length: size }, (_, index) => make(`${jobId}:${index}`, []));
    const job = make(jobId, children);
    this.jobs.set(jobId, job);
    return job;
  }

  /** A job or a child of an array; undefined: none has the id. */
  find(id: string): SubmittedJob | undefined {
    const [plain = "", index] = id.split(":");
    const job = this.jobs.get(plain);
    return index === undefined ? job : job?.children[Number(index)];
  }

  /** Sets what a test says; a parent follows its children. */
  set(id: string, change: Partial<Omit<SubmittedJob, "jobId" | "children">>): void {
    const job = this.find(id);
    if (job === undefined) throw new Error(`no submitted job has the id ${id}`);
    Object.assign(job, change);
    const parent = id.includes(":") ? this.find(id.slice(0, id.indexOf(":"))) : undefined;
    if (parent === undefined) return;
    const over = parent.children.every(({ status }) => status === "SUCCEEDED" || status === "FAILED");
    const isFailed = parent.children.some(({ status }) => status === "FAILED");
    parent.status = !over ? "PENDING" : isFailed ? "FAILED" : "SUCCEEDED";
  }

  /** CancelJob and TerminateJob: true when the id is of such a job. */
  stop(id: string, kind: "cancel" | "terminate", reason: string, nowEpochMs: number): boolean {
    const job = this.find(id);
    if (job === undefined) return false;
    for (const each of job.children.length > 0 ? job.children : [job]) {
      const isOver = each.status === "SUCCEEDED" || each.status === "FAILED";
      const runs = each.status === "STARTING" || each.status === "RUNNING";
      if (isOver || (kind === "cancel" && runs)) continue;
      this.set(each.jobId, {
        status: "FAILED",
        statusReason: reason,
        stoppedAt: nowEpochMs,
        isCancelled: kind === "cancel",
        isTerminated: kind === "terminate",
      });
    }
    return true;
  }
}

/** What a summary and a detail have in common. */
export function submittedCore(job: SubmittedJob): Json {
  const { status, statusReason, createdAt, startedAt, stoppedAt } = job;
  return { status, statusReason, createdAt, startedAt, stoppedAt };
}

export function submittedSummary({ children }: SubmittedJob): Record<BatchStatus, number> {
  const entries = BATCH_STATUSES.map((status) => [status, children.filter((each) => each.status === status).length]);
  return Object.fromEntries(entries) as Record<BatchStatus, number>;
}

/** What AWS checks of a SubmitJob before all else. */
export function checkSubmission(request: Readonly<Json>): void {
  const { jobName, arrayProperties } = request as { jobName?: unknown; arrayProperties?: { size?: number } };
  if (typeof jobName !== "string" || !/^[\w-]{1,128}$/.test(jobName)) {
    throw new AwsError("ClientException", `Error executing request, Exception : Job name ${jobName} is not valid.`);
  }
  const size = arrayProperties?.size;
  if (size !== undefined && (size < 2 || size > 10_000)) {
    throw new AwsError("ClientException", "Array size must be between 2 and 10000.");
  }
}
