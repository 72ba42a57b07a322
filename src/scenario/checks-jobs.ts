// What each job of `trace.jobs` says that only holds with its job definition, its queue and its other keys.
// Source: AWS Batch API reference, SubmitJob; texts of its ClientExceptions as users report them.

import { didYouMean } from "../base/issues.js";
import { resourceName } from "./arns.js";
import { activeDefinitions, checkConsumables, fargateFindings } from "./checks-definitions.js";
import { mentions } from "./checks-names.js";
import { findJobDefinition, toConsumables } from "./definitions.js";
import { isFargate, type QueueFacts, queueFacts } from "./facts.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";
import { applyToJob } from "./normalise-jobs.js";
import { type Part, partsOf } from "./parts.js";
import { type JobDocument, job } from "./schema-jobs.js";

/** Findings about the jobs of `trace.jobs`, and about every job definition that the trace names. */
export function checkJobs(root: unknown): Finding[] {
  const queues = queueFacts(root);
  const sharing = anyStrategyShares(root);
  const definitions = activeDefinitions(root);
  return [
    ...checkDefinitionReferences(root),
    ...partsOf(root, ["trace", "jobs"], job).flatMap((part) => {
      const name = part.value.jobQueue === undefined ? undefined : resourceName(part.value.jobQueue);
      const queue = name === undefined && queues.length === 1 ? queues[0] : queues.find((one) => one.name === name);
      const reference = part.value.jobDefinition;
      const definition = reference === undefined ? undefined : findJobDefinition(definitions, reference);
      return [
        ...checkKeys(part),
        ...checkRuntimes(part),
        ...checkConsumables(root, consumableMentions(part)),
        ...(queue === undefined ? [] : checkShare(part, queue, definition, sharing)),
        ...(reference === undefined || definition !== undefined ? checkRequest(part, queue, definition) : []),
      ];
    }),
  ];
}

type Definition = ReturnType<typeof activeDefinitions>[number];

function checkDefinitionReferences(root: unknown): Finding[] {
  const defaults = valueAt(root, ["trace", "defaults", "jobDefinition"]);
  const ofRows = typeof defaults === "string" ? [{ name: defaults, path: ["trace", "defaults", "jobDefinition"] }] : [];
  const all = asList(valueAt(root, ["jobDefinitions"])).map(asMap);
  if (all.some((definition) => typeof definition?.jobDefinitionName !== "string")) return [];
  const rawOf = (wanted: (status: unknown) => boolean) =>
    all
      .filter((definition) => wanted(definition?.status))
      .map((definition) => ({
        name: String(definition?.jobDefinitionName),
        revision: Number(definition?.revision ?? 0),
      }));
  const active = rawOf((status) => status !== "INACTIVE");
  const inactive = rawOf((status) => status === "INACTIVE");
  const names = [...new Set(active.map((definition) => definition.name))];
  return [...ofRows, ...mentions(root, ["trace", "jobs"], "jobDefinition")].flatMap(({ name, path }): Finding[] => {
    if (findJobDefinition(active, name) !== undefined) return [];
    const what = `job definition ${describeValue(resourceName(name))}`;
    if (findJobDefinition(inactive, name) !== undefined) {
      return [{ code: "inactive-job-definition", message: `the ${what} is INACTIVE`, path }];
    }
    const hint =
      didYouMean(resourceName(name), names) ?? (names.length === 0 ? undefined : `defined: ${names.join(", ")}`);
    return [{ code: "unknown-job-definition", message: `there is no ${what}`, hint, path }];
  });
}

/** Keys of one job that belong together or exclude each other. */
function checkKeys({ value, path }: Part<JobDocument>): Finding[] {
  const findings: Finding[] = [];
  if (value.id === undefined && value.jobName === undefined) {
    findings.push({ code: "missing-key", message: "expected an id or a jobName", path });
  }
  if (value.containerOverrides !== undefined) {
    for (const key of ["vcpus", "memory", "gpus"] as const) {
      if (value[key] === undefined) continue;
      const message = `${key} stands for containerOverrides: give one of the two`;
      findings.push({ code: "conflicting-keys", message, path: [...path, key], atKey: true });
    }
  }
  if (value.consumables !== undefined && value.consumableResourcePropertiesOverride !== undefined) {
    const message = "consumables stands for consumableResourcePropertiesOverride: give one of the two";
    findings.push({ code: "conflicting-keys", message, path: [...path, "consumables"], atKey: true });
  }
  if (Object.keys(value.consumables ?? {}).length > 5) {
    const message = `must have at most 5 entries, got ${Object.keys(value.consumables ?? {}).length}`;
    findings.push({ code: "too-many", message, path: [...path, "consumables"] });
  }
  return findings;
}

