// `stowage explain`: why this launch, why this termination, why did this job wait.

import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { NONE } from "../model/tables.js";
import { formatDuration, formatInstant, formatUnitPrice } from "../report/format.js";
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
      .positional("id", { type: "string", demandOption: true, describe: "Instance number (see jobs.csv), or job id" })
      .option("run", {
        type: "string",
        requiresArg: true,
        describe: "Strategy or baseline [default: the first strategy]",
      })
      .option("json", { type: "boolean", default: false, describe: "The facts as JSON" })
      .example("$0 explain quickstart job job-00042", "")
      .example("$0 explain quickstart launch 17", ""),
  handler: async ({ scenario, what, id, run, json }) => {
    const progress = makeProgress();
    const { resolved, trace } = await loadReplay(scenario, progress.onTrace).finally(progress.stop);
    const plans = planRuns(resolved, trace);
    const plan = run === undefined ? plans[0]! : plans.find(({ label }) => label.name === run);
    if (plan === undefined) throw notFound(`there is no run "${run}"`, plans.map(({ label }) => label.name).join(", "));
    const ledger = runPlan(resolved, trace, plan);
    const { originMs } = trace.workload;
    if (what === "job") {
      const job = findJob(trace.workload, id);
      if (job === NONE)
        throw notFound(`the trace has no accepted job "${id}"`, "ids are the trace's own; see jobs.csv");
      const story = explainJob(ledger, trace.workload, job);
      process.stdout.write(json ? toJson(story) : tellJob(story, originMs));
      return;
    }
    const story = explainInstance(ledger, Number(id));
    if (story === undefined) {
      throw notFound(
        `there is no instance ${id}`,
        `instances are numbered 0 to ${ledger.instances.length - 1} in order of launch`,
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
  "waiting-for-room": "for room on a running instance, or for the jobs ahead of it",
  "image-pull": "while its container was started (image pull)",
};

function tellJob(story: JobStory, originMs: number): string {
  const at = (ms: number) => formatInstant(originMs, ms);
  const waitMs = story.startedMs - story.submitMs;
  const parts = story.waitParts.map(({ cause, ms }) => `  ${formatDuration(ms).padEnd(14)} ${CAUSES[cause]}`);
  return `${[
    `Job ${story.id} (${story.name}) in queue ${story.queue} waited ${formatDuration(waitMs)}.`,
    `  submitted ${at(story.submitMs)}, ${story.aheadInQueue} jobs waiting ahead of it in its queue`,
    `  placed    ${at(story.placedMs)} on instance ${story.instance.instance}, ${describePool(story.instance)}`,
    `  started   ${at(story.startedMs)}, ended ${at(story.endedMs)}`,
    "Its wait in parts:",
    ...parts,
    tellLaunch(story.instance, originMs).trimEnd(),
  ].join("\n")}\n`;
}

function tellLaunch(story: InstanceStory, originMs: number): string {
  const { launch } = story;
  const because = {
    "pending-demand": `${launch.waitingJobs} jobs were waiting, and ${launch.inFlight} instances already on their way did not cover them; this one was to take ${launch.jobsPerCopy}`,
    minvCpus: "the compute environment was below its minvCpus",
    "fixed-fleet": "the fleet is fixed and there from the start",
  }[launch.reason];
  const lines = [
    `Instance ${story.instance} (${describePool(story)}) of ${story.environment} was launched at ${formatInstant(originMs, story.requestedMs)}, with ${launch.copies - 1} more like it, because ${because}.`,
  ];
  if (!Number.isNaN(launch.priceOverWorth)) {
    lines.push(
      `  Its price is ${launch.priceOverWorth.toFixed(3)} times what those jobs cost at least on instances filled with their like.`,
    );
  }
  if (story.runnerUp !== null) {
    lines.push(
      `  Next best: ${story.runnerUp.instanceType} ${story.runnerUp.market} at ${formatUnitPrice(story.runnerUp.microUsdPerHour)} an hour, ${launch.runnerUpPriceOverWorth.toFixed(3)} times.`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function tellTermination(story: InstanceStory, originMs: number): string {
  const { terminate } = story;
  const because =
    terminate.reason === "idle"
      ? `it had been empty since ${formatInstant(originMs, terminate.idleSinceMs)}, longer than the idle delay of ${formatDuration(terminate.idleDelayMs)}; ${terminate.environmentVcpuMilli / 1000} vCPUs remained in ${story.environment}`
      : "the run ended with the last job";
  return `Instance ${story.instance} (${describePool(story)}) was terminated at ${formatInstant(originMs, story.endedMs)} after ${story.jobs} jobs, because ${because}.\n`;
}

function describePool({ pool }: InstanceStory): string {
  return `${pool.instanceType} ${pool.market} in ${pool.zone}, ${formatUnitPrice(pool.microUsdPerHour)} an hour`;
}

function toJson(story: InstanceStory | JobStory): string {
  return `${JSON.stringify(story, null, 1)}\n`;
}

function notFound(message: string, hint: string): InputError {
  return new InputError([errorIssue("not-found", message, { hint })]);
}
