// The workload: a trace file with its column mapping, the built-in generator, or jobs written in the scenario.

import { z } from "zod";
import { DEFAULTS } from "./defaults.js";
import { parseTimeZone, TIME_ZONE_PATTERN } from "./quantities.js";
import { retryStrategy } from "./schema-definitions.js";
import { job } from "./schema-jobs.js";
import { distribution, mistake, positiveDuration, positiveMemorySize, scalar, text } from "./schema-parts.js";
import { transformSteps } from "./schema-transform.js";

/** What one unit of a column is worth: the scale of ScaledColumn. */
export const SCALES = { one: 1, milli: 0.001, percent: 0.01, "cpu-unit": 1 / 1024 } as const;

/** A zod error text is taken as the hint. */
function columnHint(example: string) {
  return {
    error: (issue: { readonly code?: string | undefined }) => {
      return issue.code === "invalid_type" ? `name the column and its unit, e.g. ${example}` : undefined;
    },
  };
}

const columnName = text.describe("Name of the column in the header line.");

const timeColumn = z.strictObject(
  {
    column: columnName,
    unit: z
      .enum(["ms", "s", "min", "h", "iso"])
      .describe("Unit of the number, counted from any origin; iso for texts such as 2026-01-31T12:00:00Z."),
  },
  columnHint("{column: submit_time, unit: s}"),
);

const durationUnit = z
  .enum(["ms", "s", "min", "h", "clock"])
  .describe("Unit of the number; clock for texts such as 1-02:30:00 ([days-]hours:minutes:seconds).");

const durationColumn = z.strictObject(
  { column: columnName, unit: durationUnit },
  columnHint("{column: limit, unit: s}"),
);

const runtimeColumn = z
  .strictObject(
    {
      column: columnName.optional(),
      unit: durationUnit.optional(),
      from: timeColumn.optional().describe("Start of the run, instead of `column`."),
      to: timeColumn.optional().describe("End of the run."),
    },
    columnHint("{column: runtime, unit: s}"),
  )
  .transform(({ column, unit, from, to }, context) => {
    if (column !== undefined && unit !== undefined && from === undefined && to === undefined) return { column, unit };
    if (from !== undefined && to !== undefined && column === undefined && unit === undefined) return { from, to };
    mistake(context, "invalid-column", "expected either column and unit, or from and to");
    return z.NEVER;
  });

const scaleUnit = z
  .enum(["one", "milli", "percent", "cpu-unit"])
  .prefault("one")
  .describe("Unit of the number: one, milli (thousandths), percent (hundredths) or cpu-unit (ECS: 1024 are one vCPU).");

const scaled = { column: columnName, unit: scaleUnit };

const vcpusColumn = z.union([text, z.strictObject(scaled)]);
const gpusColumn = z.union([
  text,
  z.strictObject({
    ...scaled,
    times: z.strictObject(scaled).optional().describe("Multiply by this column too: the share taken of each GPU."),
  }),
]);

const memoryColumn = z.strictObject(
  {
    column: columnName,
    unit: z.enum(["B", "KiB", "MiB", "GiB", "KB", "MB", "GB"]).describe("Unit of the number."),
    scale: z.number().positive().optional().describe("Multiply by this first: what the number is a share of."),
  },
  columnHint("{column: memory, unit: MiB}"),
);

const columns = z.strictObject({
  id: text.optional().describe("Column of the job's id."),
  name: text.optional().describe("Column of the job's name: jobs of one name are reported together."),
  queue: text.optional().describe("Column of the job queue."),
  submit: timeColumn.describe("When the job was submitted."),
  runtime: runtimeColumn.describe("How long it ran: one column, or the difference of two."),
  start: timeColumn.optional().describe("When it started, for comparison with the simulated start."),
  limit: durationColumn.optional().describe("The user's run-time limit."),
  vcpus: vcpusColumn.optional().describe("vCPUs asked for."),
  memory: memoryColumn.optional().describe("Memory asked for."),
  gpus: gpusColumn.optional().describe("GPUs asked for."),
  jobDefinition: text.optional().describe("Column of the job definition: name, name:revision or ARN."),
  share: text.optional().describe("Column of the shareIdentifier."),
  user: text.optional().describe("Column of whose job it was, for shareFrom: user."),
  group: text.optional().describe("Column of the user's group or account, for shareFrom: group."),
  priority: text.optional().describe("Column of the scheduling priority, 0 to 9999."),
  nodes: text.optional().describe("Column of the number of nodes of a multi-node parallel job."),
  array: text.optional().describe("Column of the id of the array job that a row is a child of."),
  arraySize: text.optional().describe("Column of the number of children that a row stands for."),
  dependsOn: text
    .optional()
    .describe("Column of the ids that must succeed first, separated by ; (also id:N_TO_N and SEQUENTIAL)."),
  exitCode: text.optional().describe("Column of the exit code."),
  status: text.optional().describe("Column of a word for how it ended: COMPLETED, FAILED, RUNNING, PENDING, ..."),
});

