// `stowage replay --on aws`: submits the plan's jobs at their times, watches them and what their instances cost, and ends
// everything when the budget is used up, AWS refuses a job, or somebody says stop.

import type { BatchClient } from "@aws-sdk/client-batch";
import { MICRO_USD, MS_PER_HOUR } from "../../base/units.js";
import type { Clock } from "../ports.js";
import { CALLS_PER_SECOND, describeJobs, MOST_DESCRIBED } from "../pull/jobs.js";
import { Pace } from "../pull/pace.js";
import type { RawJobs } from "../pull/raw-jobs.js";
import { type CleanedUp, cleanUp } from "./clean-up.js";
import { type FleetCost, fleetCost, type InstancePort, type InstanceRecord, lookAtInstances } from "./instances.js";
import { jobIdOf, type Plan, type Submission } from "./plan.js";
import type { RunState } from "./state.js";
import { CALLS_AT_ONCE, hasEnded, SUBMISSIONS_PER_SECOND, type SubmitPort, submitOnce, wordsOf } from "./submit.js";

/** Between looks at jobs, instances and cost. */
const LOOK_EVERY_MS = 15_000;
/** Looks that fail in a row: then nobody knows what the run costs, and it is ended. */
const MOST_BLIND_LOOKS = 8;

export interface ExperimentPort extends InstancePort {
  /** With one attempt a call, for SubmitJob. */
  readonly submitter: BatchClient;
  /** For everything else. */
  readonly batch: BatchClient;
  readonly clock: Clock;
}

export interface Experiment {
  readonly port: ExperimentPort;
  readonly plan: Plan;
  readonly state: RunState;
  /** Jobs that have ended, as DescribeJobs told them. */
  readonly ended: RawJobs;
  readonly queue: string;
  readonly jobDefinition: string;
  readonly budgetMicroUsd: number;
  /** Volume and address of an instance. */
  readonly overheadMicroUsdPerHour: number;
  /** Aborts: everything is ended, and waited for. */
  readonly stop: AbortSignal;
  /** Aborts: no more waiting. */
  readonly abandon: AbortSignal;
  readonly onProgress?: (progress: ExperimentProgress) => void;
}

export interface ExperimentProgress {
  readonly submitted: number;
  readonly ended: number;
  readonly jobs: number;
  readonly instances: number;
  readonly cost: FleetCost;
  /** While everything is ended: jobs that are left. */
  readonly left?: number;
}

export interface ExperimentOutcome {
  /** "done", or why it was ended before. */
  readonly how: string;
  readonly isDone: boolean;
  readonly cost: FleetCost;
  /** Jobs that could not be ended. */
  readonly left: CleanedUp["left"];
  readonly problem: string;
}

/** Runs the plan, or what is left of it. Throws Node's errors when the state cannot be written, once all jobs are told to end. */
export async function runExperiment(experiment: Experiment): Promise<ExperimentOutcome> {
  return await new Runner(experiment).run();
}

class Runner {
  private readonly given: Experiment;
  private readonly pace: Pace;
  private readonly submit: SubmitPort;
  /** The trace's time is the clock's plus this. */
  private readonly shiftMs: number;
  private readonly unsent: Submission[];
  /** Submissions none or not all of whose jobs are known to have ended. */
  private readonly open = new Map<string, Submission>();
  private readonly startMs: number;
  private blindLooks = 0;
  /** When instances and cost were last looked at, by the trace's time. */
  private costMs = Number.NaN;
  /** What a file that could not be written answered. */
  private unwritten: unknown;
  /** Why it cannot go on; "": it can. */
  private fault = "";

  constructor(given: Experiment) {
    this.given = given;
    const { port, state, plan, queue, jobDefinition, stop } = given;
    this.pace = new Pace(port.clock, CALLS_PER_SECOND);
    const pace = new Pace(port.clock, SUBMISSIONS_PER_SECOND);
    this.submit = { batch: port.submitter, clock: port.clock, pace, queue, run: plan.run, jobDefinition, stop };
    this.shiftMs = state.elapsedMs - port.clock.monotonicMs();
    this.startMs = state.startedMs;
    this.unsent = plan.submissions.filter(({ first }) => !state.submitted.has(first));
    for (const submission of plan.submissions) {
      const jobId = state.submitted.get(submission.first);
      if (jobId !== undefined) this.open.set(jobId, submission);
    }
  }

