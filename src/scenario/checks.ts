// What one part of a scenario says about another: names that are defined twice or not at all, keys that exclude each other.
// The checks read the raw document and look only at what they need, so that they still speak when other parts are wrong.

import { didYouMean } from "../base/issues.js";
import { DEFAULTS } from "./defaults.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";
import { BASELINE_NAMES } from "./scenario.js";

/** AWS Batch: "up to three compute environments with a job queue" (API reference, CreateJobQueue). */
const MOST_ENVIRONMENTS_PER_QUEUE = 3;

/** A name and where it was written. */
interface Mention {
  readonly name: string;
  readonly path: readonly PathKey[];
}

/** Findings about the relations between the parts of a scenario. */
export function checkRelations(root: unknown): Finding[] {
  return [
    ...duplicates(root, ["computeEnvironments"], "computeEnvironmentName", "compute environment"),
    ...duplicates(root, ["jobQueues"], "jobQueueName", "job queue"),
    ...duplicates(root, ["strategies"], "name", "strategy"),
    ...duplicates(root, ["trace", "synthetic", "shapes"], "name", "shape"),
    ...checkStrategyNames(root),
    ...checkBaselines(root),
    ...checkQueueOrders(root),
    ...checkEnvironmentReferences(root),
    ...checkQueueReferences(root),
    ...checkTraceKeys(root),
  ];
}

/** The name of a compute environment given by name or by ARN ("…:compute-environment/NAME"). */
export function environmentName(nameOrArn: string): string {
  return nameOrArn.startsWith("arn:") ? nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1) : nameOrArn;
}

/** The texts under `key` in the maps of the list at `path`. */
function mentions(root: unknown, path: readonly PathKey[], key: string): Mention[] {
  return asList(valueAt(root, path)).flatMap((item, index) => {
    const name = asMap(item)?.[key];
    return typeof name === "string" ? [{ name, path: [...path, index, key] }] : [];
  });
}

/** The names defined in the list at `path`; undefined when the list is missing or one of its names is. */
function definedNames(root: unknown, path: readonly PathKey[], key: string): string[] | undefined {
  const list = asList(valueAt(root, path));
  const found = mentions(root, path, key);
  return list.length > 0 && found.length === list.length ? found.map((mention) => mention.name) : undefined;
}

function duplicates(root: unknown, path: readonly PathKey[], key: string, what: string): Finding[] {
  const seen = new Set<string>();
  return mentions(root, path, key).flatMap((mention) => {
    if (!seen.has(mention.name)) {
      seen.add(mention.name);
      return [];
    }
    const message = `the ${what} ${describeValue(mention.name)} is defined twice`;
    return [{ code: "duplicate-name", message, path: mention.path }];
  });
}

function checkStrategyNames(root: unknown): Finding[] {
  return mentions(root, ["strategies"], "name")
    .filter(({ name }) => BASELINE_NAMES.some((baseline) => baseline === name))
    .map(({ name, path }) => {
      const message = `${describeValue(name)} is the name of a baseline`;
      return { code: "duplicate-name", message, hint: "give the strategy another name", path };
    });
}

function checkBaselines(root: unknown): Finding[] {
  const baselines = asList(valueAt(root, ["baselines"]));
  return baselines.flatMap((name, index) => {
    if (baselines.indexOf(name) === index) return [];
    return [{ code: "duplicate-name", message: `${describeValue(name)} is listed twice`, path: ["baselines", index] }];
  });
}

function checkQueueOrders(root: unknown): Finding[] {
  return asList(valueAt(root, ["jobQueues"])).flatMap((queue, index) => {
    const path = ["jobQueues", index, "computeEnvironmentOrder"];
    const entries = asList(asMap(queue)?.computeEnvironmentOrder).map(asMap);
    const findings: Finding[] = [];
    if (entries.length > MOST_ENVIRONMENTS_PER_QUEUE) {
      const message = `a job queue takes at most ${MOST_ENVIRONMENTS_PER_QUEUE} compute environments, got ${entries.length}`;
      findings.push({ code: "too-many-environments", message, path });
    }
    for (const [at, entry] of entries.entries()) {
      const earlier = entries.slice(0, at);
      const { order, computeEnvironment: name } = entry ?? {};
      if (order !== undefined && earlier.some((other) => other?.order === order)) {
        const message = `the order ${describeValue(order)} is given twice in this queue`;
        findings.push({ code: "duplicate-order", message, path: [...path, at, "order"] });
      }
      const same = (other: unknown) =>
        typeof other === "string" && environmentName(other) === environmentName(String(name));
      if (typeof name === "string" && earlier.some((other) => same(other?.computeEnvironment))) {
        const message = `the compute environment ${describeValue(name)} is listed twice in this queue`;
        findings.push({ code: "duplicate-name", message, path: [...path, at, "computeEnvironment"] });
      }
    }
    return findings;
  });
}