const defaults = z.strictObject({
  vcpus: z.number().positive().optional().describe("vCPUs of a job that names none."),
  memory: positiveMemorySize.optional().describe("Memory of a job that names none."),
  memoryPerVcpu: positiveMemorySize.optional().describe("Memory of a job that names none, for each of its vCPUs."),
  jobDefinition: text.optional().describe("Job definition of a job that names none."),
});

const shape = z.strictObject({
  name: text.describe("Name of the jobs: the report groups by it."),
  queue: text.optional().describe("Job queue; may be left out when there is only one."),
  vcpus: z.number().positive().describe("vCPUs of each job."),
  memory: positiveMemorySize.describe("Memory of each job."),
  gpus: z.number().min(0).prefault(DEFAULTS.shape.gpus).describe("GPUs of each job."),
  weight: z.number().positive().prefault(DEFAULTS.shape.weight).describe("Share of the jobs, relative to the others."),
  runtime: distribution.describe("Run time: a duration, or {min, max}, {mean} or {median, p95}."),
});

/** Jobs are kept in memory, some 50 bytes each: 100 million are 5 GB. */
const MOST_JOBS = 100_000_000;

const synthetic = z.strictObject({
  jobs: z.int().min(1).max(MOST_JOBS).describe("Number of jobs."),
  duration: positiveDuration.describe("Span over which they are submitted."),
  seed: z.int().min(0).optional().describe("Seed of the generator; default: the scenario's seed."),
  dailyCycle: z
    .number()
    .min(0)
    .max(1)
    .prefault(DEFAULTS.synthetic.dailyCycle)
    .describe("Strength of the daily cycle: 0 none, 1 swings the rate between nothing and twice the mean."),
  burstSize: z
    .number()
    .min(1)
    .prefault(DEFAULTS.synthetic.burstSize)
    .describe("Mean number of jobs submitted together."),
  shapes: z.array(shape).min(1).describe("Kinds of jobs."),
});

export const trace = z
  .strictObject({
    file: text.optional().describe("Trace file, relative to the scenario file; .gz is read as it is."),
    format: text
      .optional()
      .describe("Format of the file: csv, swf, nextflow, ... (stowage trace formats); default: found by looking."),
    columns: columns.optional().describe("Which column holds what (csv only); default: the canonical columns."),
    delimiter: z.string().length(1).optional().describe("Field separator (csv only); default: found by looking."),
    header: z
      .array(text)
      .min(1)
      .optional()
      .describe("Names of the columns of a table without a header line; default: its first line."),
    timeZone: scalar(parseTimeZone, { type: "string", pattern: TIME_ZONE_PATTERN })
      .prefault(DEFAULTS.timeZone)
      .describe("Zone of times that carry none: UTC, a fixed offset such as +02:00, or a name such as Europe/Berlin."),
    release: z
      .enum(["recorded", "closed"])
      .prefault(DEFAULTS.release)
      .describe(
        "recorded: jobs are submitted when they were; closed (nextflow): each waits for the job that ended before it.",
      ),
    largestMachine: z
      .strictObject({
        vcpus: z.number().positive().describe("vCPUs of the largest machine."),
        memory: positiveMemorySize.describe("Memory of the largest machine."),
      })
      .optional()
      .describe("What a request of 1 means where requests are shares of the largest machine (google-2011)."),
    defaults: defaults.prefault({}).describe("What a job gets that names no vCPUs or memory."),
    queue: text.optional().describe("Every job goes to this queue, whatever the trace says."),
    queueMap: z
      .record(z.string(), text)
      .prefault({})
      .describe("The trace's queue names and the job queues they stand for."),
    gpuSharing: z
      .enum(["round-up", "share"])
      .prefault(DEFAULTS.gpuSharing)
      .describe(
        "Fractional GPUs: round-up to whole ones as AWS Batch allocates them, or share (time-slicing, a model).",
      ),
    unplaceable: z
      .enum(["fail", "reject", "keep"])
      .prefault(DEFAULTS.unplaceable)
      .describe(
        "A job that fits no instance type: fail stops the run, reject leaves it out and counts it, keep lets it block its queue.",
      ),
    limits: z
      .enum(["estimate", "timeout"])
      .prefault(DEFAULTS.traceLimits)
      .describe("What the users' limits do: estimate, read by policies alone, or timeout, which ends the attempt."),
    retryStrategy: retryStrategy
      .optional()
      .describe(
        "How often, and after which ends, a job without a job definition is tried again; default: one attempt.",
      ),
    checkpointInterval: positiveDuration
      .optional()
      .describe(
        "Jobs without a job definition save their work every so much run time; the next attempt goes on from there.",
      ),
    shareFrom: z
      .enum(["user", "group"])
      .optional()
      .describe("What becomes the share of jobs that have none (not csv): their user or their group."),
    transform: transformSteps
      .optional()
      .describe("Steps that change the trace before it is replayed, in this order (file only)."),
    synthetic: synthetic.optional().describe("The built-in generator, instead of `file`."),
    jobs: z.array(job).min(1).optional().describe("Jobs in SubmitJob's words, instead of `file`."),
  })
  .meta({ oneOf: [{ required: ["file"] }, { required: ["synthetic"] }, { required: ["jobs"] }] });
