// `stowage scenario pull`: what `aws batch describe-…` printed, or an account answers, to a scenario file.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { printable } from "../report/format.js";
import { cannotWrite, OutputError, outputError, readingFailed } from "../run/errors.js";
import { pullScenario } from "../scenario/pull.js";
import type { PullSource, ReplyKind } from "../scenario/pull-replies.js";
import { type AwsArguments, endpointOf, listOf, regionOf, withAwsOptions } from "./aws-options.js";
import { SAY_A_COMMAND } from "./usage-error.js";

/** Options that name the file of one reply, and what it holds. */
const REPLY_OPTIONS = {
  "job-queues": "jobQueues",
  "compute-environments": "computeEnvironments",
  "scheduling-policies": "schedulingPolicies",
  "job-definitions": "jobDefinitions",
  "consumable-resources": "consumableResources",
} as const satisfies Readonly<Record<string, ReplyKind>>;
type ReplyOption = keyof typeof REPLY_OPTIONS;

type PullArguments = { readonly [option in ReplyOption]: string | undefined } & {
  readonly files: readonly string[] | undefined;
  readonly output: string | undefined;
  readonly trace: string | undefined;
  readonly "all-revisions": boolean;
  readonly force: boolean;
  readonly "from-account": boolean;
  readonly queues: string | undefined;
} & AwsArguments;

const pullCommand: CommandModule<object, PullArguments> = {
  command: "pull [files..]",
  describe: "Make a scenario of an account, or of what aws batch describe-... prints as JSON",
  builder: (command) =>
    withAwsOptions(command)
      .positional("files", {
        type: "string",
        array: true,
        describe: "Files of JSON, any mix of the replies below, pages and JSON Lines too",
      })
      .option("job-queues", fileOption("Output of aws batch describe-job-queues"))
      .option("compute-environments", fileOption("Output of aws batch describe-compute-environments"))
      .option("scheduling-policies", fileOption("Output of aws batch describe-scheduling-policies"))
      .option("job-definitions", fileOption("Output of aws batch describe-job-definitions"))
      .option("consumable-resources", fileOption("Output of aws batch list-consumable-resources"))
      .option("output", fileOption("Scenario file to write [default: stdout]"))
      .option("trace", fileOption("Trace file that the scenario replays [default: a comment to fill in]"))
      .option("all-revisions", {
        type: "boolean",
        default: false,
        describe: "Every active revision of the job definitions, not only the newest",
      })
      .option("force", { type: "boolean", default: false, describe: "Replace an older --output" })
      .option("from-account", {
        type: "boolean",
        default: false,
        describe: "Ask AWS Batch for the queues and what they name, besides files",
      })
      .option("queues", fileOption("Job queues by name or ARN, separated by commas [default: all of the region]"))
      .check((given) => {
        const isAsked = given["from-account"];
        if (sourcesOf(given).length === 0 && !isAsked) throw new Error("give at least one file, or --from-account");
        if (given.queues !== undefined && !isAsked) throw new Error("--queues is for --from-account");
        return true;
      })
      .example("$0 scenario pull queues.json environments.json --output scenario.yaml", ""),
  handler: async (given) => {
    const sources = [...readSources(given), ...(given["from-account"] ? await askAccount(given) : [])];
    const { output, trace } = given;
    const { text, notes } = pullScenario(sources, {
      trace: trace === undefined ? undefined : traceBeside(output, trace),
      allRevisions: given["all-revisions"],
    });
    if (output === undefined) process.stdout.write(text);
    else writeScenario(output, text, given.force);
    for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`);
    if (output !== undefined) process.stderr.write(`Scenario: ${output}\n`);
  },
};

export const scenarioCommand: CommandModule<object, object> = {
  command: "scenario",
  describe: "Scenarios from an account",
  builder: (command) => command.command(pullCommand).demandCommand(1, SAY_A_COMMAND),
  handler: () => {},
};

function fileOption(describe: string) {
  return { type: "string", requiresArg: true, describe } as const;
}

/** The files named on the command line, those of options first. */
function sourcesOf(given: Pick<PullArguments, ReplyOption | "files">) {
  const named = (Object.keys(REPLY_OPTIONS) as ReplyOption[]).flatMap((option) => {
    const file = given[option];
    return file === undefined ? [] : [{ file, expected: REPLY_OPTIONS[option] }];
  });
  return [...named, ...(given.files ?? []).map((file) => ({ file, expected: undefined }))];
}

function readSources(given: PullArguments): PullSource[] {
  const issues: InputError["issues"][number][] = [];
  const sources = sourcesOf(given).flatMap(({ file, expected }) => {
    try {
      return [{ file, expected, text: readFileSync(file, "utf8") }];
    } catch (error) {
      issues.push(errorIssue("cannot-read-reply", readingFailed(error), { file }));
      return [];
    }
  });
  if (issues.length > 0) throw new InputError(issues);
  return sources;
}

async function askAccount(given: PullArguments): Promise<PullSource[]> {
  const region = regionOf(given);
  const { accountReplies } = await import("../run/live/scenario-pull.js");
  const queues = given.queues === undefined ? [] : listOf(given.queues);
  return await accountReplies({ queues, region, endpoint: endpointOf(given) });
}

/** A scenario names its trace relative to itself. */
function traceBeside(output: string | undefined, trace: string): string {
  const path = output === undefined ? trace : relative(dirname(resolve(output)), resolve(trace));
  return path.replaceAll("\\", "/");
}

/** Written beside its place and moved there: whatever fails, an older file is whole. */
function writeScenario(output: string, text: string, force: boolean): void {
  if (existsSync(output) && !force) {
    throw cannotWrite(output, "a file of that name is there", "choose another --output, or replace it with --force");
  }
  if (!existsSync(dirname(output)))
    throw cannotWrite(output, "there is no such folder", "make it, or choose another --output");
  const fresh = `${output}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { flag: "wx" });
    renameSync(fresh, output);
  } catch (error) {
    rmSync(fresh, { force: true });
    const { issues } = outputError(error, output);
    throw new OutputError(issues.map((issue) => ({ ...issue, hint: "nothing was written; --output says where to" })));
  }
}
