// `stowage trace inspect`: what is in trace files, and what to doubt.

import type { CommandModule } from "yargs";
import { renderInspection } from "../report/inspection/terminal.js";
import { inspectFiles, writeInspectionPage } from "../run/traces/inspect-trace.js";
import { checkOutputFile } from "../run/traces/output-file.js";
import { makeProgress } from "./progress.js";
import { type ReadingArguments, readingSpec, TRACE_FILES, withReadingOptions } from "./reading-options.js";
import { terminalOptions } from "./terminal-options.js";

interface InspectArguments extends ReadingArguments {
  readonly files: readonly string[] | undefined;
  readonly json: boolean;
  readonly html: string | undefined;
  readonly force: boolean;
}

export const traceInspectCommand: CommandModule<object, InspectArguments> = {
  command: "inspect <files..>",
  describe: "Tell what is in trace files and what to doubt about it",
  builder: (command) =>
    withReadingOptions(command)
      .positional("files", TRACE_FILES)
      .option("json", { type: "boolean", default: false, describe: "Print the figures as JSON" })
      .option("html", { type: "string", requiresArg: true, describe: "Write a page with pictures to this file too" })
      .option("force", { type: "boolean", default: false, describe: "Replace an older --html file" })
      .example("$0 trace inspect jobs.csv --html jobs.html", "")
      .example("$0 trace inspect sacct.txt --time-zone America/Denver --json", ""),
  handler: async (given) => {
    const { html, force, json } = given;
    const spec = readingSpec(given);
    if (html !== undefined) checkOutputFile(html, force);
    const progress = makeProgress();
    const inspection = await inspectFiles(spec, given.files ?? [], progress.onTrace).finally(progress.stop);
    const text = json
      ? `${JSON.stringify(inspection, null, 1)}\n`
      : renderInspection(inspection, terminalOptions(false));
    process.stdout.write(text);
    if (html === undefined) return;
    await writeInspectionPage(html, force, inspection);
    process.stderr.write(`Page: ${html}\n`);
  },
};
