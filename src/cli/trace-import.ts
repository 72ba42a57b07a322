// `stowage trace import`: files of any format to a trace of the project's own.

import type { CommandModule } from "yargs";
import { ingestLines } from "../report/ingest-lines.js";
import { importFiles } from "../run/traces/import-files.js";
import { checkTraceOutput } from "../run/traces/write-trace.js";
import { makeProgress } from "./progress.js";
import {
  type ReadingArguments,
  readingSpec,
  TRACE_FILES,
  TRACE_OUTPUT,
  withReadingOptions,
} from "./reading-options.js";

interface ImportArguments extends ReadingArguments {
  readonly files: readonly string[] | undefined;
  readonly output: string;
  readonly force: boolean;
  readonly json: boolean;
}

export const traceImportCommand: CommandModule<object, ImportArguments> = {
  command: "import <files..>",
  describe: "Read trace files of any known format; write one CSV or compiled trace",
  builder: (command) =>
    withReadingOptions(command)
      .positional("files", TRACE_FILES)
      .option("output", { ...TRACE_OUTPUT, default: "trace.csv.gz" })
      .option("force", { type: "boolean", default: false, describe: "Replace an older --output" })
      .option("json", { type: "boolean", default: false, describe: "Print the report as JSON" })
      .example("$0 trace import jobs.json --output trace.csv.gz", "")
      .example("$0 trace import events/ --from batch-events", ""),
  handler: async (given) => {
    const { output, force, json } = given;
    const spec = readingSpec(given);
    checkTraceOutput(output, force);
    const progress = makeProgress();
    try {
      const report = await importFiles(spec, given.files ?? [], output, force, progress.onTrace);
      progress.stop();
      process.stdout.write(json ? `${JSON.stringify(report, null, 1)}\n` : `${ingestLines(report).join("\n")}\n`);
      if (report.accepted === 0) process.stderr.write("warning: not one job of these files can be replayed\n");
      process.stderr.write(`Trace: ${output}\n`);
    } finally {
      progress.stop();
    }
  },
};
