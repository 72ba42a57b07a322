// The job queues: do they lead here, does somebody else serve them too, and will AWS Batch cancel what waits for a host to boot?

import type { ComputeEnvironmentOrder, JobQueueDetail } from "@aws-sdk/client-batch";
import { MS_PER_SECOND } from "../../base/units.js";
import type { JobQueue } from "../../model/environment.js";
import { duration } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkQueues(facts: Facts, report: Report): Promise<void> {
  const { queues, tables, settings } = facts.context;
  const found = await facts.jobQueues();
  const name = lastPart(settings.identity.computeEnvironment);
  for (const [index, wanted] of queues.entries()) {
    const queue = found.find(({ jobQueueName, jobQueueArn }) => jobQueueName === wanted || jobQueueArn === wanted);
    if (queue === undefined) {
      report.error(`there is no job queue ${wanted}`, "make it, or leave it out of jobQueues");
      continue;
    }
    const before = report.findings.length;
    checkState(wanted, queue, report);
    checkOrder(wanted, queue, name, report);
    checkTimeLimits(wanted, queue, settings.health.registrationTimeoutMs, report);
    compare(wanted, queue, tables.queues[index], report);
    if (report.findings.length === before) report.ok(`${wanted} is ENABLED and VALID, and leads to ${name} alone`);
  }
}

function checkState(name: string, { state, status, statusReason = "" }: JobQueueDetail, report: Report): void {
  if (state !== "ENABLED") {
    const hint = "aws batch update-job-queue --state ENABLED";
    report.warning(`${name} is ${state}: it takes no new jobs; those in it still run`, hint);
  }
  if (status !== "VALID") {
    const why = statusReason === "" ? "" : `: ${statusReason}`;
    report.error(`${name} is ${status}${why}`, "its compute environments must be VALID");
  }
}

function checkOrder(name: string, queue: JobQueueDetail, ours: string, report: Report): void {
  const order: readonly ComputeEnvironmentOrder[] = queue.computeEnvironmentOrder ?? [];
  const names = [...order]
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ computeEnvironment = "" }) => lastPart(computeEnvironment));
  const at = names.indexOf(ours);
  if (at < 0) {
    const hint = "add the compute environment to the queue's computeEnvironmentOrder";
    report.error(`${name} does not lead to ${ours}: its jobs never run on our hosts`, hint);
    return;
  }
  const hint = "jobs that wait here are bought for as if nobody else did: give the queue one compute environment";
  if (at > 0) {
    report.warning(`${name} tries ${names.slice(0, at).join(", ")} before ${ours}: both may launch for a job`, hint);
  }
  if (at < names.length - 1) {
    report.warning(`${name} tries ${names.slice(at + 1).join(", ")} behind ${ours}: both may launch for a job`, hint);
  }
}

/** With no host there is no instance that meets any job's requirements: what is normal here looks like a misconfiguration. */
function checkTimeLimits(name: string, queue: JobQueueDetail, bootMs: number, report: Report): void {
  for (const { reason = "", maxTimeSeconds = 0, action } of queue.jobStateTimeLimitActions ?? []) {
    const what = `${name}: AWS Batch will ${action} a first job that waits for ${duration(maxTimeSeconds * MS_PER_SECOND)} for ${reason}`;
    const isShort = maxTimeSeconds * MS_PER_SECOND < bootMs;
    if (isShort) report.warning(what, "hosts may take as long to boot: make it longer than health.registrationTimeout");
    else report.note(what, "the reason may stand there while a host boots");
  }
}

/** What the strategy foresees rests on the order in which queues are served. */
function compare(name: string, queue: JobQueueDetail, own: JobQueue | undefined, report: Report): void {
  if (own === undefined) return;
  if (queue.priority !== own.priority) {
    const what = `${name} has priority ${queue.priority} in AWS Batch and ${own.priority} in the scenario`;
    report.warning(what, "write the one of AWS Batch into the scenario");
  }
  const isFair = queue.schedulingPolicyArn !== undefined && queue.schedulingPolicyArn !== "";
  if (isFair !== (own.order.kind === "fair-share")) {
    const [there, here] = isFair ? ["by fair share", "first in first out"] : ["first in first out", "by fair share"];
    const hint = "give the scenario's queue the schedulingPolicyArn that AWS Batch has, or none";
    report.warning(`${name} is served ${there} in AWS Batch and ${here} in the scenario`, hint);
  }
}

function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