  async run(): Promise<ExperimentOutcome> {
    try {
      return await this.play();
    } catch (error) {
      await this.endEverything(wordsOf(error)); // nobody would watch what it costs
      throw error;
    }
  }

  private async play(): Promise<ExperimentOutcome> {
    const { port, stop, state } = this.given;
    let lookMs = Number.NEGATIVE_INFINITY;
    while (!stop.aborted && this.fault === "") {
      if (this.nowMs() >= lookMs) {
        await this.look();
        if (this.fault !== "") break;
        if (this.unsent.length === 0 && this.open.size === 0) return this.finish("done", { left: [], problem: "" });
        lookMs = this.nowMs() + LOOK_EVERY_MS;
      }
      const due = this.takeDue();
      if (due.length > 0) await this.submitAll(due);
      else await port.clock.sleep(Math.max(1, this.nextMs(lookMs) - this.nowMs()), stop);
    }
    const how = this.fault === "" ? "stopped" : this.fault;
    state.markElapsed(this.nowMs());
    const cleaned = await this.endEverything(how);
    await this.look();
    return this.finish(how, cleaned);
  }

  /** The trace's time. */
  private nowMs(): number {
    return this.given.port.clock.monotonicMs() + this.shiftMs;
  }

  private nextMs(lookMs: number): number {
    return Math.min(lookMs, this.unsent[0]?.atMs ?? Number.POSITIVE_INFINITY);
  }

  private takeDue(): Submission[] {
    const nowMs = this.nowMs();
    let count = 0;
    while (count < CALLS_AT_ONCE && (this.unsent[count]?.atMs ?? Number.POSITIVE_INFINITY) <= nowMs) count++;
    return this.unsent.splice(0, count);
  }

  private async submitAll(due: readonly Submission[]): Promise<void> {
    const { state } = this.given;
    await Promise.all(
      due.map(async (submission) => {
        const { first, atMs } = submission;
        const mayBeThere = state.sending.has(first);
        try {
          this.write(() => state.markSending(first));
          const jobId = await submitOnce(this.submit, submission, mayBeThere);
          this.open.set(jobId, submission);
          this.write(() => state.markSubmitted(first, jobId, Math.max(0, this.nowMs() - atMs)));
        } catch (error) {
          this.fault ||= `submission of ${submission.name} failed: ${wordsOf(error)}`;
        }
      }),
    );
    if (this.unwritten !== undefined) throw this.unwritten; // now that no call is under way whose job would not be ended
  }

