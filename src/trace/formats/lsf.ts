// LSF's batch accounting, lsb.acct: one JOB_FINISH for each job that ended.
// https://www.ibm.com/docs/en/spectrum-lsf/10.1.0?topic=files-lsbacct

import { MS_PER_SECOND } from "../../base/units.js";
import type { CanonicalColumn } from "../canonical/columns.js";
import type { Certainty, FileStart, FormatReader, RowSink, TextSource, TraceFormat } from "../format.js";
import { emptyRawJob, type RawField } from "../raw-job.js";
import { quoted } from "../tallies.js";
import { readNumber, UNREADABLE } from "../text/cells.js";
import { isRemark, readLines } from "../text/lines.js";
import { type LsfField, type LsfRecord, locate, splitFields } from "./lsf-record.js";

export const lsfFormat: TraceFormat = {
  id: "lsf",
  title: "LSF accounting (lsb.acct)",
  detect,
  open: (sink) => new LsfReader(sink),
};

const JOB_FINISH = "JOB_FINISH";

/** Every record begins with its type, the version and a time. */
function detect({ text }: FileStart): Certainty {
  const line = text.split(/\r\n|\n|\r/).find((candidate) => !isRemark(candidate)) ?? "";
  return /^"[A-Z_]{3,}" "\d+\.\d+" \d{9,} /.test(line) ? "sure" : "no";
}

/** What rows may fill. */
const COLUMNS: readonly CanonicalColumn[] = [
  ...(["limit_s", "used_memory_mib", "share_identifier", "nodes", "array_id", "depends_on"] as const),
];

const SHOWN: Partial<Readonly<Record<RawField, readonly LsfField[]>>> = {
  ...{ submit: ["submitTime"], runtime: ["startTime", "eventTime", "status"], wait: ["submitTime", "startTime"] },
  ...{ vcpus: ["processors"], memory: ["effectiveResReq", "resReq"], gpus: ["effectiveResReq", "resReq"] },
  ...{ limit: ["runLimit"], exitCode: ["status", "exitStatus"], status: ["status"], usedMemory: ["maxMemory"] },
  ...{ nodes: ["processors"], dependsOn: ["dependency"] },
};

/** Bits of a job's status. */
const EXITED = 32;
const DONE = 64;
/** exitStatus is what wait() gives: the signal in the lowest 7 bits, the exit code in the 8 above the lowest 8. */
const SIGNAL_MASK = 0x7f;
const CODE_SHIFT = 8;
const CODE_MASK = 0xff;
const SIGNAL_BASE = 128;

/** The option bits stand before the run limit by the documentation and behind it in files: no limit is as large as them. */
const LEAST_OPTION_BITS = 4_194_304;

const KIB_PER_MIB = 1_024;
const MIB_PER_UNIT: Readonly<Record<string, number>> = { K: 1 / 1_024, "": 1, M: 1, G: 1_024, T: 1_048_576 };

class LsfReader implements FormatReader {
  readonly columns = COLUMNS;
  private readonly sink: RowSink;
  private readonly raw = emptyRawJob();
  private record: LsfRecord = { type: "", hosts: [], get: () => "" };

  constructor(sink: RowSink) {
    this.sink = sink;
  }

  async read({ chunks }: TextSource): Promise<void> {
    await readLines(chunks, (text, line) => this.takeLine(text, line));
  }

  finish(): void {}

  private takeLine(text: string | undefined, line: number): void {
    const { sink } = this;
    if (text === undefined) {
      sink.reject("line-too-long", line, () => "a line without an end");
      return;
    }
    if (isRemark(text)) return;
    const fields = splitFields(text);
    if (fields !== undefined && fields[0] !== JOB_FINISH && /^[A-Z_]{3,}$/.test(fields[0]!)) {
      sink.fold("other-event", line, () => quoted(fields[0]!));
      return;
    }
    const record = fields?.[0] === JOB_FINISH ? locate(fields) : undefined;
    if (record === undefined) {
      sink.reject("malformed", line, () => quoted(text));
      return;
    }
    this.record = record;
    this.takeJob(line);
  }

  private takeJob(line: number): void {
    const { raw, record } = this;
    const index = this.number("index");
    const id = record.get("jobId");
    const isChild = index > 0 && index !== UNREADABLE;
    raw.id = isChild ? `${id}[${index}]` : id;
    raw.arrayId = isChild ? id : "";
    raw.name = nameOf(record.get("jobName"), record.get("command"));
    raw.queue = record.get("queue");
    raw.user = record.get("user");
    raw.group = record.get("project");
    this.takeTimes();
    this.takeEnding();
    this.takeRequest();
    raw.dependsOn = this.dependsOn();
    this.sink.admit(raw, line, this.describe);
  }

