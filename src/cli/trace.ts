// `stowage trace ...`: what there is to do with traces before they are replayed.

import type { CommandModule } from "yargs";
import { traceFormats } from "../run/traces/reading.js";
import { traceGenerateCommand } from "./trace-generate.js";
import { traceImportCommand } from "./trace-import.js";
import { traceInspectCommand } from "./trace-inspect.js";
import { tracePullCommand } from "./trace-pull.js";
import { traceTransformCommand } from "./trace-transform.js";
import { SAY_A_COMMAND } from "./usage-error.js";

const formatsCommand: CommandModule<object, object> = {
  command: "formats",
  describe: "List the formats that can be read",
  handler: () => {
    const formats = traceFormats();
    const width = Math.max(...formats.map(({ id }) => id.length));
    process.stdout.write(formats.map(({ id, title }) => `${id.padEnd(width)}  ${title}\n`).join(""));
  },
};

export const traceCommand: CommandModule<object, object> = {
  command: "trace",
  describe: "Import, pull, inspect, transform and generate traces",
  builder: (command) =>
    command
      .command(traceImportCommand)
      .command(tracePullCommand)
      .command(traceInspectCommand)
      .command(traceTransformCommand)
      .command(traceGenerateCommand)
      .command(formatsCommand)
      .demandCommand(1, SAY_A_COMMAND),
  handler: () => {},
};
