// How to read a trace, outside a scenario: the words of a scenario's `trace` section, from a file of their own and from the
// command line, with the same checks.

import { assert } from "../base/assert.js";
import { errorIssue, InputError, throwIfErrors } from "../base/issues.js";
import { checkTraceKeys } from "./checks.js";
import { DEFAULTS } from "./defaults.js";
import { asMap, describeValue, formatPath } from "./finding.js";
import { toFileTrace } from "./normalise.js";
import { findingsOf, zodMessage } from "./schema-issues.js";
import { trace } from "./schema-trace.js";
import type { FileTraceSpec } from "./trace-spec.js";
import { readYaml } from "./yaml-document.js";

/** Keys of the section `trace`, as YAML would give them. */
export type TraceSettings = Readonly<Record<string, unknown>>;

/**
 * The keys in a YAML text, which may stand under `trace` as in a scenario; `file` is shown in issues. Throws InputError when
 * it is no map.
 */
export function readTraceSettings(text: string, file: string): TraceSettings {
  const yaml = readYaml(text, file);
  throwIfErrors(yaml.issues);
  const settings = asMap(yaml.value);
  const only = settings !== undefined && Object.keys(settings).length === 1 ? asMap(settings.trace) : undefined;
  if (settings !== undefined) return only ?? settings;
  const message = `expected a map of the keys of a scenario's trace section, got ${describeValue(yaml.value)}`;
  throw new InputError([errorIssue("not-a-map", message, { file })]);
}

/** The checked settings for trace files. Throws InputError with every issue found. */
export function parseTraceSettings(settings: TraceSettings): FileTraceSpec {
  const root = { trace: { file: "trace", ...settings } };
  const result = trace.safeParse(root.trace, { error: zodMessage });
  const findings = [
    ...(result.success ? [] : findingsOf(result.error.issues, root.trace)),
    ...checkTraceKeys(root).map((finding) => ({ ...finding, path: finding.path.slice(1) })),
  ];
  const issues = findings.map(({ code, message, hint, path }) =>
    errorIssue(code, message, { path: formatPath(path), ...(hint === undefined ? {} : { hint }) }),
  );
  throwIfErrors(issues);
  assert(result.success, "settings that the schema refuses have issues");
  return toFileTrace(result.data, "trace", DEFAULTS.seed);
}
