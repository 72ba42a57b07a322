// Which column of a Slurm job table holds what: the header says it, or, in tables without one, one of two known layouts.

/** What is read of a row. */
const FIELDS = [
  ...(["jobId", "jobIdRaw", "name", "user", "account", "group", "partition", "state", "exitCode"] as const),
  ...(["submit", "eligible", "start", "end", "elapsed", "elapsedS", "suspended"] as const),
  ...(["limit", "limitMinutes", "limitS", "nodes", "reqNodes", "allocNodes", "cpus", "reqCpus"] as const),
  ...(["reqMem", "reqMemMb", "reqTres", "allocTres", "reqGres", "allocGres", "gpus", "nodeList", "maxRss"] as const),
];
export type SlurmField = (typeof FIELDS)[number];

/** Names of columns, in lower case without anything but letters and digits. The last lines are those of exported tables. */
const FIELD_OF_NAME = new Map<string, SlurmField>(
  Object.entries({
    ...{ jobid: "jobId", jobidraw: "jobIdRaw", jobname: "name", user: "user", account: "account", group: "group" },
    ...{ partition: "partition", state: "state", exitcode: "exitCode", submit: "submit", eligible: "eligible" },
    ...{ start: "start", end: "end", elapsed: "elapsed", elapsedraw: "elapsedS", suspended: "suspended" },
    ...{ timelimit: "limit", timelimitraw: "limitMinutes", nnodes: "nodes", reqnodes: "reqNodes" },
    ...{ allocnodes: "allocNodes", ncpus: "cpus", alloccpus: "cpus", reqcpus: "reqCpus", reqmem: "reqMem" },
    ...{ reqtres: "reqTres", alloctres: "allocTres", reqgres: "reqGres", allocgres: "allocGres" },
    ...{ nodelist: "nodeList", maxrss: "maxRss" },
    ...{ name: "name", submittime: "submit", eligibletime: "eligible", starttime: "start", endtime: "end" },
    ...{ runtime: "elapsedS", wallclockreq: "limitS", processorsreq: "reqCpus", nodesreq: "nodes" },
    ...{ gpusreq: "gpus", memreq: "reqMemMb" },
  } satisfies Record<string, SlurmField>),
);

/** Columns in which users write what they like, the delimiter too; the likeliest first. */
const FREE_TEXT = ["jobname", "name", "submitline", "comment", "admincomment", "workdir", "constraints"];

/** Of hpc-cost-simulator (Partition came later). */
const HCS = `State JobID ReqCPUS ReqMem ReqNodes Constraints Submit Eligible Start Elapsed Suspended End ExitCode
  DerivedExitCode AllocNodes NCPUS MaxDiskRead MaxDiskWrite MaxPages MaxRSS MaxVMSize CPUTime UserCPU SystemCPU TotalCPU
  Partition`.split(/\s+/);

/** Of Open XDMoD's shredder. */
const XDMOD =
  `JobID JobIDRaw Cluster Partition QOS Account Group GID User UID Submit Eligible Start End Elapsed ExitCode
  State NNodes NCPUS ReqCPUS ReqMem ReqTRES AllocTRES Timelimit NodeList JobName`.split(/\s+/);

export interface SlurmLayout {
  readonly names: readonly string[];
  /** Column by field; -1: there is none. */
  readonly at: Readonly<Record<SlurmField, number>>;
  /** Rows need as many cells. */
  readonly least: number;
  /** Rows with as many cells lack nothing. */
  readonly whole: number;
  /** Columns that may contain the delimiter. */
  readonly freeText: readonly number[];
}

/** The layout of a table with these column names. */
export function layoutOf(names: readonly string[], whole = names.length): SlurmLayout {
  const plain = names.map(plainName);
  const at = Object.fromEntries(FIELDS.map((field) => [field, -1])) as Record<SlurmField, number>;
  plain.forEach((name, column) => {
    const field = FIELD_OF_NAME.get(name);
    if (field !== undefined && at[field] < 0) at[field] = column;
  });
  const needed: readonly SlurmField[] = ["jobId", "jobIdRaw", "state", "submit", "start", "end", "elapsed", "elapsedS"];
  const least = 1 + Math.max(...needed.map((field) => at[field]));
  const freeText = FREE_TEXT.map((name) => plain.indexOf(name)).filter((column) => column >= 0);
  return { names, at, least, whole, freeText };
}

/** The columns that a table needs and this one lacks, in words. */
export function missingColumns({ at }: SlurmLayout): string[] {
  const hasRuntime = at.elapsed >= 0 || at.elapsedS >= 0 || (at.start >= 0 && at.end >= 0);
  const missing: string[] = [];
  if (at.jobId < 0 && at.jobIdRaw < 0) missing.push("JobID");
  if (at.submit < 0 && at.start < 0) missing.push("Submit");
  if (!hasRuntime) missing.push("Elapsed (or Start and End)");
  return missing;
}

/** True for a line of column names. */
export function isHeader(cells: readonly string[]): boolean {
  const names = cells.map(plainName);
  const known = names.filter((name) => FIELD_OF_NAME.has(name)).length;
  return known >= 3 && (names.includes("jobid") || names.includes("jobidraw"));
}

/** Names of a request that a Slurm table does not use: with them it is a table of somebody else's. */
const FOREIGN_REQUEST = /^(?:v?cpus?|n?cores|slots|(?:max)?mem(?:ory)?(?:[kmg]i?b)?)$/;

/**
 * True for a header that only a Slurm job table has. Many tables have a job_id, a start_time and a state: those of Slurm
 * write JobID as sacct does, or give the processors in one of its columns.
 */
export function isSlurmHeader(cells: readonly string[]): boolean {
  const names = new Set(cells.map(plainName));
  const some = (...wanted: string[]) => wanted.some((name) => names.has(name));
  const givesProcessors = some("ncpus", "alloccpus", "reqcpus", "reqtres", "alloctres", "processorsreq");
  const isWrittenBySacct = cells.some((name) => /^JobID(?:Raw)?$/.test(name.trim()));
  return (
    isHeader(cells) &&
    (givesProcessors || (isWrittenBySacct && ![...names].some((name) => FOREIGN_REQUEST.test(name)))) &&
    some("state", "exitcode", "elapsed", "elapsedraw", "timelimit", "wallclockreq")
  );
}

/** True for the first two lines of a table as sacct prints it for reading, in columns of fixed width that cut texts off. */
export function isAligned(header: string, underline: string): boolean {
  return /^[ -]*---[ -]*$/.test(underline) && isHeader(header.trim().split(/\s+/));
}

const STATE = /^[A-Z_]{4,}(?: by \d+)?\+?$/;
const JOB_ID = /^\d+(?:[_+.][\w[\],%:+.-]*)?$/;
const TIME = /^(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d|\d{9,10})$/;

/** The layout of a row of a table without a header; undefined: none that is known. */
export function presetOf(cells: readonly string[]): SlurmLayout | undefined {
  const cell = (name: string, names: readonly string[]) => cells[names.indexOf(name)] ?? "";
  const fits = (names: readonly string[]) =>
    STATE.test(cell("State", names)) && JOB_ID.test(cell("JobID", names)) && TIME.test(cell("Submit", names));
  if (cells.length >= HCS.length - 1 && fits(HCS)) return layoutOf(HCS, HCS.length - 1);
  return cells.length >= XDMOD.length && fits(XDMOD) ? layoutOf(XDMOD) : undefined;
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
