// `stowage report`: renders a saved result again, without running anything.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import type { ResultFile } from "../model/run-result.js";
import { renderMarkdown } from "../report/markdown.js";
import { readResult } from "../report/result-schema.js";
import { renderTerminal } from "../report/terminal.js";
import { readingFailed } from "../run/errors.js";
import { resultText, writeReportFolder } from "../run/write-report.js";
import { terminalOptions } from "./terminal-options.js";

interface ReportArguments {
  result: string;
  format: "terminal" | "markdown" | "folder";
  out: string | undefined;
  verbose: boolean;
}

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: "report <result>",
  describe: "Render a saved result again without running",
  builder: (command) =>
    command
      .positional("result", {
        type: "string",
        demandOption: true,
        describe: "result.json, or the folder that holds it",
      })
      .option("format", {
        choices: ["terminal", "markdown", "folder"] as const,
        default: "terminal" as const,
        describe: "terminal and markdown go to stdout; folder writes report.html, report.md and charts",
      })
      .option("out", { type: "string", requiresArg: true, describe: "Folder for --format folder" })
      .option("verbose", {
        type: "boolean",
        default: false,
        describe: "On the terminal also who waited longest, and why",
      })
      .check(({ format, out }) => {
        if (format === "folder" && out === undefined) throw new Error("--format folder needs --out FOLDER");
        if (format !== "folder" && out !== undefined) throw new Error("--out needs --format folder");
        return true;
      }),
  handler: async ({ result: given, format, out, verbose }) => {
    const file = existsSync(given) && statSync(given).isDirectory() ? join(given, "result.json") : given;
    const result = readResult(readText(file), file);
    if (format === "terminal") process.stdout.write(renderTerminal(result, terminalOptions(verbose)));
    if (format === "markdown") process.stdout.write(renderMarkdown(result));
    if (format === "folder") await writeFolder(out!, result, dirname(file));
  },
};

/** Jobs and arrays are not in the result: their tables are taken along as they are. */
async function writeFolder(folder: string, result: ResultFile, from: string): Promise<void> {
  const { renderedFiles } = await import("../run/report-files.js");
  writeReportFolder(folder, [
    { path: "result.json", text: [resultText(result)] },
    ...tablesIn(from).map((path) => ({ path, text: [readFileSync(join(from, path))] })),
    ...renderedFiles(result),
  ]);
  process.stderr.write(`Report: ${join(folder, "report.html")}\n`);
}

function tablesIn(folder: string): string[] {
  const more = join(folder, "jobs");
  const others = existsSync(more) && statSync(more).isDirectory() ? readdirSync(more).sort() : [];
  return [
    ...["jobs.csv", "arrays.csv"].filter((path) => existsSync(join(folder, path))),
    ...others.filter((name) => name.endsWith(".csv")).map((name) => join("jobs", name)),
  ];
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const hint = "a replay writes one: stowage replay SCENARIO --out FOLDER";
    throw new InputError([errorIssue("no-result", readingFailed(error), { file, hint })]);
  }
}
