// The files that the import benchmark reads: made up by a seeded generator, in a temporary folder, gone afterwards.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RandomStream, randomStream } from "../../src/base/random.js";

const LINES_PER_WRITE = 8_192;
const FIRST_SUBMIT_MS = 1_700_000_000_000;

const HEADER = "id,name,queue,submit_ms,runtime_s,vcpus,memory_mib,gpus,limit_s,wait_s,status,exit_code";

/** Runs `work` with a folder that is deleted afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-bench-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A trace in the project's own columns. */
export function writeCsv(path: string, rows: number): void {
  const stream = randomStream(1, "bench/csv");
  let submitMs = FIRST_SUBMIT_MS;
  writeLines(path, rows + 1, (line) => {
    if (line === 0) return HEADER;
    submitMs += whole(stream, 4_000);
    const vcpus = 2 ** whole(stream, 5);
    const exitCode = stream.uniform() < 0.02 ? 137 : 0;
    const start = `job-${String(line).padStart(8, "0")},align-${whole(stream, 200)},queue-${whole(stream, 4)},${submitMs}`;
    const request = `${whole(stream, 7_200_000) / 1_000},${vcpus},${vcpus * 2_048},${whole(stream, 20) === 0 ? 1 : 0}`;
    return `${start},${request},7200,${whole(stream, 600_000) / 1_000},${exitCode === 0 ? "SUCCEEDED" : "FAILED"},${exitCode}`;
  });
}

/** AWS Batch's events, three for each job, until the file has so many bytes. Returns how many there are. */
export function writeEvents(path: string, bytes: number): number {
  const stream = randomStream(1, "bench/events");
  let events = 0;
  let written = 0;
  let createdAt = FIRST_SUBMIT_MS;
  writeLines(path, Number.POSITIVE_INFINITY, () => {
    if (written >= bytes) return undefined;
    const status = (["RUNNABLE", "RUNNING", "SUCCEEDED"] as const)[events % 3]!;
    if (status === "RUNNABLE") createdAt += whole(stream, 4_000);
    const text = eventText(Math.floor(events / 3), status, createdAt);
    events++;
    written += text.length + 1;
    return text;
  });
  return events;
}

function eventText(job: number, status: "RUNNABLE" | "RUNNING" | "SUCCEEDED", createdAt: number): string {
  const jobId = `${job.toString(16).padStart(8, "0")}-aaaa-4bbb-8ccc-0123456789ab`;
  const startedAt = createdAt + 60_000 + (job % 1_000);
  const times = {
    ...(status === "RUNNABLE" ? {} : { startedAt }),
    ...(status === "SUCCEEDED" ? { stoppedAt: startedAt + 300_000 + (job % 7_777) } : {}),
  };
  const container = {
    resourceRequirements: [
      { type: "VCPU", value: "4" },
      { type: "MEMORY", value: "8192" },
    ],
  };
  const ended = {
    container: { exitCode: 0, logStreamName: `align/default/${jobId}` },
    statusReason: "Essential container in task exited",
  };
  const attempts = status === "SUCCEEDED" ? [{ ...times, ...ended }] : [];
  const arn = "arn:aws:batch:us-east-1:111122223333:";
  const detail = {
    ...{ jobArn: `${arn}job/${jobId}`, jobName: `align-${job % 200}`, jobId, jobQueue: `${arn}job-queue/high` },
    ...{ status, attempts, createdAt, ...times, retryStrategy: { attempts: 3 }, dependsOn: [], parameters: {} },
    ...{ jobDefinition: `${arn}job-definition/align:${job % 9}`, container, tags: { team: `t${job % 5}` } },
  };
  const time = new Date(createdAt).toISOString();
  return JSON.stringify({
    ...{
      version: "0",
      id: jobId,
      "detail-type": "Batch Job State Change",
      source: "aws.batch",
      account: "111122223333",
    },
    ...{ time, region: "us-east-1", resources: [detail.jobArn], detail },
  });
}

/** Writes lines until there are enough or `lineAt` has no more. */
function writeLines(path: string, count: number, lineAt: (line: number) => string | undefined): void {
  const file = openSync(path, "w");
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) writeSync(file, `${lines.join("\n")}\n`);
    lines = [];
  };
  for (let line = 0; line < count; line++) {
    const text = lineAt(line);
    if (text === undefined) break;
    lines.push(text);
    if (lines.length === LINES_PER_WRITE) flush();
  }
  flush();
  closeSync(file);
}

function whole(stream: RandomStream, below: number): number {
  return Math.floor(stream.uniform() * below);
}
