#!/usr/bin/env node
// The command line. One file per command; here they are put together, and every failure becomes text on stderr and an exit
// code: 0 ok, 1 failed, 2 usage or invalid input.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { productVersion } from "../run/load-replay.js";
import { catalogCommand } from "./catalog.js";
import { explainCommand } from "./explain.js";
import { EXIT_USAGE, exitWithFailure } from "./failure.js";
import { replayCommand } from "./replay.js";
import { reportCommand } from "./report.js";
import { validateCommand } from "./validate.js";

// A reader that has seen enough (`| head`) closes the pipe: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const parser = yargs(hideBin(process.argv))
  .scriptName("stowage")
  .usage("$0 <command>\n\nReplays AWS Batch job traces on a simulated EC2 fleet: cost, waiting time, and why.")
  .locale("en")
  .version(productVersion())
  .command(replayCommand)
  .command(explainCommand)
  .command(reportCommand)
  .command(validateCommand)
  .command(catalogCommand)
  .strict()
  .recommendCommands()
  .demandCommand(1, "Say what to do: one of the commands above.")
  .completion("completion", "Print a shell completion script")
  .wrap(Math.min(110, process.stdout.columns ?? 110))
  .epilogue("Try: stowage replay quickstart")
  .exitProcess(false)
  .fail((message: string | null, error: Error | undefined, self) => {
    if (error !== undefined) throw error;
    self.showHelp("error");
    process.stderr.write(`\n${message ?? "The command line is not understood."}\n`);
    process.exitCode = EXIT_USAGE;
  });

try {
  await parser.parseAsync();
} catch (error) {
  exitWithFailure(error);
}
