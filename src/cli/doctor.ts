// `stowage doctor`: what stands in the way of live mode, before anything is launched. It only reads.

import pc from "picocolors";
import type { CommandModule } from "yargs";
import { printable } from "../report/format.js";
import { endpointOf, withEndpoint } from "./aws-options.js";
import { wantsColour } from "./terminal-options.js";

interface DoctorArguments {
  scenario: string;
  endpoint: string | undefined;
}

export const doctorCommand: CommandModule<object, DoctorArguments> = {
  command: "doctor <scenario>",
  describe: "Check credentials, permissions, quotas, queues, images and more, before live mode launches anything",
  builder: (command) =>
    withEndpoint(command).positional("scenario", {
      type: "string",
      demandOption: true,
      describe: "YAML file with a live block, or a folder with scenario.yaml",
    }),
  handler: async ({ scenario, endpoint }) => {
    const { examine } = await import("../run/live/doctor.js");
    const { findings, errors, warnings } = await examine(scenario, endpointOf({ endpoint }));
    const colours = pc.createColors(wantsColour(process.stdout));
    const marks = {
      ok: colours.green("ok     "),
      note: colours.dim("note   "),
      warning: colours.yellow("warning"),
      error: colours.red("error  "),
    };
    for (const { check, severity, what, hint } of findings) {
      process.stdout.write(`${marks[severity]} ${check}: ${printable(what)}\n`);
      if (hint !== "") process.stdout.write(`        ${colours.dim(printable(hint))}\n`);
    }
    process.stdout.write(`${errors} errors, ${warnings} warnings, ${findings.length} findings\n`);
    if (errors > 0) process.exitCode = 1;
  },
};
