// What is in the queue of events, as far as it takes to know that there is nothing: a controller asks at every tick, and moto takes
// longer to say so than all the rest of a quiet tick.

import { type Answer, type Call, json } from "./wire.js";

interface Sent {
  readonly Successful?: readonly { readonly MessageId: string }[];
}

interface Received {
  readonly Messages?: readonly { readonly MessageId: string; readonly ReceiptHandle: string }[];
}

export class EventQueue {
  /** Ids of messages that were put there and not deleted. */
  private readonly ids = new Set<string>();
  private readonly idOfReceipt = new Map<string, string>();
  /** Somebody has used the queue in another way: only moto knows. */
  private isUnknown = false;

  /** Messages were put there: moto's answer. */
  sent({ Successful = [] }: Sent): void {
    for (const { MessageId } of Successful) this.ids.add(MessageId);
  }

  /** The answer of an empty queue; undefined: moto's. */
  answer(call: Call): Answer | undefined {
    if (call.operation !== "ReceiveMessage" || this.isUnknown || this.ids.size > 0) return undefined;
    const { WaitTimeSeconds = 0 } = JSON.parse(call.body.toString()) as { WaitTimeSeconds?: number };
    return WaitTimeSeconds === 0 ? json("sqs", {}) : undefined;
  }

  /** moto has answered a call of somebody else's. */
  answered({ operation, body }: Call, answer: Answer): void {
    if (operation === "ReceiveMessage" && answer.status === 200) {
      const { Messages = [] } = JSON.parse(String(answer.body)) as Received;
      for (const { MessageId, ReceiptHandle } of Messages) this.idOfReceipt.set(ReceiptHandle, MessageId);
    } else if (operation === "DeleteMessageBatch" && answer.status === 200) {
      const { Entries } = JSON.parse(body.toString()) as { Entries: readonly { ReceiptHandle: string }[] };
      for (const { ReceiptHandle } of Entries) this.ids.delete(this.idOfReceipt.get(ReceiptHandle) ?? "");
    } else {
      this.isUnknown = true; // who asks for its attributes may give its ARN to a rule
    }
  }
}