  private takeTimes(): void {
    const { raw } = this;
    raw.submitMs = this.number("submitTime") * MS_PER_SECOND;
    const startS = this.number("startTime");
    const endMs = this.number("eventTime") * MS_PER_SECOND;
    const hasRun = startS !== 0; // missing times are 0
    const startMs = hasRun ? startS * MS_PER_SECOND : endMs;
    raw.waitMs = difference(startMs, raw.submitMs);
    raw.runtimeMs = hasRun ? difference(endMs, startMs) : Number.NaN;
    raw.withoutRuntime = hasRun ? "no-runtime" : "never-ran";
    const limitS = this.number("runLimit");
    raw.limitMs = limitS > 0 && limitS < LEAST_OPTION_BITS ? limitS * MS_PER_SECOND : Number.NaN;
  }

  private takeEnding(): void {
    const { raw, sink } = this;
    const status = this.number("status");
    const hasStatus = status >= 0 && status !== UNREADABLE;
    raw.status = !hasStatus ? "" : (status & DONE) !== 0 ? "SUCCEEDED" : (status & EXITED) !== 0 ? "FAILED" : "";
    const exit = this.number("exitStatus");
    raw.exitCode = Number.NaN;
    if (!(exit >= 0) || exit === UNREADABLE) return;
    const signal = exit & SIGNAL_MASK;
    raw.exitCode = signal > 0 ? SIGNAL_BASE + signal : (exit >> CODE_SHIFT) & CODE_MASK;
    if (signal > 0) sink.adjust("signal-as-exit-code");
  }

  /** Processors are slots of the whole job; the hosts that it ran on are its nodes. */
  private takeRequest(): void {
    const { raw, record, sink } = this;
    const hosts = new Set(record.hosts.map((host) => host.replace(/^\d{1,9}\*/, "")));
    const nodes = Math.max(1, hosts.size);
    raw.nodes = nodes > 1 ? nodes : Number.NaN;
    raw.vcpus = Math.ceil(this.number("processors") / nodes);
    const effective = rusageOf(record.get("effectiveResReq"));
    const rusage = effective === "" ? rusageOf(record.get("resReq")) : effective;
    const memory = /(?:^|[^\w])mem=(\d{1,15}(?:\.\d{1,9})?)\s?([KMGT]?)/i.exec(rusage);
    raw.memoryMib = memory === null ? Number.NaN : Number(memory[1]) * MIB_PER_UNIT[memory[2]!.toUpperCase()]!;
    if (memory !== null && memory[2] === "") {
      sink.note("memory in resource requests is taken as MB per host (LSF_UNIT_FOR_LIMITS is not in the file)");
    }
    const gpus = /(?:^|[^\w])ngpus(?:_physical)?=(\d{1,9}(?:\.\d{1,9})?)/.exec(rusage);
    raw.gpus = gpus === null ? Number.NaN : Number(gpus[1]);
    // What never ran has a 0 there.
    raw.usedMemoryMib = Number.isNaN(raw.runtimeMs) ? Number.NaN : this.number("maxMemory") / KIB_PER_MIB / nodes;
  }

  /** "done(12) && ended(13)"; conditions of other forms cannot be kept. */
  private dependsOn(): string {
    const condition = this.record.get("dependency").trim();
    if (condition === "") return "";
    const parts = condition.split("&&").map((part) => /^(done|ended)\((\d+(?:\[\d+\])?)\)$/.exec(part.trim()));
    if (parts.includes(null)) {
      this.sink.note("dependency conditions other than done(id) and ended(id), joined by &&, were left out");
      return "";
    }
    return parts.map((part) => (part![1] === "done" ? part![2]! : `${part![2]}:ENDED`)).join(";");
  }

  private number(field: LsfField): number {
    return readNumber(this.record.get(field));
  }

  private readonly describe = (field: RawField): string => {
    const fields: readonly LsfField[] = ["jobId", ...(SHOWN[field] ?? [])];
    return fields.map((name) => `${name}=${quoted(this.record.get(name))}`).join(", ");
  };
}

/** The job's name without an array's indices ("sweep[1-100]"), or else the first word of its command. */
function nameOf(jobName: string, command: string): string {
  const bracket = jobName.indexOf("[");
  const name = (bracket > 0 ? jobName.slice(0, bracket) : jobName).trim();
  return name || command.trim().split(/\s/, 1)[0]!;
}

/** What stands in the first "rusage[...]" of a resource requirement. */
function rusageOf(requirement: string): string {
  const start = requirement.indexOf("rusage[");
  const end = start < 0 ? -1 : requirement.indexOf("]", start);
  return end < 0 ? "" : requirement.slice(start + "rusage[".length, end);
}

/** Between two times; NaN when one is missing, UNREADABLE when one cannot be read. */
function difference(laterMs: number, earlierMs: number): number {
  if (laterMs === UNREADABLE || earlierMs === UNREADABLE) return UNREADABLE;
  return laterMs - earlierMs;
}
