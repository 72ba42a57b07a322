// One output file, written beside its place and moved there when it is whole: whatever fails, an older file is as it was.
// A name that ends in .gz is compressed.

import { createWriteStream, existsSync, renameSync, rmSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { createGzip, type Gzip } from "node:zlib";
import { cannotWrite, outputError } from "../errors.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Throws OutputError when `path` could not be written, as far as that can be told beforehand. */
export function checkOutputFile(path: string, force: boolean): void {
  if (existsSync(path) && !force) {
    throw cannotWrite(path, "a file of that name is there", "choose another --output, or replace it with --force");
  }
  if (!existsSync(dirname(path))) {
    throw cannotWrite(path, "there is no such folder", "make it, or choose another --output");
  }
}

export class OutputFile {
  private readonly path: string;
  private readonly fresh: string;
  private readonly file: WriteStream;
  private readonly stream: WriteStream | Gzip;
  private failure: unknown;
  /** A Ctrl-C leaves nothing of an unfinished file. */
  private readonly onSignal = (signal: NodeJS.Signals) => {
    rmSync(this.fresh, { force: true });
    this.releaseSignals();
    process.kill(process.pid, signal);
  };

  /** Begins to write what will be at `path`. Throws OutputError when that cannot be. */
  constructor(path: string, force: boolean) {
    checkOutputFile(path, force);
    this.path = path;
    this.fresh = `${path}.${process.pid}.new`;
    this.file = createWriteStream(this.fresh, { flags: "wx" });
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
    this.stream = this.file;
    if (path.endsWith(".gz")) {
      // Speed first: level 4 halves the time of the default and costs a few per cent of size.
      const gzip = createGzip({ level: 4 });
      gzip.pipe(this.file);
      this.stream = gzip;
    }
    this.file.on("error", (error) => {
      this.failure = error;
      if (this.stream !== this.file) this.stream.destroy();
    });
  }

  write(chunk: string | Uint8Array): void {
    if (this.failure === undefined) this.stream.write(chunk);
  }

  /** Resolves when more may be written. Throws OutputError when the disk does not take it. */
  async drained(): Promise<void> {
    if (this.failure !== undefined) throw outputError(this.failure, this.path);
    if (!this.stream.writableNeedDrain) return;
    await this.drainOrClose();
    if (this.failure !== undefined) throw outputError(this.failure, this.path);
  }

  /** A file that fails is closed and will never drain. */
  private drainOrClose(): Promise<void> {
    const { stream, file } = this;
    return new Promise((resolve) => {
      const done = () => {
        stream.off("drain", done);
        file.off("close", done);
        resolve();
      };
      stream.on("drain", done);
      file.on("close", done);
    });
  }

  /** Puts the whole file in its place. Throws OutputError. */
  async finish(): Promise<void> {
    this.stream.end();
    try {
      await finished(this.file);
      renameSync(this.fresh, this.path);
      this.releaseSignals();
    } catch (error) {
      throw outputError(this.failure ?? error, this.path);
    }
  }

  /** Leaves nothing of an unfinished file. */
  async discard(): Promise<void> {
    this.stream.destroy();
    this.file.destroy();
    // (once() would throw what a write that was under way failed with: that the file is destroyed.)
    if (!this.file.closed) await new Promise<void>((resolve) => this.file.on("close", () => resolve()));
    rmSync(this.fresh, { force: true });
    this.releaseSignals();
  }

  private releaseSignals(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }
}

/** Writes chunks to `path`, whole or not at all. Throws OutputError, and what the chunks' making throws. */
export async function writeOutput(path: string, force: boolean, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const output = new OutputFile(path, force);
  try {
    for (const chunk of chunks) {
      output.write(chunk);
      await output.drained();
    }
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  }
}
