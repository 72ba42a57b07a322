// `stowage scenario pull`: the replies of AWS Batch's describe calls to the text of a scenario. Pure: texts in, text out.
// What the replies do not tell (the trace, what an UNMANAGED environment launches) stands there as a comment to fill in.

import { stringify } from "yaml";
import { errorIssue, InputError } from "../base/issues.js";
import { asList, asMap } from "./finding.js";
import {
  nameUnder,
  pullComputeEnvironment,
  pullConsumableResource,
  pullJobDefinition,
  pullJobQueue,
  pullSchedulingPolicy,
} from "./pull-parts.js";
import { type Entry, type PullSource, REPLIES, REPLY_KINDS, type Replies, readReplies } from "./pull-replies.js";

export interface PullOptions {
  /** Trace file as the scenario should name it, relative to itself; undefined: an example in a comment. */
  readonly trace: string | undefined;
  /** Every active revision of a job definition instead of the newest. */
  readonly allRevisions: boolean;
}

export interface PulledScenario {
  /** YAML text. */
  readonly text: string;
  /** What was left out or must be filled in, for people. */
  readonly notes: readonly string[];
}

/**
 * A scenario from the replies of `aws batch describe-…`. Throws InputError when a source is no reply, when there is no
 * compute environment, or when the replies are of several regions.
 */
export function pullScenario(sources: readonly PullSource[], options: PullOptions): PulledScenario {
  const replies = withoutRepetition(readReplies(sources));
  if (replies.computeEnvironments.length === 0) {
    const hint = `add the output of aws batch ${REPLIES.computeEnvironments.command}`;
    throw new InputError([errorIssue("missing-reply", "no compute environment is in the files", { hint })]);
  }
  const region = regionOf(replies);
  const batchQueues = replies.jobQueues.filter((queue) => asList(queue.serviceEnvironmentOrder).length === 0);
  const queues = batchQueues.filter((queue) => queue.state !== "DISABLED");
  const policies = replies.schedulingPolicies.filter((policy) => asMap(policy.quotaSharePolicy) === undefined);
  const definitions = chosenDefinitions(replies.jobDefinitions, options.allRevisions);
  const notes = [
    ...(region === undefined ? ["the replies name no region: us-east-1 is assumed"] : []),
    ...left(replies.jobQueues.length - batchQueues.length, "job queue", "of SageMaker, which is not simulated"),
    ...left(batchQueues.length - queues.length, "job queue", "DISABLED, so that it takes no jobs"),
    ...left(replies.schedulingPolicies.length - policies.length, "scheduling policy", "quota shares are not simulated"),
    ...left(
      replies.jobDefinitions.length - definitions.length,
      "job definition",
      "INACTIVE or not the newest revision",
    ),
    ...unmanagedNotes(replies.computeEnvironments),
    ...missingReferences({ ...replies, jobQueues: queues, schedulingPolicies: policies }),
    ...(options.trace === undefined ? ["the trace is missing: fill in trace, then run stowage validate"] : []),
  ];
  const text = [
    "# Made by `stowage scenario pull` from what AWS Batch describes. Every key is explained in docs/scenario.md.\n",
    region === undefined ? "# region: us-east-1\n" : stringify({ region }),
    traceText(options.trace),
    section("jobQueues", queues.map(pullJobQueue)),
    section("schedulingPolicies", policies.map(pullSchedulingPolicy)),
    section("computeEnvironments", replies.computeEnvironments.map(pullComputeEnvironment), placeholder),
    section("jobDefinitions", definitions.map(pullJobDefinition)),
    section("consumableResources", replies.consumableResources.map(pullConsumableResource)),
  ]
    .filter((part) => part !== "")
    .join("\n");
  return { text, notes };
}

/** Pages and files may repeat an entry: the first one counts. */
function withoutRepetition(replies: Replies): Replies {
  const first = (kind: (typeof REPLY_KINDS)[number]) => {
    const seen = new Set<string>();
    return replies[kind].filter((entry) => {
      const key = JSON.stringify([entry[REPLIES[kind].name], entry.revision ?? null]);
      return !seen.has(key) && seen.add(key);
    });
  };
  return Object.fromEntries(REPLY_KINDS.map((kind) => [kind, first(kind)])) as unknown as Replies;
}

const ARN_KEYS = ["jobQueueArn", "computeEnvironmentArn", "jobDefinitionArn", "consumableResourceArn", "arn"];

