// `stowage lint`: what is wrong or wasteful in job definitions and scenarios, with figures from the trace.

import pc from "picocolors";
import type { CommandModule } from "yargs";
import { formatCount, printable } from "../report/format.js";
import type { LintFinding, Severity } from "../run/lint/finding.js";
import { countBySeverity, type LintReport, lintScenario } from "../run/lint/lint.js";
import { makeProgress } from "./progress.js";
import { wantsColour } from "./terminal-options.js";

interface LintArguments {
  scenario: string;
  format: "text" | "json";
  strict: boolean;
}

/** Errors are invalid input, as for every command; warnings fail only where the user wants them to. */
const EXIT_WARNINGS = 1;
const EXIT_ERRORS = 2;

export const lintCommand: CommandModule<object, LintArguments> = {
  command: "lint [scenario]",
  describe: "Find what is wrong or wasteful in definitions, queues and environments, with figures from the trace",
  builder: (command) =>
    command
      .positional("scenario", {
        type: "string",
        default: ".",
        describe: "YAML file, folder with scenario.yaml, or name of an included scenario",
      })
      .option("format", {
        choices: ["text", "json"] as const,
        default: "text" as const,
        describe: "Form of the findings",
      })
      .option("strict", { type: "boolean", default: false, describe: "Exit with 1 when there are warnings" })
      .epilogue("Exit codes: 2 when there are errors; with --strict, 1 when there are warnings; else 0."),
  handler: async ({ scenario, format, strict }) => {
    const progress = makeProgress();
    const report = await lintScenario(scenario, progress.onTrace).finally(progress.stop);
    process.stdout.write(format === "json" ? `${JSON.stringify(report, null, 1)}\n` : reportText(report));
    const { error, warning } = countBySeverity(report.findings);
    if (error > 0) process.exitCode = EXIT_ERRORS;
    else if (warning > 0 && strict) process.exitCode = EXIT_WARNINGS;
  },
};

function reportText(report: LintReport): string {
  const blocks = report.findings.map(findingLines);
  return `${[...blocks, [summary(report)]].map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

/** What, where, how much and what to do, each on a line of its own. */
function findingLines({ severity, code, message, figure, fix, file, line, column, path }: LintFinding): string[] {
  const colours = pc.createColors(wantsColour(process.stdout));
  const paint: Record<Severity, (text: string) => string> = {
    error: colours.red,
    warning: colours.yellow,
    info: colours.cyan,
  };
  const where = [[file, line, column].filter((part) => part !== undefined).join(":"), path].join(" ").trimEnd();
  const labelled = (label: string, text: string) =>
    text === "" ? [] : [`  ${colours.dim(label.padEnd(LABEL_WIDTH))}${printable(text)}`];
  return [
    `${paint[severity](severity.padEnd(SEVERITY_WIDTH))} ${printable(message)} ${colours.dim(`[${code}]`)}`,
    ...labelled("at", where),
    ...labelled("figure", figure),
    ...labelled("fix", fix),
  ];
}

/** The longest are "warning" and "figure". */
const SEVERITY_WIDTH = 7;
const LABEL_WIDTH = 8;

function summary({ file, findings, jobs }: LintReport): string {
  const { error, warning, info } = countBySeverity(findings);
  const counts = [
    `${error} error${error === 1 ? "" : "s"}`,
    `${warning} warning${warning === 1 ? "" : "s"}`,
    `${info} note${info === 1 ? "" : "s"}`,
  ];
  const basis = jobs === null ? "the trace could not be read: no figures" : `figures from ${formatCount(jobs)} jobs`;
  return `${printable(file)}: ${findings.length === 0 ? "nothing found" : counts.join(", ")} (${basis})`;
}
