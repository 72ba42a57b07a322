// The audit log: what was seen, decided, judged, sent and answered, one JSON object per line, appended and never changed. A line
// that announces something is on the disk before it is done: append, flush, then act.
//
// Kinds of lines (`kind`), `at` being the tick's or the machine's time:
//
//   look      digest of what was read: AWS's time, problems, how many jobs, arrays, ends and instances, the messages
//   decision  a row of the engine's ledger: what, why, what the runner-up was
//   verdict   a command and what the gate says: allowed, or the rule and why
//   call      a call to AWS, `phase` before and after: operation, input, duration, request id, error
//   outcome   what became of a command
//   lease     taken, renewed after a failure, lost, released: owner, epoch
//   kill      the kill switch has changed: modes and where they come from
//   note      anything else that whoever reads it later should know
//
// Nothing secret goes in, so that nothing has to be taken out: no credentials, no signed request, no user data.
//
// A line that a crash has cut in two stays as it is; the next one begins on a line of its own, and readers count the broken one.
// When the file would grow beyond its size it becomes PATH.1, then PATH.2, ..., and a new one begins. None is ever removed: how
// long they are kept is the user's business.

import { mkdir, open, readdir, rename } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Journal } from "../ports.js";

/** Some days of a busy queue; small enough for an editor. */
const MOST_BYTES = 64 * 1_024 * 1_024;
/** It tells what somebody's account holds. */
const MODE = 0o600;
const NEWLINE = 0x0a;

/** What the journal needs of a file system. */
export interface JournalFiles {
  readonly open: typeof open;
  readonly mkdir: typeof mkdir;
  readonly readdir: (path: string) => Promise<string[]>;
  readonly rename: typeof rename;
}

export interface JournalOptions {
  readonly fs?: JournalFiles;
  /** A file grows no larger, but for a line that is. */
  readonly maxBytes?: number;
}

/** Opens it for appending; makes the folder and the file where there is none. One process writes a journal at a time. */
export async function openJournal(path: string, options: JournalOptions = {}): Promise<Journal> {
  const { fs = { open, mkdir, readdir, rename }, maxBytes = MOST_BYTES } = options;
  await fs.mkdir(dirname(path), { recursive: true });
  const journal = new FileJournal(path, fs, maxBytes);
  await journal.open();
  return journal;
}

/** Numbers of the files that are full, the oldest first. */
export function rotatedNumbers(path: string, names: readonly string[]): number[] {
  const prefix = `${basename(path)}.`;
  return names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

type Handle = Awaited<ReturnType<typeof open>>;

class FileJournal implements Journal {
  private readonly path: string;
  private readonly fs: JournalFiles;
  private readonly maxBytes: number;
  /** Null before it is opened, and after a change of files that failed. */
  private file: Handle | null = null;
  private isClosed = false;
  private bytes = 0;
  /** The file ends in the middle of a line. */
  private isBroken = false;
  private lines: string[] = [];
  private flushing: Promise<void> = Promise.resolve();

  constructor(path: string, fs: JournalFiles, maxBytes: number) {
    this.path = path;
    this.fs = fs;
    this.maxBytes = maxBytes;
  }

  async open(): Promise<Handle> {
    const file = await this.fs.open(this.path, "a+", MODE);
    const { size } = await file.stat();
    this.bytes = size;
    this.isBroken = false;
    if (size > 0) {
      const last = Buffer.alloc(1);
      await file.read(last, 0, 1, size - 1);
      this.isBroken = last[0] !== NEWLINE;
    }
    this.file = file;
    return file;
  }

  append(line: Readonly<Record<string, unknown>>): void {
    this.lines.push(`${JSON.stringify(line, plain)}\n`);
  }

  /** Resolves when every line appended so far is on the disk. After a failure the next flush writes them again. */
  flush(): Promise<void> {
    const turn = this.flushing.then(
      () => this.write(),
      () => this.write(),
    );
    this.flushing = turn;
    return turn;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.isClosed = true;
      await this.closeFile();
    }
  }

  private async write(): Promise<void> {
    const { lines } = this;
    if (lines.length === 0) return;
    if (this.isClosed) throw new Error(`the journal ${this.path} is closed`);
    const file = this.file ?? (await this.open());
    // Of a write that fails some part may be there: whatever comes next begins a new line.
    const text = Buffer.from(`${this.isBroken ? "\n" : ""}${lines.join("")}`);
    const count = lines.length;
    if (this.bytes > 0 && this.bytes + text.length > this.maxBytes) return this.writeToNext();
    this.isBroken = true;
    await file.appendFile(text);
    await file.datasync();
    this.isBroken = false;
    this.bytes += text.length;
    this.lines = this.lines.slice(count);
  }

  private async writeToNext(): Promise<void> {
    const names = await this.fs.readdir(dirname(this.path));
    const last = rotatedNumbers(this.path, names).at(-1) ?? 0;
    await this.closeFile();
    await this.fs.rename(this.path, `${this.path}.${last + 1}`);
    return this.write();
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.close();
  }
}

/** Sets and maps have no form of their own in JSON. */
function plain(_: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  return value instanceof Map ? Object.fromEntries(value) : value;
}
