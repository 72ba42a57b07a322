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
  /** Per job definition: how often its jobs save their work, ms; 0: never; NaN: they have no second attempt. */
  private readonly savesEveryMs: Float64Array;

  constructor(engine: Engine, workload: Workload, profiles: Profiles) {
    this.engine = engine;
    this.workload = workload;
    this.profiles = profiles;
    this.savesEveryMs = Float64Array.from(workload.definitions, ({ retry, checkpointMs }) =>
      retry.attempts > 1 ? (checkpointMs ?? 0) : Number.NaN,
    );
  }

  ingest(kind: EventKind, timeMs: number, subject: number, a: number, b: number): void {
    if (kind === EventKind.JobSubmitted || kind === EventKind.JobPending) this.tellName(timeMs, subject);
    if (kind === EventKind.JobEnded && !Number.isNaN(a)) this.tellMemory(timeMs, subject);
    this.engine.ingest(kind, timeMs, subject, a, b);
  }

  private tellName(timeMs: number, job: number): void {
    const { jobName, jobDefinition } = this.workload;
    const definition = jobDefinition.length === 0 ? 0 : jobDefinition[job]!;
    this.engine.ingest(EventKind.JobNamed, timeMs, job, jobName[job]!, this.savesEveryMs[definition]!);
  }

  private tellMemory(timeMs: number, job: number): void {
    const { peakMemoryMib } = this.profiles;
    if (peakMemoryMib.length === 0) return;
    const peak = peakMemoryMib[job]!;
    if (!Number.isNaN(peak)) this.engine.ingest(EventKind.JobMeasured, timeMs, job, peak, 0);
  }
}
