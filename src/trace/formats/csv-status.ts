// The words that systems write for how a job ended, or that it has not.

import type { RawJob, WithoutRuntime } from "../raw-job.js";

export interface Ending {
  readonly status: RawJob["status"];
  /** Why the job has no run time; undefined: it has one. */
  readonly withoutRuntime: WithoutRuntime | undefined;
}

/** In lower case, without blanks, hyphens and underscores. Of AWS Batch, Slurm, PBS, LSF, Nextflow, Kubernetes, Airflow. */
const WORDS: Readonly<Record<"succeeded" | "failed" | "still-running" | "still-queued", readonly string[]>> = {
  succeeded: ["succeeded", "success", "successful", "completed", "complete", "done", "ok", "finished"],
  failed: [
    ...[
      "failed",
      "failure",
      "fail",
      "error",
      "exit",
      "exited",
      "timeout",
      "timedout",
      "outofmemory",
      "oom",
      "nodefail",
    ],
    ...["cancelled", "canceled", "aborted", "killed", "terminated", "preempted", "evicted", "deadline", "bootfail"],
  ],
  "still-running": ["running", "started", "starting", "run", "completing", "suspended"],
  "still-queued": ["submitted", "pending", "runnable", "queued", "pend", "waiting", "created", "held"],
};

const ENDING_OF_WORD = new Map<string, Ending>([
  ["", { status: "", withoutRuntime: undefined }],
  ...WORDS.succeeded.map((word): [string, Ending] => [word, { status: "SUCCEEDED", withoutRuntime: undefined }]),
  ...WORDS.failed.map((word): [string, Ending] => [word, { status: "FAILED", withoutRuntime: undefined }]),
  ...(["still-running", "still-queued"] as const).flatMap((code) =>
    WORDS[code].map((word): [string, Ending] => [word, { status: "", withoutRuntime: code }]),
  ),
]);

/** What a word means; undefined: it is none of those that are known. Of several words (Slurm: "CANCELLED by 17") the first counts. */
export function endingOf(text: string): Ending | undefined {
  const word = text.toLowerCase().replaceAll(/[-_]/g, "").trim();
  return ENDING_OF_WORD.get(word.replaceAll(" ", "")) ?? ENDING_OF_WORD.get(word.split(" ", 1)[0]!);
}
