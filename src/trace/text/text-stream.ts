// A trace file as a stream of chunks of checked UTF-8 text: gzip and UTF-16 are recognised by their first bytes and undone,
// a byte-order mark is dropped, and whatever cannot be text (a directory, an archive, a binary) becomes an issue that says so.

import { isAscii } from "node:buffer";
import { type FileHandle, open, stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorIssue, InputError, type Issue } from "../../base/issues.js";

/** Large enough that the cost per chunk vanishes, small enough for a steady progress display. */
const CHUNK_BYTES = 256 * 1024;

const GZIP_MAGIC = "1f8b";

/** First bytes, or those at a place, in hexadecimal, of what people hand in by mistake, and what to do about it. */
const FOREIGN_FORMATS: readonly (readonly [magic: string, name: string, hint: string, at?: number])[] = [
  ["504b0304", "a zip archive", "unpack it first, or compress the trace with gzip"],
  ["28b52ffd", "zstd-compressed", "unpack it with `zstd -d`, or compress the trace with gzip"],
  ["fd377a58", "xz-compressed", "unpack it with `xz -d`, or compress the trace with gzip"],
  ["425a68", "bzip2-compressed", "unpack it with `bzip2 -d`, or compress the trace with gzip"],
  ["50415231", "a Parquet file", "export it as CSV"],
  [GZIP_MAGIC, "gzip-compressed twice", "unpack it once with `gunzip`"],
  ["7573746172", "a tar archive", "unpack it with `tar -x`, and name the folder", 257],
];

/** The longest of them. */
const MAGIC_BYTES = 5;

/**
 * The text of `path` in chunks, decompressed. `name` is the file's name in messages; `onRead` is told, after each chunk,
 * how many bytes of the file were read, and of how many. Throws InputError when the file is not text.
 */
export async function* readText(
  path: string,
  name: string,
  onRead: (bytesRead: number, totalBytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const totalBytes = await regularFileSize(path, name); // first: opening a pipe would wait for a writer
  const handle = await openFile(path, name);
  try {
    const gzipped = await isGzip(handle);
    const file = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
    // pipeline() hands an error of either stream on to the reader of the last one, so its own callback has nothing to do.
    const text = gzipped ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file;
    let unpackedBytes = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of text as AsyncIterable<Uint8Array>) {
        unpackedBytes += chunk.length;
        if (gzipped && isBomb(unpackedBytes, file.bytesRead)) throw bomb(name);
        if (unpackedBytes === chunk.length) refuseForeign(chunk, name); // the first chunk
        onRead(file.bytesRead, totalBytes);
        yield chunk;
      }
    };
    yield* checkedUtf8(counted(), name);
  } catch (error) {
    throw inputErrorOf(error, name);
  } finally {
    await handle.close();
  }
}

/** More than text ever unpacks to: logs come to 10 to 50 times their size, and deflate cannot exceed 1,032. */
const MAX_RATIO = 250;
/** Below this no ratio does harm. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

function isBomb(unpackedBytes: number, packedBytes: number): boolean {
  return unpackedBytes > HARMLESS_BYTES && unpackedBytes > MAX_RATIO * packedBytes;
}

function bomb(name: string): InputError {
  const message = `the gzip stream unpacks to more than ${MAX_RATIO} times its size, as no trace does`;
  return inputError("suspicious-gzip", message, name, "if it is a trace all the same, unpack it with `gunzip` first");
}

/** The chunks as UTF-8 without a byte-order mark; empty chunks are left out. */
async function* checkedUtf8(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let utf16: Utf16Decoder | undefined;
  let isFirst = true;
  let onlyAscii = true;
  for await (const bytes of chunks) {
    if (isFirst) utf16 = utf16Decoder(bytes);
    const chunk =
      utf16 === undefined ? withoutMark(bytes, isFirst) : encoder.encode(utf16.decode(bytes, { stream: true }));
    isFirst = false;
    if (chunk.includes(0)) throw notText(name, "binary-file", "the file is binary (it contains zero bytes)");
    // Plain ASCII, as most traces are, needs no decoding to be known good.
    onlyAscii &&= isAscii(chunk);
    if (!onlyAscii) decoder.decode(chunk, { stream: true });
    if (chunk.length > 0) yield chunk;
  }
  decoder.decode();
  utf16?.decode();
}

const encoder = new TextEncoder();

type Utf16Decoder = InstanceType<typeof TextDecoder>;

/** PowerShell and Excel write UTF-16 with a byte-order mark. */
function utf16Decoder(start: Uint8Array): Utf16Decoder | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder("utf-16le", { fatal: true });
  if (start[0] === 0xfe && start[1] === 0xff) return new TextDecoder("utf-16be", { fatal: true });
  return undefined;
}

function withoutMark(chunk: Uint8Array, isFirst: boolean): Uint8Array {
  const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
  return hasMark ? chunk.subarray(3) : chunk;
}

async function openFile(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, "r");
  } catch (error) {
    throw inputErrorOf(error, name);
  }
}

async function regularFileSize(path: string, name: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw inputErrorOf(error, name);
  });
  if (found.isDirectory()) throw inputError("is-a-directory", "a trace is a file, but this is a directory", name);
  if (!found.isFile())
    throw inputError("not-a-file", "a trace is a regular file, but this is a device or a pipe", name);
  return found.size;
}

async function isGzip(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.subarray(0, bytesRead).toString("hex").startsWith(GZIP_MAGIC);
}

/** Throws InputError when text begins as something else does; gzip has been undone once. */
function refuseForeign(start: Uint8Array, name: string): void {
  const hexAt = (at: number) => Buffer.from(start.subarray(at, at + MAGIC_BYTES)).toString("hex");
  const foreign = FOREIGN_FORMATS.find(([magic, , , at = 0]) => hexAt(at).startsWith(magic));
  if (foreign === undefined) return;
  throw inputError("unsupported-encoding", `the file is ${foreign[1]}, which cannot be read`, name, foreign[2]);
}

/** What to say of a file that there is not. */
export function fileNotFound(name: string): Issue {
  const hint = "the relative paths of a scenario start at the scenario file";
  return errorIssue("file-not-found", "there is no such file", { file: name, hint });
}

function inputErrorOf(error: unknown, name: string): unknown {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new InputError([fileNotFound(name)]);
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
    return notText(name, "not-utf8", "the file is neither UTF-8 nor UTF-16 text");
  }
  return error;
}

function notText(name: string, code: string, message: string): InputError {
  const hint = /\.stowage(\.gz)?$/.test(name)
    ? "a compiled trace is read alone, and not compressed: import the files together instead"
    : "a trace is UTF-8 text, or such text compressed with gzip";
  return inputError(code, message, name, hint);
}

function inputError(code: string, message: string, file: string, hint?: string): InputError {
  const where: Omit<Issue, "code" | "message"> = hint === undefined ? { file } : { file, hint };
  return new InputError([errorIssue(code, message, where)]);
}
