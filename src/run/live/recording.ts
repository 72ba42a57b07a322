// `stowage live --record FOLDER`: what AWS answers in a run that changes nothing, and the scenario, both without ids and names. With
// them somebody else can have the same looks, and find out why live mode saw or decided what it did.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import { type Exchange, Recorder } from "../../live/record/recorder.js";
import { Redactor } from "../../live/record/redactor.js";
import { cannotWrite, type OutputError, outputError } from "../errors.js";
import { productVersion } from "../product-version.js";
import { readScenarioText } from "../scenario-files.js";

const ANSWERS = "recording.jsonl";
const SCENARIO = "scenario.yaml";
const FORMAT = 1;

export interface Recording {
  readonly recorder: Recorder;
  /** Both files get their names. Returns whether there are any: not where no answer came. Throws OutputError. */
  end(): boolean;
}

/** Nothing is written before the first answer. Throws InputError: the folder is not empty, or there is no such scenario. */
export function openRecording(folder: string, scenario: string): Recording {
  const { text } = readScenarioText(scenario);
  checkFolder(folder);
  const redactor = new Redactor();
  const path = join(folder, ANSWERS);
  let file: number | null = null;
  let failure: OutputError | null = null;
  const write = (line: object) => {
    if (failure !== null) return;
    try {
      file ??= begin(folder, path);
      writeSync(file, `${JSON.stringify(line)}\n`);
    } catch (error) {
      failure = outputError(error, path); // told of at the end: looks go on
    }
  };
  return {
    recorder: new Recorder((exchange: Exchange) => write(exchange), redactor),
    end: () => {
      if (failure !== null) throw failure;
      if (file === null) return false;
      closeSync(file);
      try {
        writeFileSync(join(folder, SCENARIO), redactor.ids(text), { flag: "wx" });
        renameSync(`${path}.part`, path);
      } catch (error) {
        throw outputError(error, path);
      }
      return true;
    },
  };
}

function begin(folder: string, path: string): number {
  mkdirSync(folder, { recursive: true });
  const file = openSync(`${path}.part`, "wx");
  writeSync(file, `${JSON.stringify({ stowage: productVersion(), recording: FORMAT })}\n`);
  return file;
}

function checkFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw cannotWrite(folder, "this is a file, not a folder");
  if (readdirSync(folder).length === 0) return;
  const hint = "name a folder that is not there yet";
  throw new InputError([
    errorIssue("folder-not-empty", "a recording needs a folder of its own", { file: folder, hint }),
  ]);
}
