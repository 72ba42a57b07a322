// The notations inside the cells of Slurm's accounting: sizes, lists of trackable resources, durations, exit codes, job ids.
// https://slurm.schedmd.com/sacct.html

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { isMissing, readClockMs, readNumber, UNREADABLE } from "../text/cells.js";

/** MiB per unit letter. */
const MIB_PER_UNIT: Readonly<Record<string, number>> = {
  ...{ B: 1 / 1_048_576, K: 1 / 1_024, M: 1, G: 1_024, T: 1_048_576, P: 1_073_741_824 },
};

const SIZE = /^(\d+(?:\.\d*)?)([BKMGTP]?)$/i;

/** A size with a unit letter to MiB; `unit` is that of a bare number. NaN when missing, UNREADABLE otherwise. */
export function readSizeMib(cell: string, unit: "B" | "M"): number {
  const match = SIZE.exec(cell.trim());
  if (match === null) return isMissing(cell) ? Number.NaN : UNREADABLE;
  return Number(match[1]) * MIB_PER_UNIT[(match[2] || unit).toUpperCase()]!;
}

/** What a memory request is meant for. */
type Per = "job" | "node" | "cpu";

export interface MemoryRequest {
  /** NaN: none, or all of the node's; UNREADABLE. */
  readonly mib: number;
  readonly per: Per;
}

const REQUEST = /^(\d+(?:\.\d*)?)([KMGTP]?)([nc]?)$/i;
/** "Per CPU" is a bit of the number in Slurm's database, and some versions print it: the 32nd, later the 64th. */
const PER_CPU_FLAG_MIB = 2_147_483_648;
const PER_CPU_FLAG_64 = 0x8000000000000000n;
/** Digits of the least number with the 64th bit. */
const DIGITS_64 = 19;

/** ReqMem: "4Gc" per CPU, "4Gn" per node, "4G" for the job (as of Slurm 21.08). */
export function readMemoryRequest(cell: string): MemoryRequest {
  const match = REQUEST.exec(cell.trim());
  if (match === null) return { mib: isMissing(cell) ? Number.NaN : UNREADABLE, per: "job" };
  const [, digits, unit = "", suffix = ""] = match;
  let per: Per = suffix === "" ? "job" : suffix.toLowerCase() === "c" ? "cpu" : "node";
  let amount = Number(digits);
  if (unit === "" || unit.toUpperCase() === "M") {
    const isWide = digits!.length >= DIGITS_64 && digits!.length <= DIGITS_64 + 1 && !digits!.includes(".");
    if (isWide && BigInt(digits!) >= PER_CPU_FLAG_64) {
      amount = Number(BigInt(digits!) - PER_CPU_FLAG_64);
      per = "cpu";
    } else if (amount >= PER_CPU_FLAG_MIB && amount < 2 * PER_CPU_FLAG_MIB) {
      amount -= PER_CPU_FLAG_MIB;
      per = "cpu";
    }
  }
  const mib = amount * MIB_PER_UNIT[(unit || "M").toUpperCase()]!;
  return { mib: mib === 0 ? Number.NaN : mib, per };
}

/** Of a whole job. NaN: not in the list. */
export interface Tres {
  cpus: number;
  mib: number;
  nodes: number;
  gpus: number;
}

/** "cpu=8,mem=24000M,node=1,gres/gpu:a100=2" into `tres`. GPUs are the untyped entry, or else the sum of the typed ones. */
export function readTres(cell: string, tres: Tres): void {
  tres.cpus = Number.NaN;
  tres.mib = Number.NaN;
  tres.nodes = Number.NaN;
  tres.gpus = Number.NaN;
  if (cell === "") return;
  let typedGpus = Number.NaN;
  for (const entry of cell.split(",")) {
    const at = entry.indexOf("=");
    const key = entry.slice(0, Math.max(0, at));
    const value = entry.slice(at + 1);
    if (key === "cpu") tres.cpus = readNumber(value);
    else if (key === "mem") tres.mib = readSizeMib(value, "M") || Number.NaN;
    else if (key === "node") tres.nodes = readNumber(value);
    else if (key === "gres/gpu") tres.gpus = readNumber(value);
    else if (key.startsWith("gres/gpu:")) typedGpus = (Number.isNaN(typedGpus) ? 0 : typedGpus) + readNumber(value);
  }
  if (Number.isNaN(tres.gpus)) tres.gpus = typedGpus;
}

