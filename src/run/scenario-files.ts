// Finding and reading scenario files. A scenario is named by its file, by the folder that holds scenario.yaml, or, for those
// that come with the program, by the folder's bare name.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { didYouMean, errorIssue, InputError } from "../base/issues.js";
import { parseScenario } from "../scenario/parse-scenario.js";
import type { Scenario } from "../scenario/scenario.js";
import { readingFailed } from "./errors.js";

const SCENARIO_FILE = "scenario.yaml";
const PACKAGED_SCENARIOS = fileURLToPath(new URL("../../scenarios/", import.meta.url));

export interface LoadedScenario {
  readonly scenario: Scenario;
  /** Its path, as messages should name it; relative paths inside the scenario start from its folder. */
  readonly file: string;
}

export interface ScenarioText {
  readonly text: string;
  /** Its path, as messages should name it. */
  readonly file: string;
  /** Name of the scenario when it has none of its own. */
  readonly defaultName: string;
}

/** Reads and validates a scenario; lines of `stress` come after its own. Throws InputError when there is none or it is wrong. */
export function loadScenario(given: string, stress: readonly string[] = []): LoadedScenario {
  const { text, file, defaultName } = readScenarioText(given);
  return { scenario: parseScenario(text, file, defaultName, stress), file };
}

/** Finds and reads a scenario's file. Throws InputError when there is none. */
export function readScenarioText(given: string): ScenarioText {
  const file = findScenarioFile(given);
  try {
    return { text: readFileSync(file, "utf8"), file, defaultName: defaultName(file) };
  } catch (error) {
    throw new InputError([errorIssue("cannot-read-scenario", readingFailed(error), { file })]);
  }
}

function findScenarioFile(given: string): string {
  if (existsSync(given)) {
    if (!statSync(given).isDirectory()) return given;
    const file = join(given, SCENARIO_FILE);
    if (existsSync(file)) return file;
    throw noScenario(given, `the folder has no ${SCENARIO_FILE}`);
  }
  const packaged = packagedScenarios();
  if (packaged.includes(given)) return join(PACKAGED_SCENARIOS, given, SCENARIO_FILE);
  throw noScenario(given, "there is no such scenario", didYouMean(given, packaged));
}

/** Names of the scenarios that come with the program. */
function packagedScenarios(): string[] {
  return readdirSync(PACKAGED_SCENARIOS)
    .filter((name) => existsSync(join(PACKAGED_SCENARIOS, name, SCENARIO_FILE)))
    .sort();
}

function noScenario(given: string, message: string, guess?: string): InputError {
  const ways = `give a YAML file, a folder with ${SCENARIO_FILE}, or one of: ${packagedScenarios().join(", ")}`;
  return new InputError([errorIssue("no-scenario", message, { file: given, hint: guess ?? ways })]);
}

/** The folder's name for scenario.yaml, else the file's own without its extension. */
function defaultName(file: string): string {
  const base = basename(file);
  return base === SCENARIO_FILE ? basename(dirname(resolve(file))) : basename(file, extname(file));
}
