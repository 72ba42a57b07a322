// Reads an audit log back, the files that are full first, a line at a time and without holding more than one.

import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { rotatedNumbers } from "./journal.js";

export interface JournalLine extends Readonly<Record<string, unknown>> {
  readonly kind: string;
}

/** Iterable once from the start; each time anew. */
export interface JournalReader extends AsyncIterable<JournalLine> {
  /** Lines so far that are no JSON object with a `kind`: cut in two by a crash, or not ours. */
  readonly broken: number;
}

/** Throws, while it is read, when there is no such journal. */
export function readJournal(path: string): JournalReader {
  return new FileReader(path);
}

class FileReader implements JournalReader {
  broken = 0;
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JournalLine> {
    this.broken = 0;
    for (const file of await this.files()) {
      for await (const text of linesOf(file)) {
        const line = lineOf(text);
        if (line !== null) yield line;
        else this.broken++;
      }
    }
  }

  private async files(): Promise<string[]> {
    const names = await readdir(dirname(this.path));
    return [...rotatedNumbers(this.path, names).map((number) => `${this.path}.${number}`), this.path];
  }
}

/** Apart by \n alone: JSON leaves other line separators as they are within a text. Empty lines are none. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const lines = `${rest}${chunk as string}`.split("\n");
    rest = lines.pop()!;
    for (const line of lines) if (line !== "") yield line;
  }
  if (rest !== "") yield rest;
}

function lineOf(text: string): JournalLine | null {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return null; // counted as broken
  }
  const isLine = typeof line === "object" && line !== null && typeof (line as { kind?: unknown }).kind === "string";
  return isLine ? (line as JournalLine) : null;
}