  /** What a file does not take is no fault of AWS, which would be asked again: the run ends. */
  private write(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.unwritten = error;
      throw error;
    }
  }

  /** Looks at jobs, instances and cost. What AWS does not answer is asked again; too often, and the run cannot go on. */
  private async look(): Promise<void> {
    const { port, state } = this.given;
    const nowMs = this.nowMs();
    state.markElapsed(nowMs);
    // The money first: to describe many jobs takes minutes.
    const sinceMs = Number.isNaN(this.costMs) ? 0 : nowMs - this.costMs;
    this.costMs = nowMs;
    const blind = await this.failureOf(async () => {
      const changed = await lookAtInstances(port, state.instances, port.clock.wallMs());
      this.write(() => {
        for (const record of changed) state.markInstance(record);
      });
    });
    this.checkBudget(this.cost(), Math.max(LOOK_EVERY_MS, sinceMs));
    const unheard = this.fault === "" ? await this.failureOf(() => this.lookAtJobs()) : "";
    const failure = blind || unheard;
    this.blindLooks = failure === "" ? 0 : this.blindLooks + 1;
    if (this.blindLooks >= MOST_BLIND_LOOKS) this.fault ||= `AWS does not answer: ${failure}`;
    this.report();
  }

  /** What AWS said to a call that failed, in words; "": it did not. What a file did not take is thrown on. */
  private async failureOf(ask: () => Promise<void>): Promise<string> {
    try {
      await ask();
      return "";
    } catch (error) {
      if (error === this.unwritten) throw error;
      return wordsOf(error);
    }
  }

  private report(left?: number): void {
    const { plan, state, ended } = this.given;
    let submitted = 0;
    let endedJobs = 0;
    for (const { first, size } of plan.submissions) {
      const jobId = state.submitted.get(first);
      if (jobId === undefined) continue;
      submitted += size;
      if (ended.has(jobId)) endedJobs += size;
    }
    const instances = [...state.instances.values()].filter(({ endedMs }) => endedMs === null).length;
    const progress = { submitted, ended: endedJobs, jobs: plan.jobs.length, instances, cost: this.cost() };
    this.given.onProgress?.(left === undefined ? progress : { ...progress, left });
  }

  /** What will have been spent by the next look counts, which may take as long as from the last one to this. */
  private checkBudget(cost: FleetCost, aheadMs: number): void {
    const { budgetMicroUsd } = this.given;
    if (cost.unpriced.length > 0) {
      this.fault ||= `the price of ${cost.unpriced.join(", ")} is not known, so the budget cannot be kept`;
    }
    const soonMicroUsd = cost.microUsd + (cost.microUsdPerHour * aheadMs) / MS_PER_HOUR;
    if (soonMicroUsd <= budgetMicroUsd) return;
    this.fault ||= `the budget of $${budgetMicroUsd / MICRO_USD} is used up`;
  }

  private async lookAtJobs(): Promise<void> {
    const { port, ended } = this.given;
    const ids = [...this.open.keys()];
    for (let start = 0; start < ids.length; start += MOST_DESCRIBED) {
      const jobs = await describeJobs(port.batch, ids.slice(start, start + MOST_DESCRIBED), this.pace);
      for (const job of jobs.filter(hasEnded)) {
        const jobId = job.jobId ?? "";
        const submission = this.open.get(jobId);
        if (submission === undefined) continue;
        // The children first: an array whose parent is written down is whole.
        if (submission.size > 1 && !(await this.takeChildren(submission, jobId))) continue;
        if (!ended.has(jobId)) this.write(() => ended.append([job]));
        this.open.delete(jobId);
      }
    }
  }

  /** False: some are not to be had yet. */
  private async takeChildren(submission: Submission, jobId: string): Promise<boolean> {
    const { port, ended } = this.given;
    const ids = Array.from({ length: submission.size }, (_, n) => jobIdOf(submission, jobId, n));
    const missing = ids.filter((id) => !ended.has(id));
    for (let start = 0; start < missing.length; start += MOST_DESCRIBED) {
      const jobs = await describeJobs(port.batch, missing.slice(start, start + MOST_DESCRIBED), this.pace);
      this.write(() => ended.append(jobs.filter(hasEnded)));
    }
    return ids.every((id) => ended.has(id));
  }

  private async endEverything(reason: string): Promise<CleanedUp> {
    const { port, plan, state, queue, abandon } = this.given;
    return await cleanUp({
      ...{ batch: port.batch, clock: port.clock, pace: this.pace, queue, run: plan.run, abandon },
      jobIds: [...this.open.keys()],
      reason: `stowage ${plan.run}: ${reason}`.slice(0, MOST_REASON),
      isUnsure: state.sending.size > 0,
      onLeft: (left) => this.report(left),
    });
  }

  private cost(): FleetCost {
    const { state, port, overheadMicroUsdPerHour } = this.given;
    const records: Iterable<InstanceRecord> = state.instances.values();
    return fleetCost(records, this.startMs, port.clock.wallMs(), overheadMicroUsdPerHour);
  }

  private finish(how: string, { left, problem }: CleanedUp): ExperimentOutcome {
    this.given.state.markEnded(how);
    return { how, isDone: how === "done", cost: this.cost(), left, problem };
  }
}

/** AWS Batch: the reason of CancelJob and TerminateJob "is returned by future DescribeJobs operations"; logs cut it at 1,024. */
const MOST_REASON = 256;
