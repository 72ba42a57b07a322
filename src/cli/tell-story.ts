// What `explain` found, as text for people.

import { MILLI } from "../base/units.js";
import type { TerminateDecision } from "../model/decision.js";
import { formatDuration, formatInstant, formatUnitPrice, printable } from "../report/format.js";
import type { FirstAttempt, InstanceFate, InstanceStory, JobStory, WaitCause } from "../run/explain.js";
import type { ArrayLook, LearnedQuantity, NameLook, QueueLook, WaitLook } from "../run/look-inside.js";

const CAUSES: Readonly<Record<WaitCause, string>> = {
  "before-launch": "until the instance it got was asked for",
  "instance-pending": "while that instance was pending in EC2",
  "instance-boot": "while it booted and registered with ECS",
  "waiting-for-room": "for room on that instance, for the jobs ahead of it, or for the next decision",
  "image-pull": "while its container was started (image pull)",
};

/** A job's story with what held it back. */
export type WaitStory = JobStory & { readonly waiting: WaitLook | null };

/** Where a job's wait went, and what held it back. */
export function tellJob(story: WaitStory, originMs: number): string {
  const at = (ms: number) => formatInstant(originMs, ms);
  const { firstAttempt } = story;
  const [id, name, queue] = [story.id, story.name, story.queue].map(printable);
  const share = story.share === "" ? "" : `, share ${printable(story.share)}`;
  const ahead = `${counted(story.aheadInQueue, "job")} waiting ahead of it in its queue`;
  const lines =
    firstAttempt === null
      ? [`Job ${id} (${name}) in queue ${queue}${share} never started.`, `  submitted ${at(story.submitMs)}`]
      : [
          `Job ${id} (${name}) in queue ${queue}${share} waited ${formatDuration(waitOf(story))}.`,
          `  submitted ${at(story.submitMs)}, ${ahead}`,
          ...tellAttempt(firstAttempt, at),
        ];
  lines.push(...tellStates(story, at));
  if (story.waiting !== null) {
    lines.push(`What held it back at ${at(story.waiting.atMs)}:`, ...story.waiting.lines.map((line) => `  ${line}`));
  }
  if (firstAttempt !== null) lines.push(tellLaunch(firstAttempt.instance, originMs).trimEnd());
  return `${lines.join("\n")}\n`;
}

function waitOf({ firstAttempt, runnableMs, submitMs }: JobStory): number {
  return (firstAttempt!.startedMs ?? firstAttempt!.placedMs) - (runnableMs ?? submitMs);
}

function tellAttempt({ placedMs, startedMs, endedMs, instance, waitParts }: FirstAttempt, at: (ms: number) => string) {
  const parts = waitParts.map(({ cause, ms }) => `  ${formatDuration(ms).padEnd(12)}  ${CAUSES[cause]}`);
  return [
    `  placed    ${at(placedMs)} on instance ${instance.instance}, ${describePool(instance)}`,
    startedMs === null ? `  never started; ended ${at(endedMs)}` : `  started   ${at(startedMs)}, ended ${at(endedMs)}`,
    ...(parts.length === 0 ? [] : ["Its wait in parts:"]),
    ...parts,
  ];
}

/** The states, where there is more to them than one attempt that succeeded. */
function tellStates({ timeline }: JobStory, at: (ms: number) => string): string[] {
  const { states, statusReason, attempts } = timeline;
  const plain =
    states.at(-1)?.state === "SUCCEEDED" && attempts.length === 1 && states.every(({ state }) => state !== "PENDING");
  if (plain) return [];
  const reason = states.at(-1)?.state === "FAILED" ? [`  statusReason: ${statusReason}`] : [];
  return ["Its states:", ...states.map(({ state, timeMs }) => `  ${state.padEnd(9)} ${at(timeMs)}`), ...reason];
}

