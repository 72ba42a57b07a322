// `stowage replay --on aws`: the prepared run against an account, and what came out of it beside the simulation, as files.

import { join } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_SECOND } from "../../base/units.js";
import { makeAwsClients } from "../../live/aws/clients.js";
import { systemClock } from "../../live/clock.js";
import { type Caller, whoPays } from "../../live/experiment/caller.js";
import { collectJobs } from "../../live/experiment/collect.js";
import { type Comparison, compareRuns, type RealJob } from "../../live/experiment/compare.js";
import { fleetCost, type InstanceRecord } from "../../live/experiment/instances.js";
import { type ExperimentOutcome, type ExperimentProgress, runExperiment } from "../../live/experiment/run.js";
import { RunState } from "../../live/experiment/state.js";
import { ensureDefinition } from "../../live/experiment/submit.js";
import { clustersOfQueue } from "../../live/experiment/target.js";
import { CALLS_PER_SECOND, PULL_ATTEMPTS } from "../../live/pull/jobs.js";
import { Pace } from "../../live/pull/pace.js";
import { RawJobs } from "../../live/pull/raw-jobs.js";
import { type CsvCell, csvText } from "../csv-lines.js";
import { outputError } from "../errors.js";
import { writeOutput } from "../traces/output-file.js";
import { askingAws } from "./aws-failure.js";
import type { PreparedExperiment } from "./experiment-plan.js";

export type { Comparison, Figures } from "../../live/experiment/compare.js";
export { isRunId } from "../../live/experiment/plan.js";
export type { ExperimentProgress } from "../../live/experiment/run.js";
export { DEFAULT_IMAGE } from "../../live/experiment/submit.js";
export { type PreparedExperiment, prepareExperiment } from "./experiment-plan.js";

export interface ExperimentLaunch {
  readonly prepared: PreparedExperiment;
  readonly queue: string;
  readonly endpoint: string | undefined;
  /** Of the state, and of what comes out. */
  readonly folder: string;
  readonly image: string;
  readonly budgetMicroUsd: number;
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  readonly onProgress?: (progress: ExperimentProgress) => void;
}

export interface LaunchedExperiment {
  readonly outcome: Pick<ExperimentOutcome, "how" | "isDone" | "left" | "problem">;
  readonly comparison: Comparison;
}

/**
 * Runs it, goes on with it, or, where it is done already, compares again. Throws InputError when the queue is not ready or the
 * run is another one, OutputError for failures of AWS before the first job, and of the disk.
 */
export async function launchExperiment(given: ExperimentLaunch): Promise<LaunchedExperiment> {
  const { prepared, queue, folder } = given;
  const { plan, overheadMicroUsdPerHour } = prepared;
  const clock = systemClock();
  const state = RunState.open(folder, plan, queue, clock.wallMs());
  if (state.ended !== "" && state.ended !== DONE) {
    const hint = "begin another one with another --run-id";
    const message = `the run ${plan.run} has been ended: ${state.ended}`;
    throw new InputError([errorIssue("run-ended", message, { path: "--run-id", hint })]);
  }
  const ended = await RawJobs.open(join(folder, "ended-jobs.jsonl"));
  const outcome =
    state.ended === DONE ? { how: DONE, isDone: true, left: [], problem: "" } : await run(given, state, ended);
  const jobs = collectJobs(plan, state, ended.file);
  const stoppedMs = jobs.reduce((last, job) => Math.max(last, job?.stoppedMs || 0), 0);
  const endMs = stoppedMs === 0 ? clock.wallMs() : stoppedMs;
  const cost = fleetCost(state.instances.values(), state.startedMs, endMs, overheadMicroUsdPerHour);
  const comparison = compareRuns(plan, prepared.simulated, jobs, cost);
  await writeFiles(folder, prepared, comparison, jobs, [...state.instances.values()]);
  if (outcome.left.length > 0)
    await writeOutput(
      join(folder, LEFT_JOBS),
      true,
      outcome.left.map((id) => `${id}\n`),
    );
  return { outcome, comparison };
}

/**
 * Whose account pays: by the credentials that would be used. Throws InputError when the scenario names another one, OutputError when
 * AWS does not say.
 */
