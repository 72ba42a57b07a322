// The tasks of the World's ECS: every attempt of a job that was placed is one.

import { MILLI } from "../../src/base/units.js";
import type { Shape } from "../../src/model/job.js";
import { OUTCOME_WORDS, outcomeOf } from "../../src/model/outcome.js";
import type { AccountState } from "./account-state.js";

type Json = Record<string, unknown>;

/** Ids in one request, and entries of a page. */
export const MOST = 100;
/** ECS's units of CPU in a vCPU. */
export const CPU_UNITS = 1024;
/** How long stopped tasks and instances that are gone can be described. */
export const REMEMBERED_MS = 3_600_000;

export class EcsTasks {
  private readonly state: AccountState;

  constructor(state: AccountState) {
    this.state = state;
  }

  /** The jobs whose tasks ECS sees on a host. */
  on(host: number): { job: number; isRunning: boolean }[] {
    const { account, faults } = this.state;
    const tasks: { job: number; isRunning: boolean }[] = [];
    for (const job of account.host(host).jobs) {
      const { status, placedMs } = account.job(job);
      const isRunning = status === "RUNNING";
      if (!isRunning && faults.hides("hide-new-tasks", placedMs, account.nowMs)) continue;
      tasks.push({ job, isRunning });
    }
    return tasks;
  }

  /** `only`: the host asked for, if one was. */
  list(input: Json, only: number | undefined, pageLimit: number): Json {
    const { account } = this.state;
    if (input.desiredStatus === "STOPPED") return paged("taskArns", this.stoppedTasks(only), input, pageLimit);
    const arns: string[] = [];
    for (let host = only ?? 0; host < (only === undefined ? account.hostCount : only + 1); host++) {
      for (const { job } of this.on(host)) arns.push(this.state.taskArn(job, account.job(job).ended.length));
    }
    return paged("taskArns", arns, input, pageLimit);
  }

  private stoppedTasks(only: number | undefined): string[] {
    const { account } = this.state;
    const arns: string[] = [];
    for (let job = 0; job < account.jobCount; job++) {
      account.job(job).ended.forEach(({ host, stoppedMs }, attempt) => {
        const isRecent = account.nowMs < stoppedMs + REMEMBERED_MS;
        if (isRecent && (only === undefined || host === only)) arns.push(this.state.taskArn(job, attempt));
      });
    }
    return arns;
  }

  describe(arns: readonly string[]): Json {
    const found = arns.map((arn) => this.task(arn));
    return {
      tasks: found.filter((task) => task !== undefined),
      failures: arns.filter((_, at) => found[at] === undefined).map((arn) => ({ arn, reason: "MISSING" })),
    };
  }

  private task(arn: string): Json | undefined {
    const { state } = this;
    const read = state.readTask(arn);
    if (read === undefined) return undefined;
    const { status, ended, host, placedMs, startedMs } = state.account.job(read.job);
    const past = ended[read.attempt];
    if (past === undefined && (host === -1 || read.attempt !== ended.length)) return undefined;
    const { vcpuMilli, memoryMib } = shapeOf(state, read.job);
    const seconds = (timeMs: number) => (Number.isNaN(timeMs) ? undefined : (state.originMs + timeMs) / 1000);
    const stopped =
      past === undefined ? {} : { stoppedAt: seconds(past.stoppedMs), stoppedReason: reasonOf(past.outcome) };
    return {
      taskArn: state.taskArn(read.job, read.attempt),
      clusterArn: state.clusterArn,
      containerInstanceArn: state.containerInstanceArn(past?.host ?? host),
      lastStatus: past !== undefined ? "STOPPED" : status === "RUNNING" ? "RUNNING" : "PENDING",
      desiredStatus: past !== undefined ? "STOPPED" : "RUNNING",
      launchType: "EC2",
      startedBy: `aws-batch/${state.jobId(read.job)}`,
      group: `family:job-${read.job}`,
      cpu: String((vcpuMilli / MILLI) * CPU_UNITS),
      memory: String(memoryMib),
      createdAt: seconds(past?.placedMs ?? placedMs),
      startedAt: seconds(past?.startedMs ?? startedMs),
      ...stopped,
      containers: [],
      version: 1,
    };
  }
}

/** What a job asks for. */
export function shapeOf({ workload }: AccountState, job: number): Shape {
  return workload.shapes[workload.classes[workload.jobClass[job]!]!.shape]!;
}

function reasonOf(outcome: number): string {
  return OUTCOME_WORDS[outcomeOf(outcome)]!.statusReason;
}

/** One page of a list, by a token that is a position. */
export function paged(key: string, all: readonly string[], { nextToken, maxResults }: Json, limit: number): Json {
  const from = nextToken === undefined ? 0 : Number(nextToken);
  const to = from + Math.min(maxResults === undefined ? MOST : Number(maxResults), MOST, limit);
  const page = { [key]: all.slice(from, to) };
  return to < all.length ? { ...page, nextToken: String(to) } : page;
}
