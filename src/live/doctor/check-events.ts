// The event queue: there, and read by somebody. It is not read here: a message would be gone for the controller.

import { MS_PER_SECOND } from "../../base/units.js";
import { duration } from "../operate/words.js";
import { ask } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** Older events tell nothing that a look would not; a queue that keeps them for days only grows. */
const LONGEST_RETENTION_S = 3_600;
/** A controller that runs leaves no such heap. */
const MANY_MESSAGES = 1_000;

export async function checkEvents(facts: Facts, report: Report): Promise<void> {
  const { settings, clients } = facts.context;
  const { eventQueueUrl: QueueUrl } = settings;
  if (QueueUrl === null) {
    const hint = "events.cloudformation.yaml of `stowage live init` makes one; interruptions are then seen at once";
    report.note("there is no live.eventQueueUrl: live mode learns of everything at its ticks alone", hint);
    return;
  }
  const { Attributes = {} } = await ask("SQS.GetQueueAttributes", async () => {
    const { GetQueueAttributesCommand } = await import("@aws-sdk/client-sqs");
    const client = await clients.sqs();
    return client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }), facts.options());
  });
  const { QueueArn = "", MessageRetentionPeriod = "0", ApproximateNumberOfMessages = "0" } = Attributes;
  const { region, account } = settings.identity;
  const before = report.findings.length;
  if (QueueArn !== "" && !QueueArn.includes(`:sqs:${region}:${account}:`)) {
    report.warning(
      `the event queue ${QueueArn} is of another account or region`,
      "events of this one do not get there",
    );
  }
  const retentionS = Number(MessageRetentionPeriod);
  if (retentionS > LONGEST_RETENTION_S) {
    const what = `the event queue keeps messages for ${duration(retentionS * MS_PER_SECOND)}`;
    report.warning(what, "300 s are enough: a controller that starts would wade through old events");
  }
  if (Number(ApproximateNumberOfMessages) > MANY_MESSAGES) {
    const what = `${ApproximateNumberOfMessages} messages are in the event queue`;
    report.warning(what, "a controller that runs takes them out: does one? does another reader use the queue?");
  }
  if (report.findings.length === before) report.ok(`the event queue is there: ${QueueUrl}`);
}
