// Failures of the machine we run on (a full disk, a folder we may not write): not the user's input, not our bug.

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

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ["no space is left on the disk", "free some space, or choose another folder with --out"],
  EDQUOT: ["the disk quota is used up", "free some space, or choose another folder with --out"],
  EFBIG: ["the file would be larger than this process may write", "raise the file size limit (ulimit -f)"],
  EACCES: ["permission denied", "choose another folder with --out"],
  EPERM: ["permission denied", "choose another folder with --out"],
  EROFS: ["the file system is read-only", "choose another folder with --out"],
  ENOTDIR: ["a part of the path is a file, not a folder", "choose another folder with --out"],
  EEXIST: ["a file of that name is in the way", "choose another folder with --out"],
};

/** Node's error while writing `path`, in words. Errors that are not the file system's are thrown on. */
export function outputError(error: unknown, path: string): OutputError {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  const code = String(error.code);
  const [reason, hint] = REASONS[code] ?? [error.message, "nothing was written"];
  return new OutputError([errorIssue("cannot-write", `cannot write: ${reason}`, { file: path, hint })]);
}
