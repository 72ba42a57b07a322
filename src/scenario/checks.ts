// What one part of a scenario says about another: names that are defined twice or not at all, keys that exclude each other.
// The checks read the raw document and look only at what they need, so that they still speak when other parts are wrong.

import { resourceName } from "./arns.js";
import { checkDefinitions } from "./checks-definitions.js";
import { checkDependencies } from "./checks-dependencies.js";
import { checkEnvironments } from "./checks-environments.js";
import { checkJobs } from "./checks-jobs.js";
import { checkLive } from "./checks-live.js";
import { duplicateNames, type Mention, mentions, namedPart, unknownName } from "./checks-names.js";
import { checkQueues } from "./checks-queues.js";
import { DEFAULTS } from "./defaults.js";
import { asList, asMap, describeValue, type Finding, valueAt } from "./finding.js";
import { BASELINE_NAMES } from "./scenario.js";
import { STRATEGY_PRESET_NAMES } from "./strategy-presets.js";

/** What a strategy is that is not like a named one. */
const [DEFAULT_STRATEGY] = DEFAULTS.strategies;

/** Findings about the relations between the parts of a scenario. */
export function checkRelations(root: unknown): Finding[] {
  const duplicates = (path: string[], key: string, what: string) => duplicateNames(mentions(root, path, key), what);
  return [
    ...duplicates(["computeEnvironments"], "computeEnvironmentName", "compute environment"),
    ...duplicates(["jobQueues"], "jobQueueName", "job queue"),
    ...duplicates(["schedulingPolicies"], "name", "scheduling policy"),
    ...duplicates(["consumableResources"], "consumableResourceName", "consumable resource"),
    ...duplicateNames(strategyMentions(root), "strategy"),
    ...duplicates(["trace", "synthetic", "shapes"], "name", "shape"),
    ...checkStrategyNames(root),
    ...checkBaselines(root),
    ...checkEnvironments(root),
    ...checkQueues(root),
    ...checkQueueReferences(root),
    ...checkTraceKeys(root),
    ...checkDefinitions(root),
    ...checkJobs(root),
    ...checkDependencies(root),
    ...checkLive(root),
  ];
}

/** The names of the strategies: a text is the name of a known one, a map has its own. */
function strategyMentions(root: unknown): Mention[] {
  return asList(valueAt(root, ["strategies"])).flatMap((given, index): Mention[] => {
    if (typeof given === "string") return [{ name: given, path: ["strategies", index] }];
    const name = asMap(given)?.name;
    return typeof name === "string" ? [{ name, path: ["strategies", index, "name"] }] : [];
  });
}

function checkStrategyNames(root: unknown): Finding[] {
  const givenBaselines = asList(valueAt(root, ["baselines"]));
  return strategyMentions(root).flatMap(({ name, path }): Finding[] => {
    const strategy = asMap(valueAt(root, path.slice(0, 2)));
    const like = strategy === undefined ? name : strategy.like;
    const isPreset = STRATEGY_PRESET_NAMES.some((preset) => preset === name);
    const isBaseline = BASELINE_NAMES.some((baseline) => baseline === name);
    if (isBaseline && !(isPreset && like === name && !givenBaselines.includes(name))) {
      const message = `${describeValue(name)} is the name of a baseline`;
      return [{ code: "duplicate-name", message, hint: "give the strategy another name", path }];
    }
    if (!isPreset || (like ?? DEFAULT_STRATEGY) === name) return [];
    const message = `${describeValue(name)} is the name of another strategy than this one`;
    return [{ code: "duplicate-name", message, hint: `add like: ${name}, or give it another name`, path }];
  });
}

function checkBaselines(root: unknown): Finding[] {
  const baselines = asList(valueAt(root, ["baselines"]));
  return baselines.flatMap((name, index) => {
    if (baselines.indexOf(name) === index) return [];
    return [{ code: "duplicate-name", message: `${describeValue(name)} is listed twice`, path: ["baselines", index] }];
  });
}

function checkQueueReferences(root: unknown): Finding[] {
  const omitted = valueAt(root, ["jobQueues"]) === undefined;
  const defined = omitted ? [DEFAULTS.jobQueue.name] : namedPart(root, ["jobQueues"], "jobQueueName");
  if (defined === undefined) return [];
  const shapesPath = ["trace", "synthetic", "shapes"];
  const mapped = Object.entries(asMap(valueAt(root, ["trace", "queueMap"])) ?? {}).flatMap(([key, name]) => {
    return typeof name === "string" ? [{ name, path: ["trace", "queueMap", key] }] : [];
  });
  const queue = valueAt(root, ["trace", "queue"]);
  const fixed = typeof queue === "string" ? [{ name: queue, path: ["trace", "queue"] }] : [];
  const jobs = mentions(root, JOBS, "jobQueue").map(({ name, path }) => ({ name: resourceName(name), path }));
  const named = [...fixed, ...mapped, ...mentions(root, shapesPath, "queue"), ...jobs];
  const disciplines = disciplinedQueues(root).flatMap((mention) => unknownName("job queue", mention, defined, true));
  const findings = [...named.flatMap((mention) => unknownName("job queue", mention, defined)), ...disciplines];
  if (defined.length === 1) return findings;
  return [
    ...findings,
    ...unassigned(root, shapesPath, "queue", defined),
    ...unassigned(root, JOBS, "jobQueue", defined),
  ];
}

