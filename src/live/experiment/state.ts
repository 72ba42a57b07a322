// What a run on AWS has done so far, as lines of JSON: written before a job is sent and after its answer came, so that a run that
// was ended in between goes on without sending anything twice. Lines are only appended.

import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import type { InstanceRecord } from "./instances.js";
import type { Plan } from "./plan.js";

type Line =
  | { readonly kind: "run"; readonly run: string; readonly plan: string; readonly queue: string; readonly atMs: number }
  | { readonly kind: "sending"; readonly first: number }
  | { readonly kind: "submitted"; readonly first: number; readonly jobId: string; readonly lateMs: number }
  | { readonly kind: "elapsed"; readonly ms: number }
  | { readonly kind: "instance"; readonly record: InstanceRecord }
  | { readonly kind: "ended"; readonly how: string };

export class RunState {
  /** Epoch ms of the first start. */
  startedMs: number;
  /** How far the trace's time had come. */
  elapsedMs = 0;
  /** Job ids by the number of the submission's first job. */
  readonly submitted = new Map<number, string>();
  /** Sent, and no answer was written down. */
  readonly sending = new Set<number>();
  readonly instances = new Map<string, InstanceRecord>();
  /** Longest time that a submission was behind the trace. */
  mostLateMs = 0;
  /** "" as long as the run goes on. */
  ended = "";
  private readonly file: string;

  private constructor(file: string, startedMs: number) {
    this.file = file;
    this.startedMs = startedMs;
  }

  /**
   * Opens the state in a folder, or begins one. Throws InputError when it is of another plan or queue, and Node's errors. A last
   * line that is not whole is taken away: what it announced was not done.
   */
  static open(folder: string, plan: Plan, queue: string, nowMs: number): RunState {
    const file = join(folder, "state.jsonl");
    mkdirSync(folder, { recursive: true });
    const state = new RunState(file, nowMs);
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole));
    if (whole === "") state.append({ kind: "run", run: plan.run, plan: plan.hash, queue, atMs: nowMs });
    for (const line of whole.split("\n").filter((item) => item !== "")) {
      state.take(JSON.parse(line) as Line, plan, queue);
    }
    return state;
  }

  markSending(first: number): void {
    this.note({ kind: "sending", first });
  }

  markSubmitted(first: number, jobId: string, lateMs: number): void {
    this.note({ kind: "submitted", first, jobId, lateMs });
  }

  markElapsed(ms: number): void {
    this.note({ kind: "elapsed", ms });
  }

  markInstance(record: InstanceRecord): void {
    this.note({ kind: "instance", record });
  }

  markEnded(how: string): void {
    this.note({ kind: "ended", how });
  }

  private note(line: Line): void {
    this.append(line);
    this.apply(line);
  }

  private append(line: Line): void {
    appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }

  private take(line: Line, plan: Plan, queue: string): void {
    if (line.kind !== "run") {
      this.apply(line);
      return;
    }
    this.startedMs = line.atMs;
    if (line.plan === plan.hash && line.queue === queue) return;
    const what = line.plan === plan.hash ? `for the queue ${line.queue}` : "of other jobs";
    const hint = "choose another --run-id, or give the scenario and options that it was begun with";
    throw new InputError([errorIssue("other-run", `the run ${plan.run} is ${what}`, { file: this.file, hint })]);
  }

  private apply(line: Line): void {
    switch (line.kind) {
      case "sending":
        this.sending.add(line.first);
        return;
      case "submitted":
        this.sending.delete(line.first);
        this.submitted.set(line.first, line.jobId);
        this.mostLateMs = Math.max(this.mostLateMs, line.lateMs);
        return;
      case "elapsed":
        this.elapsedMs = line.ms;
        return;
      case "instance":
        this.instances.set(line.record.instanceId, line.record);
        return;
      case "ended":
        this.ended = line.how;
        return;
      case "run":
        return;
    }
  }
}
