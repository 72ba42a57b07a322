// `stowage trace transform`: change a trace step by step, in the words of a scenario's trace.transform.

import type { CommandModule } from "yargs";
import { formatCount, printable } from "../report/format.js";
import { ingestSummary } from "../report/ingest-lines.js";
import { type TransformReport, transformFiles } from "../run/traces/transform-trace.js";
import { checkTraceOutput } from "../run/traces/write-trace.js";
import { DEFAULTS } from "../scenario/defaults.js";
import { parseTransformSteps } from "../scenario/transform-steps.js";
import { makeProgress } from "./progress.js";
import {
  type ReadingArguments,
  readingSpec,
  TRACE_FILES,
  TRACE_OUTPUT,
  withReadingOptions,
} from "./reading-options.js";

interface TransformArguments extends ReadingArguments {
  readonly files: readonly string[] | undefined;
  readonly step: readonly string[];
  readonly seed: number;
  readonly output: string;
  readonly force: boolean;
  readonly json: boolean;
}

export const traceTransformCommand: CommandModule<object, TransformArguments> = {
  command: "transform <files..>",
  describe: "Filter, cut, shift, scale, stretch, rename, anonymise, sample or merge a trace",
  builder: (command) =>
    withReadingOptions(command)
      .positional("files", TRACE_FILES)
      .option("step", {
        type: "string",
        array: true,
        nargs: 1,
        demandOption: true,
        describe: "A step of trace.transform, e.g. 'scaleLoad: 2'; give it again for more steps, applied in order",
      })
      .option("seed", {
        type: "number",
        requiresArg: true,
        default: DEFAULTS.seed,
        describe: "Seed of the steps that give none",
      })
      .option("output", { ...TRACE_OUTPUT, demandOption: true })
      .option("force", { type: "boolean", default: false, describe: "Replace an older --output" })
      .option("json", { type: "boolean", default: false, describe: "Print what the steps did as JSON" })
      .example("$0 trace transform trace.csv.gz --step 'scaleLoad: 2' -o double.csv.gz", "")
      .example("$0 trace transform t.csv --step 'window: {from: 7d, to: 14d}' --step 'sample: 0.1' -o week.csv", ""),
  handler: async (given) => {
    const { output, force, json } = given;
    const spec = readingSpec(given);
    const steps = parseTransformSteps(given.step, given.seed);
    checkTraceOutput(output, force);
    const progress = makeProgress();
    try {
      const report = await transformFiles(spec, given.files ?? [], steps, output, force, progress.onTrace);
      progress.stop();
      process.stdout.write(json ? `${JSON.stringify(report, null, 1)}\n` : reportText(report));
      process.stderr.write(`Trace: ${output}\n`);
    } finally {
      progress.stop();
    }
  },
};

function reportText({ read, steps, merged, dispersion }: TransformReport): string {
  const stepLines = steps.flatMap(({ description, jobsBefore, jobsAfter, notes }) => [
    `${printable(description)}: ${formatCount(jobsBefore)} jobs to ${formatCount(jobsAfter)}`,
    ...notes.map((note) => `  ${note}`),
  ]);
  const dispersionLines = dispersion.map(({ bin, before, after }) => {
    return `  ${bin.padEnd(BIN_WIDTH)}${shown(before)}${shown(after)}`;
  });
  return `${[
    ...[read, ...merged].map((report) => `${printable(report.source)}: ${ingestSummary(report)}`),
    ...stepLines,
    "",
    "Burstiness: variance of the submissions per bin, divided by their mean (1: at random)",
    `  ${"bin".padEnd(BIN_WIDTH)}${"before".padStart(FIGURE_WIDTH)}${"after".padStart(FIGURE_WIDTH)}`,
    ...dispersionLines,
  ].join("\n")}\n`;
}

const BIN_WIDTH = 8;
const FIGURE_WIDTH = 10;

/** A dash where the trace is too short for the bin. */
function shown(index: number | null): string {
  return (index === null ? "-" : index.toFixed(2)).padStart(FIGURE_WIDTH);
}
