// `stowage replay`: the main job. Trace in, runs, table on the terminal, report folder.

import { join } from "node:path";
import type { CommandModule } from "yargs";
import { renderTerminal } from "../report/terminal.js";
import { jobFiles } from "../run/jobs-csv.js";
import { loadReplay } from "../run/load-replay.js";
import { replay } from "../run/replay.js";
import { checkReportFolder, type ReportFile, resultText, writeReportFolder } from "../run/write-report.js";
import { makeProgress } from "./progress.js";
import { checkOnAws, type OnAwsArguments, replayOnAws, withOnAwsOptions } from "./replay-on-aws.js";
import { STRESS_OPTION, type StressArguments } from "./stress-option.js";
import { terminalOptions } from "./terminal-options.js";

interface ReplayArguments extends StressArguments, OnAwsArguments {
  scenario: string;
  out: string | undefined;
  report: boolean;
  verbose: boolean;
}

export const replayCommand: CommandModule<object, ReplayArguments> = {
  command: "replay <scenario>",
  describe: "Replay a trace under the scenario's strategies and baselines; table and report folder",
  builder: (command) =>
    withOnAwsOptions(command)
      .positional("scenario", {
        type: "string",
        demandOption: true,
        describe: "YAML file, folder with scenario.yaml, or name of an included scenario",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        describe: "Report folder [default: reports/<scenario name>]",
      })
      .option("report", {
        type: "boolean",
        default: true,
        describe: "Write the report folder (--no-report: table only)",
      })
      .option("stress", STRESS_OPTION)
      .option("verbose", { type: "boolean", default: false, describe: "Also who waited longest, and why" })
      .check((given) => {
        const { out, report } = given;
        if (out !== undefined && !report)
          throw new Error("--out says where the report goes, --no-report that there is none");
        checkOnAws(given);
        return true;
      }),
  handler: async (given) => {
    const { scenario, out, report, verbose, stress } = given;
    const progress = makeProgress();
    try {
      if (given.on === "aws") return await replayOnAws(scenario, out, given, progress);
      const { resolved, trace, header } = await loadReplay(scenario, progress.onTrace, stress);
      const folder = out ?? join("reports", header.scenario);
      // Better before the run than after it.
      if (report) checkReportFolder(folder);
      const jobs: ReportFile[] = [];
      const result = replay(resolved, trace, header, {
        onRun: progress.onRun,
        onLedger: (name, ledger) => {
          const strategy = resolved.scenario.strategies.findIndex((spec) => spec.name === name);
          if (strategy >= 0) jobs.push(...jobFiles(ledger, trace.workload, strategy === 0 ? null : name));
        },
      });
      progress.stop();
      process.stdout.write(renderTerminal(result, terminalOptions(verbose)));
      if (!report) return;
      // Vega takes longer to load than a small replay to run.
      const { renderedFiles } = await import("../run/report-files.js");
      writeReportFolder(folder, [
        { path: "result.json", text: [resultText(result)] },
        ...jobs,
        ...renderedFiles(result),
      ]);
      process.stderr.write(`Report: ${join(folder, "report.html")}\n`);
    } finally {
      progress.stop();
    }
  },
};
