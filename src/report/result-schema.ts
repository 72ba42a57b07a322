// Reads result.json back. Anyone may have edited it, so it is checked like any user's file: version first, then shape,
// then the sums that must agree, and every problem is told at once.

import { z } from "zod";
import { assert } from "../base/assert.js";
import { errorIssue, InputError, type Issue } from "../base/issues.js";
import { COST_CATEGORIES } from "../model/billing.js";
import { REFUSAL_WORDS } from "../model/market.js";
import { JOB_OUTCOMES, RESULT_FORMAT_VERSION, type ResultFile } from "../model/run-result.js";
import { findContradictions } from "./result-checks.js";

/** Largest time that a JavaScript Date can hold; beyond it nothing could be printed. */
const MAX_EPOCH_MS = 8.64e15;

const amount = z.number().nonnegative();
const count = z.int().nonnegative();
const timeMs = z.int().nonnegative().max(MAX_EPOCH_MS);
const share = z.number().min(0).max(1);
const market = z.enum(["on-demand", "spot"]);
const distribution = z.strictObject({ mean: amount, p50: amount, p95: amount, p99: amount, max: amount });

const rowTally = z.strictObject({
  code: z.string(),
  reason: z.string(),
  count,
  examples: z.array(z.strictObject({ file: z.string().optional(), line: count, detail: z.string() })),
});

const ingest = z.strictObject({
  source: z.string(),
  format: z.string(),
  recordsRead: count,
  rowsRead: count,
  accepted: count,
  rejected: z.array(rowTally),
  adjusted: z.array(rowTally),
  folded: z.array(rowTally),
  notes: z.array(z.string()),
});

const header = z.strictObject({
  productVersion: z.string(),
  scenario: z.string(),
  description: z.string(),
  question: z.string(),
  scenarioHash: z.string(),
  workloadHash: z.string(),
  region: z.string(),
  seed: z.number(),
  transforms: z.array(z.string()),
  catalog: z.strictObject({ onDemand: z.string(), spot: z.string(), instanceTypes: z.string() }),
});

const workload = z.strictObject({
  jobs: count,
  shapes: count,
  queues: z.array(z.string()),
  originMs: timeMs,
  submitSpanMs: timeMs,
  vcpuHours: amount,
  memoryGibHours: amount,
  gpuHours: amount,
  runtimeMs: distribution,
});

const floor = z.strictObject({
  market,
  microUsd: amount,
  microUsdPerVcpuHour: amount,
  microUsdPerGibHour: amount,
  microUsdPerGpuHour: amount,
  bindingInstanceTypes: z.array(z.string()),
});

const cost = z.strictObject({
  totalMicroUsd: count,
  byCategory: z.array(z.strictObject({ category: z.enum(COST_CATEGORIES), microUsd: count })),
  byInstanceType: z.array(
    z.strictObject({ instanceType: z.string(), market, instances: count, instanceHours: amount, microUsd: count }),
  ),
  byQueue: z.array(z.strictObject({ queue: z.string().nullable(), jobs: count, microUsd: count })),
  byJobName: z.array(
    z.strictObject({ queue: z.string().nullable(), name: z.string().nullable(), jobs: count, microUsd: count }),
  ),
});

const rework = { reworkVcpuHours: amount, reworkMicroUsd: count };
const losses = { interruptions: count, refusals: count, ...rework };

const spot = z.strictObject({
  interruptions: count,
  hostFailures: count,
  launchesRefused: count,
  refusals: z.array(z.strictObject({ reason: z.enum(REFUSAL_WORDS), refusals: count })),
  refundedMicroUsd: count,
  ...rework,
  savings: z.strictObject({ spotMicroUsd: count, onDemandMicroUsd: count }).nullable(),
  byPool: z.array(
    z.strictObject({
      instanceType: z.string().nullable(),
      zone: z.string().nullable(),
      market: market.nullable(),
      instances: count,
      instanceHours: amount,
      microUsd: count,
      ...losses,
    }),
  ),
  byJobName: z.array(
    z.strictObject({ queue: z.string().nullable(), name: z.string().nullable(), attemptsLost: count, ...rework }),
  ),
  byHour: z.array(z.strictObject(losses)),
  retries: z.array(z.strictObject({ outcome: z.enum(JOB_OUTCOMES), attempts: count })),
});

