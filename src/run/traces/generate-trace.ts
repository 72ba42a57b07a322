// `stowage trace generate`: a trace of a workload model, or one like another trace, as a file.

import { errorIssue, InputError } from "../../base/issues.js";
import type { GoodnessOfFit } from "../../model/trace-fit.js";
import { generateCloud } from "../../trace/generate/cloud.js";
import { CLOUD_PARAMETERS } from "../../trace/generate/cloud-parameters.js";
import { goodnessOfFit } from "../../trace/generate/goodness.js";
import { generateLike, type LikeOptions } from "../../trace/generate/like.js";
import { LIKE_PARAMETERS } from "../../trace/generate/like-parameters.js";
import { generateLublin } from "../../trace/generate/lublin.js";
import { LUBLIN_PARAMETERS } from "../../trace/generate/lublin-parameters.js";
import { type GeneratorOptions, MOST_JOBS } from "../../trace/generate/options.js";
import type { Parameter, ParameterTable } from "../../trace/generate/parameters.js";
import type { SealedTrace, Trace } from "../../trace/workload-builder.js";
import { writeTrace } from "./write-trace.js";

/** The models, all of them. `like` fits itself to a trace; the others have nothing but their parameters. */
export const GENERATOR_MODELS = ["lublin", "cloud", "like"] as const;
export type GeneratorModel = (typeof GENERATOR_MODELS)[number];

const PARAMETERS: Readonly<Record<GeneratorModel, ParameterTable>> = {
  lublin: LUBLIN_PARAMETERS,
  cloud: CLOUD_PARAMETERS,
  like: LIKE_PARAMETERS,
};

const GENERATORS = { lublin: generateLublin, cloud: generateCloud } as const;

/** A trace of the workload models without an original. */
export type FreeModel = keyof typeof GENERATORS;

export interface GeneratedTrace {
  readonly jobs: number;
  /** First submission; the trace has no dates when it is 0. */
  readonly originMs: number;
  /** From the first to the last submission. */
  readonly spanMs: number;
  readonly workloadHash: string;
  readonly notes: readonly string[];
  /** Of a trace that is like another one; null: there is nothing to compare with. */
  readonly fit: GoodnessOfFit | null;
}

/** The parameters of a model, by name. */
export function modelParameters(model: GeneratorModel): readonly (readonly [name: string, parameter: Parameter])[] {
  return Object.entries(PARAMETERS[model]);
}

/** Generates a trace of a model and writes it to `output`. Throws InputError and OutputError; then there is no output. */
export async function generateModelFile(
  model: FreeModel,
  options: GeneratorOptions,
  output: string,
  force: boolean,
): Promise<GeneratedTrace> {
  checkJobs(options.jobs);
  const trace = GENERATORS[model](options);
  await writeTrace(withReport(trace, `${model} (seed ${options.seed})`), output, force);
  return described(trace, [], null);
}

/** Generates a trace like `original` and writes it to `output`. Throws like generateModelFile. */
export async function generateLikeFile(
  original: Trace,
  options: LikeOptions,
  output: string,
  force: boolean,
): Promise<GeneratedTrace> {
  checkJobs(options.jobs ?? 1);
  const { trace, notes } = generateLike(original, options);
  await writeTrace(withReport(trace, `like ${original.report.source} (seed ${options.seed})`), output, force);
  return described(trace, notes, goodnessOfFit(original, trace));
}

function checkJobs(jobs: number): void {
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MOST_JOBS) return;
  throw new InputError([errorIssue("bad-jobs", `the number of jobs must be a whole number from 1 to ${MOST_JOBS}`)]);
}

function withReport(sealed: SealedTrace, source: string): Trace {
  const { jobCount } = sealed.workload;
  const counts = { recordsRead: jobCount, rowsRead: jobCount, accepted: jobCount };
  const report = { source, format: "generated", ...counts, rejected: [], adjusted: [], folded: [], notes: [] };
  return { ...sealed, report };
}

function described({ workload }: SealedTrace, notes: readonly string[], fit: GoodnessOfFit | null): GeneratedTrace {
  const { jobCount, originMs, submitMs, hash } = workload;
  return { jobs: jobCount, originMs, spanMs: submitMs.at(-1) ?? 0, workloadHash: hash, notes, fit };
}
