// Options of every command that reads trace files, and of those that write one: the words of a scenario's `trace` section as flags.

import { readFileSync } from "node:fs";
import type { Argv } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";
import { readingFailed } from "../run/errors.js";
import { traceFormats } from "../run/traces/reading.js";
import { parseTraceSettings, readTraceSettings, type TraceSettings } from "../scenario/trace-settings.js";
import type { FileTraceSpec } from "../scenario/trace-spec.js";

export interface ReadingArguments {
  readonly from: string | undefined;
  readonly settings: string | undefined;
  readonly "time-zone": string | undefined;
  readonly "default-vcpus": number | undefined;
  readonly "default-memory": string | undefined;
  readonly "default-memory-per-vcpu": string | undefined;
  readonly queue: string | undefined;
  readonly "share-from": string | undefined;
  readonly release: string | undefined;
  readonly delimiter: string | undefined;
  readonly header: string | undefined;
}

/** Names of the options. */
export const READING_OPTIONS: readonly (keyof ReadingArguments)[] = [
  ...(["from", "settings", "time-zone", "default-vcpus", "default-memory", "default-memory-per-vcpu"] as const),
  ...(["queue", "share-from", "release", "delimiter", "header"] as const),
];

/** The files to read, by place. */
export const TRACE_FILES = {
  type: "string",
  array: true,
  demandOption: true,
  describe: "Files and folders, all of one format; .gz too",
} as const;

/** The trace to write. */
export const TRACE_OUTPUT = {
  alias: "o",
  type: "string",
  requiresArg: true,
  describe: "File to write: .csv, .csv.gz or .stowage (compiled: opens at once)",
} as const;

/** Adds the options. */
export function withReadingOptions<T>(command: Argv<T>) {
  const given = (describe: string) => ({ type: "string", requiresArg: true, describe, group: READING }) as const;
  return command
    .option("from", {
      ...given("Format of the files [default: found out by looking]"),
      choices: traceFormats().map(({ id }) => id),
    })
    .option("settings", given("YAML file with keys of a scenario's trace section: columns, defaults, queueMap, ..."))
    .option("time-zone", given("Zone of times that carry none: UTC, +02:00, Europe/Berlin [default: UTC]"))
    .option("default-vcpus", {
      type: "number",
      requiresArg: true,
      describe: "vCPUs of jobs without any",
      group: READING,
    })
    .option("default-memory", given("Memory of jobs without any, e.g. 4GiB"))
    .option("default-memory-per-vcpu", given("Memory of jobs without any, for each of their vCPUs, e.g. 2GiB"))
    .option("queue", given("Every job goes to this queue, whatever the files say"))
    .option("share-from", { ...given("What becomes the share of jobs that have none"), choices: ["user", "group"] })
    .option("release", {
      ...given("recorded: as submitted; closed: each job waits for the one that ended before it (nextflow)"),
      choices: ["recorded", "closed"],
    })
    .option("delimiter", given("Field separator of tables [default: found out by looking]"))
    .option("header", given("Comma-separated names of the columns of a table without a header line"));
}

const READING = "Reading:";

/** The checked settings. Throws InputError with everything wrong with them. */
export function readingSpec(given: ReadingArguments): FileTraceSpec {
  const file = given.settings === undefined ? {} : readSettingsFile(given.settings);
  const defaults = { ...(file.defaults as object | undefined), ...defaultsOf(given) };
  const flags = {
    format: given.from,
    timeZone: given["time-zone"],
    queue: given.queue,
    shareFrom: given["share-from"],
    release: given.release,
    delimiter: given.delimiter,
    header: given.header?.split(","),
    defaults: Object.keys(defaults).length === 0 ? undefined : defaults,
  };
  return parseTraceSettings({ ...file, ...defined(flags) });
}

function defaultsOf(given: ReadingArguments) {
  return defined({
    vcpus: given["default-vcpus"],
    memory: given["default-memory"],
    memoryPerVcpu: given["default-memory-per-vcpu"],
  });
}

function defined(settings: TraceSettings): TraceSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function readSettingsFile(path: string): TraceSettings {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError([errorIssue("cannot-read-settings", readingFailed(error), { file: path })]);
  }
  return readTraceSettings(text, path);
}