function unknownName(what: string, { name, path }: Mention, defined: readonly string[]): Finding[] {
  if (defined.includes(name)) return [];
  return [
    {
      code: `unknown-${what.replace(" ", "-")}`,
      message: `there is no ${what} ${describeValue(name)}`,
      hint: didYouMean(name, defined) ?? `defined: ${defined.join(", ")}`,
      path,
    },
  ];
}

function checkEnvironmentReferences(root: unknown): Finding[] {
  const defined = definedNames(root, ["computeEnvironments"], "computeEnvironmentName");
  if (defined === undefined) return [];
  if (valueAt(root, ["jobQueues"]) === undefined) {
    if (defined.length <= MOST_ENVIRONMENTS_PER_QUEUE) return [];
    const message = `${defined.length} compute environments need job queues: one queue takes at most ${MOST_ENVIRONMENTS_PER_QUEUE}`;
    return [{ code: "missing-key", message, path: ["jobQueues"] }];
  }
  return asList(valueAt(root, ["jobQueues"])).flatMap((_, index) => {
    return mentions(root, ["jobQueues", index, "computeEnvironmentOrder"], "computeEnvironment").flatMap((mention) => {
      return unknownName("compute environment", { ...mention, name: environmentName(mention.name) }, defined);
    });
  });
}

function checkQueueReferences(root: unknown): Finding[] {
  const omitted = valueAt(root, ["jobQueues"]) === undefined;
  const defined = omitted ? [DEFAULTS.jobQueue.name] : definedNames(root, ["jobQueues"], "jobQueueName");
  if (defined === undefined) return [];
  const shapesPath = ["trace", "synthetic", "shapes"];
  const mapped = Object.entries(asMap(valueAt(root, ["trace", "queueMap"])) ?? {}).flatMap(([key, name]) => {
    return typeof name === "string" ? [{ name, path: ["trace", "queueMap", key] }] : [];
  });
  const queue = valueAt(root, ["trace", "queue"]);
  const fixed = typeof queue === "string" ? [{ name: queue, path: ["trace", "queue"] }] : [];
  const named = [...fixed, ...mapped, ...mentions(root, shapesPath, "queue")];
  const findings = named.flatMap((mention) => unknownName("job queue", mention, defined));
  if (defined.length === 1) return findings;
  const unassigned = asList(valueAt(root, shapesPath)).flatMap((shape, index) => {
    if (asMap(shape) === undefined || asMap(shape)?.queue !== undefined) return [];
    const message = `the key "queue" is missing, and there are ${defined.length} job queues`;
    return [
      { code: "missing-key", message, hint: `one of ${defined.join(", ")}`, path: [...shapesPath, index, "queue"] },
    ];
  });
  return [...findings, ...unassigned];
}

/** Keys of `trace` that only a file has a use for. */
const FILE_KEYS = [
  "format",
  "columns",
  "delimiter",
  "timeZone",
  "defaults",
  "queue",
  "queueMap",
  "gpuSharing",
] as const;
/** SWF fixes its columns, and counts seconds from a start that its header gives. */
const CSV_KEYS = ["columns", "delimiter", "timeZone"] as const;

/** Format of a trace file: as given, otherwise by its extension. */
export function traceFormat(file: string, given: unknown): "csv" | "swf" {
  if (given === "csv" || given === "swf") return given;
  return /\.swf(\.gz)?$/i.test(file) ? "swf" : "csv";
}

function checkTraceKeys(root: unknown): Finding[] {
  const trace = asMap(valueAt(root, ["trace"]));
  if (trace === undefined) return [];
  const conflicts = (keys: readonly string[], message: (key: string) => string): Finding[] => {
    return keys
      .filter((key) => Object.hasOwn(trace, key))
      .map((key) => ({ code: "conflicting-keys", message: message(key), path: ["trace", key], atKey: true }));
  };
  if (!Object.hasOwn(trace, "file") && !Object.hasOwn(trace, "synthetic")) {
    return [{ code: "missing-key", message: "expected either file or synthetic, got neither", path: ["trace"] }];
  }
  if (Object.hasOwn(trace, "synthetic")) {
    if (Object.hasOwn(trace, "file"))
      return conflicts(["synthetic"], () => "expected either file or synthetic, got both");
    return conflicts(FILE_KEYS, (key) => `${key} describes a trace file and has no meaning for synthetic jobs`);
  }
  const swf = typeof trace.file === "string" && traceFormat(trace.file, trace.format) === "swf";
  return [
    ...(swf ? conflicts(CSV_KEYS, (key) => `${key} has no meaning for an SWF trace`) : []),
    ...(Object.hasOwn(trace, "queue")
      ? conflicts(["queueMap"], () => "queueMap has no effect when queue is given")
      : []),
  ];
}
