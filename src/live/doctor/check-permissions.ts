// May we launch and terminate? EC2 tells without doing it. The reads are tried by the other checks.

import { TAG_POOL } from "../../model/live-settings.js";
import { errorClass } from "../execute/error-codes.js";
import { launchRequest } from "../execute/launch-request.js";
import { actionOf } from "../init/operations.js";
import { ask, CallFailed } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** Not launched, so that any will do. */
const NO_TEMPLATE = "stowage-doctor-asks";

export async function checkPermissions(facts: Facts, report: Report): Promise<void> {
  await tryTemplate(facts, report);
  await tryFleet(facts, report);
  await tryTerminate(facts, report);
  report.note("whether hosts may be drained and deregistered shows when the first one is: ECS has no dry run");
}

async function tryTemplate(facts: Facts, report: Report): Promise<void> {
  const { clients, settings } = facts.context;
  const answer = await dryRun("EC2.CreateLaunchTemplate", async () => {
    const { CreateLaunchTemplateCommand } = await import("@aws-sdk/client-ec2");
    const client = await clients.ec2();
    const Tags = [{ Key: TAG_POOL, Value: settings.identity.pool }];
    return client.send(
      new CreateLaunchTemplateCommand({
        DryRun: true,
        LaunchTemplateName: NO_TEMPLATE,
        LaunchTemplateData: { InstanceInitiatedShutdownBehavior: "terminate" },
        TagSpecifications: [{ ResourceType: "launch-template", Tags }],
      }),
      facts.options(),
    );
  });
  tell("EC2.CreateLaunchTemplate", answer, report);
}

/** The policy allows launches from templates with our tag alone: without one EC2 cannot say yes. */
async function tryFleet(facts: Facts, report: Report): Promise<void> {
  const { clients, settings, tables } = facts.context;
  const [template] = await facts.ownTemplates();
  const first = facts.pools.find((pool) => tables.pools[pool]!.market === "spot") ?? facts.pools[0];
  if (first === undefined) return;
  const pools = facts.pools.filter((pool) => tables.pools[pool]!.market === tables.pools[first]!.market);
  const templateName = () => template?.LaunchTemplateName ?? NO_TEMPLATE;
  const command = { kind: "launch", instances: [0], pools, token: NO_TEMPLATE } as const;
  const request = launchRequest(command, { tables, settings, templateName, epoch: 0 });
  if (request === undefined) return;
  const answer = await dryRun("EC2.CreateFleet", async () => {
    const { CreateFleetCommand } = await import("@aws-sdk/client-ec2");
    const client = await clients.ec2();
    return client.send(new CreateFleetCommand({ ...request.input, DryRun: true }), facts.options());
  });
  if (template === undefined && answer !== "allowed") {
    report.note(`CreateFleet cannot be tried before there is a launch template of ours (EC2: ${answer})`);
  } else {
    tell("EC2.CreateFleet", answer, report);
  }
}

async function tryTerminate(facts: Facts, report: Report): Promise<void> {
  const [instance] = await facts.ownInstances();
  if (instance?.InstanceId === undefined) {
    report.note("TerminateInstances cannot be tried: there is no instance of ours yet");
    return;
  }
  const ids = [instance.InstanceId];
  const answer = await dryRun("EC2.TerminateInstances", async () => {
    const { TerminateInstancesCommand } = await import("@aws-sdk/client-ec2");
    const client = await facts.context.clients.ec2();
    return client.send(new TerminateInstancesCommand({ DryRun: true, InstanceIds: ids }), facts.options());
  });
  tell("EC2.TerminateInstances", answer, report);
}

/** "allowed", or EC2's code. Throws CallFailed when EC2 has not answered the question. */
async function dryRun(operation: string, send: () => Promise<unknown>): Promise<string> {
  try {
    await ask(operation, send);
  } catch (thrown) {
    if (!(thrown instanceof CallFailed)) throw thrown;
    const { code, isRefused } = thrown.failure;
    if (code === "DryRunOperation") return "allowed";
    if (!isRefused || errorClass(code) === "throttled") throw thrown;
    return code;
  }
  return "no answer to a dry run"; // EC2 always answers one with an error
}

function tell(operation: string, answer: string, report: Report): void {
  const action = actionOf(operation) ?? operation;
  if (answer === "allowed") report.ok(`${action} is allowed`);
  else if (errorClass(answer) === "unauthorized") {
    report.error(
      `${action} is not allowed (${answer})`,
      `allow ${action}: policy.json of \`stowage live init\` has it`,
    );
  } else report.warning(`whether ${action} is allowed is not known: EC2 says ${answer}`, "the first launch will tell");
}
