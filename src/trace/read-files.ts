// From paths to rows: which files there are, which format they have, and one reader for all of them.

import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { errorIssue, InputError } from "../base/issues.js";
import type { Admission } from "./admission.js";
import type { FileStart, FormatReader, TraceFormat } from "./format.js";
import { formatById, TRACE_FORMATS } from "./formats.js";
import type { TraceFileOptions } from "./options.js";
import { fileNotFound, readText } from "./text/text-stream.js";

/** Bytes of the files read so far (compressed, when they are), of how many, and records read so far. */
export type OnTraceProgress = (bytesRead: number, totalBytes: number, rows: number) => void;

/** As much of a file as detection looks at. */
const START_BYTES = 64 * 1024;

/** Files beside the data: hidden ones, those of Hadoop, and what CloudWatch Logs tries its permission with. */
const NO_DATA = /^[._]|^aws-logs-write-test$/;

/** The files that a path stands for: itself, or all files of a folder and its folders, by name. */
export function filesAt(path: string): readonly string[] {
  if (!isFolder(path)) return [path];
  const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !NO_DATA.test(name));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const inside = join(path, entry.name);
    return entry.isDirectory() ? filesAt(inside) : [inside];
  });
}

/** What cannot be looked at counts as a file, whose reader will say why it cannot be read. */
function isFolder(path: string): boolean {
  return sizeAndKind(path).isFolder;
}

function sizeAndKind(path: string): { readonly bytes: number; readonly isFolder: boolean } {
  try {
    const stat = statSync(path);
    return { bytes: stat.size, isFolder: stat.isDirectory() };
  } catch {
    return { bytes: 0, isFolder: false };
  }
}

/** Reads files of one format into `admission`. `names` are the files' names in messages. Throws InputError. */
export class FilesReader {
  private readonly options: TraceFileOptions;
  private readonly admission: Admission;
  private readonly onProgress: OnTraceProgress;
  private readonly ready: () => Promise<void>;
  private format: TraceFormat | undefined;
  private reader: FormatReader | undefined;
  private firstName = "";

  /** `ready` is awaited before each chunk of text: whoever takes the rows may need time. */
  constructor(
    options: TraceFileOptions,
    admission: Admission,
    onProgress: OnTraceProgress,
    ready: () => Promise<void> = async () => {},
  ) {
    this.ready = ready;
    this.options = options;
    this.admission = admission;
    this.onProgress = onProgress;
    if (options.format !== undefined) this.format = formatById(options.format);
  }

  /** Id of the format; "" as long as nothing was read. */
  get formatId(): string {
    return this.format?.id ?? "";
  }

  /** Undefined as long as nothing was read. */
  get columns(): FormatReader["columns"] {
    return this.reader?.columns ?? [];
  }

  /** `paths` are files, `nameOf` is what messages call them. */
  async readAll(paths: readonly string[], nameOf: (path: string) => string): Promise<void> {
    if (paths.length === 0) {
      throw new InputError([errorIssue("no-files", "the folder has no files", { file: this.options.file })]);
    }
    const missing = paths.filter((path) => !existsSync(path));
    if (missing.length > 0) throw new InputError(missing.map((path) => fileNotFound(nameOf(path))));
    const sizes = paths.map((path) => sizeAndKind(path).bytes);
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0);
    this.admission.fileNames = paths.length > 1 ? paths.map(nameOf) : [];
    let doneBytes = 0;
    for (const [index, path] of paths.entries()) {
      const name = nameOf(path);
      this.admission.file = index;
      const before = doneBytes;
      await this.read(path, name, (bytes) => this.onProgress(before + bytes, totalBytes, this.admission.recordsRead));
      doneBytes += sizes[index]!;
    }
    this.admission.file = -1;
    if (this.reader === undefined) throw new InputError([emptyFile(this.options.file)]);
    this.reader.finish();
  }

  private async read(path: string, name: string, onRead: (bytes: number) => void): Promise<void> {
    const chunks = readText(path, name, onRead)[Symbol.asyncIterator]();
    const first = await chunks.next();
    const start = first.done === true ? new Uint8Array(0) : first.value;
    try {
      if (start.length === 0 && this.admission.fileNames.length > 1) return; // a part into which nothing was written
      this.reader ??= this.open(path, name, start);
      this.refuseMixture(path, name, start);
      await this.reader.read({ name, chunks: prepend(start, chunks, this.ready) });
    } finally {
      await chunks.return();
    }
  }

  private open(path: string, name: string, start: Uint8Array): FormatReader {
    if (this.format === undefined && start.length === 0) {
      throw new InputError([emptyFile(name)]);
    }
    this.format ??= detectFormat(startOf(path, start, this.options.header));
    this.firstName = name;
    if (this.format === undefined) throw unknownFormat(name);
    return this.format.open(this.admission, this.options);
  }

  /** Files of another format among those of a folder are not read as if they were of the first one's. */
  private refuseMixture(path: string, name: string, start: Uint8Array): void {
    if (this.options.format !== undefined || start.length === 0) return;
    const format = detectFormat(startOf(path, start, this.options.header));
    if (format === undefined) throw unknownFormat(name);
    if (format === this.format) return;
    const message = `this file looks like ${format.id}, ${this.firstName} like ${this.format!.id}`;
    const hint = "import them one by one, or name the format of all of them with --from";
    throw new InputError([errorIssue("mixed-formats", message, { file: name, hint })]);
  }
}

/** The format that a file's beginning shows; undefined: none. */
function detectFormat(start: FileStart): TraceFormat | undefined {
  const certainties = TRACE_FORMATS.map((format) => format.detect(start));
  return TRACE_FORMATS[certainties.indexOf("sure")] ?? TRACE_FORMATS[certainties.indexOf("likely")];
}

/** Names that the user gives the columns of a table without a header line stand where that line would. */
function startOf(path: string, bytes: Uint8Array, header: readonly string[] | undefined): FileStart {
  const name = basename(path).toLowerCase().replace(/\.gz$/, "");
  const text = new TextDecoder().decode(bytes.subarray(0, START_BYTES));
  return { name, text: header === undefined ? text : `${header.join(",")}\n${text}` };
}

function emptyFile(file: string) {
  return errorIssue("empty-file", "the trace is empty", { file });
}

function unknownFormat(file: string): InputError {
  const hint = `name it (--from, or trace.format): ${TRACE_FORMATS.map(({ id }) => id).join(", ")}`;
  return new InputError([errorIssue("unknown-format", "the file is of no format that is known", { file, hint })]);
}

async function* prepend(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  ready: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    await ready();
    yield next.value;
  }
}
