// Batch with all that can happen to a job: dependencies, failed attempts and their retries, timeouts, cancelling and
// terminating, several nodes. One small state per job; every change of it is told to the engine at once, and what follows
// from it for other jobs is settled before anything else happens.

import { assert } from "../../base/assert.js";
import { type RandomStream, randomStream, sampleDurationMs } from "../../base/random.js";
import { EventKind } from "../../model/event.js";
import type { Intervention, JobDefinition, Workload } from "../../model/job.js";
import { OUTCOME_WORDS, Outcome, outcomeOf, packOutcome } from "../../model/outcome.js";
import { NONE } from "../../model/tables.js";
import type { WorldModel } from "../../model/world.js";
import type { SimulationInput } from "../simulation-input.js";
import type { WorldEvents } from "../world-events.js";
import { AttemptPlanner } from "./attempt-plan.js";
import { type BatchService, type EventSink, STUCK_EXAMPLES, type StuckJobs } from "./batch-service.js";
import { DependencyTracker } from "./dependency-tracker.js";
import { PlacedJobs } from "./placed-jobs.js";
import { isRetried } from "./retry.js";
import { SavedWork } from "./saved-work.js";
import { UserRequests } from "./user-requests.js";

/** Placed is STARTING or RUNNING. */
const JobState = { Unsubmitted: 0, Pending: 1, Runnable: 2, Placed: 3, Ended: 4 } as const;

/** ECS kills a container this long after SIGTERM (ECS_CONTAINER_STOP_TIMEOUT, 30 s unless set). */
const KILL_AFTER_MS = 30_000;

/** An attempt that lost its host: the container gives no exit code. */
const LOST_HOST = { exitCode: 0, words: OUTCOME_WORDS[Outcome.HostTerminated]! };

export class FullBatch implements BatchService {
  nextRequestMs: number;
  lastEndMs = 0;
  private readonly workload: Workload;
  private readonly events: WorldEvents;
  private readonly dependencies: DependencyTracker;
  private readonly planner: AttemptPlanner;
  private readonly stopDelay: WorldModel["stopDelay"];
  private readonly stopStream: RandomStream;
  private readonly requests: UserRequests;
  private readonly state: Uint8Array;
  /** Per job: attempts begun. */
  private readonly attempts: Uint8Array;
  /** Per job: 1 when CancelJob waits for its dependencies to end. */
  private readonly cancelAsked: Uint8Array;
  /** Of the present attempt: when its container starts (Infinity: never), when and how it ends, 1 when a retry follows. */
  private readonly startMs: Float64Array;
  private readonly endMs: Float64Array;
  private readonly outcome: Int32Array;
  private readonly retried: Uint8Array;
  /** Who is on which instance; null where instances do not go away under their jobs. */
  private readonly placedJobs: PlacedJobs | null;
  /** What checkpoints have saved; null where no job takes any. */
  private readonly saved: SavedWork | null;
  /** Nodes that the job being placed still lacks. */
  private nodesMissing = 0;
  private endedJobs = 0;

  /** `losesHosts`: instances may go away under their jobs. */
  constructor({ workload, profiles, world, seed }: SimulationInput, events: WorldEvents, losesHosts: boolean) {
    const { jobCount } = workload;
    this.workload = workload;
    this.events = events;
    this.dependencies = new DependencyTracker(workload);
    this.planner = new AttemptPlanner(workload, profiles, world.failures, seed);
    this.stopDelay = world.stopDelay;
    this.stopStream = randomStream(seed, "stop");
    this.state = new Uint8Array(jobCount);
    this.attempts = new Uint8Array(jobCount);
    this.cancelAsked = new Uint8Array(jobCount);
    this.startMs = new Float64Array(jobCount);
    this.endMs = new Float64Array(jobCount).fill(Number.NaN);
    this.outcome = new Int32Array(jobCount);
    this.retried = new Uint8Array(jobCount);
    this.placedJobs = losesHosts ? new PlacedJobs(jobCount) : null;
    const takesCheckpoints = workload.definitions.some(({ checkpointMs }) => checkpointMs !== undefined);
    this.saved = takesCheckpoints ? new SavedWork(workload, profiles) : null;
    this.requests = new UserRequests(workload);
    this.nextRequestMs = this.requests.nextMs();
  }

  request(sink: EventSink): void {
    const timeMs = this.nextRequestMs;
    const job = this.requests.takeSubmission();
    if (job === NONE) this.intervene(this.requests.takeIntervention(), sink);
    else this.submit(job, timeMs, sink);
    this.settle(timeMs, sink);
    this.nextRequestMs = this.requests.nextMs();
  }

