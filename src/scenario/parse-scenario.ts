// Text to Scenario: YAML, then schema, then the relations between the parts. Whatever is wrong is reported at once, in the
// order of the file, each with line, column, path and, where one can be guessed, what to write instead.

import { assert } from "../base/assert.js";
import { errorIssue, InputError } from "../base/issues.js";
import { checkRelations } from "./checks.js";
import { asMap, describeValue } from "./finding.js";
import { normalise } from "./normalise.js";
import type { Scenario } from "./scenario.js";
import { scenarioSchema } from "./schema.js";
import { findingsOf, zodMessage } from "./schema-issues.js";
import { stressLines } from "./stress.js";
import { inFileOrder, readYaml } from "./yaml-document.js";

/**
 * Reads a scenario file's text. `fileName` is only shown in issues; `defaultName` names a scenario that has no name; `stress` are
 * lines that come after the scenario's own. Throws InputError with every issue found.
 */
export function parseScenario(
  text: string,
  fileName: string,
  defaultName: string,
  stress: readonly string[] = [],
): Scenario {
  const yaml = readYaml(text, fileName);
  const start = { file: fileName, line: 1, column: 1 };
  const hint = "a scenario is a map of keys; it needs at least trace and computeEnvironments";
  if (yaml.value === null) {
    throw new InputError([errorIssue("empty-scenario", "the file is empty", { ...start, hint })]);
  }
  if (asMap(yaml.value) === undefined) {
    throw new InputError([
      errorIssue("not-a-map", `expected a map, got ${describeValue(yaml.value)}`, { ...start, hint }),
    ]);
  }
  const result = scenarioSchema.safeParse(yaml.value, { error: zodMessage });
  const findings = [
    ...(result.success ? [] : findingsOf(result.error.issues, yaml.value)),
    ...checkRelations(yaml.value),
  ];
  const more = stressLines(stress);
  const issues = [...yaml.issues, ...findings.map(yaml.toIssue)];
  if (issues.length + more.issues.length > 0) throw new InputError([...inFileOrder(issues), ...more.issues]);
  assert(result.success, "a document that the schema refuses has issues");
  return normalise(result.data, defaultName, more.lines);
}
