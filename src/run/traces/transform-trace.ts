// `stowage trace transform`: a trace read, changed step by step, and written; and how bursty it was and is.

import { dirname, isAbsolute, join } from "node:path";
import { InputError } from "../../base/issues.js";
import type { IngestReport } from "../../model/ingest.js";
import type { TransformStep } from "../../model/trace-transform.js";
import type { FileTraceSpec } from "../../scenario/trace-spec.js";
import { nameOfStep } from "../../scenario/transform-steps.js";
import { bindTrace } from "../../trace/bind/bind-trace.js";
import type { TraceFileOptions } from "../../trace/options.js";
import type { OnTraceProgress } from "../../trace/read-files.js";
import { nothingLeft } from "../../trace/read-trace.js";
import { indexOfDispersion, REPORTED_BINS } from "../../trace/transform/dispersion.js";
import { type MergeStep, type StepOutcome, transformTrace } from "../../trace/transform/transform.js";
import type { Trace } from "../../trace/workload-builder.js";
import { readForAnyScenario } from "./reading.js";
import { writeTrace } from "./write-trace.js";

/** Index of dispersion of submissions in bins of one length; null: the trace is too short for it. */
export interface DispersionRow {
  readonly bin: string;
  readonly before: number | null;
  readonly after: number | null;
}

export interface TransformReport {
  /** What became of the records of the trace that was changed. */
  readonly read: IngestReport;
  readonly steps: readonly StepOutcome[];
  /** The same of the traces that were merged into it, in the order of their steps. */
  readonly merged: readonly IngestReport[];
  readonly dispersion: readonly DispersionRow[];
}

/** Reads `paths`, applies the steps and writes `output` as `trace import` does. Throws InputError and OutputError. */
export async function transformFiles(
  spec: FileTraceSpec,
  paths: readonly string[],
  steps: readonly TransformStep[],
  output: string,
  force: boolean,
  onProgress?: OnTraceProgress,
): Promise<TransformReport> {
  const before = await readForAnyScenario(spec, paths, onProgress);
  const merged: IngestReport[] = [];
  const { trace, outcomes } = await transformTrace(before, steps, async (step) => {
    const other = await readMerged(spec, step, "", onProgress);
    merged.push(other.report);
    return other;
  }).catch((error: unknown) => {
    throw error instanceof InputError ? atOption(error) : error;
  });
  await writeTrace(trace, output, force);
  return { read: before.report, steps: outcomes, merged, dispersion: dispersionRows(before, trace) };
}

/**
 * The trace of a scenario at `path`, read as it is, changed as the scenario says, and then completed for it (`options`). Rows
 * of the report are jobs after the steps. Throws InputError; its issues name their files, or the scenario and the step.
 */
export async function readTransformed(
  spec: FileTraceSpec,
  options: TraceFileOptions,
  path: string,
  scenarioFile: string,
  onProgress?: OnTraceProgress,
): Promise<Trace> {
  const asItIs = { ...spec, queue: undefined, queueMap: {}, defaults: NO_DEFAULTS };
  const imported = await readForAnyScenario(asItIs, [path], onProgress);
  const folder = dirname(scenarioFile);
  const merged: string[] = [];
  const { trace } = await transformTrace(imported, spec.transform, async (step) => {
    const other = await readMerged(asItIs, step, folder, onProgress);
    const { rowsRead, accepted } = other.report;
    merged.push(`merged ${step.file}: ${rowsRead} rows read, ${accepted} accepted, ${rowsRead - accepted} rejected`);
    return other;
  }).catch((error: unknown) => {
    throw error instanceof InputError ? atStep(error, scenarioFile) : error;
  });
  const accepted = trace.workload.jobCount;
  const notes = [
    ...imported.report.notes,
    `${imported.report.accepted} rows were accepted before the trace was changed`,
    ...merged,
  ];
  const changed = { ...trace, report: { ...imported.report, accepted, notes } };
  const bound = bindTrace(changed, { ...options, file: path });
  if (bound.report.accepted === 0) throw new InputError([nothingLeft(bound.report)]);
  return { ...bound, report: { ...bound.report, source: spec.file } };
}

const NO_DEFAULTS = { vcpus: undefined, memoryMib: undefined, memoryMibPerVcpu: undefined, jobDefinition: undefined };

/** Issues of a step stand in the scenario; those of a merged file have a file already. */
function atStep({ issues }: InputError, scenarioFile: string): InputError {
  return new InputError(
    issues.map((issue) =>
      issue.file === undefined ? { ...issue, file: scenarioFile, path: `trace.${issue.path}` } : issue,
    ),
  );
}

/** On the command line a step is an option. */
function atOption({ issues }: InputError): InputError {
  return new InputError(
    issues.map(({ path, ...issue }) => {
      const index = /^transform\[(\d+)\]$/.exec(path ?? "")?.[1];
      return index === undefined || issue.file !== undefined
        ? { ...issue, ...(path === undefined ? {} : { path }) }
        : { ...issue, file: nameOfStep(Number(index)) };
    }),
  );
}

/** The other trace of a merge, read as `spec` says but for its format. Its path is relative to `folder`. */
async function readMerged(
  spec: FileTraceSpec,
  { file, format }: MergeStep,
  folder: string,
  onProgress?: OnTraceProgress,
): Promise<Trace> {
  const path = isAbsolute(file) ? file : join(folder, file);
  const columns = format === undefined || format === "csv" ? spec.columns : undefined;
  return await readForAnyScenario({ ...spec, format, columns }, [path], onProgress);
}

function dispersionRows(before: Trace, after: Trace): DispersionRow[] {
  const indexOf = ({ workload }: Trace, binMs: number) => {
    const index = indexOfDispersion(workload.submitMs, binMs);
    return Number.isFinite(index) ? index : null;
  };
  return REPORTED_BINS.map(({ name, ms }) => ({ bin: name, before: indexOf(before, ms), after: indexOf(after, ms) }));
}
