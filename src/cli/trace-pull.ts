// `stowage trace pull`: the jobs of an account's queues to a trace.

import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { ingestLines } from "../report/ingest-lines.js";
import { checkTraceOutput } from "../run/traces/write-trace.js";
import { parseDurationMs } from "../scenario/quantities.js";
import { type AwsArguments, endpointOf, listOf, regionOf, withAwsOptions } from "./aws-options.js";
import { TRACE_OUTPUT } from "./reading-options.js";

interface PullArguments extends AwsArguments {
  readonly queues: string;
  readonly since: string;
  readonly out: string;
  readonly raw: string | undefined;
  readonly force: boolean;
}

export const tracePullCommand: CommandModule<object, PullArguments> = {
  command: "pull",
  describe: "Make a trace of the jobs that ended in an account's queues (AWS keeps them 7 days at least)",
  builder: (command) =>
    withAwsOptions(command)
      .option("queues", {
        type: "string",
        requiresArg: true,
        demandOption: true,
        describe: "Job queues by name or ARN, separated by commas",
      })
      .option("since", {
        type: "string",
        requiresArg: true,
        default: "7d",
        describe: "Jobs that ended since: so long ago (36h, 7d), or a date (2026-11-01, 2026-11-01T08:00Z)",
      })
      .option("out", { ...TRACE_OUTPUT, default: "jobs.csv" })
      .option("raw", {
        type: "string",
        requiresArg: true,
        describe: "Folder of what AWS answered; what is there is not asked again [default: beside --out]",
      })
      .option("force", { type: "boolean", default: false, describe: "Replace an older --out" })
      .example("$0 trace pull --queues main,urgent --since 7d --out jobs.csv.gz", ""),
  handler: async (given) => {
    const { out, force } = given;
    const since = sinceOf(given.since);
    const region = regionOf(given);
    checkTraceOutput(out, force);
    const { pullTrace } = await import("../run/live/trace-pull.js");
    const { queues, trace } = await pullTrace({
      queues: listOf(given.queues),
      raw: given.raw ?? `${out.replace(/\.(csv|csv\.gz|stowage)$/, "")}.raw`,
      ...{ since, region, endpoint: endpointOf(given), output: out, force },
      onQueue: (queue, { listed, pulled }) => {
        if (process.stderr.isTTY === true) process.stderr.write(`\r${queue}: ${listed} listed, ${pulled} read `);
      },
    });
    if (process.stderr.isTTY === true) process.stderr.write("\n");
    for (const { queue, pulled } of queues) {
      const { listed, tooOld, known, forgotten } = pulled;
      const parts = [
        `${listed} jobs have ended`,
        ...(tooOld > 0 ? [`${tooOld} ended before --since`] : []),
        ...(known > 0 ? [`${known} known already`] : []),
        `${pulled.pulled} read now`,
        ...(forgotten > 0 ? [`${forgotten} that AWS has forgotten`] : []),
      ];
      process.stderr.write(`${queue}: ${parts.join(", ")}\n`);
    }
    if (trace === undefined) throw new InputError([noJobs(given.since)]);
    process.stdout.write(`${ingestLines(trace).join("\n")}\n`);
    process.stderr.write(`Trace: ${out}\n`);
  },
};

function noJobs(since: string) {
  const hint =
    "AWS Batch keeps jobs for 7 days at least after they end, then forgets them; running jobs are not pulled";
  return errorIssue("no-jobs", `no job of these queues has ended since ${since}`, { hint });
}

/** "7d" or a date. Throws InputError. */
function sinceOf(text: string): { atMs: number } | { agoMs: number } {
  const duration = parseDurationMs(text);
  if ("value" in duration && duration.value !== undefined) return { agoMs: duration.value };
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return { atMs };
  const hint = "give so long ago, as in 36h and 7d, or a date, as in 2026-11-01 and 2026-11-01T08:00Z";
  throw new InputError([errorIssue("usage", `"${text}" is no time`, { path: "--since", hint })]);
}
