// `stowage calibrate`: how well the simulated world explains recorded waits, and which delays explain them best.

import { existsSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { renderCalibration } from "../report/calibration/terminal.js";
import { calibrate, DEFAULT_EFFORT } from "../run/calibrate/calibrate.js";
import { fittedScenarioText } from "../run/calibrate/fitted-scenario.js";
import { cannotWrite, outputError } from "../run/errors.js";
import { loadReplay } from "../run/load-replay.js";
import { makeProgress } from "./progress.js";
import { terminalOptions } from "./terminal-options.js";

interface CalibrateArguments {
  scenario: string;
  strategy: string | undefined;
  effort: number;
  bill: number | undefined;
  "instance-hours": number | undefined;
  output: string | undefined;
  json: boolean;
}

/** One guess. */
const LEAST_EFFORT = 1;

export const calibrateCommand: CommandModule<object, CalibrateArguments> = {
  command: "calibrate <scenario>",
  describe: "Fit boot, pull and scheduling delays to the waits that the trace recorded; simulated against recorded",
  builder: (command) =>
    command
      .positional("scenario", { type: "string", demandOption: true, describe: "As for replay" })
      .option("strategy", {
        type: "string",
        requiresArg: true,
        describe: "Fit this strategy or baseline alone [default: every strategy]",
      })
      .option("effort", {
        type: "number",
        requiresArg: true,
        default: DEFAULT_EFFORT,
        describe: "Most replays per fit; each strategy is fitted twice",
      })
      .option("bill", { type: "number", requiresArg: true, describe: "What the recorded run cost, USD" })
      .option("instance-hours", { type: "number", requiresArg: true, describe: "Instance-hours of the recorded run" })
      .option("output", {
        type: "string",
        requiresArg: true,
        describe: "Write the scenario with the world of the best fit to this new file",
      })
      .option("json", { type: "boolean", default: false, describe: "Everything as JSON" })
      .check(({ effort, bill, "instance-hours": instanceHours }) => {
        if (!Number.isInteger(effort) || effort < LEAST_EFFORT) {
          throw new Error(`--effort needs a whole number of at least ${LEAST_EFFORT}`);
        }
        if (bill !== undefined && !(bill > 0)) throw new Error("--bill needs a number greater than 0");
        if (instanceHours !== undefined && !(instanceHours > 0)) {
          throw new Error("--instance-hours needs a number greater than 0");
        }
        return true;
      })
      .example("$0 calibrate production.yaml --bill 1240.50", "")
      .example("$0 calibrate production.yaml --strategy aws-batch-managed --output fitted.yaml", ""),
  handler: async (given) => {
    if (given.output !== undefined) refuseExisting(given.output);
    const progress = makeProgress();
    try {
      const { resolved, trace, header } = await loadReplay(given.scenario, progress.onTrace);
      const calibration = calibrate(resolved, trace, header, {
        run: given.strategy ?? null,
        effort: given.effort,
        billUsd: given.bill ?? null,
        instanceHours: given["instance-hours"] ?? null,
        onReplay: progress.onRun,
      });
      progress.stop();
      const text = given.json
        ? `${JSON.stringify(calibration, null, 1)}\n`
        : renderCalibration(calibration, terminalOptions(false));
      process.stdout.write(text);
      if (given.output === undefined) return;
      writeNew(given.output, fittedScenarioText(given.scenario, given.output, calibration.runs[0]!.world));
      process.stderr.write(`Scenario: ${given.output}\n`);
    } finally {
      progress.stop();
    }
  },
};

/** Throws when the file cannot be new: better before the replays than after them. */
function refuseExisting(file: string): void {
  if (!existsSync(dirname(file))) throw cannotWrite(file, "there is no such folder", "make it, or choose another name");
  if (!existsSync(file)) return;
  const hint = "give another name, or remove it first";
  throw new InputError([errorIssue("file-exists", "the file is there already", { file, hint })]);
}

function writeNew(file: string, text: string): void {
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw outputError(error, file);
  }
}
