// A trace file as a stream of chunks of checked UTF-8 text: gzip is recognised by its first bytes and undone, and whatever
// cannot be text (a directory, an archive, a binary) becomes an issue that says so.

import { isAscii } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorIssue, InputError, type Issue } from "../base/issues.js";

/** Large enough that the cost per chunk vanishes, small enough for a steady progress display. */
const CHUNK_BYTES = 256 * 1024;

const GZIP_MAGIC = "1f8b";

/** First bytes, in hexadecimal, of files that people hand in by mistake, and what to do about them. */
const FOREIGN_FORMATS: readonly (readonly [magic: string, name: string, hint: string])[] = [
  ["504b0304", "a zip archive", "unpack it first, or compress the trace with gzip"],
  ["28b52ffd", "zstd-compressed", "unpack it with `zstd -d`, or compress the trace with gzip"],
  ["fd377a58", "xz-compressed", "unpack it with `xz -d`, or compress the trace with gzip"],
  ["425a68", "bzip2-compressed", "unpack it with `bzip2 -d`, or compress the trace with gzip"],
  ["50415231", "a Parquet file", "export it as CSV"],
  ["fffe", "UTF-16 text", "save it as UTF-8"],
  ["feff", "UTF-16 text", "save it as UTF-8"],
];

/**
 * The text of `path` in chunks, decompressed. `name` is the file's name in messages; `onRead` is told, after each chunk,
 * how many bytes of the file were read, and of how many. Throws InputError when the file is not text.
 */
export async function* readText(
  path: string,
  name: string,
  onRead: (bytesRead: number, totalBytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await openFile(path, name);
  try {
    const totalBytes = await regularFileSize(handle, name);
    const gzipped = await isGzip(handle, name);
    const file = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
    // pipeline() hands an error of either stream on to the reader of the last one, so its own callback has nothing to do.
    const text = gzipped ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file;
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let onlyAscii = true;
    for await (const chunk of text as AsyncIterable<Uint8Array>) {
      if (chunk.includes(0)) throw notText(name, "binary-file", "the file is binary (it contains zero bytes)");
      // Plain ASCII, as most traces are, needs no decoding to be known good.
      onlyAscii &&= isAscii(chunk);
      if (!onlyAscii) decoder.decode(chunk, { stream: true });
      onRead(file.bytesRead, totalBytes);
      yield chunk;
    }
    decoder.decode();
  } catch (error) {
    throw inputErrorOf(error, name);
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw inputErrorOf(error, name);
  }
}

async function regularFileSize(handle: FileHandle, name: string): Promise<number> {
  const stat = await handle.stat();
  if (stat.isDirectory()) throw inputError("is-a-directory", "a trace is a file, but this is a directory", name);
  if (!stat.isFile()) throw inputError("not-a-file", "a trace is a regular file, but this is a device or a pipe", name);
  return stat.size;
}

async function isGzip(handle: FileHandle, name: string): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  const start = buffer.subarray(0, bytesRead).toString("hex");
  const foreign = FOREIGN_FORMATS.find(([magic]) => start.startsWith(magic));
  if (foreign !== undefined) {
    throw inputError("unsupported-encoding", `the file is ${foreign[1]}, which cannot be read`, name, foreign[2]);
  }
  return start.startsWith(GZIP_MAGIC);
}

function inputErrorOf(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return inputError("file-not-found", "there is no such file", name, "a relative path starts at the scenario file");
  }
  if (code === "EACCES" || code === "EPERM") {
    return inputError("permission-denied", "the file may not be read by this user", name);
  }
  if (code === "Z_BUF_ERROR") {
    return inputError("truncated-gzip", "the file ends in the middle of its gzip stream", name, "copy it again");
  }
  if (code.startsWith("Z_"))
    return inputError("corrupt-gzip", "the file's gzip stream is damaged", name, "copy it again");
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") {
    return notText(name, "not-utf8", "the file is not UTF-8 text");
  }
  return error;
}

function notText(name: string, code: string, message: string): InputError {
  return inputError(code, message, name, "a trace is UTF-8 text, or such text compressed with gzip");
}

function inputError(code: string, message: string, file: string, hint?: string): InputError {
  const where: Omit<Issue, "code" | "message"> = hint === undefined ? { file } : { file, hint };
  return new InputError([errorIssue(code, message, where)]);
}
