// `stowage lint`: the readers' issues and the rules' findings in one list, worst first, then in the order of the file.

import type { Issue } from "../../base/issues.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { NO_TRACE, traceFigures } from "./figures.js";
import { type LintFinding, SEVERITIES, type Severity } from "./finding.js";
import { type LoadedLint, loadLint } from "./load-lint.js";
import { Places } from "./places.js";
import { LINT_RULES } from "./rules.js";

export interface LintReport {
  readonly file: string;
  readonly findings: readonly LintFinding[];
  /** Jobs that the figures rest on; null when the trace could not be read. */
  readonly jobs: number | null;
}

/** Lints a scenario, named as for a replay. Throws InputError when there is nothing to look at. */
export async function lintScenario(given: string, onProgress?: OnTraceProgress): Promise<LintReport> {
  const loaded = await loadLint(given, onProgress);
  const findings = [...loaded.issues.map((issue) => ofIssue(issue, loaded.file)), ...applyRules(loaded)];
  return {
    file: loaded.file,
    findings: inOrder(findings),
    jobs: loaded.trace?.workload.jobCount ?? null,
  };
}

/** How many findings of each severity there are. */
export function countBySeverity(findings: readonly LintFinding[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  return { error: count("error"), warning: count("warning"), info: count("info") };
}

function ofIssue({ code, message, hint, file, line, column, path }: Issue, scenarioFile: string): LintFinding {
  return {
    severity: "error",
    code,
    message,
    figure: "",
    fix: hint ?? "",
    file: file ?? scenarioFile,
    line,
    column,
    path: path ?? "",
  };
}

function applyRules({ resolved, trace, document, file, locate }: LoadedLint): LintFinding[] {
  if (resolved === undefined) return [];
  const input = {
    resolved,
    trace: trace === undefined ? NO_TRACE : traceFigures(trace.workload, trace.profiles, trace.report),
    places: new Places(document),
  };
  return LINT_RULES.flatMap(({ code, severity, check }) =>
    check(input).map(({ path, ...said }): LintFinding => {
      const { line, column, path: at } = locate(path);
      return { severity, code, ...said, file, line, column, path: at ?? "" };
    }),
  );
}

/** By severity, file, line and column; within those in the order of the rules and of what they say. */
function inOrder(findings: readonly LintFinding[]): LintFinding[] {
  const rank = ({ severity }: LintFinding) => SEVERITIES.indexOf(severity);
  const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      compareText(a.file, b.file) ||
      (a.line ?? 0) - (b.line ?? 0) ||
      (a.column ?? 0) - (b.column ?? 0),
  );
}
