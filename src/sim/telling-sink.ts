// What a driver knows of jobs beyond their request, told to an engine that learns: their names when they are submitted, and
// the memory they used when they end. Runs that do not learn never come here.

import type { Engine } from "../engine/engine.js";
import { EventKind } from "../model/event.js";
import type { Workload } from "../model/job.js";
import type { Profiles } from "../model/profile.js";
import type { EventSink } from "./batch/batch-service.js";

export class TellingSink implements EventSink {
  private readonly engine: Engine;
  private readonly workload: Workload;
  private readonly profiles: Profiles;

  constructor(engine: Engine, workload: Workload, profiles: Profiles) {
    this.engine = engine;
    this.workload = workload;
    this.profiles = profiles;
  }

  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    const { engine } = this;
    if (kind === EventKind.JobSubmitted || kind === EventKind.JobPending) {
      engine.ingest(EventKind.JobNamed, timeMs, subject, this.workload.jobName[subject]!, this.savesEveryMs(subject));
    }
    if (kind === EventKind.JobEnded && !Number.isNaN(a)) this.tellMemory(timeMs, subject);
    engine.ingest(kind, timeMs, subject, a, b);
  }

  /** How often a job saves its work, ms; 0: never; NaN: it has no second attempt. */
  private savesEveryMs(job: number): number {
    const { definitions, jobDefinition } = this.workload;
    const { retry, checkpointMs } = definitions[jobDefinition.length === 0 ? 0 : jobDefinition[job]!]!;
    return retry.attempts > 1 ? (checkpointMs ?? 0) : Number.NaN;
  }

  private tellMemory(timeMs: number, job: number): void {
    const { peakMemoryMib } = this.profiles;
    const peak = peakMemoryMib.length === 0 ? Number.NaN : peakMemoryMib[job]!;
    if (!Number.isNaN(peak)) this.engine.ingest(EventKind.JobMeasured, timeMs, job, peak, 0);
  }
}
