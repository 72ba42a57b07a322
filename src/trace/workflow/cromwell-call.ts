// One attempt of one call of a Cromwell workflow to a row.

import type { AdjustmentCode, RejectionCode } from "../admission-reasons.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readIsoMs, UNREADABLE } from "../text/cells.js";
import type { Zone } from "../zone.js";
import { containerExitCode } from "./exit-code.js";
import { fieldOf, listOf, numberOf, textOf } from "./json-document.js";
import { readSizeMib } from "./nextflow-values.js";

/** "2 GB" and "2 GiB" are both 2^31 bytes (Cromwell's wom/src/main/java/wdl4s/parser/MemoryUnit.java). */
const SIZE_BASE = 1_024;

/** Handing the job to the backend: on most backends it lasts until the job has ended. */
const HANDED_OVER = "RunningJob";
const COMMANDS: ReadonlySet<string> = new Set(["UserAction", "running-docker", "running docker"]);
/** What a container does between its start and its stop, where the backend tells: Google's does, formerly in other words. */
const IN_CONTAINER: ReadonlySet<string> = new Set([
  ...COMMANDS,
  ...["Localization", "Delocalization", "localizing-files", "delocalizing-files"],
]);

const WAIT_INCLUDED =
  "Where Cromwell's backend does not tell when the command ran, the run time is that from handing the job over to its end: the wait in the backend's queue is part of it";

const FAILURES: ReadonlySet<string> = new Set(["Failed", "RetryableFailure", "Preempted", "Aborted", "Aborting"]);
const QUEUED: ReadonlySet<string> = new Set(["NotStarted", "WaitingForQueueSpace", "QueuedInCromwell", "Starting"]);

/** The keys that a report shows for a field of a row. */
const SHOWN: Partial<Readonly<Record<RawField, readonly string[]>>> = {
  ...{ row: ["executionStatus", "start", "end"], submit: ["start"], runtime: ["executionStatus", "start", "end"] },
  ...{ exitCode: ["returnCode"], status: ["executionStatus"] },
};
const SHOWN_ATTRIBUTES: Partial<Readonly<Record<RawField, string>>> = {
  vcpus: "cpu",
  memory: "memory",
  gpus: "gpuCount",
};

interface CallEvent {
  readonly what: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Reads one attempt after the other into the same fields. */
export class CallReader {
  readonly raw = emptyRawJob();
  /** Why the attempt is no row. */
  rejection: RejectionCode | undefined;
  /** What was changed of it. */
  readonly adjustments: AdjustmentCode[] = [];
  /** What was assumed about it. */
  readonly notes: string[] = [];
  private readonly zone: Zone;

  constructor(zone: Zone) {
    this.zone = zone;
  }

  static describe(entry: unknown, field: RawField): string {
    const attribute = SHOWN_ATTRIBUTES[field];
    if (attribute !== undefined) return shown(fieldOf(entry, "runtimeAttributes"), attribute);
    return (SHOWN[field] ?? []).map((key) => shown(entry, key)).join(", ");
  }

  read(entry: unknown): void {
    const { raw } = this;
    this.rejection = undefined;
    this.adjustments.length = 0;
    this.notes.length = 0;
    const attributes = fieldOf(entry, "runtimeAttributes");
    raw.vcpus = numberOf(attributes, "cpu");
    raw.memoryMib = memoryMib(attributes);
    raw.gpus = numberOf(attributes, "gpuCount");
    raw.queue = textOf(attributes, "queueArn").split("/").at(-1)!;
    const returnCode = numberOf(entry, "returnCode");
    raw.exitCode = containerExitCode(returnCode);
    if (Number.isFinite(returnCode) && raw.exitCode !== returnCode) this.adjustments.push("exit-code-out-of-range");
    this.readTimes(entry);
    this.readStatus(entry);
    if (fieldOf(fieldOf(entry, "callCaching"), "hit") === true) this.rejection = "cached";
  }

  /** Call times count the wait for a token and for a machine; the events inside the container do not. */
  private readTimes(entry: unknown): void {
    const { raw } = this;
    const events = this.eventsOf(entry);
    const handedOver = events.find(({ what }) => what === HANDED_OVER);
    const submitMs = handedOver?.startMs ?? this.timeMs(entry, "start");
    const endMs = this.timeMs(entry, "end");
    raw.submitMs = submitMs;
    raw.withoutRuntime = "no-runtime";
    const inside = events.filter(({ what }) => IN_CONTAINER.has(what));
    if (inside.some(({ what }) => COMMANDS.has(what))) {
      const startMs = inside.reduce((first, event) => Math.min(first, event.startMs), inside[0]!.startMs);
      raw.runtimeMs = inside.reduce((last, event) => Math.max(last, event.endMs), inside[0]!.endMs) - startMs;
      raw.waitMs = startMs - submitMs;
    } else {
      raw.runtimeMs = endMs - submitMs;
      raw.waitMs = Number.NaN;
      if (events.length > 0 && handedOver === undefined) raw.withoutRuntime = "never-ran";
      else if (!Number.isNaN(raw.runtimeMs)) this.notes.push(WAIT_INCLUDED);
    }
    const areReadable = submitMs !== UNREADABLE && endMs !== UNREADABLE && Number.isFinite(raw.runtimeMs);
    if (!areReadable && !Number.isNaN(raw.runtimeMs)) this.rejection = "bad-times";
  }

  private eventsOf(entry: unknown): CallEvent[] {
    return listOf(entry, "executionEvents").map((event) => ({
      what: textOf(event, "description"),
      startMs: this.timeMs(event, "startTime"),
      endMs: this.timeMs(event, "endTime"),
    }));
  }

  private readStatus(entry: unknown): void {
    const { raw } = this;
    const status = textOf(entry, "executionStatus");
    raw.status = FAILURES.has(status) ? "FAILED" : "";
    if (status === "Done") {
      raw.status = "SUCCEEDED";
      raw.withoutRuntime = "no-runtime";
    } else if (status === "Unstartable") raw.withoutRuntime = "never-ran";
    else if (status === "Running") raw.withoutRuntime = "still-running";
    else if (QUEUED.has(status)) raw.withoutRuntime = "still-queued";
    else if (status === "Bypassed")
      this.rejection = "not-a-job"; // the branch that was not taken
    else if (status !== "" && raw.status === "") this.rejection = "bad-status";
  }

  private timeMs(value: unknown, key: string): number {
    const text = textOf(value, key);
    return text === "" ? Number.NaN : readIsoMs(text, this.zone);
  }
}

/** A plain number is bytes. */
function memoryMib(attributes: unknown): number {
  const memory = fieldOf(attributes, "memory");
  if (memory === undefined || memory === null) return Number.NaN;
  return typeof memory === "string" || typeof memory === "number" ? readSizeMib(String(memory), SIZE_BASE) : UNREADABLE;
}

function shown(value: unknown, key: string): string {
  return `${key}=${quoted(textOf(value, key))}`;
}
