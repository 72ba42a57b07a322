// `stowage trace generate`: jobs that never were, of a workload model or like those of a trace.

import pc from "picocolors";
import type { CommandModule } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { formatCount, formatDuration, printable } from "../report/format.js";
import { ingestSummary } from "../report/ingest-lines.js";
import { drawTable } from "../report/terminal.js";
import { arrivalTable, fitSummary, marginalTable } from "../report/trace-fit-tables.js";
import {
  GENERATOR_MODELS,
  type GeneratedTrace,
  type GeneratorModel,
  generateLikeFile,
  generateModelFile,
  modelParameters,
} from "../run/traces/generate-trace.js";
import { readForAnyScenario } from "../run/traces/reading.js";
import { checkTraceOutput } from "../run/traces/write-trace.js";
import { DEFAULTS } from "../scenario/defaults.js";
import { parseDurationMs } from "../scenario/quantities.js";
import { makeProgress } from "./progress.js";
import {
  READING_OPTIONS,
  type ReadingArguments,
  readingSpec,
  TRACE_OUTPUT,
  withReadingOptions,
} from "./reading-options.js";
import { wantsColour } from "./terminal-options.js";

interface GenerateArguments extends ReadingArguments {
  readonly model: GeneratorModel | undefined;
  readonly files: readonly string[] | undefined;
  readonly like: string | undefined;
  readonly jobs: number | undefined;
  readonly times: number | undefined;
  readonly duration: string | undefined;
  readonly seed: number;
  readonly set: readonly string[] | undefined;
  readonly "anonymous-names": boolean;
  readonly parameters: boolean;
  readonly output: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
}

/** Of models that no original gives a number. */
const DEFAULT_JOBS = 10_000;

export const traceGenerateCommand: CommandModule<object, GenerateArguments> = {
  command: "generate [model] [files..]",
  describe: "Generate jobs: of a workload model, or like those of a trace",
  builder: (command) =>
    withReadingOptions(command)
      .positional("model", {
        choices: GENERATOR_MODELS,
        describe: "lublin: Lublin and Feitelson 2003; cloud: arrays, workflows, bursts; like: as the files that follow",
      })
      .positional("files", {
        type: "string",
        array: true,
        describe: "The original, for like: files and folders; .gz too",
      })
      .option("like", { type: "string", requiresArg: true, describe: "Short for: like FILE" })
      .option("jobs", number(`Jobs to generate [default: ${DEFAULT_JOBS}; like: as many as the original at its rate]`))
      .option("times", number("For like: so many times the jobs of the original"))
      .option("duration", {
        type: "string",
        requiresArg: true,
        describe: "For like: how long jobs are submitted, e.g. 28d [default: as in the original]",
      })
      .option("seed", { ...number("The same seed gives the same bytes"), default: DEFAULTS.seed })
      .option("set", { type: "string", array: true, nargs: 1, describe: "A parameter of the model: name=value" })
      .option("parameters", { type: "boolean", default: false, describe: "List the model's parameters" })
      .option("anonymous-names", {
        type: "boolean",
        default: false,
        describe: "For like: numbers instead of the names of jobs, shares and definitions",
      })
      .option("output", TRACE_OUTPUT)
      .option("force", { type: "boolean", default: false, describe: "Replace an older --output" })
      .option("json", { type: "boolean", default: false, describe: "Print what was generated as JSON" })
      .check((given) => {
        checkCombination(given as unknown as GenerateArguments);
        return true;
      })
      .example("$0 trace generate lublin --jobs 50000 --set uHi=8 -o lublin.csv.gz", "")
      .example("$0 trace generate like trace.csv.gz --times 3 -o triple.csv.gz", ""),
  handler: async (given) => {
    const model = modelOf(given);
    if (given.parameters) {
      process.stdout.write(parametersText(model, given.json));
      return;
    }
    const output = given.output!;
    checkTraceOutput(output, given.force);
    const generated = await generate(model, given, output);
    process.stdout.write(given.json ? `${JSON.stringify(generated, null, 1)}\n` : generatedText(generated));
    process.stderr.write(`Trace: ${output}\n`);
  },
};

function number(describe: string) {
  return { type: "number", requiresArg: true, describe } as const;
}

function modelOf({ model, like }: GenerateArguments): GeneratorModel {
  return model ?? (like === undefined ? "lublin" : "like");
}

