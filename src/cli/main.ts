#!/usr/bin/env node
// The command line. One file per command; here they are put together, and every failure becomes text on stderr and an exit
// code: 0 ok, 1 failed, 2 usage or invalid input. Results go to stdout, everything else to stderr.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { chooseCatalog } from "../catalog/catalog.js";
import { openUserCatalog } from "../catalog/user-catalog.js";
import { productVersion } from "../run/load-replay.js";
import { calibrateCommand } from "./calibrate.js";
import { catalogCommand } from "./catalog.js";
import { compareCommand } from "./compare.js";
import { doctorCommand } from "./doctor.js";
import { explainCommand } from "./explain.js";
import { exitWithFailure, stdoutFailed } from "./failure.js";
import { lintCommand } from "./lint.js";
import { liveCommand } from "./live.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { scenarioCommand } from "./scenario.js";
import { traceCommand } from "./trace.js";
import { checkOptions, SAY_A_COMMAND, UsageError } from "./usage-error.js";
import { validateCommand } from "./validate.js";

/** Help is prose: longer lines are hard to read, whatever the terminal. */
const HELP_WIDTH = 110;

process.stdout.on("error", stdoutFailed);
// Nobody reads the messages: the exit code still tells.
process.stderr.on("error", () => {});

const parser = yargs(hideBin(process.argv))
  .scriptName("stowage")
  .usage("$0 <command>\n\nReplays AWS Batch job traces on a simulated EC2 fleet: cost, waiting time, and why.")
  .locale("en")
  .version(productVersion())
  .alias("h", "help")
  .command(replayCommand)
  .command(compareCommand)
  .command(explainCommand)
  .command(calibrateCommand)
  .command(reportCommand)
  .command(validateCommand)
  .command(lintCommand)
  .command(traceCommand)
  .command(scenarioCommand)
  .command(catalogCommand)
  .command(liveCommand)
  .command(doctorCommand)
  .option("catalog", {
    type: "string",
    requiresArg: true,
    describe: "Folder of catalog refresh, in place of the embedded figures of its regions",
  })
  .middleware(({ catalog }) => {
    if (typeof catalog === "string" && catalog !== "") chooseCatalog(openUserCatalog(catalog));
  })
  .strict()
  .check(checkOptions, true)
  .demandCommand(1, SAY_A_COMMAND)
  .completion("completion", "Print a shell completion script")
  .wrap(Math.min(HELP_WIDTH, process.stdout.columns || HELP_WIDTH))
  .epilogue("Exit codes: 0 ok, 1 failed, 2 usage or invalid input.\nTry: stowage replay quickstart")
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined, self) => {
    // Failures of a command come without a message; a message is yargs' own, about the command line.
    if (message === null) throw error;
    let help = "";
    self.showHelp((text) => {
      help = text;
    });
    throw new UsageError(message, help);
  });

try {
  await parser.parseAsync();
} catch (error) {
  exitWithFailure(error);
}
