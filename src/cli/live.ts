// `stowage live`: the controller on a real account, a dry run unless told otherwise; and what belongs to it: init, replay, kill,
// uninstall.

import pc from "picocolors";
import type { Argv, CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { endpointOf, withEndpoint } from "./aws-options.js";
import { confirm } from "./confirm.js";
import { liveInitCommand } from "./live-init.js";
import { wantsColour } from "./terminal-options.js";

interface LiveArguments {
  scenario: string | undefined;
  apply: boolean;
  shadow: boolean;
  ticks: number | undefined;
  once: boolean;
  view: "auto" | "status" | "log";
  port: number | undefined;
  endpoint: string | undefined;
  record: string | undefined;
}

export const liveCommand: CommandModule<object, LiveArguments> = {
  command: "live [scenario]",
  describe: "Serve the queues of an UNMANAGED compute environment of a real account; a dry run unless --apply",
  builder: (command) =>
    withEndpoint(command)
      .command(liveInitCommand)
      .command(replayLogCommand)
      .command(killCommand)
      .command(uninstallCommand)
      // Not demanded here: the commands within would demand it too.
      .positional("scenario", {
        type: "string",
        describe: "YAML file with a live block, or a folder with scenario.yaml",
      })
      .option("apply", {
        type: "boolean",
        default: false,
        describe: "Launch, drain and terminate; without it nothing is sent that changes anything",
      })
      .option("shadow", {
        type: "boolean",
        default: false,
        describe: "Watch an account that somebody else serves, and compare with what the strategy would have done",
      })
      .option("once", { type: "boolean", default: false, describe: "One look, one decision, then end" })
      .option("ticks", { type: "number", requiresArg: true, describe: "End after so many ticks [default: never]" })
      .option("view", {
        choices: ["auto", "status", "log"] as const,
        default: "auto" as const,
        describe: "A status view, or log lines; auto: the view on a terminal",
      })
      .option("port", {
        type: "number",
        requiresArg: true,
        describe: "Port of the status page, 0 for none [default: live.http.port]",
      })
      .option("record", {
        type: "string",
        requiresArg: true,
        describe: "Write what AWS answers to this folder, without ids and names, for somebody else to look into",
      })
      .check(({ apply, shadow, once, ticks, record }) => {
        if (apply && record !== undefined) throw new Error("--record only looks: it cannot be combined with --apply");
        if (apply && shadow) throw new Error("--shadow only watches: it cannot be combined with --apply");
        if (once && ticks !== undefined) throw new Error("--once is --ticks 1");
        if (ticks !== undefined && !(Number.isInteger(ticks) && ticks > 0))
          throw new Error("--ticks is a whole number from 1");
        return true;
      }) as Argv<LiveArguments>,
  handler: async ({ scenario, apply, shadow, once, ticks, view, port, endpoint, record }) => {
    if (scenario === undefined) {
      const hint = "a YAML file with a live block; `stowage live init` writes one";
      throw new InputError([errorIssue("usage", "an argument is missing: the scenario", { hint })]);
    }
    const { operate } = await import("../run/live/operate.js");
    const isTerminal = process.stdout.isTTY === true;
    const code = await operate({
      scenario,
      mode: shadow ? "shadow" : apply ? "apply" : "dry-run",
      ticks: once ? 1 : (ticks ?? Number.POSITIVE_INFINITY),
      // A watch has nothing to show but its log and its report.
      showsStatus: !shadow && (view === "status" || (view === "auto" && isTerminal && !once)),
      paint: pc.createColors(wantsColour(process.stdout)),
      port,
      endpoint: endpointOf({ endpoint }),
      record,
    });
    if (code !== 0) process.exitCode = code;
  },
};

interface ReplayLogArguments {
  log: string;
}

const replayLogCommand: CommandModule<object, ReplayLogArguments> = {
  command: "replay <log>",
  describe: "Play a recorded session to the engine: it must decide the same again",
  builder: (command) =>
    command.positional("log", {
      type: "string",
      demandOption: true,
      describe: "session-*.jsonl of the live folder, also gzipped",
    }),
  handler: async ({ log }) => {
    const { replayLog } = await import("../run/live/replay-log.js");
    const { text, same } = await replayLog(log);
    process.stdout.write(text);
    if (!same) process.exitCode = 1;
  },
};

const KILL_MODES = ["pause-launch", "pause-scale-in", "pause-all", "drain-all", "none"] as const;

interface KillArguments {
  scenario: string;
  mode: (typeof KILL_MODES)[number];
  endpoint: string | undefined;
}

const killCommand: CommandModule<object, KillArguments> = {
  command: "kill <scenario> <mode>",
  describe: "Set the kill switch in the lease, for whichever controller holds it",
  builder: (command) =>
    withEndpoint(command)
      .positional("scenario", { type: "string", demandOption: true, describe: "The controller's scenario" })
      .positional("mode", { choices: KILL_MODES, demandOption: true, describe: "What stops; none: nothing any more" }),
  handler: async ({ scenario, mode, endpoint }) => {
    const { setKillMode } = await import("../run/live/kill.js");
    process.stdout.write(await setKillMode(scenario, mode, endpointOf({ endpoint })));
  },
};

interface UninstallArguments {
  scenario: string;
  apply: boolean;
  yes: boolean;
  endpoint: string | undefined;
}

const uninstallCommand: CommandModule<object, UninstallArguments> = {
  command: "uninstall <scenario>",
  describe: "Drain and end everything that carries the pool's tag; lists it unless --apply",
  builder: (command) =>
    withEndpoint(command)
      .positional("scenario", { type: "string", demandOption: true, describe: "The controller's scenario" })
      .option("apply", { type: "boolean", default: false, describe: "Do it; without it only a list is made" })
      .option("yes", { type: "boolean", default: false, describe: "Do not ask" }),
  handler: async ({ scenario, apply, yes, endpoint }) => {
    const { uninstallPool } = await import("../run/live/uninstall-pool.js");
    if (apply && !yes) await confirm("End every idle instance of this pool and remove its launch templates?");
    const { text, left } = await uninstallPool(scenario, apply, endpointOf({ endpoint }));
    process.stdout.write(text);
    if (apply && left > 0) process.exitCode = 1;
  },
};
