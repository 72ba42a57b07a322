// `stowage replay --on aws`: the plan and what it will cost; with --apply, after a confirmation, the run itself, and real
// figures beside the simulated ones. Without --apply nothing is sent.

import { join } from "node:path";
import Table from "cli-table3";
import type { Argv } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { MICRO_USD } from "../base/units.js";
import { formatDuration, printable } from "../report/format.js";
import { OutputError } from "../run/errors.js";
import type {
  Comparison,
  ExperimentProgress,
  Figures,
  LaunchedExperiment,
  PreparedExperiment,
} from "../run/live/experiment.js";
import { endpointOf, withEndpoint } from "./aws-options.js";
import { confirm, requireTerminal } from "./confirm.js";
import type { Progress } from "./progress.js";
import type { StressArguments } from "./stress-option.js";

export interface OnAwsArguments {
  readonly on: "simulator" | "aws";
  readonly queue: string | undefined;
  readonly "time-scale": number;
  readonly budget: string;
  readonly "max-jobs": number | undefined;
  readonly "run-id": string | undefined;
  readonly image: string | undefined;
  readonly apply: boolean;
  readonly yes: boolean;
  readonly endpoint: string | undefined;
}

const GROUP = "With --on aws:";

/** Adds the options. */
export function withOnAwsOptions<T>(command: Argv<T>) {
  return withEndpoint(command)
    .group("endpoint", GROUP)
    .option("on", {
      choices: ["simulator", "aws"] as const,
      default: "simulator" as const,
      describe: "Where: in the simulator, or as sleep jobs in a real queue",
    })
    .option("queue", { ...text("AWS's job queue, by name or ARN"), group: GROUP })
    .option("time-scale", { type: "number", default: 1, group: GROUP, describe: "Factor on submissions and run times" })
    .option("budget", { ...text("Instances may cost this many USD; then all is ended"), default: "5" })
    .option("max-jobs", { type: "number", group: GROUP, describe: "Only the first so many jobs" })
    .option("run-id", { ...text("Name of the run; one that was cut short goes on"), group: GROUP })
    .option("image", { ...text("Container image with a sleep command [default: busybox of public.ecr.aws]") })
    .option("apply", { type: "boolean", default: false, group: GROUP, describe: "Send it; without, the plan is shown" })
    .option("yes", { type: "boolean", default: false, group: GROUP, describe: "Do not ask before sending" });
}

function text(describe: string) {
  return { type: "string", requiresArg: true, describe, group: GROUP } as const;
}

/** Throws when an option is given that means nothing here. */
export function checkOnAws(given: OnAwsArguments & StressArguments): void {
  if (given.on === "aws") {
    if (given.stress !== undefined) throw new Error("--stress is for the simulator: nothing stresses AWS");
    return;
  }
  const values = ["queue", "max-jobs", "run-id", "image", "endpoint"] as const;
  const named = values.filter((name) => given[name] !== undefined);
  const flags = (["apply", "yes"] as const).filter((name) => given[name]);
  const [first] = [...named, ...flags];
  if (first !== undefined) throw new Error(`--${first} is for --on aws`);
}

/** The command with --on aws. */
export async function replayOnAws(
  scenario: string,
  out: string | undefined,
  given: OnAwsArguments,
  progress: Progress,
): Promise<void> {
  const { DEFAULT_IMAGE, isRunId, LEFT_JOBS, launchExperiment, payingAccount, prepareExperiment } = await import(
    "../run/live/experiment.js"
  );
  const queue = given.queue ?? fail("--queue", "--on aws needs the job queue to submit to");
  const budgetMicroUsd = budgetOf(given.budget);
  const run = given["run-id"] ?? runIdOf(new Date());
  if (!isRunId(run))
    fail("--run-id", `"${run}" is no name for jobs: up to 100 letters, digits, hyphens and underscores`);
  const timeScale = given["time-scale"];
  if (!(timeScale > 0)) fail("--time-scale", "it must be above 0");
  const maxJobs = given["max-jobs"] ?? Number.POSITIVE_INFINITY;
  if (!(maxJobs >= 1)) fail("--max-jobs", "it must be at least 1");
  const endpoint = endpointOf(given);
  const choice = { scenario, queue, timeScale, maxJobs, run };
  const prepared = await prepareExperiment(choice, progress.onTrace);
  progress.stop();
  process.stdout.write(planText(prepared, queue, budgetMicroUsd, timeScale));
  if (prepared.simulated.microUsd > budgetMicroUsd) {
    fail("--budget", `the simulation says ${usd(prepared.simulated.microUsd)}, more than the budget`);
  }
  if (!given.apply) {
    process.stdout.write("Nothing was sent. With --apply the run begins, after a question.\n");
    return;
  }
  if (!given.yes) requireTerminal();
  const { account, arn } = await payingAccount(prepared, endpoint);
  const who = printable(`account ${account}, as ${arn}`);
  process.stdout.write(`  who pays: ${who}\n`);
  if (!given.yes) await confirm(`This starts real instances for ${printable(queue)} in ${who}.`);
  const folder = out ?? join("reports", `aws-${run}`);
  process.stderr.write(`Run ${run}: Ctrl-C ends its jobs; go on with --run-id ${run} if this process is killed\n`);
  const signals = catchSignals();
  try {
    const { outcome, comparison } = await launchExperiment({
      ...{ prepared, queue, endpoint, folder, image: given.image ?? DEFAULT_IMAGE, budgetMicroUsd },
      ...{ stop: signals.stop, abandon: signals.abandon, onProgress: tellProgress },
    });
    process.stdout.write(comparisonText(comparison));
    process.stderr.write(`Files: ${folder}\n`);
    if (outcome.isDone) return;
    throw new OutputError(issuesOf(outcome, run, join(folder, LEFT_JOBS)));
  } finally {
    signals.release();
  }
}