/** The front of a queue, as GetJobQueueSnapshot shows it. */
export function tellQueue({ queue, atMs, waiting, front }: QueueLook, originMs: number): string {
  const rows = front.map(
    ({ job, share, earliestTimeAtPositionMs }, position) =>
      `  ${String(position + 1).padStart(3)}  ${printable(job)}${share === "" ? "" : ` (share ${printable(share)})`}, there since ${formatInstant(originMs, earliestTimeAtPositionMs)}`,
  );
  const when = Number.isFinite(atMs) ? `at ${formatInstant(originMs, atMs)}` : "at the end";
  return `${[`Queue ${printable(queue)} ${when}: ${counted(waiting, "RUNNABLE job")}${waiting > front.length ? `, the first ${front.length}` : ""}`, ...rows].join("\n")}\n`;
}

/** An array job's parent: its states, and its children's at an instant. */
export function tellArray({ id, size, atMs, states, statusSummary }: ArrayLook, originMs: number): string {
  const counts = Object.entries(statusSummary).map(([state, count]) => `  ${state.padEnd(9)} ${count}`);
  const when = Number.isFinite(atMs) ? `at ${formatInstant(originMs, atMs)}` : "at the end";
  return `${[
    `Array job ${printable(id)} of ${size} children:`,
    ...states.map(({ state, timeMs }) => `  ${state.padEnd(9)} ${formatInstant(originMs, timeMs)}`),
    `Its statusSummary ${when}:`,
    ...counts,
  ].join("\n")}\n`;
}

/** Why an instance was launched. */
export function tellLaunch(story: InstanceStory, originMs: number): string {
  const { launch } = story;
  const more = launch.copies === 1 ? "" : `, with ${launch.copies - 1} more like it`;
  const coming =
    launch.inFlight === 0
      ? "and no instance was on its way"
      : `and the ${counted(launch.inFlight, "instance")} on the way did not cover them`;
  const because = {
    "pending-demand": `${counted(launch.waitingJobs, "job")} waited ${coming}; it was to take ${launch.jobsPerCopy}`,
    minvCpus: "the compute environment was below its minvCpus",
    "fixed-fleet": "the fleet is fixed and there from the start",
    desiredvCpus: "the compute environment starts with its desiredvCpus",
    headroom: "the strategy keeps spare capacity",
    fallback: `${counted(launch.waitingJobs, "job")} waited, and spot pools had refused for too long: it is on-demand`,
    found: "it was there already: found by its tags, or somebody else's",
    escalation: `${counted(launch.waitingJobs, "job")} waited that should not be risked on spot: it is on-demand`,
  }[launch.reason];
  const lines = [
    `Instance ${story.instance} (${describePool(story)}) was launched at ${formatInstant(originMs, story.requestedMs)}`,
    `  for compute environment ${printable(story.environment)}${more}: ${because}.`,
  ];
  if (!Number.isNaN(launch.priceOverWorth)) {
    lines.push(
      `  It rates ${launch.priceOverWorth.toFixed(3)} times the least that such jobs can cost on full instances; best-fit rates the expected wait for the last job too.`,
    );
  }
  if (launch.gap !== undefined) {
    lines.push(
      `  The plan of that decision costs at the most ${(100 * launch.gap).toFixed(2)} % more than the best one.`,
    );
  }
  if (story.runnerUp !== null) {
    const { instanceType, market, microUsdPerHour } = story.runnerUp;
    const price = `${formatUnitPrice(microUsdPerHour)} an hour`;
    lines.push(`  Next best: ${instanceType} ${market}, ${price}, ${launch.runnerUpPriceOverWorth.toFixed(3)} times.`);
  }
  return `${lines.join("\n")}\n`;
}

