// A conformance case is a small scenario and the state times that AWS Batch's rules give it, worked out by hand. The scenario
// is text in the user's language, so a case tests the whole way from there to the states.
//
// Unless a case says otherwise: decisions at every event, one instance that is there from the start, no delay but what is
// written; times are seconds after the first submission.

import { InputError } from "../../src/base/issues.js";
import { MS_PER_SECOND } from "../../src/base/units.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import { arrayTimeline, jobTimeline, type StateChange, statusSummaryAt } from "../../src/metrics/job-states.js";
import { findArray, findJob } from "../../src/run/find-job.js";
import { loadTrace } from "../../src/run/load-replay.js";
import { planRuns, type ReplayTrace, runPlan, simulationOf } from "../../src/run/replay.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { tellWaiting } from "../../src/run/why-waiting.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { type SimulationInput, simulateUntil } from "../../src/sim/simulate.js";

/** One instance of four vCPUs (m6i.xlarge) in a world without delays. */
const MACHINE = `
computeEnvironments:
  - computeEnvironmentName: ce
    type: MANAGED
    computeResources: { type: EC2, maxvCpus: 256, instanceTypes: [m6i.xlarge] }
    fixedFleet: [{ instanceType: m6i.xlarge, count: 1 }]`;

const IDEAL = `
world: ideal`;

export interface Played {
  /** "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60" of a job. */
  states(jobId: string): string;
  /** The same of an array job's parent. */
  parentStates(arrayId: string): string;
  /** Children by state at a time: "RUNNABLE 1, RUNNING 2"; zeros left out. */
  statusSummary(arrayId: string, atS: number): string;
  statusReason(jobId: string): string;
  /** Per attempt "exitCode reason | statusReason"; exitCode "-" where no container gave one. */
  attempts(jobId: string): string[];
  /** When a job's first container started, seconds; NaN: never. */
  startedS(jobId: string): number;
  /** Instance number, type and market of each attempt. */
  places(jobId: string): string[];
  /** "type market: from-to" of every instance, in order of launch; seconds. */
  instances(): string[];
  /** The first RUNNABLE jobs of a queue, as GetJobQueueSnapshot orders them. */
  snapshot(queue: string, atS: number): string[];
  /** Why a job waits at a time; empty when it does not. */
  why(jobId: string, atS: number): string[];
  readonly ledger: Ledger;
  readonly input: SimulationInput;
}

/**
 * Plays a scenario: `text` is its YAML, to which one machine and an ideal world are added unless it has compute
 * environments or a world of its own, and a plain strategy unless it names some. `run`: the strategy or baseline to look at, by default the first.
 */
export async function play(text: string, run?: string): Promise<Played> {
  const { resolved, trace } = await load(text);
  const plans = planRuns(resolved, trace);
  const plan = run === undefined ? plans[0]! : plans.find(({ label }) => label.name === run)!;
  return new PlayedScenario(runPlan(resolved, trace, plan), simulationOf(resolved, trace, plan), trace);
}

/** The messages with which a scenario is refused; empty when it is not. */
export async function refusals(text: string): Promise<string[]> {
  try {
    await load(text);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ message }) => message);
  }
}

/** AWS's rules are looked at, so nothing is launched that no job needs, and no job waits for the sake of the bill. */
const PLAIN =
  "\nstrategies: [{ name: plain, placement: best-fit, holdBack: never, spareLaunches: 0, scaleDown: { idleDelay: 60s }, spot: { poolsPerLaunch: 1 } }]";

/** A case's scenario with what `play` adds to it, looked up, and its jobs. */
export async function load(text: string) {
  const has = (key: string) => new RegExp(`^${key}:`, "m").test(text);
  const whole = [
    text,
    has("computeEnvironments") ? "" : MACHINE,
    has("world") ? "" : IDEAL,
    has("baselines") ? "" : "\nbaselines: []",
    has("strategies") ? "" : PLAIN,
  ].join("");
  const scenario = parseScenario(whole, "case.yaml", "case");
  const resolved = resolveScenario(scenario, loadCatalog(), "case.yaml");
  return { resolved, trace: await loadTrace(resolved, scenario.trace, "case.yaml", undefined) };
}