function regionOf(replies: Replies): string | undefined {
  const arns = REPLY_KINDS.flatMap((kind) => replies[kind]).flatMap((entry) => ARN_KEYS.map((key) => entry[key]));
  const found = arns.flatMap((arn) => {
    return typeof arn === "string" ? (/^arn:[\w-]+:batch:([\w-]+):/.exec(arn)?.[1] ?? []) : [];
  });
  const regions = [...new Set(found)].sort();
  if (regions.length > 1) {
    const hint = "a scenario has one region: give the replies of one at a time";
    throw new InputError([
      errorIssue("several-regions", `the replies are of several regions: ${regions.join(", ")}`, { hint }),
    ]);
  }
  return regions[0];
}

/** ACTIVE definitions (without a status: taken for active), of each name the newest revision; by name, then revision. */
function chosenDefinitions(definitions: readonly Entry[], allRevisions: boolean): Entry[] {
  const name = (definition: Entry) => String(definition.jobDefinitionName);
  const revision = (definition: Entry) => Number(definition.revision ?? 0);
  const active = definitions.filter(({ status }) => status === undefined || status === null || status === "ACTIVE");
  const sorted = [...active].sort((a, b) => {
    if (name(a) !== name(b)) return name(a) < name(b) ? -1 : 1;
    return revision(a) - revision(b);
  });
  if (allRevisions) return sorted;
  return sorted.filter(
    (definition, index) => index === sorted.length - 1 || name(sorted[index + 1]!) !== name(definition),
  );
}

function left(count: number, what: string, why: string): string[] {
  return count === 0 ? [] : [`left out: ${count} × ${what} (${why})`];
}

/** Whether the reply leaves open what the environment launches. */
function isOpen(environment: Entry): boolean {
  return asMap(environment.computeResources) === undefined;
}

function unmanagedNotes(environments: readonly Entry[]): string[] {
  return environments
    .filter(isOpen)
    .map(({ computeEnvironmentName }) => `computeResources of ${String(computeEnvironmentName)} must be filled in`);
}

/** Names that a queue or a definition mentions and that no reply defines; `stowage validate` refuses them. */
function missingReferences(replies: Replies): string[] {
  const environments = new Set(replies.computeEnvironments.map((entry) => entry.computeEnvironmentName));
  const policies = new Set(replies.schedulingPolicies.map((entry) => entry.name));
  return replies.jobQueues.flatMap((queue) => {
    const queueName = String(queue.jobQueueName);
    const named = asList(queue.computeEnvironmentOrder).flatMap((entry) => {
      return nameUnder(asMap(entry) ?? {}, "computeEnvironment") ?? [];
    });
    const policy = nameUnder(queue, "schedulingPolicyArn");
    const missing = named.filter((name) => !environments.has(name)).map((name) => `the compute environment ${name}`);
    if (policy !== undefined && !policies.has(policy)) missing.push(`the scheduling policy ${policy}`);
    return missing.map((what) => `job queue ${queueName} names ${what}, which is not in the files`);
  });
}

function traceText(trace: string | undefined): string {
  if (trace !== undefined) return stringify({ trace: { file: trace } });
  return [
    "# The jobs to replay. Take the # away and name a trace; docs/trace-format.md tells what it must hold.",
    "# trace:",
    "#   file: jobs.csv.gz",
    "",
  ].join("\n");
}

/** A list of the scenario, entry by entry; `more` adds lines of comment to an entry. */
function section(key: string, entries: readonly Entry[], more: (entry: Entry) => readonly string[] = () => []): string {
  if (entries.length === 0) return "";
  const lines = entries.flatMap((entry) => [
    ...stringify([entry], { lineWidth: 0 })
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
    ...more(entry).map((line) => `    ${line}`),
  ]);
  return `${key}:\n${lines.join("\n")}\n`;
}

/** What to fill in for an environment whose instances AWS does not launch and so does not describe. */
function placeholder(environment: Entry): string[] {
  if (!isOpen(environment)) return [];
  const { unmanagedvCpus } = environment;
  const maxvCpus = typeof unmanagedvCpus === "number" && unmanagedvCpus > 0 ? unmanagedvCpus : 256;
  return [
    "# AWS does not know what is launched here: take the # away and fill it in.",
    "# computeResources:",
    "#   type: SPOT # or EC2: on-demand",
    `#   maxvCpus: ${maxvCpus}`,
    "#   instanceTypes: [m6i, c6i, r6i]",
  ];
}
