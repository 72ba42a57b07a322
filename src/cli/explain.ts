// `stowage explain`: why this launch, why this termination, why did this job wait.

import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { MILLI } from "../base/units.js";
import { NONE } from "../model/tables.js";
import { formatDuration, formatInstant, formatUnitPrice, printable } from "../report/format.js";
import {
  explainInstance,
  explainJob,
  findJob,
  type InstanceStory,
  type JobStory,
  type WaitCause,
} from "../run/explain.js";
import { loadReplay } from "../run/load-replay.js";
import { planRuns, runPlan } from "../run/replay.js";
import { makeProgress } from "./progress.js";

interface ExplainArguments {
  scenario: string;
  what: "launch" | "termination" | "job";
  id: string;
  run: string | undefined;
  json: boolean;
}

export const explainCommand: CommandModule<object, ExplainArguments> = {
  command: "explain <scenario> <what> <id>",
  describe: "Why was this instance launched or terminated, why did this job wait",
  builder: (command) =>
    command
      .positional("scenario", { type: "string", demandOption: true, describe: "As for replay" })
      .positional("what", { choices: ["launch", "termination", "job"] as const, demandOption: true })
      .positional("id", {
        type: "string",
        demandOption: true,
        describe: "Instance number, or job id (both are in jobs.csv)",
      })
      .option("run", {
        type: "string",
        requiresArg: true,
        describe: "Strategy or baseline [default: the first strategy]",
      })
      .option("json", { type: "boolean", default: false, describe: "The facts as JSON" })
      .example("$0 explain quickstart job job-000042", "")
      .example("$0 explain quickstart launch 17", ""),
  handler: async ({ scenario, what, id, run, json }) => {
    const progress = makeProgress();
    const { resolved, trace } = await loadReplay(scenario, progress.onTrace).finally(progress.stop);
    const plans = planRuns(resolved, trace);
    const plan = run === undefined ? plans[0]! : plans.find(({ label }) => label.name === run);
    if (plan === undefined) {
      throw notFound(`there is no run "${run}"`, `runs: ${plans.map(({ label }) => label.name).join(", ")}`);
    }
    const ledger = runPlan(resolved, trace, plan);
    const { originMs } = trace.workload;
    if (what === "job") {
      const job = findJob(trace.workload, id);
      if (job === NONE) throw notFound(`no accepted job of the trace has the id "${id}"`, "jobs.csv lists them all");
      const story = explainJob(ledger, trace.workload, job);
      process.stdout.write(json ? toJson(story) : tellJob(story, originMs));
      return;
    }
    const story = /^\d+$/.test(id) ? explainInstance(ledger, Number(id)) : undefined;
    if (story === undefined) {
      throw notFound(
        `there is no instance ${id}`,
        `${plan.label.name} launched 0 to ${ledger.instances.length - 1}; jobs.csv says on which each job of the first strategy ran`,
      );
    }
    const tell = what === "launch" ? tellLaunch : tellTermination;
    process.stdout.write(json ? toJson(story) : tell(story, originMs));
  },
};

const CAUSES: Readonly<Record<WaitCause, string>> = {
  "before-launch": "until the instance it got was asked for",
  "instance-pending": "while that instance was pending in EC2",
  "instance-boot": "while it booted and registered with ECS",
  "waiting-for-room": "for room on that instance, for the jobs ahead of it, or for the next decision",
  "image-pull": "while its container was started (image pull)",
};

function tellJob(story: JobStory, originMs: number): string {
  const at = (ms: number) => formatInstant(originMs, ms);
  const { instance } = story;
  const [id, name, queue] = [story.id, story.name, story.queue].map(printable);
  const parts = story.waitParts.map(({ cause, ms }) => `  ${formatDuration(ms).padEnd(12)}  ${CAUSES[cause]}`);
  return `${[
    `Job ${id} (${name}) in queue ${queue} waited ${formatDuration(story.startedMs - story.submitMs)}.`,
    `  submitted ${at(story.submitMs)}, ${counted(story.aheadInQueue, "job")} waiting ahead of it in its queue`,
    `  placed    ${at(story.placedMs)} on instance ${instance.instance}, ${describePool(instance)}`,
    `  started   ${at(story.startedMs)}, ended ${at(story.endedMs)}`,
    ...(parts.length === 0 ? [] : ["Its wait in parts:"]),
    ...parts,
    tellLaunch(instance, originMs).trimEnd(),
  ].join("\n")}\n`;
}

function tellLaunch(story: InstanceStory, originMs: number): string {
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
  if (story.runnerUp !== null) {
    const { instanceType, market, microUsdPerHour } = story.runnerUp;
    const price = `${formatUnitPrice(microUsdPerHour)} an hour`;
    lines.push(`  Next best: ${instanceType} ${market}, ${price}, ${launch.runnerUpPriceOverWorth.toFixed(3)} times.`);
  }
  return `${lines.join("\n")}\n`;
}

function tellTermination(story: InstanceStory, originMs: number): string {
  const { terminate } = story;
  const at = (ms: number) => formatInstant(originMs, ms);
  const left = `${terminate.environmentVcpuMilli / MILLI} vCPUs stayed in compute environment ${story.environment}`;
  const because =
    terminate.reason === "idle"
      ? `empty since ${at(terminate.idleSinceMs)}, longer than the idle delay of ${formatDuration(terminate.idleDelayMs)}; ${left}`
      : "the run ended with the last job";
  return `${[
    `Instance ${story.instance} (${describePool(story)}) was terminated at ${at(story.endedMs)}`,
    `  after ${counted(story.jobs, "job")}: ${printable(because)}.`,
  ].join("\n")}\n`;
}

function describePool({ pool }: InstanceStory): string {
  return `${pool.instanceType} ${pool.market} in ${pool.zone}, ${formatUnitPrice(pool.microUsdPerHour)} an hour`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function toJson(story: InstanceStory | JobStory): string {
  return `${JSON.stringify(story, null, 1)}\n`;
}

function notFound(message: string, hint: string): InputError {
  return new InputError([errorIssue("not-found", message, { hint })]);
}
