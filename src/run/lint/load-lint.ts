// A scenario read so that lint can say something about all of it: what the readers refuse is reported and left out, and the
// rest is read again, until it holds. Only what a reader finds in the user's own document is reported, never what follows
// from leaving something out.

import { InputError, type Issue } from "../../base/issues.js";
import { loadCatalog } from "../../catalog/catalog.js";
import { asMap, formatPath, type PathKey } from "../../scenario/finding.js";
import { parseScenario } from "../../scenario/parse-scenario.js";
import type { Scenario } from "../../scenario/scenario.js";
import { readYaml } from "../../scenario/yaml-document.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { loadTrace } from "../load-replay.js";
import type { ReplayTrace } from "../replay.js";
import { resolveScenario } from "../resolve.js";
import { readScenarioText } from "../scenario-files.js";
import type { ResolvedScenario } from "../tables.js";
import { leaveOut, pathKeys, traced, tracedPath } from "./leave-out.js";

export interface LoadedLint {
  readonly file: string;
  /** What the readers of scenario, catalogue and trace refuse. */
  readonly issues: readonly Issue[];
  /** Plain value of the scenario file. */
  readonly document: unknown;
  /** Adds the position of a path in the scenario file. */
  readonly locate: (path: readonly PathKey[]) => Pick<Issue, "line" | "column" | "path">;
  /** Undefined: nothing could be saved. */
  readonly resolved: ResolvedScenario | undefined;
  /** Undefined: it could not be read. */
  readonly trace: ReplayTrace | undefined;
}

/** A mistake can take everything that refers to it along: from a compute environment to the queues that it leaves empty. */
const MOST_ROUNDS = 20;

/** The three readers, in order; a later one's issues are new, an earlier one's in a later round are consequences. */
const READERS = ["scenario", "catalogue", "trace"] as const;

/** No file has this name. */
const NO_TRACE_FILE = "\u0000";

interface Reading {
  resolved?: ResolvedScenario;
  trace?: ReplayTrace;
}

/** Reads what can be read. Throws InputError when there is no such file or no such map in it. */
export async function loadLint(given: string, onProgress?: OnTraceProgress): Promise<LoadedLint> {
  const { text, file, defaultName } = readScenarioText(given);
  const { value, toIssue } = readYaml(text, file);
  const locate = (path: readonly PathKey[]) => {
    const { line, column } = toIssue({ code: "", message: "", path });
    return {
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      path: formatPath(path),
    };
  };
  const found: Issue[] = [];
  const reading: Reading = {};
  if (asMap(value) === undefined) parseScenario(text, file, defaultName); // throws: there is no map to save anything of
  const document = traced(value);
  let reported = -1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    // The first round reads the user's own text: its issues carry their positions.
    const source = round === 0 ? text : JSON.stringify(document);
    const failure = await read(source, { file, defaultName, reading, onProgress });
    if (failure === undefined) break;
    const paths = failure.issues.map((issue) => (issue.path === undefined ? undefined : pathKeys(issue.path)));
    const reader = READERS.indexOf(failure.reader);
    if (reader > reported) {
      reported = reader;
      found.push(...failure.issues.map((issue, i) => positioned(issue, paths[i], document, file, locate)));
    }
    const smaller = leaveOut(document, paths);
    if (!withTrace(document) && !smaller) break;
  }
  return { file, issues: found, document: value, locate, resolved: reading.resolved, trace: reading.trace };
}

/** Without a trace that can be saved the rest is read with one that is not there; returns whether one was missing. */
function withTrace(document: unknown): boolean {
  const map = document as Record<string, unknown>;
  if (Object.hasOwn(map, "trace")) return false;
  map.trace = { file: NO_TRACE_FILE };
  return true;
}

/** An issue in the scenario file without a position gets one; what was left out before it does not count. */
function positioned(
  issue: Issue,
  path: readonly PathKey[] | undefined,
  document: unknown,
  file: string,
  locate: LoadedLint["locate"],
): Issue {
  if (path === undefined || issue.line !== undefined || issue.file !== file) return issue;
  return { ...issue, ...locate(tracedPath(document, path)) };
}

interface Source {
  readonly file: string;
  readonly defaultName: string;
  /** Filled with what could be read. */
  readonly reading: Reading;
  readonly onProgress: OnTraceProgress | undefined;
}

/** Runs the readers on a text; the issues of the first that fails, or nothing. */
async function read(text: string, { file, defaultName, reading, onProgress }: Source) {
  let reader: (typeof READERS)[number] = "scenario";
  try {
    const scenario = parseScenario(text, file, defaultName);
    reader = "catalogue";
    const resolved = resolveScenario(tolerant(scenario), loadCatalog(), file);
    reading.resolved = resolved;
    if (scenario.trace.kind === "file" && scenario.trace.file === NO_TRACE_FILE) return undefined;
    reader = "trace";
    reading.trace = await loadTrace(resolved, resolved.scenario.trace, file, onProgress);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { reader, issues: error.issues };
  }
}

/** Jobs that nothing can run are counted: a rule tells of them, and the others are looked at. */
function tolerant(scenario: Scenario): Scenario {
  return { ...scenario, trace: { ...scenario.trace, unplaceable: "reject" } };
}
