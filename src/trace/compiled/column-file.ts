// The columns of a compiled trace, read when they are first used, as a mapped file would be: who only looks at a trace's
// tables and submissions does not wait for the rest. All columns lie in one buffer, of which memory is taken as it is filled.

import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { errorIssue, InputError } from "../../base/issues.js";
import type { Workload } from "../../model/job.js";
import type { Profiles } from "../../model/profile.js";
import type { SealedTrace } from "../workload-builder.js";
import { type Fitting, GROUPS, haveLengths } from "./check-columns.js";
import { type Columns, columnsAt, type Layout } from "./columns.js";
import type { Tables } from "./tables.js";

/** Read at once. */
const CHUNK_BYTES = 64 * 1024 * 1024;

/** Where the columns are. */
export interface ColumnPlace {
  readonly path: string;
  /** In messages. */
  readonly name: string;
  /** Of the file when its header was read. */
  readonly stats: Stats;
  /** Place of the buffer's first byte. */
  readonly start: number;
  readonly bytes: number;
}

export class ColumnFile {
  private readonly place: ColumnPlace;
  private readonly fitting: Fitting;
  private readonly loaded = new Set<keyof typeof GROUPS>();

  private constructor(place: ColumnPlace, fitting: Fitting) {
    this.place = place;
    this.fitting = fitting;
  }

  /** Undefined when the layout does not fit the tables. */
  static at(place: ColumnPlace, layout: Layout, tables: Tables, jobCount: number): ColumnFile | undefined {
    const columns = columnsAt(new SharedArrayBuffer(place.bytes), layout);
    if (columns === undefined || !haveLengths({ columns, tables, jobCount })) return undefined;
    return new ColumnFile(place, { columns, tables, jobCount });
  }

  /** The trace; each of its columns is read when it is asked for the first time, and then throws InputError when it is damaged. */
  trace({ originMs, hash }: Pick<Workload, "originMs" | "hash">): SealedTrace {
    const { jobCount, tables } = this.fitting;
    const { scripts, arrayIds, ...rest } = tables;
    const load = (group: keyof typeof GROUPS) => this.load(group);
    const workload: Workload = {
      ...{ jobCount, originMs, ...rest, hash },
      get submitMs() {
        return load("submitMs").submitMs;
      },
      get limitMs() {
        return load("limitMs").limitMs;
      },
      get jobClass() {
        return load("jobClass").jobClass;
      },
      get jobName() {
        return load("jobName").jobName;
      },
      get jobDefinition() {
        return load("jobDefinition").jobDefinition;
      },
      get ids() {
        const { idEnds, idBytes } = load("ids");
        return { ends: idEnds, bytes: idBytes };
      },
      get arrays() {
        const { arrayStarts, arrayChildren, arrayOfJob, indexInArray, sequential } = load("arrays");
        const columns = { starts: arrayStarts, children: arrayChildren, arrayOfJob, indexInArray, sequential };
        return { ...columns, count: arrayIds.length, ids: arrayIds };
      },
      get dependencies() {
        const { dependent, on, kind } = load("dependencies");
        return { count: on.length, dependent, on, kind };
      },
    };
    return { workload, profiles: this.profiles(scripts) };
  }

  private profiles(scripts: Profiles["scripts"]): Profiles {
    const load = (group: keyof typeof GROUPS) => this.load(group);
    return {
      scripts,
      get runtimeMs() {
        return load("runtimeMs").runtimeMs;
      },
      get recordedWaitMs() {
        return load("recordedWaitMs").recordedWaitMs;
      },
      get recordedPullMs() {
        return load("recordedPullMs").recordedPullMs;
      },
      get peakMemoryMib() {
        return load("peakMemoryMib").peakMemoryMib;
      },
      get script() {
        return load("script").script;
      },
    };
  }

  private load(group: keyof typeof GROUPS): Columns {
    const { columns } = this.fitting;
    if (this.loaded.has(group)) return columns;
    const { names, fits } = GROUPS[group];
    if (names.some((name) => columns[name].length > 0)) this.read(names.map((name) => columns[name]));
    if (!fits(this.fitting)) throw damaged(this.place.name);
    this.loaded.add(group);
    return columns;
  }

  private read(columns: readonly (Float64Array | Int32Array | Uint8Array)[]): void {
    const { path, name, start, stats } = this.place;
    const file = openFile(path, name);
    try {
      const { ino, size, mtimeMs } = fstatSync(file);
      if (ino !== stats.ino || size !== stats.size || mtimeMs !== stats.mtimeMs) throw changed(name);
      for (const column of columns) {
        readBytes(file, start + column.byteOffset, new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
      }
    } finally {
      closeSync(file);
    }
  }
}

/** Fills `into` from a place of the file; what the file is too short for stays as it is. */
export function readBytes(file: number, start: number, into: Uint8Array): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, Math.min(CHUNK_BYTES, into.length - done), start + done);
    if (read === 0) break;
    done += read;
  }
}

/** Throws InputError when there is no such file, or it may not be read. */
export function openFile(path: string, name: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    const isAbsent = error.code === "ENOENT" || error.code === "ENOTDIR";
    const message = isAbsent ? "there is no such file" : `the file cannot be opened (${error.code})`;
    throw new InputError([errorIssue(isAbsent ? "file-not-found" : "unreadable-file", message, { file: name })]);
  }
}

export function damaged(file: string): InputError {
  const message = "the file is no compiled trace of this version, or is damaged";
  const hint = "make it again with `stowage trace import`";
  return new InputError([errorIssue("damaged-compiled-trace", message, { file, hint })]);
}

function changed(file: string): InputError {
  return new InputError([errorIssue("changed-file", "the file was changed while it was read", { file })]);
}