export async function payingAccount(
  { region, account: expected }: PreparedExperiment,
  endpoint: string | undefined,
): Promise<Caller> {
  const clients = makeAwsClients({ region, endpoint: endpoint ?? null });
  try {
    const { account, arn } = await askingAws("the account is not known", () => whoPays(clients));
    if (expected === null || expected === account) return { account, arn };
    const message = `these credentials are of account ${account}, the scenario is of account ${expected}`;
    throw new InputError([errorIssue("wrong-account", message, { path: "live.account", hint: `we are ${arn}` })]);
  } finally {
    clients.destroy();
  }
}

const DONE = "done";

/** Ids of jobs that could not be ended, one a line. */
export const LEFT_JOBS = "left-jobs.txt";

async function run(given: ExperimentLaunch, state: RunState, ended: RawJobs): Promise<ExperimentOutcome> {
  const { prepared, queue, endpoint, image, budgetMicroUsd, stop, abandon, onProgress } = given;
  const access = { region: prepared.region, endpoint: endpoint ?? null };
  const account = makeAwsClients({ ...access, maxAttempts: PULL_ATTEMPTS });
  const clock = systemClock();
  const batch = await account.batch();
  const pace = new Pace(clock, CALLS_PER_SECOND);
  const target = await askingAws("the run could not begin", async () => ({
    clusters: await clustersOfQueue(batch, queue, pace),
    jobDefinition: await ensureDefinition(batch, image),
  }));
  const { onDemandMicroUsdPerHour, overheadMicroUsdPerHour, plan } = prepared;
  const experiment = {
    port: {
      ...{ clock, batch, clusters: target.clusters, onDemandMicroUsdPerHour },
      submitter: await makeAwsClients({ ...access, maxAttempts: 1 }).batch(),
      ecs: await account.ecs(),
      ec2: await account.ec2(),
    },
    ...{ plan, state, ended, queue, jobDefinition: target.jobDefinition },
    ...{ budgetMicroUsd, overheadMicroUsdPerHour, stop, abandon },
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  try {
    return await runExperiment(experiment);
  } catch (error) {
    throw outputError(error, given.folder);
  }
}

async function writeFiles(
  folder: string,
  { plan, simulated }: PreparedExperiment,
  comparison: Comparison,
  jobs: readonly (RealJob | undefined)[],
  instances: readonly InstanceRecord[],
): Promise<void> {
  const rows = plan.jobs.map((job, index): CsvCell[] => {
    const { waitMs, runMs } = simulated.jobs[index]!;
    const real = jobs[index];
    return [
      ...[index, job.id, real?.jobId ?? null, job.vcpus, job.memoryMib, job.gpus, job.submitMs, job.sleepSeconds],
      ...[seconds(waitMs), seconds(real?.waitMs), seconds(runMs), seconds(real?.runMs)],
      ...[real?.status ?? null, real?.attempts ?? null],
    ];
  });
  const hosts = instances.map((record): CsvCell[] => {
    const { instanceId, instanceType, zone, market, launchMs, endedMs, microUsdPerHour } = record;
    return [instanceId, instanceType, zone, market, launchMs, endedMs, microUsdPerHour];
  });
  await writeOutput(join(folder, "jobs.csv"), true, csvText(JOB_COLUMNS, rows));
  await writeOutput(join(folder, "instances.csv"), true, csvText(INSTANCE_COLUMNS, hosts));
  await writeOutput(join(folder, "comparison.json"), true, [`${JSON.stringify(comparison, null, 1)}\n`]);
}

const JOB_COLUMNS = [
  ...["index", "id", "job_id", "vcpus", "memory_mib", "gpus", "submit_ms", "sleep_s"],
  ...["simulated_wait_s", "real_wait_s", "simulated_run_s", "real_run_s", "status", "attempts"],
];
const INSTANCE_COLUMNS = [
  ...["instance_id", "instance_type", "zone", "market", "launch_ms", "ended_ms", "micro_usd_per_hour"],
];

function seconds(ms: number | undefined): number | null {
  return ms === undefined || Number.isNaN(ms) ? null : ms / MS_PER_SECOND;
}
