// What happened in the account as EventBridge would tell it: messages in the queue that the rules feed. Messages get lost, come
// twice, late and in another order, when a fault says so.

import type { AccountNotice } from "../../src/sim/unmanaged/account-view.js";
import { ACCOUNT_ID, type AccountState } from "./account-state.js";
import type { EventQueue } from "./event-queue.js";

type Json = Record<string, unknown>;

/** Messages in one SendMessageBatch. */
const MOST = 10;

/** moto's queues take time that grows with what is in them: of a flood the most urgent are sent, the others get lost. */
const MOST_AT_ONCE = 200;
const URGENCY: Readonly<Record<AccountNotice["kind"], number>> = {
  interruption: 0,
  rebalance: 1,
  gone: 2,
  running: 3,
  job: 4,
};

export interface EventSource {
  instanceId(host: number): string | undefined;
  jobDetail(job: number): Json | undefined;
}

/** Of jobs that come and go between two looks. */
const SHORT_MS = 60_000;

export class EventBus {
  private readonly state: AccountState;
  private readonly source: EventSource;
  private readonly queue: EventQueue;
  /** Path of the queue's URL: moto looks at nothing else. */
  private readonly queueUrl: string;
  private readonly late: { readonly message: string; readonly dueMs: number }[] = [];
  private count = 0;

  constructor(state: AccountState, source: EventSource, queue: EventQueue, queueUrl: string) {
    this.state = state;
    this.queue = queue;
    this.source = source;
    this.queueUrl = queueUrl;
  }

  /** Puts what has happened since the last call into the queue; returns the number of messages that went there. */
  async deliver(): Promise<number> {
    const messages = this.due();
    const seen = new Set<string>();
    const { mostMessages = MOST_AT_ONCE } = this.state.setup;
    const notices = [...this.state.account.takeNotices()].sort((a, b) => URGENCY[a.kind] - URGENCY[b.kind]);
    for (const notice of notices) {
      if (messages.length >= mostMessages) break;
      const key = `${notice.kind} ${notice.subject}`;
      const event = seen.has(key) ? undefined : this.event(notice);
      seen.add(key);
      if (event !== undefined) messages.push(...this.disturbed(JSON.stringify(event)));
    }
    if (this.state.faults.holding("messages").some(({ effect }) => effect === "reverse")) messages.reverse();
    await this.send(messages);
    return messages.length;
  }

  /** Puts a message into the queue as it is. */
  async send(messages: readonly string[]): Promise<void> {
    for (let from = 0; from < messages.length; from += MOST) {
      const Entries = messages.slice(from, from + MOST).map((MessageBody, at) => ({ Id: String(at), MessageBody }));
      const input = { QueueUrl: this.queueUrl, Entries };
      this.queue.sent(await this.state.moto.json("sqs", "AmazonSQS.SendMessageBatch", input));
    }
  }

  /** The event of a notice; undefined: none is sent. */
  private event({ kind, subject, timeMs }: AccountNotice): Json | undefined {
    if (kind === "job") return this.jobEvent(subject, timeMs);
    const id = this.source.instanceId(subject);
    if (id === undefined) return undefined;
    const [type, detail] = {
      interruption: ["EC2 Spot Instance Interruption Warning", { "instance-id": id, "instance-action": "terminate" }],
      rebalance: ["EC2 Instance Rebalance Recommendation", { "instance-id": id }],
      running: ["EC2 Instance State-change Notification", { "instance-id": id, state: "running" }],
      gone: ["EC2 Instance State-change Notification", { "instance-id": id, state: "shutting-down" }],
    }[kind] as [string, Json];
    return this.envelope("aws.ec2", type, timeMs, this.state.arn("ec2", `instance/${id}`), detail);
  }

  /** None is sent when a job is submitted. */
  private jobEvent(job: number, timeMs: number): Json | undefined {
    if (this.state.setup.jobEvents === false) return undefined;
    const { status, ended, createdMs } = this.state.account.job(job);
    const isOver = status === "SUCCEEDED" || status === "FAILED";
    if (this.state.setup.jobEvents === "short" && !(isOver && timeMs - createdMs < SHORT_MS)) return undefined;
    if ((status === "RUNNABLE" && ended.length === 0) || status === "PENDING") return undefined;
    const detail = this.source.jobDetail(job);
    if (detail === undefined) return undefined;
    return this.envelope("aws.batch", "Batch Job State Change", timeMs, String(detail.jobArn), detail);
  }

  private envelope(source: string, type: string, timeMs: number, resource: string, detail: Json): Json {
    this.count++;
    return {
      version: "0",
      id: `00000000-0000-4000-9000-${String(this.count).padStart(12, "0")}`,
      "detail-type": type,
      source,
      account: ACCOUNT_ID,
      time: `${new Date(this.state.originMs + timeMs).toISOString().slice(0, 19)}Z`,
      region: this.state.region,
      resources: [resource],
      detail,
    };
  }

  private disturbed(message: string): string[] {
    for (const fault of this.state.faults.holding("messages")) {
      if (this.count % (fault.every ?? 1) !== 0) continue;
      if (fault.effect === "lose") return [];
      if (fault.effect === "duplicate") return [message, message];
      if (fault.effect === "delay") {
        this.late.push({ message, dueMs: this.state.account.nowMs + fault.byMs });
        return [];
      }
    }
    return [message];
  }

  private due(): string[] {
    const due: string[] = [];
    for (let at = 0; at < this.late.length; ) {
      if (this.late[at]!.dueMs <= this.state.account.nowMs) due.push(this.late.splice(at, 1)[0]!.message);
      else at++;
    }
    return due;
  }
}