  /** A job of several nodes starts when the last of them is ready. Its placements come one behind the other. */
  place(job: number, readyMs: number, instance: number): void {
    if (this.nodesMissing === 0) {
      assert(this.state[job] === JobState.Runnable, "a job is placed that does not wait");
      this.state[job] = JobState.Placed;
      this.startMs[job] = readyMs;
      this.nodesMissing = this.workload.classes[this.workload.jobClass[job]!]!.nodes;
    } else {
      assert(this.state[job] === JobState.Placed, "another job is placed before all nodes of the last one are");
      this.startMs[job] = Math.max(this.startMs[job]!, readyMs);
    }
    this.placedJobs?.add(job, instance);
    this.nodesMissing--;
    if (this.nodesMissing === 0) this.begin(job, this.startMs[job]!);
  }

  /** Ends the present attempt, unless it was stopped before: then the end that is due is an old one. */
  end(job: number, timeMs: number, sink: EventSink): void {
    if (this.endMs[job] !== timeMs) return;
    this.endAttempt(job, timeMs, sink);
    this.settle(timeMs, sink);
  }

  /**
   * The jobs of an instance end with it, started or not; of a job of several nodes all of them. The last to come goes first:
   * a retry goes to the front of its queue, so they stand there in the order in which they were placed.
   */
  hostLost(instance: number, timeMs: number, sink: EventSink): void {
    const { placedJobs } = this;
    assert(placedJobs !== null, "an instance is lost where that should not happen");
    for (let job = placedJobs.newestOn(instance); job !== NONE; job = placedJobs.newestOn(instance)) {
      if (!this.isStopping(job, timeMs)) {
        this.outcome[job] = packOutcome(Outcome.HostTerminated, 0);
        this.retried[job] = isRetried(this.definitionOf(job).retry, this.attempts[job]!, LOST_HOST) ? 1 : 0;
      }
      this.endAttempt(job, timeMs, sink);
    }
    this.settle(timeMs, sink);
  }

  cancelByTimeLimit(job: number, timeMs: number, sink: EventSink): void {
    assert(this.state[job] === JobState.Runnable, "a time limit cancels a job that does not wait");
    this.fail(job, Outcome.TimeLimit, timeMs, sink);
    this.settle(timeMs, sink);
  }

  stuck(): StuckJobs {
    const examples: number[] = [];
    for (const state of [JobState.Runnable, JobState.Pending]) {
      for (let job = 0; job < this.state.length && examples.length < STUCK_EXAMPLES; job++) {
        if (this.state[job] === state) examples.push(job);
      }
    }
    return { count: this.state.length - this.endedJobs, examples };
  }

  /** When the container of a placed job's present attempt starts; Infinity: never. */
  startMsOf(job: number): number {
    return this.startMs[job]!;
  }

  get done(): boolean {
    return this.endedJobs === this.state.length;
  }

  private submit(job: number, timeMs: number, sink: EventSink): void {
    const dependencies = this.dependencies.stateOf(job);
    if (dependencies === "failed") this.fail(job, Outcome.DependencyFailed, timeMs, sink);
    else if (dependencies === "waiting") this.pend(job, timeMs, sink);
    else this.enqueue(EventKind.JobSubmitted, job, timeMs, sink);
  }

  private pend(job: number, timeMs: number, sink: EventSink): void {
    this.state[job] = JobState.Pending;
    sink.ingest(EventKind.JobPending, timeMs, job, this.workload.jobClass[job]!, Number.NaN);
  }

  /** The job is RUNNABLE: the engine's queue has it. */
  private enqueue(kind: EventKind, job: number, timeMs: number, sink: EventSink): void {
    this.state[job] = JobState.Runnable;
    sink.ingest(kind, timeMs, job, this.workload.jobClass[job]!, this.workload.limitMs[job]!);
  }

  /** An attempt begins in STARTING; what will become of it is known, unless it is stopped. */
  private begin(job: number, readyMs: number): void {
    const attempt = this.attempts[job]! + 1;
    this.attempts[job] = attempt;
    const plan = this.planner.plan(job, attempt, this.saved?.of(job) ?? 0);
    const { retry, timeoutMs } = this.definitionOf(job);
    if (plan.runtimeMs > timeoutMs) {
      const stopMs = timeoutMs + this.sampleStopMs();
      this.expect(job, readyMs, Math.min(plan.runtimeMs, stopMs), packOutcome(Outcome.TimedOut, 0), false);
    } else {
      const retried = plan.outcome !== Outcome.Succeeded && isRetried(retry, attempt, plan);
      this.expect(job, readyMs, plan.runtimeMs, packOutcome(plan.outcome, plan.exitCode), retried);
    }
    if (!plan.starts) this.startMs[job] = Number.POSITIVE_INFINITY;
  }

