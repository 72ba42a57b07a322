// The real trace files that lie beside the checkout, and what the list of their sources says of each. Where they are not
// there, tests that need them are skipped, visibly.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { importOptions } from "../../src/run/traces/reading.js";
import { parseTraceSettings, type TraceSettings } from "../../src/scenario/trace-settings.js";
import type { TraceFileOptions } from "../../src/trace/options.js";

const FOLDER = new URL("../../../shared/data/traces/", import.meta.url);

export const HAS_REAL_FILES = existsSync(FOLDER);

export interface RealFile {
  /** One file of the folder of real traces, or several that are read together. */
  readonly files: readonly string[];
  /** What detection must find. */
  readonly format: string;
  /** What the list of sources says of its contents. */
  readonly described: string;
  /** How our counts come about where they are not simply those. */
  readonly explained: string;
  /** Keys of a scenario's trace section that the file needs. */
  readonly settings?: TraceSettings;
}

export function realPath(file: string): string {
  return fileURLToPath(new URL(file, FOLDER));
}

/** How to import a file. */
export function realOptions({ files, settings = {} }: RealFile): TraceFileOptions {
  return importOptions(parseTraceSettings(settings), files);
}

/** The free CSV file: every column has to be named. */
const ISSUE_53: TraceSettings = {
  columns: {
    id: "job_id",
    queue: "queue",
    submit: { column: "submit_time", unit: "iso" },
    runtime: { column: "run_time", unit: "clock" },
    start: { column: "start_time", unit: "iso" },
    vcpus: "num_cores",
    memory: { column: "max_mem_gb", unit: "GB" },
  },
};

export const REAL_FILES: readonly RealFile[] = [
  {
    files: ["aws-batch/describe-jobs.array-children.json"],
    format: "aws-batch",
    described: "2 jobs",
    explained: "",
  },
  {
    files: ["aws-batch/list-jobs.array-children.json"],
    format: "aws-batch",
    described: "2 jobs, no resources, no queue",
    explained: "a summary names no queue and asks for nothing",
  },
  {
    files: ["aws-batch/describe-jobs.mnp-running.json"],
    format: "aws-batch",
    described: "1 job, RUNNING",
    explained: "it had not ended",
  },
  {
    files: ["aws-batch/describe-jobs.mnp-node1-running.json"],
    format: "aws-batch",
    described: "1 node",
    explained: "a single node is no job of its own",
  },
  {
    files: ["aws-batch/describe-jobs.succeeded-2016.json"],
    format: "aws-batch",
    described: "1 job",
    explained: "",
  },
  {
    files: ["aws-batch/eventbridge.batch-job-state-change.json"],
    format: "batch-events",
    described: "1 event",
    explained: "its status is RUNNABLE",
  },
  {
    files: ["aws-ecs/eventbridge.ecs-task-state-change.json"],
    format: "ecs-events",
    described: "1 event, not a Batch task",
    explained: "the task had not stopped",
  },
  {
    files: ["nextflow/execution_trace.awsbatch.2022-05-13.txt"],
    format: "nextflow",
    described: "864 tasks, 12 FAILED",
    explained: "retries are rows of their own that wait for the end of the one before; the columns hold no requests",
  },
  {
    files: ["nextflow/execution_report.awsbatch-mixed.2021-03-04.stripped.html"],
    format: "nextflow-report",
    described: "217 tasks: 162 AWS Batch jobs and 55 local",
    explained: "local tasks are in the queue local",
  },
  {
    files: ["nextflow/execution_trace.awsbatch-mixed.2021-03-04.txt"],
    format: "nextflow",
    described: "217 tasks",
    explained: "as the report of the same run",
  },
  {
    files: ["nextflow/execution_trace.cluster-cached.2020-01-23.txt"],
    format: "nextflow",
    described: "8 tasks, 6 of them CACHED",
    explained: "cached results were no work",
  },
  { files: ["cromwell/metadata.gcp-forkjoin.json"], format: "cromwell", described: "4 calls", explained: "" },
  {
    files: ["wfformat/nextflow-rnaseq-dirt02-001.json"],
    format: "wfformat",
    described: "197 tasks, 451 edges",
    explained: "all edges are kept; requests are what tasks used",
  },
  {
    files: ["wfformat/pegasus-1000genome-chameleon-10ch-100k-001.json"],
    format: "wfformat",
    described: "260 tasks, 380 edges",
    explained: "all edges are kept; requests are what tasks used",
  },
  {
    files: ["swf/NASA-iPSC-1993-3.1-cln.swf.gz"],
    format: "swf",
    described: "18,239 jobs",
    explained: "the header says that submit times are start times",
  },
  {
    files: ["swf/KTH-SP2.swf"],
    format: "swf",
    described: "28,481 jobs",
    explained: "status 0: they failed, and did run",
  },
  {
    files: ["slurm/sacct-parsable2-noheader.hcs-v2.txt"],
    format: "slurm",
    described: "878 rows = 483 jobs + 395 steps; 109 with zero elapsed, cancelled in the queue",
    explained: "21 of the 109 have steps of their own, so they ran, for 0 s",
  },
  {
    files: ["slurm/sacct-parsable2-noheader.xdmod-phillips.log"],
    format: "slurm",
    described: "4,285 jobs, 261 with zero elapsed",
    explained: "22 of the 261 failed on a named node within their first second, so they ran",
  },
  {
    files: ["slurm/nrel-eagle-1000.csv"],
    format: "slurm",
    described: "1,000 jobs, 549 ids",
    explained: "rows of an array share an id: each but the first gets a number",
  },
  {
    files: ["pbs/pbspro-accounting.casper-20250331.log"],
    format: "pbs",
    described: "18 records (8 Q, 5 S, 1 R, 4 E), 4 jobs",
    explained: "a job is its last record; the others are part of it",
  },
  {
    files: ["lsf/lsb.acct.hcs-16"],
    format: "lsf",
    described: "82 JOB_FINISH",
    explained: "the request is not recorded",
  },
  {
    files: ["alibaba-gpu-2023/openb_pod_list_default.csv"],
    format: "alibaba-gpu",
    described: "8,152 pods, 897 never scheduled, 34 end with the trace, 1 with memory 0",
    explained: "those that end with the trace are cut off",
  },
  {
    files: [
      "google-borg-2011/job_events-part-00001-of-00500.csv.gz",
      "google-borg-2011/task_events-part-00001-of-00500.csv.gz",
    ],
    format: "google-2011",
    described: "3,099 job events, 77,776 task events of 25,006 tasks; 10,841 with submit, schedule and finish inside",
    explained:
      "a task that is submitted again after FINISH or KILL is another row (25,006 + 5,427); 10,841 distinct tasks succeeded, as described",
    settings: { largestMachine: { vcpus: 32, memory: "64 GiB" } },
  },
  {
    files: ["generic-csv/hcs-csvparser-issue53.csv"],
    format: "csv",
    described: "2 rows, both with a run time that is none",
    explained: "mapped through run_time; through start and finish one row has a run time",
    settings: ISSUE_53,
  },
];
