#!/usr/bin/env node
// The command line. One file per command; here they are put together, and every failure becomes text on stderr and an exit
// code: 0 ok, 1 failed, 2 usage or invalid input. Results go to stdout, everything else to stderr.

import yargs, { type CommandModule } from "yargs";
import { hideBin } from "yargs/helpers";
import { chooseCatalog } from "../catalog/catalog.js";
import { openUserCatalog } from "../catalog/user-catalog.js";
import { productVersion } from "../run/product-version.js";
import { exitWithFailure, stdoutFailed } from "./failure.js";
import { checkOptions, SAY_A_COMMAND, UsageError } from "./usage-error.js";

/** In the order of the help. */
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  replay: async () => (await import("./replay.js")).replayCommand,
  compare: async () => (await import("./compare.js")).compareCommand,
  explain: async () => (await import("./explain.js")).explainCommand,
  calibrate: async () => (await import("./calibrate.js")).calibrateCommand,
  report: async () => (await import("./report.js")).reportCommand,
  validate: async () => (await import("./validate.js")).validateCommand,
  lint: async () => (await import("./lint.js")).lintCommand,
  trace: async () => (await import("./trace.js")).traceCommand,
  scenario: async () => (await import("./scenario.js")).scenarioCommand,
  catalog: async () => (await import("./catalog.js")).catalogCommand,
  live: async () => (await import("./live.js")).liveCommand,
  doctor: async () => (await import("./doctor.js")).doctorCommand,
};

/** The command that is called, alone where its name comes first: to load all of them takes longer than most of them run. */
async function loadCommands(): Promise<CommandModule[]> {
  const [word = ""] = hideBin(process.argv);
  if (word === "--version") return [];
  const called = COMMANDS[word];
  const loaders = called === undefined ? Object.values(COMMANDS) : [called];
  return (await Promise.all(loaders.map((load) => load()))) as CommandModule[];
}

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
  .command(await loadCommands())
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