/** Throws what yargs shows as a usage error. */
function checkCombination(given: GenerateArguments): void {
  const { model, like, output, parameters, jobs, times, duration } = given;
  const files = given.files ?? [];
  if (model === undefined && like === undefined) throw new Error(`say which model: ${GENERATOR_MODELS.join(", ")}`);
  if (model !== undefined && like !== undefined && model !== "like")
    throw new Error(`--like does not go with ${model}`);
  if (parameters) return;
  if (output === undefined) throw new Error("say where to: --output FILE");
  const originals = files.length + (like === undefined ? 0 : 1);
  const isLike = modelOf(given) === "like";
  if (isLike && originals === 0) throw new Error("like needs the files of the original");
  if (!isLike && originals > 0) throw new Error(`${model} has no original: leave the files out`);
  if (!isLike && (times !== undefined || duration !== undefined || given["anonymous-names"])) {
    throw new Error("--times, --duration and --anonymous-names need an original: they are for like");
  }
  if (!isLike && READING_OPTIONS.some((name) => given[name] !== undefined)) {
    const name = READING_OPTIONS.find((option) => given[option] !== undefined)!;
    throw new Error(`--${name} is for reading an original, and ${model} has none`);
  }
  if (times !== undefined && !(times > 0)) throw new Error("--times needs a number greater than 0");
  if (!Number.isSafeInteger(given.seed) || given.seed < 0) throw new Error("--seed needs a whole number from 0");
  if (jobs !== undefined && times !== undefined) throw new Error("give --jobs or --times, not both");
}

async function generate(model: GeneratorModel, given: GenerateArguments, output: string): Promise<GeneratedTrace> {
  const { force, seed } = given;
  const settings = given.set ?? [];
  if (model !== "like") {
    return await generateModelFile(model, { jobs: given.jobs ?? DEFAULT_JOBS, seed, settings }, output, force);
  }
  const durationMs = given.duration === undefined ? undefined : durationOf(given.duration);
  const paths = given.like === undefined ? (given.files ?? []) : [given.like, ...(given.files ?? [])];
  const progress = makeProgress();
  try {
    const original = await readForAnyScenario(readingSpec(given), paths, progress.onTrace);
    progress.stop();
    process.stderr.write(`Original: ${ingestSummary(original.report)}\n`);
    const jobs = given.times === undefined ? given.jobs : Math.round(given.times * original.workload.jobCount);
    const options = { jobs, durationMs, seed, settings, anonymousNames: given["anonymous-names"] };
    return await generateLikeFile(original, options, output, force);
  } finally {
    progress.stop();
  }
}

function durationOf(text: string): number {
  const parsed = parseDurationMs(text);
  if ("value" in parsed && parsed.value > 0) return parsed.value;
  if ("value" in parsed) {
    throw new InputError([errorIssue("out-of-range", "must be greater than 0", { path: "--duration" })]);
  }
  const { code, message, hint } = parsed;
  throw new InputError([errorIssue(code, message, { path: "--duration", ...(hint === undefined ? {} : { hint }) })]);
}

function generatedText({ jobs, spanMs, notes, fit }: GeneratedTrace): string {
  const paint = pc.createColors(wantsColour(process.stdout));
  const lines = [`${formatCount(jobs)} jobs, submitted within ${formatDuration(spanMs)}`, ...notes.map(printable)];
  if (fit === null) return `${lines.join("\n")}\n`;
  const tables = [marginalTable(fit), arrivalTable(fit)].map((table) => {
    return `${paint.bold(table.title)}\n${paint.dim(table.caption)}\n${drawTable(table, (name) => name, paint)}`;
  });
  return `${[lines.join("\n"), ...tables, fitSummary(fit)].join("\n\n")}\n`;
}

function parametersText(model: GeneratorModel, json: boolean): string {
  const parameters = modelParameters(model);
  if (json) return `${JSON.stringify(Object.fromEntries(parameters), null, 1)}\n`;
  const width = Math.max(...parameters.map(([name]) => name.length));
  return parameters
    .map(([name, { default: value, min, max, meaning }]) => {
      return `${name.padEnd(width)}  ${value} (${min} to ${max})\n${" ".repeat(width)}  ${meaning}\n`;
    })
    .join("");
}
