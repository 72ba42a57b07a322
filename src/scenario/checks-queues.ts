// What job queues, their compute environments and their scheduling policies say about each other.
// Source: AWS Batch API reference, CreateJobQueue and ShareAttributes.

import { resourceName } from "./arns.js";
import { type Mention, mentions, namedPart, unknownName } from "./checks-names.js";
import { environmentFacts, isFargate, queueFacts } from "./facts.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";

/** CreateJobQueue: "You can associate up to three compute environments with a job queue"; the message has its words. */
const MOST_ENVIRONMENTS_PER_QUEUE = 3;

/** Findings about queues. */
export function checkQueues(root: unknown): Finding[] {
  return [
    ...checkQueueOrders(root),
    ...checkEnvironmentReferences(root),
    ...checkEnvironmentKinds(root),
    ...checkSchedulingPolicies(root),
  ];
}

function checkQueueOrders(root: unknown): Finding[] {
  return asList(valueAt(root, ["jobQueues"])).flatMap((queue, index) => {
    const path = ["jobQueues", index, "computeEnvironmentOrder"];
    const entries = asList(asMap(queue)?.computeEnvironmentOrder).map(asMap);
    const findings: Finding[] = [];
    if (entries.length > MOST_ENVIRONMENTS_PER_QUEUE) {
      const message = `You can associate up to three compute environments with a job queue, got ${entries.length}`;
      findings.push({ code: "too-many-environments", message, path });
    }
    for (const [at, entry] of entries.entries()) {
      const earlier = entries.slice(0, at);
      const { order, computeEnvironment: name } = entry ?? {};
      if (order !== undefined && earlier.some((other) => other?.order === order)) {
        const message = `the order ${describeValue(order)} is given twice in this queue`;
        findings.push({ code: "duplicate-order", message, path: [...path, at, "order"] });
      }
      const same = (other: unknown) => typeof other === "string" && resourceName(other) === resourceName(String(name));
      if (typeof name === "string" && earlier.some((other) => same(other?.computeEnvironment))) {
        const message = `the compute environment ${describeValue(name)} is listed twice in this queue`;
        findings.push({ code: "duplicate-name", message, path: [...path, at, "computeEnvironment"] });
      }
    }
    return findings;
  });
}

function checkEnvironmentReferences(root: unknown): Finding[] {
  const defined = namedPart(root, ["computeEnvironments"], "computeEnvironmentName");
  if (defined === undefined) return [];
  if (valueAt(root, ["jobQueues"]) === undefined) {
    const usable = environmentFacts(root).filter((environment) => environment.usable).length;
    if (usable <= MOST_ENVIRONMENTS_PER_QUEUE) return [];
    const message = `${usable} compute environments need job queues: one queue takes at most ${MOST_ENVIRONMENTS_PER_QUEUE}`;
    return [{ code: "missing-key", message, path: ["jobQueues"] }];
  }
  return asList(valueAt(root, ["jobQueues"])).flatMap((_, index) => {
    return mentions(root, ["jobQueues", index, "computeEnvironmentOrder"], "computeEnvironment").flatMap((mention) => {
      return unknownName("compute environment", { ...mention, name: resourceName(mention.name) }, defined);
    });
  });
}

/** One queue: something that works, EC2 or Fargate, one architecture. */
function checkEnvironmentKinds(root: unknown): Finding[] {
  const omitted = valueAt(root, ["jobQueues"]) === undefined;
  const indexes = new Map(mentions(root, ["jobQueues"], "jobQueueName").map(({ name, path }) => [name, path[1]]));
  return queueFacts(root).flatMap(({ name, environments }) => {
    if (environments === undefined || environmentFacts(root).length === 0) return [];
    const path = omitted ? ["computeEnvironments"] : ["jobQueues", indexes.get(name)!, "computeEnvironmentOrder"];
    const entries = omitted ? 1 : asList(valueAt(root, path)).length;
    if (environments.length === 0 && entries > 0) {
      const message = `the job queue ${describeValue(name)} has no compute environment that works: all are DISABLED or INVALID`;
      return [{ code: "disabled", message, path }];
    }
    const findings: Finding[] = [];
    const types = environments.map((environment) => environment.type).filter((type) => type !== undefined);
    if (types.some((type) => isFargate(type)) && types.some((type) => !isFargate(type))) {
      const message = "Amazon EC2 and Fargate compute environments can't be mixed in one job queue";
      findings.push({ code: "mixed-environments", message, path });
    }
    // A single environment with two architectures is reported where its instance types are looked up.
    const uniform = environments.filter(({ architectures }) => architectures.length === 1);
    if (new Set(uniform.map(({ architectures }) => architectures[0])).size > 1) {
      const message = "all compute environments that are associated with a job queue must share the same architecture";
      const hint = uniform.map((environment) => `${environment.name} is ${environment.architectures[0]}`).join(", ");
      findings.push({ code: "mixed-architectures", message, hint, path });
    }
    return findings;
  });
}

function checkSchedulingPolicies(root: unknown): Finding[] {
  const arns = mentions(root, ["schedulingPolicies"], "arn").map((mention) => mention.name);
  const list = asList(valueAt(root, ["schedulingPolicies"]));
  const names = namedPart(root, ["schedulingPolicies"], "name");
  const references = mentions(root, ["jobQueues"], "schedulingPolicyArn").flatMap((mention): Finding[] => {
    if (arns.includes(mention.name)) return [];
    if (names !== undefined)
      return unknownName("scheduling policy", { ...mention, name: resourceName(mention.name) }, names);
    if (list.length > 0) return [];
    const message = `there is no scheduling policy ${describeValue(resourceName(mention.name))}`;
    const hint = "put what `aws batch describe-scheduling-policies` prints under schedulingPolicies";
    return [{ code: "unknown-scheduling-policy", message, hint, path: mention.path }];
  });
  const overlaps = list.flatMap((_, index) => {
    const path = ["schedulingPolicies", index, "fairsharePolicy", "shareDistribution"];
    return overlappingShares(mentions(root, path, "shareIdentifier"));
  });
  return [...references, ...overlaps];
}

/** ShareAttributes: "The list of share identifiers in a fair-share policy can't overlap." */
function overlappingShares(shares: readonly Mention[]): Finding[] {
  // In order of text, what a prefix covers follows it at once; "UserA*" before "UserA" and "UserA1".
  const inOrder = [...shares].sort((a, b) =>
    stem(a.name) === stem(b.name) ? byStar(a, b) : stem(a.name) < stem(b.name) ? -1 : 1,
  );
  let widest: Mention | undefined;
  return inOrder.flatMap((share): Finding[] => {
    const covered =
      widest !== undefined &&
      (widest.name === share.name || (isPrefix(widest.name) && stem(share.name).startsWith(stem(widest.name))));
    if (!covered) {
      widest = share;
      return [];
    }
    return [overlap(widest!, share)];
  });
}

function overlap(one: Mention, other: Mention): Finding {
  const message = `The list of share identifiers in a fair-share policy can't overlap: ${one.name} and ${other.name}`;
  const path: readonly PathKey[] = other.path;
  return { code: "overlapping-shares", message, path };
}

const isPrefix = (share: string) => share.endsWith("*");
const stem = (share: string) => (isPrefix(share) ? share.slice(0, -1) : share);
const byStar = (a: Mention, b: Mention) => Number(isPrefix(b.name)) - Number(isPrefix(a.name));
