// Helpers of the scenario tests: a scenario that is right, and the issues of one that is not.

import { InputError, type Issue } from "../../src/base/issues.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import type { Scenario } from "../../src/scenario/scenario.js";

/** The smallest scenario: one job shape, one environment. Line 1 to 7. */
export const SMALLEST = `trace:
  synthetic:
    jobs: 10
    duration: 1h
    shapes: [{ name: a, vcpus: 1, memory: 1 GiB, runtime: 1m }]
computeEnvironments:
  - { computeEnvironmentName: spot, computeResources: { type: SPOT, maxvCpus: 16 } }
`;

export function parse(text: string): Scenario {
  return parseScenario(text, "scenario.yaml", "default-name");
}

/** The issues of a wrong text; fails when the text is right. */
export function issuesOf(text: string): readonly Issue[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
  throw new Error("the text was accepted");
}

/** An issue as one row of a table: `code line:column path | message | hint`. */
export function row(issue: Issue): string {
  const { code, line, column, path, message, hint } = issue;
  const position = [line, column].filter((part) => part !== undefined).join(":");
  const subject = [code, position, path].filter((part) => part !== undefined && part !== "").join(" ");
  return [subject, message, ...(hint === undefined ? [] : [hint])].join(" | ");
}

export function rowsOf(text: string): string[] {
  return issuesOf(text).map(row);
}

/** A row of a table of wrong inputs. */
export type Row = [what: string, text: string, rows: string[]];

const TRACE = SMALLEST.split("computeEnvironments:")[0]!; // lines 1 to 5
const ENVIRONMENTS = `computeEnvironments:${SMALLEST.split("computeEnvironments:")[1]}`;

/** The file-trace section under test stands in lines 1 to …, the environments after it. */
export function withTrace(...lines: string[]): string {
  return `trace:\n${lines.map((line) => `  ${line}\n`).join("")}${ENVIRONMENTS}`;
}

/** One shape of a synthetic trace, in line 5. */
export function withShape(shape: string): string {
  return SMALLEST.replace(/\{ name: a.*\}/, shape);
}

/** The compute environment under test stands in line 7. */
export function withEnvironment(environment: string): string {
  return `${TRACE}computeEnvironments:\n  - ${environment}\n`;
}

/** Something after the smallest scenario, from line 8 on. */
export function and(...lines: string[]): string {
  return `${SMALLEST}${lines.join("\n")}\n`;
}

/** Jobs in lines 3 to …, then whatever else; one queue over one on-demand environment unless `rest` has its own. */
export function withJobs(jobs: readonly string[], ...rest: string[]): string {
  const environment =
    "computeEnvironments: [{ computeEnvironmentName: od, computeResources: { type: EC2, maxvCpus: 64 } }]";
  const own = rest.some((line) => line.startsWith("computeEnvironments:"));
  return ["trace:", "  jobs:", ...jobs.map((job) => `    - ${job}`), ...(own ? [] : [environment]), ...rest, ""].join(
    "\n",
  );
}

/** A job that is right, with something more: `{ id: a, …, MORE }`. */
export function job(id: string, more = ""): string {
  return `{ id: ${id}, vcpus: 1, memory: 1 GiB, runtime: 1m${more === "" ? "" : `, ${more}`} }`;
}

/** `code path | message | hint` of every issue, without positions. */
export function shortRowsOf(text: string): string[] {
  return issuesOf(text).map(({ code, path = "", message, hint }) => {
    return [`${code} ${path}`, message, ...(hint === undefined ? [] : [hint])].join(" | ");
  });
}
