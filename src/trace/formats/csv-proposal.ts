// A mapping for a table that has neither the project's own columns nor one: proposed from the names in its header, never
// used without being asked for.

/** Names that exporters give to what a job has, in order of preference; without case, blanks, hyphens and underscores. */
const NAMES = {
  id: ["jobid", "id", "taskid", "jobidraw", "jobnumber", "job"],
  name: ["jobname", "name", "taskname", "jobdefinition"],
  queue: ["queue", "jobqueue", "queuename", "partition"],
  submit: [
    ...[
      "submittime",
      "submit",
      "submitted",
      "submittedat",
      "submitdate",
      "submissiontime",
      "createdat",
      "creationtime",
    ],
    ...["created", "queuedat", "queuetime", "queued", "arrivaltime", "arrival"],
  ],
  start: ["starttime", "start", "started", "startedat", "startdate", "scheduledtime"],
  end: [
    ...["endtime", "end", "ended", "endedat", "enddate", "finishtime", "finish", "finished", "finishedat", "stoppedat"],
    ...["completiontime", "completedat", "completed", "complete"],
  ],
  runtime: ["runtime", "duration", "elapsed", "walltime", "elapsedtime", "realtime"],
  vcpus: ["vcpus", "vcpu", "cpus", "cpu", "numcores", "ncores", "cores", "ncpus", "numcpus", "processorsreq", "slots"],
  memory: ["memory", "mem", "maxmem", "memreq", "reqmem", "memorylimit", "ram", "maxmemory"],
  gpus: ["gpus", "gpu", "numgpus", "numgpu", "ngpus", "gpusreq"],
  exitCode: ["exitcode", "exitstatus", "exit"],
  status: ["status", "state", "jobstatus", "jobstate"],
} as const;
type Meaning = keyof typeof NAMES;

const TIME_UNITS: readonly (readonly [ending: RegExp, unit: string])[] = [
  [/([_ (]ms|_millis|milliseconds)$/i, "ms"],
  [/([_ (]s|[_ (]secs?|seconds|_epoch|_unix)$/i, "s"],
  [/([_ (]min|minutes)$/i, "min"],
  [/([_ (]h|hours)$/i, "h"],
];

const MEMORY_UNITS: readonly (readonly [ending: RegExp, unit: string])[] = [
  [/gib$/i, "GiB"],
  [/gb$/i, "GB"],
  [/mib$/i, "MiB"],
  [/mb$/i, "MB"],
  [/kib$/i, "KiB"],
  [/kb$/i, "KB"],
  [/(bytes|_b)$/i, "B"],
];

/** As much of a mapping as the names show, as text for a scenario; undefined when they show no submission and run time. */
export function proposeMapping(headers: readonly string[]): string | undefined {
  const column = (meaning: Meaning) => columnFor(headers, NAMES[meaning]);
  const [submit, start, end, runtime] = [column("submit"), column("start"), column("end"), column("runtime")];
  if (submit === undefined) return undefined;
  const time = (name: string) => `{ column: ${quoted(name)}, unit: ${unitOf(name, TIME_UNITS) ?? "iso"} }`;
  const entries: string[] = [];
  for (const meaning of ["id", "name", "queue"] as const) entries.push(...plain(meaning, column(meaning)));
  entries.push(`submit: ${time(submit)}`);
  if (start !== undefined) entries.push(`start: ${time(start)}`);
  if (start !== undefined && end !== undefined) entries.push(`runtime: { from: ${time(start)}, to: ${time(end)} }`);
  else if (runtime === undefined) return undefined;
  else entries.push(`runtime: { column: ${quoted(runtime)}, unit: ${unitOf(runtime, TIME_UNITS) ?? "s"} }`);
  entries.push(...plain("vcpus", column("vcpus")));
  const memory = column("memory");
  const memoryUnit = memory === undefined ? undefined : (unitOf(memory, MEMORY_UNITS) ?? "MiB");
  if (memory !== undefined) entries.push(`memory: { column: ${quoted(memory)}, unit: ${memoryUnit} }`);
  for (const meaning of ["gpus", "exitCode", "status"] as const) entries.push(...plain(meaning, column(meaning)));
  return `columns: { ${entries.join(", ")} }`;
}

function plain(key: string, column: string | undefined): readonly string[] {
  return column === undefined ? [] : [`${key}: ${quoted(column)}`];
}

/** The first of these names that the header has, units aside. */
function columnFor(headers: readonly string[], names: readonly string[]): string | undefined {
  for (const name of names) {
    const found = headers.find((header) => bareName(header) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "Max Mem (GB)" and "max_mem_gb" as "maxmem". */
function bareName(header: string): string {
  const unit = /[_ (]+(ms|millis|s|secs?|seconds|min|minutes|h|hours|epoch|unix|b|bytes|[kmg]i?b)\)?$/i;
  return header
    .replace(unit, "")
    .toLowerCase()
    .replaceAll(/[\s_-]/g, "");
}

function unitOf(name: string, units: readonly (readonly [ending: RegExp, unit: string])[]): string | undefined {
  return units.find(([ending]) => ending.test(name.replace(/\)$/, "")))?.[1];
}

/** As YAML takes it in a flow mapping. */
function quoted(name: string): string {
  return /^[A-Za-z][\w.-]*$/.test(name) ? name : JSON.stringify(name);
}
