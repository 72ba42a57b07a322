// Batch for jobs that are submitted, run and succeed, as those of most traces do: nothing is kept about a job beyond what
// the event heap holds. Array jobs belong here too, as long as nobody depends on them.

import { assert } from "../../base/assert.js";
import type { Engine } from "../../engine/engine.js";
import { EventKind } from "../../model/event.js";
import type { Workload } from "../../model/job.js";
import { Outcome, packOutcome } from "../../model/outcome.js";
import type { Profiles } from "../../model/profile.js";
import type { WorldEvents } from "../world-events.js";
import { type BatchService, type EventSink, STUCK_EXAMPLES, type StuckJobs } from "./batch-service.js";

const SUCCESS = packOutcome(Outcome.Succeeded, 0);

export class PlainBatch implements BatchService {
  nextRequestMs: number;
  lastEndMs = 0;
  private readonly workload: Workload;
  private readonly profiles: Profiles;
  private readonly events: WorldEvents;
  /** The next job to be submitted. */
  private cursor = 0;
  private endedJobs = 0;

  constructor(workload: Workload, profiles: Profiles, events: WorldEvents) {
    this.workload = workload;
    this.profiles = profiles;
    this.events = events;
    this.nextRequestMs = this.nextSubmitMs();
  }

  get done(): boolean {
    return this.endedJobs === this.workload.jobCount;
  }

  request(sink: EventSink): void {
    const { workload, cursor } = this;
    const jobClass = workload.jobClass[cursor]!;
    sink.ingest(EventKind.JobSubmitted, this.nextRequestMs, cursor, jobClass, workload.limitMs[cursor]!);
    this.cursor++;
    this.nextRequestMs = this.nextSubmitMs();
  }

  place(job: number, readyMs: number): void {
    this.events.schedule(readyMs + this.profiles.runtimeMs[job]!, EventKind.JobEnded, job);
  }

  end(job: number, timeMs: number, sink: EventSink): void {
    sink.ingest(EventKind.JobEnded, timeMs, job, timeMs - this.profiles.runtimeMs[job]!, SUCCESS);
    this.lastEndMs = timeMs;
    this.endedJobs++;
  }

  hostLost(): void {
    assert(false, "a market that takes instances needs the full service");
  }

  cancelByTimeLimit(): void {
    assert(false, "a queue with time limits needs the full service");
  }

  stuck(engine: Engine): StuckJobs {
    const { length, job } = engine.ledger.attempts;
    const examples: number[] = [];
    if (engine.waitingJobs > 0) {
      const placed = new Set(job.subarray(0, length));
      for (let i = 0; i < this.workload.jobCount && examples.length < STUCK_EXAMPLES; i++) {
        if (!placed.has(i)) examples.push(i);
      }
    }
    return { count: engine.waitingJobs, examples };
  }

  private nextSubmitMs(): number {
    return this.cursor < this.workload.jobCount ? this.workload.submitMs[this.cursor]! : Number.POSITIVE_INFINITY;
  }
}
