// An event of EventBridge as it comes out of the queue: which of them mean something, and what.

import type { Notice } from "../observation.js";

/** An event that was understood. */
export interface HeardEvent {
  readonly notice: Notice;
  /** The same for every copy of one event. */
  readonly key: string;
  /** Of a job that is over, or of which an attempt is; undefined: about something else. */
  readonly job: { readonly queueArn: string; readonly endedAttempts: number } | undefined;
}

type Json = Readonly<Record<string, unknown>>;

interface Meaning {
  readonly kind: Notice["kind"];
  readonly read: (detail: Json) => { readonly instanceId?: string; readonly jobId?: string; readonly detail: string };
}

/** By source and detail-type: EC2, Batch, ECS and Health user guides, events. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  "aws.ec2/EC2 Spot Instance Interruption Warning": {
    kind: "interruption",
    read: (detail) => ({ instanceId: text(detail["instance-id"]), detail: text(detail["instance-action"]) }),
  },
  "aws.ec2/EC2 Instance Rebalance Recommendation": {
    kind: "rebalance",
    read: (detail) => ({ instanceId: text(detail["instance-id"]), detail: "" }),
  },
  "aws.ec2/EC2 Instance State-change Notification": {
    kind: "instance-state",
    read: (detail) => ({ instanceId: text(detail["instance-id"]), detail: text(detail.state) }),
  },
  "aws.batch/Batch Job State Change": {
    kind: "job-state",
    read: (detail) => ({ jobId: text(detail.jobId), detail: text(detail.status) }),
  },
  "aws.batch/Batch Job Queue Blocked": {
    kind: "queue-blocked",
    read: (detail) => ({ jobId: text(detail.jobId), detail: text(detail.statusReason) }),
  },
  "aws.ecs/ECS Container Instance State Change": {
    kind: "container-instance",
    read: (detail) => ({ instanceId: text(detail.ec2InstanceId), detail: text(detail.status) }),
  },
  "aws.health/AWS Health Event": {
    kind: "health",
    read: (detail) => ({ instanceId: affectedInstance(detail), detail: text(detail.eventTypeCode) }),
  },
};

/** The event in a message's body, or in words why it means nothing. */
export function readEvent(messageId: string, body: string): HeardEvent | string {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    return "is not JSON";
  }
  if (!isObject(event) || !isObject(event.detail)) return "is no event";
  const name = `${text(event.source)}/${text(event["detail-type"])}`;
  const meaning = MEANINGS[name];
  if (meaning === undefined) return `has an event that means nothing here: ${name}`;
  const timeMs = Date.parse(text(event.time));
  if (Number.isNaN(timeMs)) return "has no time";
  const { instanceId = "", jobId = "", detail } = meaning.read(event.detail);
  if (instanceId === "" && jobId === "") return `names neither instance nor job: ${name}`;
  const notice: Notice = { messageId, kind: meaning.kind, timeMs, instanceId, jobId, detail };
  const key = [meaning.kind, timeMs, instanceId, jobId, detail, text(event.id)].join(" ");
  return { notice, key, job: meaning.kind === "job-state" ? jobOf(event.detail) : undefined };
}

function jobOf(detail: Json): HeardEvent["job"] {
  const attempts: readonly unknown[] = Array.isArray(detail.attempts) ? detail.attempts : [];
  const ended = attempts.filter((attempt) => isObject(attempt) && attempt.stoppedAt !== undefined);
  const isOver = detail.status === "SUCCEEDED" || detail.status === "FAILED";
  if (!isOver && ended.length === 0) return undefined;
  return { queueArn: text(detail.jobQueue), endedAttempts: ended.length };
}

/** The first that is an instance: EC2's scheduled changes have an event for each. */
function affectedInstance({ affectedEntities }: Json): string {
  const entities: readonly unknown[] = Array.isArray(affectedEntities) ? affectedEntities : [];
  const values = entities.map((entity) => (isObject(entity) ? text(entity.entityValue) : ""));
  return values.find((value) => value.startsWith("i-")) ?? "";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
