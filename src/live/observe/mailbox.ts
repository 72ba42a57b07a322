// The SQS queue that EventBridge's rules feed. Messages come twice, late and in any order; they make the loop faster, and nothing
// is right because of them alone. One is deleted when a look has taken it up, or when it means nothing.

import type * as sqs from "@aws-sdk/client-sqs";
import type { AwsClients } from "../aws/clients.js";
import { failureOf } from "../execute/failure.js";
import type { Clock, Deadline } from "../ports.js";
import { type HeardEvent, readEvent } from "./event.js";
import type { ReadApi } from "./read-api.js";

/** ReceiveMessage and DeleteMessageBatch: at most. */
const MOST = 10;
/** ReceiveMessage calls in a look at most: the rest comes in the next. */
const MOST_CALLS = 50;
const LONGEST_POLL_S = 20;
/** Above the time from a long poll to the look that it calls for. */
const VISIBILITY_S = 60;
/** Twice as long as the rules' queue keeps a message. */
const REMEMBERED_MS = 600_000;
/** After a failed long poll. */
const PAUSE_MS = 5_000;
/** That messages cannot be deleted is no reason to hurry: they were told. */
const SAY_AGAIN_MS = 3_600_000;

/** What calls for an early tick: capacity that goes. */
const PRESSING: readonly HeardEvent["notice"]["kind"][] = ["interruption", "rebalance"];

export interface MailboxParts {
  readonly clients: AwsClients;
  readonly api: ReadApi;
  readonly clock: Clock;
  /** Null: there is none. */
  readonly queueUrl: string | null;
  /** Told of messages that are dropped. */
  readonly note: (text: string) => void;
}

export class Mailbox {
  private readonly parts: MailboxParts;
  /** Received and not yet taken up. */
  private waiting: HeardEvent[] = [];
  private receipts: string[] = [];
  /** Messages and events that came, and when they last did. */
  private readonly known = new Map<string, number>();
  /** When it was last said that messages cannot be deleted. */
  private saidMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MailboxParts) {
    this.parts = parts;
  }

  /** Everything that is there, each event once. Throws what ReceiveMessage throws; what came until then is given the next time. */
  async take(deadline: Deadline): Promise<HeardEvent[]> {
    const { queueUrl } = this.parts;
    if (queueUrl === null) return [];
    this.forget();
    for (let call = 0; call < MOST_CALLS; call++) {
      if ((await this.receive(queueUrl, 0, deadline)) === 0) break;
    }
    const taken = this.waiting;
    this.waiting = [];
    await this.clear(queueUrl, deadline);
    return taken;
  }

  /** Waits for a pressing message, for `ms` at most; true: there is one. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    const { clock, queueUrl } = this.parts;
    const untilMs = clock.monotonicMs() + ms;
    if (queueUrl === null) {
      await clock.sleep(ms, signal);
      return false;
    }
    const deadline = { leftMs: () => untilMs - clock.monotonicMs(), signal };
    while (deadline.leftMs() > 0 && !signal.aborted) {
      const before = this.waiting.length;
      const pollS = Math.min(LONGEST_POLL_S, Math.floor(deadline.leftMs() / 1000));
      let pauseMs = pollS === 0 ? deadline.leftMs() : 0;
      try {
        await this.receive(queueUrl, pollS, deadline);
      } catch (thrown) {
        if (signal.aborted) return false;
        this.parts.note(`the event queue could not be read: ${String(thrown)}`);
        pauseMs = Math.min(PAUSE_MS, deadline.leftMs());
      }
      if (this.waiting.slice(before).some(isPressing)) return true;
      if (pauseMs > 0) await clock.sleep(pauseMs, signal);
    }
    return false;
  }

  /** Returns how many messages came. */
  private async receive(QueueUrl: string, WaitTimeSeconds: number, deadline: Deadline): Promise<number> {
    const { clients, api, clock, note } = this.parts;
    const { ReceiveMessageCommand } = await import("@aws-sdk/client-sqs");
    const client = await clients.sqs();
    const input = { QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: MOST, VisibilityTimeout: VISIBILITY_S };
    const { Messages = [] } = await api.call("SQS.ReceiveMessage", deadline, (options) =>
      client.send(new ReceiveMessageCommand(input), options),
    );
    for (const message of Messages) {
      const { MessageId = "", ReceiptHandle, Body = "" } = message;
      if (ReceiptHandle !== undefined) this.receipts.push(ReceiptHandle);
      const event = readEvent(MessageId, Body);
      if (typeof event === "string") {
        note(`message ${MessageId} is dropped: it ${event}`);
        continue;
      }
      const isKnown = this.known.has(MessageId) || this.known.has(event.key);
      for (const key of [MessageId, event.key]) {
        this.known.delete(key); // behind all others: they are forgotten in order
        this.known.set(key, clock.monotonicMs());
      }
      if (!isKnown) this.waiting.push(event);
    }
    return Messages.length;
  }

  /** Deletes what was received. What cannot be deleted comes again, and is known then: nothing of it is kept here. */
  private async clear(queueUrl: string, deadline: Deadline): Promise<void> {
    const { clock, note } = this.parts;
    try {
      await this.delete(queueUrl, deadline);
    } catch (thrown) {
      const { code, message } = failureOf(thrown);
      if (clock.monotonicMs() - this.saidMs >= SAY_AGAIN_MS) {
        this.saidMs = clock.monotonicMs();
        note(`messages could not be deleted from the event queue, and come again: ${code}: ${message}`);
      }
    }
    this.receipts = [];
  }

  private async delete(QueueUrl: string, deadline: Deadline): Promise<void> {
    if (this.receipts.length === 0) return;
    const { clients, api } = this.parts;
    const { DeleteMessageBatchCommand } = await import("@aws-sdk/client-sqs");
    const client = await clients.sqs();
    while (this.receipts.length > 0) {
      const Entries: sqs.DeleteMessageBatchRequestEntry[] = this.receipts
        .slice(0, MOST)
        .map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
      await api.call("SQS.DeleteMessageBatch", deadline, (options) =>
        client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), options),
      );
      this.receipts = this.receipts.slice(MOST);
    }
  }

  private forget(): void {
    const beforeMs = this.parts.clock.monotonicMs() - REMEMBERED_MS;
    for (const [key, cameMs] of this.known) {
      if (cameMs >= beforeMs) return;
      this.known.delete(key);
    }
  }
}

function isPressing({ notice }: HeardEvent): boolean {
  return PRESSING.includes(notice.kind);
}
