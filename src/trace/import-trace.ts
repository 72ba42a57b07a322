// Files of any format to the project's own CSV, row by row, in bounded memory.

import type { IngestReport } from "../model/ingest.js";
import { Admission } from "./admission.js";
import { CanonicalWriter } from "./canonical/writer.js";
import type { TraceFileOptions } from "./options.js";
import { FilesReader, filesAt, type OnTraceProgress } from "./read-files.js";

/** Where the text goes. */
export interface TextTarget {
  write(text: string): void;
  /** Resolves when more may be written. */
  drained(): Promise<void>;
}

/**
 * Reads the files at `paths` (files and folders, of one format) and writes their rows, those of jobs that never ran or had
 * not ended too. Returns the report. Throws InputError when a file cannot be read or is of another format; then what was
 * written is not whole. `options.purpose` is "import".
 */
export async function importTrace(
  options: TraceFileOptions,
  paths: readonly string[],
  target: TextTarget,
  onProgress: OnTraceProgress = () => {},
): Promise<IngestReport> {
  const { queue, queueMap } = options;
  const queueOf = (name: string) => queue ?? (Object.hasOwn(queueMap, name) ? queueMap[name]! : name);
  const writer = new CanonicalWriter(
    () => files.columns,
    (text) => target.write(text),
    queueOf,
  );
  const admission = new Admission(options, writer);
  const files: FilesReader = new FilesReader(options, admission, onProgress, () => target.drained());
  await files.readAll(
    paths.flatMap((path) => filesAt(path)),
    (path) => path,
  );
  writer.end();
  return { source: options.file, format: files.formatId, ...admission.result() };
}
