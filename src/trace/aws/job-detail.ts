// One record of a job of AWS Batch (a JobDetail, a JobSummary, the detail of an event) as a row, with what tells which of
// several records of a job to believe.
// https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html

import { MS_PER_SECOND } from "../../base/units.js";
import type { AdjustmentCode } from "../admission-reasons.js";
import type { RawJob, WithoutRuntime } from "../raw-job.js";
import { field, type JsonObject, listOf, numberOf, objectOf, textOf } from "../text/json-values.js";
import type { Zone } from "../zone.js";
import { accountOfArn, nameOfArn } from "./arn.js";
import { type JobRun, runOfJob } from "./job-attempts.js";
import { type NodeRequest, requestOfJob } from "./resource-requests.js";
import { spanMs, timeMsOf } from "./times.js";

/** How much a record can tell: a node of a multi-node job, a line of ListJobs, all of DescribeJobs or an event. */
export const JobSource = { Node: 0, Summary: 1, Detail: 2 } as const;
export type JobSource = (typeof JobSource)[keyof typeof JobSource];

/** The states of a job in their order. */
export const JOB_STATES = ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"] as const;
const STARTING = JOB_STATES.indexOf("STARTING");
const RUNNING = JOB_STATES.indexOf("RUNNING");

export interface BatchJob {
  readonly raw: RawJob;
  readonly line: number;
  readonly source: JobSource;
  /** Place in JOB_STATES; -1: none of them. */
  readonly state: number;
  readonly attemptCount: number;
  /** When the record was true; NaN: unknown. */
  readonly eventMs: number;
  /** Start of the attempt that runs; NaN: unknown, or none does. */
  readonly runningSinceMs: number;
  /** Of a child of an array; -1: it is none. */
  readonly index: number;
  /** It is the array job itself. */
  readonly isArray: boolean;
  readonly adjustments: readonly AdjustmentCode[];
  /** The nodes of the job ask for different amounts. */
  readonly isMixed: boolean;
}

/** True of a state that a job does not leave. */
export function isFinal(state: number): boolean {
  return state > RUNNING;
}

const NODE_SUFFIX = /#\d{1,9}$/;
const CHILD_ID = /^(.+):(\d{1,9})$/;

/** Reads a record into `raw`; undefined when it is that of no job. */
export function readJob(job: JsonObject, raw: RawJob, line: number, eventMs: number, zone: Zone): BatchJob | undefined {
  const arn = textOf(field(job, "jobArn"));
  const givenId = textOf(field(job, "jobId")) || nameOfArn(arn);
  if (givenId === "") return undefined;
  raw.id = givenId.replace(NODE_SUFFIX, "");
  const isNode = NODE_SUFFIX.test(arn) || NODE_SUFFIX.test(givenId);
  const queueArn = textOf(field(job, "jobQueue"));
  raw.name = textOf(field(job, "jobName"));
  raw.queue = nameOfArn(queueArn);
  raw.group = accountOfArn(arn) || accountOfArn(queueArn);
  raw.definition = nameOfArn(textOf(field(job, "jobDefinition")));
  raw.share = textOf(field(job, "shareIdentifier"));
  raw.priority = numberOf(field(job, "schedulingPriority"));
  raw.limitMs = numberOf(field(objectOf(field(job, "timeout")), "attemptDurationSeconds")) * MS_PER_SECOND;
  raw.dependsOn = dependenciesOf(job);
  const request = requestOfJob(job);
  takeRequest(raw, request, job);
  const state = JOB_STATES.indexOf(textOf(field(job, "status")).toUpperCase() as (typeof JOB_STATES)[number]);
  const run = takeRun(raw, job, state, zone);
  const { index, isArray } = takeArray(raw, job);
  const isDetail = queueArn !== "";
  return {
    ...{ raw, line, state, eventMs, index, isArray, attemptCount: run.attemptCount, isMixed: request.isMixed },
    runningSinceMs: state === RUNNING ? timeMsOf(field(job, "startedAt"), zone) : Number.NaN,
    source: isNode ? JobSource.Node : isDetail ? JobSource.Detail : JobSource.Summary,
    adjustments: request.isClamped ? ["clamped-nodes", ...run.adjustments] : run.adjustments,
  };
}

