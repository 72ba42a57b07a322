// `stowage explain`: why this launch, why this termination, why did this job wait; what a queue and an array job looked like.

import type { CommandModule } from "yargs";
import { didYouMean, errorIssue, InputError } from "../base/issues.js";
import { NONE } from "../model/tables.js";
import type { RunPlan } from "../run/baselines.js";
import { explainInstance, explainJob } from "../run/explain.js";
import { findArray, findJob } from "../run/find-job.js";
import { loadReplay } from "../run/load-replay.js";
import { arrayAt, nameAt, queueAt, waitAt } from "../run/look-inside.js";
import { planRuns, type ReplayTrace, runPlan, simulationOf } from "../run/replay.js";
import type { ResolvedScenario } from "../run/tables.js";
import { parseDurationMs } from "../scenario/quantities.js";
import { makeProgress } from "./progress.js";
import { STRESS_OPTION, type StressArguments } from "./stress-option.js";
import { tellArray, tellJob, tellLaunch, tellName, tellQueue, tellTermination } from "./tell-story.js";

const SUBJECTS = ["launch", "termination", "job", "queue", "array", "name"] as const;

interface ExplainArguments extends StressArguments {
  scenario: string;
  what: (typeof SUBJECTS)[number];
  id: string;
  run: string | undefined;
  at: string | undefined;
  json: boolean;
}

export const explainCommand: CommandModule<object, ExplainArguments> = {
  command: "explain <scenario> <what> <id>",
  describe:
    "Why was this instance launched or terminated, why did this job wait; a queue, an array job, what is known of jobs of a name",
  builder: (command) =>
    command
      .positional("scenario", { type: "string", demandOption: true, describe: "As for replay" })
      .positional("what", { choices: SUBJECTS, demandOption: true })
      .positional("id", {
        type: "string",
        demandOption: true,
        describe: "Instance number, job id, array id, job name (all in jobs.csv) or queue name",
      })
      .option("run", {
        type: "string",
        requiresArg: true,
        describe: "Strategy or baseline [default: the first strategy]",
      })
      .option("at", {
        type: "string",
        requiresArg: true,
        describe:
          "Instant to look at, after the first submission, e.g. 90m [default: the middle of the job's wait; the end]",
      })
      .option("stress", STRESS_OPTION)
      .option("json", { type: "boolean", default: false, describe: "The facts as JSON" })
      .example("$0 explain quickstart job job-000042", "")
      .example("$0 explain quickstart launch 17", "")
      .example("$0 explain quickstart queue nightly --at 2h", "What GetJobQueueSnapshot would show then"),
  handler: async (given) => {
    const atMs = given.at === undefined ? undefined : instantOf(given.at);
    const progress = makeProgress();
    const { resolved, trace } = await loadReplay(given.scenario, progress.onTrace, given.stress).finally(progress.stop);
    const plan = choosePlan(planRuns(resolved, trace), given.run);
    const { facts, text } = explain(resolved, trace, plan, given.what, given.id, atMs);
    process.stdout.write(given.json ? `${JSON.stringify(facts, null, 1)}\n` : text);
  },
};

interface Explanation {
  readonly facts: unknown;
  readonly text: string;
}

function explain(
  resolved: ResolvedScenario,
  trace: ReplayTrace,
  plan: RunPlan,
  what: ExplainArguments["what"],
  id: string,
  atMs: number | undefined,
): Explanation {
  const { workload } = trace;
  const input = simulationOf(resolved, trace, plan);
  const { originMs } = workload;
  if (what === "queue") {
    const queue = workload.queueNames.indexOf(id);
    if (queue === NONE) throw notFound(`no job of the trace is in a queue "${id}"`, workload.queueNames.join(", "));
    const facts = queueAt(input, queue, atMs ?? Number.POSITIVE_INFINITY);
    return { facts, text: tellQueue(facts, originMs) };
  }
  if (what === "name") {
    const name = workload.jobNames.indexOf(id);
    if (name === NONE) {
      const hint = didYouMean(id, workload.jobNames) ?? "jobs.csv lists them all";
      throw notFound(`no job of the trace has the name "${id}"`, hint);
    }
    const facts = nameAt(input, name, atMs ?? Number.POSITIVE_INFINITY);
    return { facts, text: tellName(facts, originMs) };
  }
  const ledger = runPlan(resolved, trace, plan);
  if (what === "array") {
    const array = findArray(workload, id);
    if (array === NONE) throw notFound(`the trace has no array job "${id}"`, "arrays.csv lists them all");
    const facts = arrayAt(ledger, workload, array, atMs ?? Number.POSITIVE_INFINITY);
    return { facts, text: tellArray(facts, originMs) };
  }
  if (what === "job") {
    const job = findJob(workload, id);
    if (job === NONE) throw notFound(`no accepted job of the trace has the id "${id}"`, "jobs.csv lists them all");
    const story = explainJob(ledger, workload, job);
    const facts = { ...story, waiting: waitAt(input, job, story, atMs) };
    return { facts, text: tellJob(facts, originMs) };
  }
  const facts = /^\d+$/.test(id) ? explainInstance(ledger, Number(id)) : undefined;
  if (facts === undefined) {
    throw notFound(
      `there is no instance ${id}`,
      `${plan.label.name} launched 0 to ${ledger.instances.length - 1}; jobs.csv says on which each job of the first strategy ran`,
    );
  }
  return { facts, text: (what === "launch" ? tellLaunch : tellTermination)(facts, originMs) };
}

function choosePlan(plans: readonly RunPlan[], name: string | undefined): RunPlan {
  const plan = name === undefined ? plans[0] : plans.find(({ label }) => label.name === name);
  if (plan !== undefined) return plan;
  throw notFound(`there is no run "${name}"`, `runs: ${plans.map(({ label }) => label.name).join(", ")}`);
}

function instantOf(text: string): number {
  const parsed = parseDurationMs(text);
  if ("value" in parsed) return parsed.value;
  throw new InputError([errorIssue(parsed.code, `--at: ${parsed.message}`, { hint: "for example --at 90m" })]);
}

function notFound(message: string, hint: string): InputError {
  return new InputError([errorIssue("not-found", message, { hint })]);
}
