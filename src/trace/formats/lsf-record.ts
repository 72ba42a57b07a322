// One line of lsb.acct to its fields: separated by blanks, texts in quotes that are doubled inside. Two counted lists of hosts
// stand before most fields, and counted lists of extensions before the last ones, so places are found step by step.
// https://www.ibm.com/docs/en/spectrum-lsf/10.1.0?topic=files-lsbacct

/** Fields of a JOB_FINISH before the lists, counted from 0. */
const FIXED = {
  ...{ version: 1, eventTime: 2, jobId: 3, processors: 6, submitTime: 7, startTime: 10, user: 11, queue: 12 },
  ...{ resReq: 13, dependency: 14 },
} as const;
const ASKED_HOSTS = 22;

/** Fields behind the lists, counted from the job's status. Between command and project are 19 figures of use and a name. */
const STATUS_TO = {
  ...{ status: 0, hostFactor: 1, jobName: 2, command: 3, project: 24, exitStatus: 25, index: 29, maxMemory: 30 },
} as const;
/** The count of the extensions (submitEXT), counted from the job's status: pairs of a key and a value. */
const EXTENSIONS = 53;

export type LsfField = keyof typeof FIXED | keyof typeof STATUS_TO | "runLimit" | "effectiveResReq";

export interface LsfRecord {
  readonly type: string;
  readonly hosts: readonly string[];
  /** "" where the record is too short for the field. */
  readonly get: (field: LsfField) => string;
}

const BLANK = 32;
const TAB = 9;
const QUOTE = '"';

/** The fields of a line; undefined when a quote is left open or text follows one. */
export function splitFields(line: string): string[] | undefined {
  const fields: string[] = [];
  for (let at = 0; at < line.length; ) {
    const code = line.charCodeAt(at);
    if (code === BLANK || code === TAB) {
      at++;
      continue;
    }
    const end = line[at] === QUOTE ? endOfQuoted(line, at) : endOfWord(line, at);
    if (end < 0 || (end < line.length && !isBlank(line.charCodeAt(end)))) return undefined;
    const text = line[at] === QUOTE ? line.slice(at + 1, end - 1).replaceAll('""', QUOTE) : line.slice(at, end);
    fields.push(text);
    at = end;
  }
  return fields;
}

function endOfQuoted(line: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = line.indexOf(QUOTE, at);
    if (at < 0) return -1;
    if (line[at + 1] !== QUOTE) return at + 1;
  }
}

function endOfWord(line: string, start: number): number {
  let at = start;
  while (at < line.length && !isBlank(line.charCodeAt(at))) at++;
  return at;
}

function isBlank(code: number): boolean {
  return code === BLANK || code === TAB;
}

/** Finds the places of a JOB_FINISH; undefined when its lists do not lead to a job's status. */
export function locate(fields: readonly string[]): LsfRecord | undefined {
  const askedHosts = countAt(fields, ASKED_HOSTS);
  if (askedHosts < 0) return undefined;
  const afterAsked = ASKED_HOSTS + 1 + askedHosts;
  const usedHosts = countAt(fields, afterAsked);
  let statusAt = afterAsked + 1 + Math.max(0, usedHosts);
  // Some records with asked hosts have no list of used ones.
  if (!isStatus(fields, statusAt)) statusAt = askedHosts > 0 ? afterAsked : -1;
  if (!isStatus(fields, statusAt)) return undefined;
  const hosts = statusAt === afterAsked ? [] : fields.slice(afterAsked + 1, statusAt);
  const limitAt = placeOfRunLimit(fields, statusAt);
  const places: Readonly<Record<LsfField, number>> = {
    ...FIXED,
    ...(Object.fromEntries(Object.entries(STATUS_TO).map(([field, place]) => [field, statusAt + place])) as Record<
      keyof typeof STATUS_TO,
      number
    >),
    ...{ runLimit: limitAt, effectiveResReq: limitAt < 0 ? -1 : limitAt + 3 },
  };
  return { type: fields[0]!, hosts, get: (field) => fields[places[field]] ?? "" };
}

/** A job's status (a word of bits: 32 exited, 64 done) and the CPU factor of a host. */
function isStatus(fields: readonly string[], at: number): boolean {
  return /^\d{1,10}$/.test(fields[at] ?? "") && /^\d{1,10}(?:\.\d*)?$/.test(fields[at + 1] ?? "");
}

/**
 * Behind the extensions and the use by host (which most versions leave empty) stand the run limit, a word of option bits,
 * the mean memory and the effective request. -1: the record is too short.
 */
function placeOfRunLimit(fields: readonly string[], statusAt: number): number {
  const pairs = countAt(fields, statusAt + EXTENSIONS);
  if (pairs < 0) return -1;
  const hostUse = statusAt + EXTENSIONS + 1 + 2 * pairs;
  const hosts = countAt(fields, hostUse);
  return hosts < 0 ? -1 : behindHostUse(fields, hostUse + 1, hosts);
}

/** A host's name, its memory, swap, user and system time, and a count of pairs of other figures. */
const HOST_FIGURES = 4;

/** The place behind the use of `hosts` hosts; -1: what stands there is none. */
function behindHostUse(fields: readonly string[], start: number, hosts: number): number {
  let at = start;
  for (let host = 0; host < hosts; host++) {
    const pairs = countAt(fields, at + 1 + HOST_FIGURES);
    const figures = fields.slice(at + 1, at + 1 + HOST_FIGURES);
    if (pairs < 0 || isFigure(fields[at]!) || !figures.every(isFigure)) return -1;
    at += 1 + HOST_FIGURES + 1 + 2 * pairs;
  }
  return at;
}

function isFigure(field: string): boolean {
  return /^-?\d{1,15}(?:\.\d{1,9})?$/.test(field);
}

/** The count at a place, no larger than what follows could hold; -1: there is none. */
function countAt(fields: readonly string[], at: number): number {
  const text = fields[at] ?? "";
  const count = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return at + count < fields.length ? count : -1;
}