const JOBS = ["trace", "jobs"];

/** The queues that strategies name in queueDisciplines. */
function disciplinedQueues(root: unknown): Mention[] {
  return asList(valueAt(root, ["strategies"])).flatMap((strategy, index) => {
    const path = ["strategies", index, "queueDisciplines"];
    return Object.keys(asMap(asMap(strategy)?.queueDisciplines) ?? {}).map((name) => ({ name, path: [...path, name] }));
  });
}

/** Findings about the maps in a list that name no queue, where there is more than one. */
function unassigned(root: unknown, path: readonly string[], key: string, defined: readonly string[]): Finding[] {
  return asList(valueAt(root, path)).flatMap((item, index) => {
    if (asMap(item) === undefined || asMap(item)?.[key] !== undefined) return [];
    const message = `the key "${key}" is missing, and there are ${defined.length} job queues`;
    return [{ code: "missing-key", message, hint: `one of ${defined.join(", ")}`, path: [...path, index, key] }];
  });
}

/** Where jobs come from: exactly one of these. */
const TRACE_KINDS = ["file", "synthetic", "jobs"] as const;
/** Keys of `trace` that only a file has a use for. */
const FILE_KEYS = [
  "format",
  "columns",
  "delimiter",
  "header",
  "release",
  "largestMachine",
  "timeZone",
  "defaults",
  "queue",
  "queueMap",
  "gpuSharing",
  "limits",
  "shareFrom",
  "transform",
] as const;
/** SWF fixes its columns, and counts seconds from a start that its header gives. */
const CSV_KEYS = ["columns", "delimiter", "header", "timeZone"] as const;

function isSwf(file: unknown, format: unknown): boolean {
  return format === undefined ? /\.swf(\.gz)?$/i.test(String(file)) : format === "swf";
}

/** A mapping of columns is one of CSV's, whatever the file looks like. */
function isCsv(trace: Readonly<Record<string, unknown>>): boolean {
  const looksSo = Object.hasOwn(trace, "columns") || /\.csv(\.gz)?$/i.test(String(trace.file));
  return trace.format === "csv" || (trace.format === undefined && looksSo);
}

/** Keys of the section `trace` of a document that exclude each other. */
export function checkTraceKeys(root: unknown): Finding[] {
  const trace = asMap(valueAt(root, ["trace"]));
  if (trace === undefined) return [];
  const conflicts = (keys: readonly string[], message: (key: string) => string): Finding[] => {
    return keys
      .filter((key) => Object.hasOwn(trace, key))
      .map((key) => ({ code: "conflicting-keys", message: message(key), path: ["trace", key], atKey: true }));
  };
  const kinds = TRACE_KINDS.filter((kind) => Object.hasOwn(trace, kind));
  const [kind, ...others] = kinds;
  if (kind === undefined) {
    return [{ code: "missing-key", message: "expected one of file, synthetic or jobs, got none", path: ["trace"] }];
  }
  if (others.length > 0) {
    return conflicts(others, () => `expected one of file, synthetic or jobs, got ${kinds.join(" and ")}`);
  }
  if (kind !== "file") {
    const what = kind === "jobs" ? "jobs written in the scenario" : "synthetic jobs";
    return conflicts(FILE_KEYS, (key) => `${key} describes a trace file and has no meaning for ${what}`);
  }
  return [
    ...(isSwf(trace.file, trace.format) ? conflicts(CSV_KEYS, (key) => `${key} has no meaning for an SWF trace`) : []),
    ...(isCsv(trace)
      ? conflicts(["shareFrom"], () => "shareFrom has no meaning for a CSV trace: name its column share")
      : []),
    ...(trace.format === undefined || trace.format === "csv" || isSwf(trace.file, trace.format)
      ? []
      : conflicts(
          ["columns"],
          () => `columns has no meaning for a ${String(trace.format)} trace: its columns are known`,
        )),
    ...(Object.hasOwn(trace, "queue")
      ? conflicts(["queueMap"], () => "queueMap has no effect when queue is given")
      : []),
  ];
}
