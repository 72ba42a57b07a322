// Lints a scenario written in a test: a folder of its own, the plain case with what is different from it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LintFinding } from "../../../src/run/lint/finding.js";
import { type LintReport, lintScenario } from "../../../src/run/lint/lint.js";

/** One on-demand environment of two sizes; no root volume, so that prices are the price list's. */
const PLAIN = {
  region: "us-east-1",
  trace: "{ file: jobs.csv }",
  computeEnvironments:
    "[{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i.large, m6i.xlarge] } }]",
  billing: "{ rootVolume: 0 }",
};

export const HEADER = "id,name,submit_ms,runtime_s,vcpus,memory_mib";

/** Ten jobs of an hour that fill their instance: 2 vCPUs and 7,680 of the 7,755 MiB that an m6i.large has for jobs. */
export const PLAIN_ROWS = Array.from({ length: 10 }, (_, i) => `j${i},work,${i},3600,2,7680`);

/** The YAML text: each key replaces the plain one's line or is added. */
function scenarioText(keys: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...PLAIN, ...keys })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}

/** The report on a scenario with these keys and these lines of jobs.csv (the first is the header). */
export async function lintReport(
  keys: Readonly<Record<string, string>> = {},
  lines: readonly string[] = [HEADER, ...PLAIN_ROWS],
): Promise<LintReport> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-lint-"));
  try {
    writeFileSync(join(folder, "scenario.yaml"), scenarioText(keys));
    writeFileSync(join(folder, "jobs.csv"), `${lines.join("\n")}\n`);
    return await lintScenario(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The findings alone. */
export async function findings(
  keys?: Readonly<Record<string, string>>,
  lines?: readonly string[],
): Promise<readonly LintFinding[]> {
  return (await lintReport(keys, lines)).findings;
}