/** Why an instance was terminated, by us or by EC2. */
export function tellTermination(story: InstanceStory, originMs: number): string {
  const { instance, jobs, fate, terminate } = story;
  const at = (ms: number) => formatInstant(originMs, ms);
  const who = `Instance ${instance} (${describePool(story)})`;
  const lines =
    fate?.kind === "refused"
      ? [
          `${who} never ran: EC2 refused it at ${at(story.endedMs)}`,
          `  for every pool that its launch allowed: ${fate.refusals.join(", ")}.`,
        ]
      : fate !== null
        ? tellLoss(story, fate, who, at)
        : [
            `${who} was terminated at ${at(story.endedMs)}`,
            `  after ${counted(jobs, "job")}: ${printable(whyTerminated(story, terminate!, at))}.`,
          ];
  return `${lines.join("\n")}\n`;
}

type TellInstant = (ms: number) => string;

function tellLoss(story: InstanceStory, fate: InstanceFate, who: string, at: TellInstant): string[] {
  const { jobs, warnedMs, runningMs, endedMs } = story;
  if (Number.isNaN(runningMs))
    return [`${who} was taken back by EC2 at ${at(endedMs)},`, "  before it ran: nothing is charged."];
  const notice =
    warnedMs === null ? "without notice" : `told ${formatDuration(endedMs - warnedMs)} before, at ${at(warnedMs)}`;
  const charge = fate.isRefunded ? "its time is not charged: EC2 took it in its first hour" : "its time is charged";
  return [
    fate.kind === "reclaimed"
      ? `${who} was taken back by EC2 at ${at(endedMs)}, ${notice},`
      : `${who} was lost with its host or zone at ${at(endedMs)},`,
    `  after ${counted(jobs, "job")}, ${fate.jobsLost} of them lost with it; ${charge}.`,
  ];
}

function whyTerminated(
  { warnedMs, environment }: InstanceStory,
  terminate: TerminateDecision,
  at: TellInstant,
): string {
  const { reason, idleSinceMs, idleDelayMs, environmentVcpuMilli } = terminate;
  const left = `${environmentVcpuMilli / MILLI} vCPUs stayed in compute environment ${environment}`;
  switch (reason) {
    case "idle":
      if (warnedMs !== null) return `empty, and EC2 had said at ${at(warnedMs)} that it would take it; ${left}`;
      return idleDelayMs === 0
        ? `empty since ${at(idleSinceMs)}; ${left}`
        : `empty since ${at(idleSinceMs)}, longer than the idle delay of ${formatDuration(idleDelayMs)}; ${left}`;
    case "job-ended":
      return `a Fargate machine ends with its job; ${left}`;
    case "consolidation":
      return `ending it with its last jobs saves more than running them again is expected to cost; ${left}`;
    case "end-of-run":
      return "the run ended with the last job";
  }
}

function describePool({ pool }: InstanceStory): string {
  return `${pool.instanceType} ${pool.market} in ${pool.zone}, ${formatUnitPrice(pool.microUsdPerHour)} an hour`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What was known of the jobs of a name. */
export function tellName(look: NameLook, originMs: number): string {
  const { name, atMs, runtimeMs, peakMemoryMib, requestedMemoryMib } = look;
  const { min, max } = requestedMemoryMib;
  const when = Number.isFinite(atMs) ? formatInstant(originMs, atMs) : "the end";
  const requested = min === max ? `${max} MiB` : `${min} to ${max} MiB`;
  const lines = [
    `Jobs called ${printable(name)}, as known at ${when}:`,
    `  run time  ${tellLearned(runtimeMs, "jobs succeeded", formatDuration)}`,
    `  memory    asked for ${requested}; used ${tellLearned(peakMemoryMib, "jobs measured", (mib) => `${mib} MiB`)}`,
  ];
  return `${lines.join("\n")}\n`;
}

function tellLearned(
  { count, p50, p90, max }: LearnedQuantity,
  what: string,
  format: (value: number) => string,
): string {
  if (count === 0) return `unknown: 0 ${what}`;
  return `${count} ${what}: half of them at most ${format(p50!)}, nine in ten ${format(p90!)}, all ${format(max!)}`;
}
