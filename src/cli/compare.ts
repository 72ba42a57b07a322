// `stowage compare`: the strategies and baselines of scenarios over several seeds, with confidence intervals.

import type { CommandModule } from "yargs";
import type { SeedComparison } from "../model/seed-comparison.js";
import { compareSeeds } from "../plan/compare/compare-seeds.js";
import { renderComparison, renderComparisonMarkdown } from "../report/comparison/render.js";
import { type LoadedReplay, loadReplay } from "../run/load-replay.js";
import { makeProgress } from "./progress.js";
import { STRESS_OPTION, type StressArguments } from "./stress-option.js";
import { terminalOptions } from "./terminal-options.js";

interface CompareArguments extends StressArguments {
  scenarios: string[];
  seeds: number;
  format: "table" | "markdown" | "json";
}

/** Five seeds give intervals that tell strategies apart in most cases; ten are better. */
const DEFAULT_SEEDS = 5;
/** A hundredfold of what is of use: an interval narrows with the square root of the seeds. */
const MOST_SEEDS = 1_000;

const RENDER: Record<CompareArguments["format"], (comparisons: readonly SeedComparison[]) => string> = {
  table: (comparisons) => comparisons.map((one) => renderComparison(one, terminalOptions(false))).join("\n"),
  markdown: (comparisons) => comparisons.map(renderComparisonMarkdown).join("\n"),
  json: (comparisons) => `${JSON.stringify(comparisons, null, 1)}\n`,
};

export const compareCommand: CommandModule<object, CompareArguments> = {
  command: "compare <scenarios..>",
  describe: "Compare strategies and baselines over several seeds: means, paired differences, confidence intervals",
  builder: (command) =>
    command
      .positional("scenarios", { type: "string", array: true, demandOption: true, describe: "Each as for replay" })
      .option("seeds", {
        type: "number",
        requiresArg: true,
        default: DEFAULT_SEEDS,
        describe: "How many seeds, counted from the scenario's own",
      })
      .option("format", {
        choices: ["table", "markdown", "json"] as const,
        default: "table" as const,
        describe: "Form of the comparison",
      })
      .option("stress", STRESS_OPTION)
      .check(({ seeds }) => {
        if (!Number.isInteger(seeds) || seeds < 1 || seeds > MOST_SEEDS)
          throw new Error(`--seeds needs a whole number from 1 to ${MOST_SEEDS}`);
        return true;
      })
      .example("$0 compare quickstart --seeds 10", "")
      .example("$0 compare a.yaml b.yaml --format markdown > comparison.md", ""),
  handler: async ({ scenarios, seeds, format, stress }) => {
    const progress = makeProgress();
    try {
      // All are read before the first run: a mistake in the last one must not come after hours.
      const replays: LoadedReplay[] = [];
      for (const scenario of scenarios) replays.push(await loadReplay(scenario, progress.onTrace, stress));
      const comparisons = replays.map((loaded) => {
        const first = loaded.resolved.scenario.seed;
        return compareSeeds(loaded, {
          seeds: Array.from({ length: seeds }, (_, index) => first + index),
          onRun: progress.onRun,
        });
      });
      progress.stop();
      process.stdout.write(RENDER[format](comparisons));
    } finally {
      progress.stop();
    }
  },
};