const series = z.strictObject({
  stepMs: z.int().positive(),
  steps: count,
  queuedJobs: z.array(amount),
  queuedVcpus: z.array(amount),
  busyVcpus: z.array(amount),
  fleetVcpus: z.array(z.strictObject({ instanceType: z.string(), vcpus: z.array(amount) })),
  microUsdPerHour: z.array(amount),
});

const run = z.strictObject({
  name: z.string(),
  role: z.enum(["strategy", "baseline"]),
  description: z.string(),
  policies: z.record(z.string(), z.union([z.string(), z.number()])),
  jobs: z.strictObject({
    total: count,
    succeeded: count,
    failed: count,
    byOutcome: z.array(z.strictObject({ outcome: z.enum(JOB_OUTCOMES), jobs: count })),
    attempts: count,
  }),
  cost,
  waitMs: distribution,
  boundedSlowdown: distribution,
  waitHistogram: z.array(z.strictObject({ upToMs: amount.nullable(), jobs: count })),
  makespanMs: timeMs,
  utilisation: z.strictObject({ vcpu: share, memory: share, gpu: share.nullable() }),
  instances: z.strictObject({ launched: count, peak: count, instanceHours: amount, meanLifeMs: amount }),
  longestWaits: z.array(
    z.strictObject({
      job: z.string(),
      name: z.string(),
      queue: z.string(),
      submitMs: timeMs,
      waitMs: timeMs,
      why: z.array(z.string()),
    }),
  ),
  spot,
  shares: z.array(
    z.strictObject({ shareIdentifier: z.string().nullable(), jobs: count, vcpuHours: amount, waitMs: distribution }),
  ),
  series,
});

const resultSchema = z.strictObject({
  formatVersion: z.literal(RESULT_FORMAT_VERSION),
  header,
  trace: ingest,
  workload,
  notes: z.array(z.string()),
  floors: z.array(floor),
  runs: z.array(run).min(1),
}) satisfies z.ZodType<ResultFile>;

/**
 * Parses the text of a result.json. `fileName` only appears in issues.
 * Throws InputError with every issue found: not JSON, other format version, wrong shape, sums that disagree.
 */
export function readResult(text: string, fileName: string): ResultFile {
  const value = parseJson(text, fileName);
  const issues = checkVersion(value) ?? collectIssues(value);
  if (issues.length > 0) throw new InputError(issues.map((issue) => ({ ...issue, file: fileName })));
  return value as ResultFile;
}

/** Crashes when a result that we computed ourselves breaks its own schema or sums. To be called before writing it. */
export function checkResult(result: ResultFile): void {
  const issues = collectIssues(result);
  assert(issues.length === 0, `inconsistent result: ${new InputError(issues).message}`);
}

function parseJson(text: string, fileName: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([errorIssue("invalid-json", `not valid JSON: ${reason}`, { file: fileName })]);
  }
}

/** The issues of a foreign format version, or undefined when the version is ours and the shape is worth a look. */
function checkVersion(value: unknown): Issue[] | undefined {
  const version = z.object({ formatVersion: z.number() }).safeParse(value).data?.formatVersion;
  if (version === RESULT_FORMAT_VERSION) return undefined;
  const path = "formatVersion";
  if (version === undefined) {
    const hint = "expected a result.json written by stowage";
    return [errorIssue("not-a-result", "the file has no numeric formatVersion", { path, hint })];
  }
  const hint =
    version > RESULT_FORMAT_VERSION
      ? "it was written by a newer stowage: upgrade to read it"
      : "it was written by an older stowage: run the scenario again";
  const message = `result format ${version} cannot be read, this version reads format ${RESULT_FORMAT_VERSION}`;
  return [errorIssue("result-format-version", message, { path, hint })];
}

/** Shape first; only a well-shaped result has sums to compare. */
function collectIssues(value: unknown): Issue[] {
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) =>
      errorIssue("invalid-result", issue.message, { path: formatPath(issue.path) }),
    );
  }
  return findContradictions(parsed.data);
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}