function checkRuntimes({ value, path }: Part<JobDocument>): Finding[] {
  const { runtime, attempts, arrayProperties } = value;
  if (runtime === undefined) {
    if (attempts?.every((attempt) => attempt.runtime !== undefined)) return [];
    return [{ code: "missing-key", message: 'the key "runtime" is missing', path: [...path, "runtime"] }];
  }
  if (!runtime.byIndex) return [];
  if (arrayProperties === undefined) {
    const message = "a list of run times needs arrayProperties";
    return [{ code: "conflicting-keys", message, path: [...path, "runtime"] }];
  }
  if (runtime.each.length !== arrayProperties.size) {
    const message = `expected ${arrayProperties.size} run times, one for each child, got ${runtime.each.length}`;
    return [{ code: "wrong-length", message, path: [...path, "runtime"] }];
  }
  return (attempts ?? []).flatMap((attempt, index): Finding[] => {
    if (attempt.runtime === undefined) return [];
    const message = "an attempt's runtime has no meaning beside a list of run times";
    return [{ code: "conflicting-keys", message, path: [...path, "attempts", index, "runtime"], atKey: true }];
  });
}

function consumableMentions({ value, path }: Part<JobDocument>) {
  const short = Object.entries(value.consumables ?? {}).map(([name, quantity]) => {
    return { name, quantity, path: [...path, "consumables", name] as readonly PathKey[] };
  });
  const list = [...path, "consumableResourcePropertiesOverride", "consumableResourceList"];
  const long = toConsumables(value.consumableResourcePropertiesOverride) ?? [];
  return [...short, ...long.map((request, index) => ({ ...request, path: [...list, index] }))];
}

/** Under slurm-fair-share, queues without a scheduling policy have shares too. */
function anyStrategyShares(root: unknown): boolean {
  const shares = (discipline: unknown) => discipline === "slurm-fair-share";
  return asList(valueAt(root, ["strategies"])).some((strategy) => {
    const { queueDiscipline, queueDisciplines } = asMap(strategy) ?? {};
    return shares(queueDiscipline) || Object.values(asMap(queueDisciplines) ?? {}).some(shares);
  });
}

function checkShare(
  { value, path }: Part<JobDocument>,
  queue: QueueFacts,
  definition: Definition | undefined,
  sharing: boolean,
): Finding[] {
  const at = [...path, "shareIdentifier"];
  if (!queue.fairShare) {
    if (value.shareIdentifier === undefined || sharing) return [];
    const message = "If the job queue doesn't have a scheduling policy, then shareIdentifier must not be specified";
    return [{ code: "conflicting-keys", message, path: at, atKey: true }];
  }
  const findings: Finding[] = [];
  if (value.shareIdentifier === undefined) {
    const hint = `the job queue ${describeValue(queue.name)} has a scheduling policy`;
    findings.push({ code: "missing-key", message: "shareIdentifier must be specified", hint, path });
  }
  // A job without a definition is this language's own short form: its priority is 0.
  const unranked = definition !== undefined && definition.document.schedulingPriority === undefined;
  if (unranked && value.schedulingPriorityOverride === undefined) {
    const message = "Either schedulingPriority in job definition or schedulingPriorityOverride should be specified";
    findings.push({ code: "missing-key", message, path });
  }
  return findings;
}

function checkRequest(
  { value, path }: Part<JobDocument>,
  queue: QueueFacts | undefined,
  definition: Definition | undefined,
): Finding[] {
  const environments = queue?.environments ?? [];
  const noMemory = environments.length > 0 && environments.every((environment) => environment.processors);
  const applied = applyToJob(definition, value, !noMemory);
  if (applied === "vcpus" || applied === "memory") {
    const message = applied === "vcpus" ? "vCPU is not provided" : "Memory is not provided";
    const hint = "neither the job nor its job definition asks for any";
    return [{ code: "missing-key", message, hint, path }];
  }
  const findings: Finding[] = [];
  const platforms = definition?.document.platformCapabilities ?? ["EC2"];
  if (definition !== undefined && platforms.includes("FARGATE")) findings.push(...fargateFindings(applied, path));
  const fargate = environments.some((environment) => isFargate(environment.type));
  if (definition !== undefined && environments.length > 0 && !platforms.includes(fargate ? "FARGATE" : "EC2")) {
    const message = `the job definition is for ${platforms.join(", ")}, its job queue runs on ${fargate ? "Fargate" : "EC2"}`;
    findings.push({ code: "wrong-platform", message, path: [...path, "jobDefinition"] });
  }
  const holds = ({ type, managed }: { readonly type: string | undefined; readonly managed: boolean }) =>
    managed && (type === "EC2" || type === undefined);
  const multiNode = applied.nodes > 1 || definition?.document.nodeProperties !== undefined;
  if (multiNode && environments.length > 0 && !environments.some(holds)) {
    const message = `Multi-node parallel jobs aren't supported on Spot Instances, Fargate and UNMANAGED compute environments, and the job queue ${describeValue(queue?.name)} has no others`;
    findings.push({ code: "multi-node-unsupported", message, path });
  }
  return findings;
}
