// `stowage validate`: a scenario checked in full, without reading its trace.

import type { CommandModule } from "yargs";
import { InputError, type Issue } from "../base/issues.js";
import { formatCounted } from "../report/format.js";
import { checkScenario } from "../run/load-replay.js";
import { exitWithFailure } from "./failure.js";

interface ValidateArguments {
  scenarios: string[];
}

export const validateCommand: CommandModule<object, ValidateArguments> = {
  command: "validate <scenarios..>",
  describe: "Check scenarios: every problem at once, with file, line, column and path",
  builder: (command) =>
    command.positional("scenarios", {
      type: "string",
      array: true,
      demandOption: true,
      describe: "YAML files, folders with scenario.yaml, or names of included scenarios",
    }),
  handler: ({ scenarios }) => {
    const issues: Issue[] = [];
    for (const given of scenarios) {
      try {
        const { scenario, instanceTypes, pools, notes } = checkScenario(given);
        const runs = scenario.strategies.length + scenario.baselines.length;
        process.stdout.write(
          `${given}: valid (${formatCounted(runs, "run")}; ${formatCounted(instanceTypes.length, "instance type")}, ${formatCounted(pools.length, "capacity pool")} in ${scenario.region})\n`,
        );
        for (const note of notes) process.stdout.write(`  note: ${note}\n`);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        issues.push(...error.issues);
      }
    }
    if (issues.length > 0) exitWithFailure(new InputError(issues));
  },
};