/** ReqGRES and AllocGRES, per node: "gpu:2", "gpu:a100:2(IDX:0-1)", "gres:gpu:1"; other resources count nothing. NaN: none. */
export function readGresGpus(cell: string): number {
  let gpus = Number.NaN;
  for (const entry of cell.split(",")) {
    const parts = entry.split("(", 1)[0]!.split(":");
    if (!parts.includes("gpu")) continue;
    const count = /^\d+$/.test(parts.at(-1)!) ? Number(parts.at(-1)) : 1;
    gpus = (Number.isNaN(gpus) ? 0 : gpus) + count;
  }
  return gpus;
}

const DAYS_AND_HOURS = /^(\d+)-(\d+)(?::([0-5]\d))?$/;
const MINUTES_AND_SECONDS = /^\d+:[0-5]\d(?:\.\d+)?$/;

/** "[D-]HH:MM:SS", "MM:SS.fff", "D-HH", "D-HH:MM" to milliseconds. NaN when missing, UNREADABLE otherwise. */
export function readDurationMs(cell: string): number {
  const text = cell.trim();
  if (MINUTES_AND_SECONDS.test(text)) return readClockMs(`0:${text}`);
  const match = DAYS_AND_HOURS.exec(text);
  if (match === null) return readClockMs(text);
  const [, days, hours, minutes = "0"] = match;
  return Number(days) * MS_PER_DAY + Number(hours) * MS_PER_HOUR + Number(minutes) * MS_PER_MINUTE;
}

const EXIT = /^(\d+)(?::(\d+))?$/;
/** A shell's exit code for a command that signal n ended is 128 + n. */
const SIGNAL_BASE = 128;

/** "code:signal" to an exit code (a signal n gives 128 + n), which may exceed 255. NaN: unknown. */
export function readExitCode(cell: string): number {
  const match = EXIT.exec(cell.trim());
  if (match === null) return Number.NaN;
  const signal = Number(match[2] ?? 0);
  return signal > 0 ? SIGNAL_BASE + signal : Number(match[1]);
}

/** Parts of a job id that matter. */
export interface SlurmId {
  /** Id of the array; "": none. */
  readonly array: string;
  /** Number of array tasks that the row stands for; 0: it is one job. */
  readonly tasks: number;
}

const TASK = /^(\d+)_\d+$/;
const TASKS = /^(\d+)_\[([^\]]*)/;

/** "123_4" is a task of array 123; "123_[1-3,7%2]" are four tasks that had not been told apart yet. */
export function parseId(id: string): SlurmId {
  const task = TASK.exec(id);
  if (task !== null) return { array: task[1]!, tasks: 0 };
  const range = TASKS.exec(id);
  return range === null ? PLAIN : { array: "", tasks: countTasks(range[2]!) };
}

const PLAIN: SlurmId = { array: "", tasks: 0 };

/** "1-3,7%2" is 4; "0-8:2" is 5; what is cut off ("1-3,...") is not counted. */
function countTasks(ranges: string): number {
  let count = 0;
  for (const range of ranges.split("%", 1)[0]!.split(",")) {
    const match = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(range);
    if (match === null) continue;
    const [, first, last = first, step = "1"] = match;
    count += Math.max(0, Math.floor((Number(last) - Number(first)) / Math.max(1, Number(step))) + 1);
  }
  return Math.max(1, count);
}
