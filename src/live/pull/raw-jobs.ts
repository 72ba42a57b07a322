// The raw answers of a trace pull on disk: one job of DescribeJobs per line, as AWS says it but for what a container was told.
// Lines are only appended, whole batches at a time, so that a pull that was ended goes on where it stopped.

import {
  appendFileSync,
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  truncateSync,
} from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { JobDetail } from "@aws-sdk/client-batch";

/**
 * Commands, environment variables, parameters, tags and where secrets are found: nobody needs them to replay a job, and they may
 * hold what is nobody's business.
 */
const NOT_KEPT: ReadonlySet<string> = new Set([
  ...["command", "environment", "parameters", "tags", "secrets", "logConfiguration", "repositoryCredentials", "args"],
  ...["env", "$metadata"],
]);

const NEWLINE = 10;

export class RawJobs {
  readonly file: string;
  private readonly ids: Set<string>;

  private constructor(file: string, ids: Set<string>) {
    this.file = file;
    this.ids = ids;
  }

  /** Opens a file that may be there already; a last line that is not whole is taken away. Throws Node's errors. */
  static async open(file: string): Promise<RawJobs> {
    mkdirSync(dirname(file), { recursive: true });
    const ids = new Set<string>();
    if (!existsSync(file)) return new RawJobs(file, ids);
    truncateSync(file, wholeLines(file));
    const lines = createInterface({ input: createReadStream(file, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      const id = idOf(line);
      if (id !== undefined) ids.add(id);
    }
    return new RawJobs(file, ids);
  }

  get count(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Appends jobs. Throws Node's errors. */
  append(jobs: readonly JobDetail[]): void {
    if (jobs.length === 0) return;
    appendFileSync(this.file, jobs.map((job) => `${rawLine(job)}\n`).join(""));
    for (const { jobId } of jobs) if (jobId !== undefined) this.ids.add(jobId);
  }
}

/** A job as it is kept. */
function rawLine(job: JobDetail): string {
  return JSON.stringify(job, (key, value: unknown) => (NOT_KEPT.has(key) ? undefined : value));
}

function idOf(line: string): string | undefined {
  if (line.trim() === "") return undefined;
  const value: unknown = JSON.parse(line);
  const id = (value as { readonly jobId?: unknown }).jobId;
  return typeof id === "string" ? id : undefined;
}

/** Bytes up to the last end of a line. */
function wholeLines(file: string): number {
  const { size } = statSync(file);
  const descriptor = openSync(file, "r");
  try {
    const block = Buffer.alloc(65_536);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - block.length);
      readSync(descriptor, block, 0, end - start, start);
      const at = block.subarray(0, end - start).lastIndexOf(NEWLINE);
      if (at >= 0) return start + at + 1;
      end = start;
    }
    return 0;
  } finally {
    closeSync(descriptor);
  }
}

/** The jobs of a file by id; of a job that is there twice the later line. Throws Node's errors. */
export function readRawJobs(file: string): Map<string, JobDetail> {
  const jobs = new Map<string, JobDetail>();
  if (!existsSync(file)) return jobs;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const job = JSON.parse(line) as JobDetail;
    if (job.jobId !== undefined) jobs.set(job.jobId, job);
  }
  return jobs;
}