function fail(path: string, message: string): never {
  throw new InputError([errorIssue("usage", message, { path })]);
}

/** "5", "$5" or "0.50", in USD. */
function budgetOf(given: string): number {
  const match = /^\$?(\d{1,7}(?:\.\d{1,6})?)$/.exec(given.trim());
  if (match === null || Number(match[1]) === 0) return fail("--budget", `"${given}" is no amount of USD above 0`);
  return Math.round(Number(match[1]) * MICRO_USD);
}

/** "run-20261123-014500": UTC. */
function runIdOf(now: Date): string {
  const [date, time] = now.toISOString().split("T");
  return `run-${date!.replaceAll("-", "")}-${time!.slice(0, 8).replaceAll(":", "")}`;
}

function planText(prepared: PreparedExperiment, queue: string, budgetMicroUsd: number, timeScale: number): string {
  const { plan, simulated, submitSpanMs, vcpuHours, region, notes } = prepared;
  const arrays = plan.submissions.filter(({ size }) => size > 1).length;
  const lines = [
    `Run ${plan.run} in the queue ${queue} of ${region}, times scaled by ${timeScale}:`,
    `  ${plan.jobs.length} sleep jobs in ${plan.submissions.length} submissions (${arrays} arrays) over ${formatDuration(submitSpanMs)}, ${vcpuHours.toFixed(2)} vCPU-hours`,
    `  simulated with "${simulated.strategy}": ${usd(simulated.microUsd)}, ${simulated.instanceHours.toFixed(2)} instance-hours, at most ${simulated.peakInstances} instances, done after ${formatDuration(simulated.makespanMs)}`,
    `  budget: ${usd(budgetMicroUsd)}; beyond it all of the run's jobs are ended`,
    "  what is sent: RegisterJobDefinition (once per image), SubmitJob, and TerminateJob when it is ended early",
    ...notes.map((note) => `  note: ${note}`),
  ];
  return `${lines.map(printable).join("\n")}\n`;
}

/** The first Ctrl-C ends the run's jobs and waits for them, the second one stops waiting. */
function catchSignals() {
  const stop = new AbortController();
  const abandon = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) abandon.abort();
    else process.stderr.write("\nEnding all jobs of the run; once more to stop waiting for them\n");
    stop.abort();
  };
  // A terminal that is closed takes the process with it, and nobody would watch what the jobs cost.
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  const release = () => {
    for (const name of names) process.off(name, onSignal);
  };
  return { stop: stop.signal, abandon: abandon.signal, release };
}

function tellProgress({ submitted, ended, jobs, instances, cost, left }: ExperimentProgress): void {
  if (left !== undefined) process.stderr.write(`ending: ${left} jobs left\n`);
  else if (process.stderr.isTTY === true) {
    const counts = `${submitted} of ${jobs} submitted, ${ended} ended, ${instances} instances`;
    process.stderr.write(`\r${counts}, ${usd(cost.microUsd)} so far `);
  }
}

/** As many ids as a line shows; all are in a file. */
const MOST_LISTED = 5;

function issuesOf({ how, left, problem }: LaunchedExperiment["outcome"], run: string, list: string) {
  const said = problem === "" ? "" : printable(` (AWS said: ${problem})`);
  const failed = errorIssue("run-ended", printable(`the run ${run} was ended: ${how}`), {
    hint:
      left.length > 0
        ? "see below"
        : problem === ""
          ? "none of its jobs is left"
          : `whether one is left is not known${said}`,
  });
  if (left.length === 0) return [failed];
  const shown = left.slice(0, MOST_LISTED).join(", ");
  const message = `${left.length} jobs have not ended${said}: ${shown}; all are in ${list}`;
  return [failed, errorIssue("jobs-left", message, { hint: "aws batch terminate-job --job-id ID --reason ended" })];
}

function comparisonText({ simulated, real, waitRankCorrelation, strategy, isWhole }: Comparison): string {
  const table = new Table({ head: ["", `simulated (${strategy})`, "real"], style: { head: [], border: [] } });
  const row = (name: string, show: (figures: Figures) => string) => table.push([name, show(simulated), show(real)]);
  row("jobs", ({ jobs }) => String(jobs));
  row("failed", ({ failed }) => String(failed));
  row("mean wait", ({ waitMs }) => duration(waitMs.mean));
  row("median wait", ({ waitMs }) => duration(waitMs.p50));
  row("95th percentile of waits", ({ waitMs }) => duration(waitMs.p95));
  row("makespan", ({ makespanMs }) => duration(makespanMs));
  row("instance-hours", ({ instanceHours }) => instanceHours.toFixed(2));
  row("cost", ({ microUsd }) => usd(microUsd));
  const correlation = waitRankCorrelation === null ? "not defined" : waitRankCorrelation.toFixed(3);
  const whole = isWhole ? "" : "Not all jobs of the plan have succeeded: the figures are of those that did start.\n";
  return `${table.toString()}\nRank correlation of the jobs' waits: ${correlation}\n${whole}`;
}

function duration(ms: number): string {
  return Number.isFinite(ms) ? formatDuration(ms) : "–";
}

function usd(microUsd: number): string {
  return `$${(microUsd / MICRO_USD).toFixed(microUsd < MICRO_USD ? 4 : 2)}`;
}
