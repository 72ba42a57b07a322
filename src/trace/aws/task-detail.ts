// One record of an ECS task as a row.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html

import type { AdjustmentCode } from "../admission-reasons.js";
import { emptyRawJob, type RawJob } from "../raw-job.js";
import { UNREADABLE } from "../text/cells.js";
import { field, type JsonObject, listOf, numberOf, objectOf, textOf } from "../text/json-values.js";
import type { Zone } from "../zone.js";
import { accountOfArn, nameOfArn } from "./arn.js";
import { inRange, isOutOfRange } from "./job-attempts.js";
import { spanMs, timeMsOf } from "./times.js";

export interface TaskRecord {
  readonly raw: RawJob;
  readonly line: number;
  /** Rises with every event of the task; -1: the record has none. */
  readonly version: number;
  readonly isOfService: boolean;
  readonly adjustments: readonly AdjustmentCode[];
}

const CPU_UNITS_PER_VCPU = 1_024;
const SERVICE = /^ecs-svc\//;
/** Clusters that AWS Batch makes: "AWSBatch-NAME-UUID", formerly "NAME_Batch_UUID". */
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const BATCH_CLUSTER = new RegExp(`^(?:AWSBatch-(.{1,200})-|(.{1,200})_Batch_)${UUID}$`);

/** Reads a task. */
export function readTask(task: JsonObject, line: number, zone: Zone): TaskRecord {
  const raw = emptyRawJob();
  raw.id = textOf(field(task, "taskArn"));
  const cluster = nameOfArn(textOf(field(task, "clusterArn")));
  const match = BATCH_CLUSTER.exec(cluster);
  raw.queue = match?.[1] ?? match?.[2] ?? cluster;
  raw.definition = nameOfArn(textOf(field(task, "taskDefinitionArn")));
  raw.name = raw.definition.replace(/:\d+$/, "");
  raw.group = accountOfArn(raw.id);
  takeRequest(raw, task);
  takeTimes(raw, task, zone);
  const exitCode = exitCodeOf(task);
  if (textOf(field(task, "lastStatus")) === "STOPPED") takeEnding(raw, exitCode);
  else raw.withoutRuntime = Number.isNaN(raw.waitMs) ? "still-queued" : "still-running";
  const version = numberOf(field(task, "version"));
  return {
    ...{ raw, line, version: version >= 0 && version < UNREADABLE ? version : -1 },
    isOfService: SERVICE.test(textOf(field(task, "startedBy"))) || textOf(field(task, "group")).startsWith("service:"),
    adjustments: isOutOfRange(exitCode) ? ["exit-code-out-of-range"] : [],
  };
}

function takeTimes(raw: RawJob, task: JsonObject, zone: Zone): void {
  const time = (key: string) => timeMsOf(field(task, key), zone);
  const stops = ["stoppedAt", "executionStoppedAt", "stoppingAt"].map(time);
  const startMs = time("startedAt");
  const stopMs = stops.find((stop) => !Number.isNaN(stop)) ?? Number.NaN;
  raw.submitMs = time("createdAt");
  raw.waitMs = spanMs(raw.submitMs, startMs);
  raw.pullMs = spanMs(time("pullStartedAt"), time("pullStoppedAt"));
  raw.runtimeMs = spanMs(startMs, stopMs);
  if (Number.isNaN(startMs)) raw.withoutRuntime = "never-ran";
}

function takeEnding(raw: RawJob, exitCode: number): void {
  if (raw.withoutRuntime === "never-ran") return;
  raw.exitCode = inRange(exitCode);
  // A task that was stopped from outside may have containers without exit codes: it did not succeed.
  raw.status = exitCode === 0 ? "SUCCEEDED" : "FAILED";
}

/** Of the task, else the sum of its containers with what RunTask (as AWS Batch calls it) overrides. */
function takeRequest(raw: RawJob, task: JsonObject): void {
  const overrides = objectOf(field(task, "overrides"));
  const containers = containersOf(task, overrides);
  const ofTask = (key: string) => numberOf(field(overrides, key) ?? field(task, key));
  const sum = (amountOf: (container: JsonObject) => number) => {
    const amounts = containers.map(amountOf).filter((amount) => amount > 0);
    return amounts.length === 0 ? Number.NaN : amounts.reduce((total, amount) => total + amount, 0);
  };
  const cpu = ofTask("cpu");
  const memory = ofTask("memory");
  const memoryOf = (container: JsonObject) =>
    numberOf(field(container, "memory") ?? field(container, "memoryReservation"));
  raw.vcpus = (cpu > 0 ? cpu : sum((container) => numberOf(field(container, "cpu")))) / CPU_UNITS_PER_VCPU;
  raw.memoryMib = memory > 0 ? memory : sum(memoryOf);
  raw.gpus = sum((container) => gpusOf(container));
}

/** Each container with its override, by name. */
function containersOf(task: JsonObject, overrides: JsonObject): readonly JsonObject[] {
  const entries = listOf(field(overrides, "containerOverrides")).map(objectOf);
  const byName = new Map(entries.map((override) => [textOf(field(override, "name")), override]));
  return listOf(field(task, "containers")).map((entry) => {
    const container = objectOf(entry);
    return { ...container, ...byName.get(textOf(field(container, "name"))) };
  });
}

function gpusOf(container: JsonObject): number {
  const requirements = listOf(field(container, "resourceRequirements")).map(objectOf);
  const gpu = requirements.find((requirement) => textOf(field(requirement, "type")) === "GPU");
  return gpu === undefined ? listOf(field(container, "gpuIds")).length : numberOf(field(gpu, "value"));
}

/** Of several containers the first that is not 0. NaN: unknown. */
function exitCodeOf(task: JsonObject): number {
  const codes = listOf(field(task, "containers")).map((container) => numberOf(field(objectOf(container), "exitCode")));
  const known = codes.filter((code) => !Number.isNaN(code));
  return known.find((code) => code !== 0) ?? known[0] ?? Number.NaN;
}