  /** The present attempt ends now, as `outcome` and `retried` say; `settle` must follow. */
  private endAttempt(job: number, timeMs: number, sink: EventSink): void {
    const packed = this.outcome[job]!;
    const startMs = this.startMs[job]! <= timeMs ? this.startMs[job]! : Number.NaN;
    this.endMs[job] = Number.NaN;
    this.placedJobs?.remove(job);
    if (this.retried[job] === 1 && startMs < timeMs) {
      const savedMs = this.saved?.save(job, this.attempts[job]!, timeMs - startMs) ?? 0;
      if (savedMs > 0) sink.ingest(EventKind.JobCheckpointed, timeMs, job, savedMs, 0);
    }
    sink.ingest(EventKind.JobEnded, timeMs, job, startMs, packed);
    if (this.retried[job] === 1) this.enqueue(EventKind.JobRetried, job, timeMs, sink);
    else this.close(job, timeMs, outcomeOf(packed) === Outcome.Succeeded);
  }

  private expect(job: number, startMs: number, runtimeMs: number, packed: number, retried: boolean): void {
    this.outcome[job] = packed;
    this.retried[job] = retried ? 1 : 0;
    this.endMs[job] = startMs + runtimeMs;
    this.events.schedule(startMs + runtimeMs, EventKind.JobEnded, job);
  }

  private intervene({ kind, unit, timeMs }: Intervention, sink: EventSink): void {
    const { arrays } = this.workload;
    if (unit >= arrays.count) {
      this.interveneInJob(kind, unit - arrays.count, timeMs, sink);
      return;
    }
    for (let i = arrays.starts[unit]!; i < arrays.starts[unit + 1]!; i++) {
      this.interveneInJob(kind, arrays.children[i]!, timeMs, sink);
    }
  }

  /**
   * CancelJob does nothing to a job in STARTING or RUNNING, and reaches one in PENDING when its dependencies have ended;
   * TerminateJob stops every one (API reference). Neither reaches a job that is not there yet, or no more.
   */
  private interveneInJob(kind: Intervention["kind"], job: number, timeMs: number, sink: EventSink): void {
    const state = this.state[job]!;
    const waits = state === JobState.Pending || state === JobState.Runnable;
    if (kind === "terminate") {
      if (waits) this.fail(job, Outcome.Terminated, timeMs, sink);
      else if (state === JobState.Placed) this.stop(job, timeMs);
    } else if (state === JobState.Runnable) {
      this.fail(job, Outcome.Cancelled, timeMs, sink);
    } else if (state === JobState.Pending) {
      this.cancelAsked[job] = 1;
    }
  }

  /** Stops a placed job: at once in STARTING, after SIGTERM in RUNNING. One that is being stopped goes on doing so. */
  private stop(job: number, timeMs: number): void {
    if (this.isStopping(job, timeMs)) return;
    this.outcome[job] = packOutcome(Outcome.Terminated, 0);
    this.retried[job] = 0;
    const stopMs = this.startMs[job]! <= timeMs ? timeMs + this.sampleStopMs() : timeMs;
    if (stopMs >= this.endMs[job]!) return;
    this.endMs[job] = stopMs;
    this.events.schedule(stopMs, EventKind.JobEnded, job);
  }

  /** Whether a placed job was told to stop before, by the user or by its timeout. */
  private isStopping(job: number, timeMs: number): boolean {
    const outcome = outcomeOf(this.outcome[job]!);
    if (outcome === Outcome.Terminated) return true;
    return outcome === Outcome.TimedOut && this.startMs[job]! + this.definitionOf(job).timeoutMs <= timeMs;
  }

  /** A job fails without an attempt, or without another one. */
  private fail(job: number, outcome: Outcome, timeMs: number, sink: EventSink): void {
    sink.ingest(EventKind.JobCancelled, timeMs, job, 0, packOutcome(outcome, 0));
    this.close(job, timeMs, false);
  }

  private close(job: number, timeMs: number, succeeded: boolean): void {
    this.state[job] = JobState.Ended;
    this.endedJobs++;
    this.lastEndMs = timeMs;
    this.dependencies.jobEnded(job, succeeded);
  }

  /** Carries on to jobs in PENDING what the end of others means for them, and so on until nothing more follows. */
  private settle(timeMs: number, sink: EventSink): void {
    const { failed, released } = this.dependencies;
    let failedDone = 0;
    let releasedDone = 0;
    while (failedDone < failed.length || releasedDone < released.length) {
      if (failedDone < failed.length) {
        const job = failed.data[failedDone++]!;
        if (this.state[job] === JobState.Pending) this.fail(job, Outcome.DependencyFailed, timeMs, sink);
      } else {
        const job = released.data[releasedDone++]!;
        if (this.state[job] !== JobState.Pending) continue;
        if (this.cancelAsked[job] === 1) this.fail(job, Outcome.Cancelled, timeMs, sink);
        else this.enqueue(EventKind.JobReleased, job, timeMs, sink);
      }
    }
    failed.length = 0;
    released.length = 0;
  }

  private definitionOf(job: number): JobDefinition {
    const { definitions, jobDefinition } = this.workload;
    return definitions[jobDefinition.length === 0 ? 0 : jobDefinition[job]!]!;
  }

  private sampleStopMs(): number {
    return Math.min(KILL_AFTER_MS, sampleDurationMs(this.stopDelay, this.stopStream));
  }
}
