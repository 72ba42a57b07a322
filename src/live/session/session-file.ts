// Session logs as files: written whole lines at a time, read line by line.

import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { SessionWriter } from "./recording-engine.js";
import { sessionText } from "./session-log.js";

/** Lines are gathered up to this many characters before they are written. */
const BUFFERED = 1 << 16;

export interface SessionFile {
  readonly write: SessionWriter;
  /** What was written so far is in the file. */
  flush(): void;
  close(): void;
}

/** Opens a session log to append to; its folder is made. Throws Node's errors. */
export function openSessionFile(path: string): SessionFile {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, "a");
  let buffer = "";
  const flush = () => {
    if (buffer !== "") writeSync(file, buffer);
    buffer = "";
  };
  return {
    write: (line) => {
      buffer += `${sessionText(line)}\n`;
      if (buffer.length > BUFFERED) flush();
    },
    flush,
    close: () => {
      flush();
      closeSync(file);
    },
  };
}

/** The lines of a session log, plain or gzipped (by its name). Throws Node's errors while it is read. */
export async function* sessionLines(path: string): AsyncGenerator<string> {
  const bytes = createReadStream(path);
  // Its errors come out of the last stream, which is the one that is read.
  const input = path.endsWith(".gz") ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    const lines = (rest + text.decode(chunk as Buffer, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