function takeRequest(raw: RawJob, request: NodeRequest, job: JsonObject): void {
  raw.vcpus = Number.isNaN(request.vcpus) && Number.isNaN(request.nodes) ? usedVcpus(job) : request.vcpus;
  raw.memoryMib = request.memoryMib;
  raw.gpus = request.gpus;
  raw.nodes = request.nodes;
}

/** What ListJobs tells of a job's request: vCPUs of jobs on EC2 and Fargate, of pods by their Kubernetes name. */
function usedVcpus(job: JsonObject): number {
  const usages = listOf(field(job, "capacityUsage")).map(objectOf);
  const ofVcpus = usages.find((usage) => /^v?cpu$/i.test(textOf(field(usage, "capacityUnit"))));
  return ofVcpus === undefined ? Number.NaN : numberOf(field(ofVcpus, "quantity"));
}

/** True of a job of a service environment (SageMaker's): it runs on no compute environment. */
export function isServiceJob(job: JsonObject): boolean {
  return field(job, "serviceJobType") !== undefined || /:service-job\//.test(textOf(field(job, "jobArn")));
}

/** Times, attempts and how the job ended. */
function takeRun(raw: RawJob, job: JsonObject, state: number, zone: Zone): JobRun {
  raw.submitMs = timeMsOf(field(job, "createdAt"), zone);
  const startMs = timeMsOf(field(job, "startedAt"), zone);
  const stopMs = timeMsOf(field(job, "stoppedAt"), zone);
  const run = runOfJob(job, startMs, stopMs, zone);
  raw.withoutRuntime = withoutRuntime(state, run.firstStartMs);
  raw.waitMs = spanMs(raw.submitMs, raw.withoutRuntime === "never-ran" ? stopMs : run.firstStartMs);
  raw.runtimeMs = raw.withoutRuntime === "no-runtime" ? run.runtimeMs : Number.NaN;
  const hasEnded = isFinal(state);
  raw.status = hasEnded ? (state === RUNNING + 1 ? "SUCCEEDED" : "FAILED") : "";
  raw.exitCode = hasEnded ? run.exitCode : Number.NaN;
  raw.attempts = hasEnded ? run.attempts : [];
  return run;
}

function withoutRuntime(state: number, firstStartMs: number): WithoutRuntime {
  if (state === STARTING || state === RUNNING) return "still-running";
  if (state >= 0 && state < STARTING) return "still-queued";
  return JOB_STATES[state] === "FAILED" && Number.isNaN(firstStartMs) ? "never-ran" : "no-runtime";
}

/** A child has an index, the array job itself a size. */
function takeArray(raw: RawJob, job: JsonObject): { index: number; isArray: boolean } {
  const properties = objectOf(field(job, "arrayProperties"));
  const size = numberOf(field(properties, "size"));
  const index = numberOf(field(properties, "index"));
  const match = CHILD_ID.exec(raw.id);
  raw.arrayId = match?.[1] ?? "";
  if (match !== null) return { index: Number(match[2]), isArray: false };
  return { index: -1, isArray: size > 0 && Number.isNaN(index) };
}

/** As RawJob.dependsOn has them. */
function dependenciesOf(job: JsonObject): string {
  const entries = listOf(field(job, "dependsOn")).map((entry) => {
    const dependency = objectOf(entry);
    const id = textOf(field(dependency, "jobId"));
    const type = textOf(field(dependency, "type")).toUpperCase();
    if (type === "SEQUENTIAL") return type;
    return type === "N_TO_N" && id !== "" ? `${id}:${type}` : id;
  });
  return entries.filter((entry) => entry !== "").join(";");
}
