// Failures of the machine we run on (a full disk, a folder we may not write, a file we may not read), in words.

import { errorIssue, formatIssue, type Issue } from "../base/issues.js";

/** The run itself was fine, but its output could not be written; nothing half-written is left behind. */
export class OutputError extends Error {
  override readonly name = "OutputError";
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues.map(formatIssue).join("\n"));
    this.issues = issues;
  }
}

const ELSEWHERE = "choose another place with --out or --output";

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ["no space is left on the disk", "free some space, or write to another disk"],
  EDQUOT: ["the disk quota is used up", "free some space, or write to another disk"],
  EFBIG: ["the file would be larger than this process may write", "raise the file size limit (ulimit -f)"],
  EACCES: ["permission denied", ELSEWHERE],
  EPERM: ["permission denied", ELSEWHERE],
  EROFS: ["the file system is read-only", ELSEWHERE],
  ENOTDIR: ["a part of the path is a file, not a folder", ELSEWHERE],
  EEXIST: ["a file of that name is in the way", ELSEWHERE],
  ENAMETOOLONG: ["the path is too long", ELSEWHERE],
};

/** Node's error while writing `path`, in words. Errors that are not the file system's are thrown on. */
export function outputError(error: unknown, path: string): OutputError {
  if (error instanceof OutputError) return error;
  if (!(error instanceof Error) || !("code" in error)) throw error;
  const [reason, hint] = REASONS[String(error.code)] ?? [error.message, "nothing was written"];
  return cannotWrite(path, reason, hint);
}

/** An output file or folder that cannot be written, for a reason we saw ourselves. */
export function cannotWrite(path: string, reason: string, hint: string = ELSEWHERE): OutputError {
  return new OutputError([errorIssue("cannot-write", `cannot write: ${reason}`, { file: path, hint })]);
}

/** Node's error while reading a file, in words. Errors that are not the file system's are thrown on. */
export function readingFailed(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  switch (error.code) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "EISDIR":
      return "this is a folder, not a file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    default:
      return `cannot be read: ${error.message}`;
  }
}
