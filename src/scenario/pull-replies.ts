// What `aws batch describe-…` printed, sorted by what it describes. A file may hold any mix: one reply, several one after
// another or in a list (pages, JSON Lines), single entries, keys in camelCase or PascalCase as other SDKs print them.

import { didYouMean, errorIssue, InputError, type Issue } from "../base/issues.js";
import { asList, asMap, describeValue } from "./finding.js";
import { JsonError, linePosition, readJsonValues } from "./json-values.js";

/** The replies that a scenario is made from, each with the key that names one of its entries. */
export const REPLIES = {
  jobQueues: { name: "jobQueueName", command: "describe-job-queues" },
  computeEnvironments: { name: "computeEnvironmentName", command: "describe-compute-environments" },
  schedulingPolicies: { name: "name", command: "describe-scheduling-policies" },
  jobDefinitions: { name: "jobDefinitionName", command: "describe-job-definitions" },
  consumableResources: { name: "consumableResourceName", command: "list-consumable-resources" },
} as const;
export type ReplyKind = keyof typeof REPLIES;
export const REPLY_KINDS = Object.keys(REPLIES) as ReplyKind[];

/** The text of one file. */
export interface PullSource {
  /** As messages should name it. */
  readonly file: string;
  readonly text: string;
  /** What the user says it holds; undefined: found out. */
  readonly expected: ReplyKind | undefined;
}

export type Entry = Readonly<Record<string, unknown>>;
export type Replies = Readonly<Record<ReplyKind, readonly Entry[]>>;

/** Reads all sources. Throws InputError with everything that is no reply, with file and position. */
export function readReplies(sources: readonly PullSource[]): Replies {
  const found: Record<ReplyKind, Entry[]> = {
    jobQueues: [],
    computeEnvironments: [],
    schedulingPolicies: [],
    jobDefinitions: [],
    consumableResources: [],
  };
  const issues = sources.flatMap((source) => readSource(source, found));
  if (issues.length > 0) throw new InputError(issues);
  return found;
}

function readSource({ file, text, expected }: PullSource, into: Record<ReplyKind, Entry[]>): Issue[] {
  const issues: Issue[] = [];
  const kinds = new Set<ReplyKind>();
  const take = (kind: ReplyKind, entry: Entry) => {
    kinds.add(kind);
    into[kind].push(entry);
  };
  try {
    const values = readJsonValues(text);
    if (values.length === 0) return [errorIssue("empty-reply", "the file is empty", { file, hint: HOW })];
    for (const { value, offset } of values) {
      const where = { file, ...linePosition(text, offset) };
      for (const reply of Array.isArray(value) ? value : [value]) {
        issues.push(...readReply(camelKeys(reply), kinds, take).map((issue) => ({ ...issue, ...where })));
      }
    }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const hint = "give what the AWS CLI prints with --output json";
    return [errorIssue("not-json", error.message, { file, ...linePosition(text, error.offset), hint })];
  }
  if (issues.length === 0 && expected !== undefined && !kinds.has(expected)) {
    const message = `the file has ${[...kinds].join(" and ")}, no ${expected}`;
    issues.push(errorIssue("other-reply", message, { file, hint: `aws batch ${REPLIES[expected].command}` }));
  }
  return issues;
}

const HOW = `expected what aws batch ${REPLY_KINDS.map((kind) => REPLIES[kind].command).join(", ")} prints`;

/** One reply, or one entry of a reply. `kinds` learns of keys whose lists are empty too. */
function readReply(reply: unknown, kinds: Set<ReplyKind>, take: (kind: ReplyKind, entry: Entry) => void): Issue[] {
  const map = asMap(reply);
  if (map === undefined) {
    return [errorIssue("unknown-reply", `expected a reply of AWS Batch, got ${describeValue(reply)}`, { hint: HOW })];
  }
  const present = REPLY_KINDS.filter((kind) => Object.hasOwn(map, kind));
  const single = present.length === 0 ? kindOfEntry(map) : undefined;
  if (single !== undefined) {
    take(single, map);
    return [];
  }
  if (present.length === 0) return [unknownReply(Object.keys(map))];
  return present.flatMap((kind) => {
    kinds.add(kind);
    return readEntries(kind, map[kind], take);
  });
}

function readEntries(kind: ReplyKind, list: unknown, take: (kind: ReplyKind, entry: Entry) => void): Issue[] {
  if (!Array.isArray(list)) {
    return [errorIssue("unknown-reply", `expected a list, got ${describeValue(list)}`, { path: kind })];
  }
  return asList(list).flatMap((item, index) => {
    const entry = asMap(item);
    const { name, command } = REPLIES[kind];
    if (entry !== undefined && typeof entry[name] === "string") {
      take(kind, entry);
      return [];
    }
    const message = `an entry without ${name}`;
    return [errorIssue("unknown-reply", message, { path: `${kind}[${index}]`, hint: `give what ${command} prints` })];
  });
}

/** What an entry outside of a reply is, as `--query` and describe-consumable-resource print it. */
function kindOfEntry(entry: Entry): ReplyKind | undefined {
  if (typeof entry.name === "string" && asMap(entry.fairsharePolicy) !== undefined) return "schedulingPolicies";
  return REPLY_KINDS.find((kind) => kind !== "schedulingPolicies" && typeof entry[REPLIES[kind].name] === "string");
}

function unknownReply(keys: readonly string[]): Issue {
  const guess = keys.map((key) => didYouMean(key, REPLY_KINDS)).find((text) => text !== undefined);
  const message =
    keys.length === 0
      ? "the reply is empty"
      : `no key of AWS Batch's replies is in it (its keys: ${keys.slice(0, 5).map(describeValue).join(", ")})`;
  return errorIssue("unknown-reply", message, { hint: guess ?? HOW });
}

/** The value with every key beginning in lower case: "MinvCpus" is minvCpus. */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  const map = asMap(value);
  if (map === undefined) return value;
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [lowerFirst(key), camelKeys(item)]));
}

function lowerFirst(key: string): string {
  return key.slice(0, 1).toLowerCase() + key.slice(1);
}