const listed = (changes: readonly StateChange[]) =>
  changes.map(({ state, timeMs }) => `${state} ${timeMs / MS_PER_SECOND}`).join(", ");

class PlayedScenario implements Played {
  readonly ledger: Ledger;
  readonly input: SimulationInput;
  private readonly trace: ReplayTrace;

  constructor(ledger: Ledger, input: SimulationInput, trace: ReplayTrace) {
    this.ledger = ledger;
    this.input = input;
    this.trace = trace;
  }

  states(jobId: string): string {
    return listed(this.timeline(jobId).states);
  }

  parentStates(arrayId: string): string {
    return listed(arrayTimeline(this.ledger, this.trace.workload, this.array(arrayId)));
  }

  statusSummary(arrayId: string, atS: number): string {
    const counts = statusSummaryAt(this.ledger, this.trace.workload, this.array(arrayId), atS * MS_PER_SECOND);
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([state, count]) => `${state} ${count}`)
      .join(", ");
  }

  statusReason(jobId: string): string {
    return this.timeline(jobId).statusReason;
  }

  attempts(jobId: string): string[] {
    return this.timeline(jobId).attempts.map(
      ({ exitCode, reason, statusReason }) => `${exitCode ?? "-"} ${reason} | ${statusReason}`,
    );
  }

  startedS(jobId: string): number {
    const running = this.timeline(jobId).states.find(({ state }) => state === "RUNNING");
    return running === undefined ? Number.NaN : running.timeMs / MS_PER_SECOND;
  }

  places(jobId: string): string[] {
    return this.timeline(jobId).attempts.map(({ instance }) => `${instance} ${this.typeOf(instance)}`);
  }

  instances(): string[] {
    const { requestedMs, endedMs, length } = this.ledger.instances;
    return Array.from(
      { length },
      (_, i) => `${this.typeOf(i)}: ${requestedMs.data[i]! / MS_PER_SECOND}-${endedMs.data[i]! / MS_PER_SECOND}`,
    );
  }

  snapshot(queue: string, atS: number): string[] {
    const index = this.input.tables.queues.findIndex(({ name }) => name === queue);
    const atMs = atS * MS_PER_SECOND;
    return simulateUntil(this.input, atMs)
      .queueSnapshot(index, 100, atMs)
      .map((job) => this.idOf(job));
  }

  why(jobId: string, atS: number): string[] {
    const atMs = atS * MS_PER_SECOND;
    const reasons = simulateUntil(this.input, atMs).whyWaiting(this.job(jobId), atMs);
    return reasons === undefined ? [] : tellWaiting(reasons, this.input.tables, this.input.workload);
  }

  private timeline(jobId: string) {
    return jobTimeline(this.ledger, this.trace.workload, this.job(jobId));
  }

  private typeOf(instance: number): string {
    const { pools, instanceTypes } = this.input.tables;
    const { instanceType, market } = pools[this.ledger.instances.pool.data[instance]!]!;
    return `${instanceTypes[instanceType]!.name} ${market}`;
  }

  private job(jobId: string): number {
    const job = findJob(this.trace.workload, jobId);
    if (job < 0) throw new Error(`the case has no job ${jobId}`);
    return job;
  }

  private array(arrayId: string): number {
    const array = findArray(this.trace.workload, arrayId);
    if (array < 0) throw new Error(`the case has no array ${arrayId}`);
    return array;
  }

  private idOf(job: number): string {
    const { bytes, ends } = this.trace.workload.ids;
    return new TextDecoder().decode(bytes.slice(job === 0 ? 0 : ends[job - 1]!, ends[job]!));
  }
}
