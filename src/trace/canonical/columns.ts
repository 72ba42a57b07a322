// The project's own CSV columns, in the order in which they are written. docs/trace-format.md describes them.

export const CANONICAL_COLUMNS = [
  "id",
  "name",
  "queue",
  "submit_ms",
  "submit",
  "runtime_s",
  "vcpus",
  "memory_mib",
  "gpus",
  "limit_s",
  "wait_s",
  "pull_s",
  "used_memory_mib",
  "status",
  "exit_code",
  "attempts",
  "job_definition",
  "share_identifier",
  "scheduling_priority",
  "nodes",
  "array_id",
  "array_size",
  "depends_on",
  "rank",
] as const;
export type CanonicalColumn = (typeof CANONICAL_COLUMNS)[number];

/** Columns that a written file always has; `submit` is for people who write traces by hand. */
export const ALWAYS_WRITTEN: readonly CanonicalColumn[] = [
  ...(["id", "name", "queue", "submit_ms", "runtime_s", "vcpus", "memory_mib", "gpus"] as const),
  ...(["wait_s", "status", "exit_code"] as const),
];

/** Words of the column `status` for rows that are no jobs to replay, and what each means. */
export const NOT_REPLAYED = {
  NEVER_RAN: "never-ran",
  RUNNING: "still-running",
  QUEUED: "still-queued",
} as const;
