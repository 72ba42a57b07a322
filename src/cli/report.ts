// `stowage report`: renders a saved result again, without running anything.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { renderMarkdown } from "../report/markdown.js";
import { readResult } from "../report/result-schema.js";
import { renderTerminal } from "../report/terminal.js";
import { terminalOptions } from "./terminal-options.js";

interface ReportArguments {
  result: string;
  format: "terminal" | "markdown" | "folder";
  out: string | undefined;
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
      .check(({ format, out }) => {
        if ((format === "folder") !== (out !== undefined)) throw new Error("--out goes with --format folder.");
        return true;
      }),
  handler: async ({ result: given, format, out }) => {
    const file = given.endsWith(".json") ? given : join(given, "result.json");
    const result = readResult(readText(file), file);
    if (format === "terminal") process.stdout.write(renderTerminal(result, terminalOptions()));
    if (format === "markdown") process.stdout.write(renderMarkdown(result));
    if (format === "folder") {
      const { renderedFiles, resultText, writeReportFolder } = await import("../run/write-report.js");
      writeReportFolder(out!, [{ path: "result.json", text: [resultText(result)] }, ...renderedFiles(result)]);
      process.stdout.write(`Report: ${join(out!, "report.html")}\n`);
    }
  },
};

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const message = missing ? "there is no such file" : `cannot read the file: ${String(error)}`;
    const hint = `a replay writes it: stowage replay SCENARIO --out ${dirname(file)}`;
    throw new InputError([errorIssue("no-result", message, { file, hint })]);
  }
}
