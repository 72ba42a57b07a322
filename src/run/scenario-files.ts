// Finding and reading scenario files. A scenario is named by its file, by the folder that holds scenario.yaml, or, for those
// that come with the program, by the folder's bare name.

import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorIssue, InputError } from "../base/issues.js";
import { parseScenario } from "../scenario/parse-scenario.js";
import type { Scenario } from "../scenario/scenario.js";

const SCENARIO_FILE = "scenario.yaml";
const PACKAGED_SCENARIOS = fileURLToPath(new URL("../../scenarios/", import.meta.url));

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** The file as messages should name it. */
  readonly file: string;
  /** Folder that relative paths inside the scenario start from. */
  readonly folder: string;
}

/** Reads and validates a scenario. Throws InputError when there is none or it is wrong. */
export function loadScenario(given: string): LoadedScenario {
  const file = findScenarioFile(given);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError([errorIssue("cannot-read-scenario", readingFailed(error), { file })]);
  }
  return { scenario: parseScenario(text, file, defaultName(file)), file, folder: dirname(resolve(file)) };
}

function findScenarioFile(given: string): string {
  if (existsSync(given)) return statSync(given).isDirectory() ? join(given, SCENARIO_FILE) : given;
  const packaged = join(PACKAGED_SCENARIOS, given, SCENARIO_FILE);
  if (/^[\w-]+$/.test(given) && existsSync(packaged)) return packaged;
  throw new InputError([
    errorIssue("no-scenario", "there is no such scenario", {
      file: given,
      hint: 'give a YAML file, a folder with scenario.yaml, or "quickstart"',
    }),
  ]);
}

/** The folder's name for scenario.yaml, else the file's own without its extension. */
function defaultName(file: string): string {
  const base = basename(file);
  return base === SCENARIO_FILE ? basename(dirname(resolve(file))) : basename(file, extname(file));
}

function readingFailed(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return `the folder has no ${SCENARIO_FILE}`;
  if (code === "EACCES") return "permission denied";
  throw error;
}
