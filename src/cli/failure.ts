// From errors to words and exit codes. What is the user's to mend is listed, all of it; what is our bug crashes openly.

import pc from "picocolors";
import { formatIssue, InputError, type Issue } from "../base/issues.js";
import { OutputError } from "../run/errors.js";

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** Prints what went wrong and sets the exit code. Errors that are our own bugs are thrown on. */
export function exitWithFailure(error: unknown): void {
  if (error instanceof InputError) fail(error.issues, EXIT_USAGE);
  else if (error instanceof OutputError) fail(error.issues, EXIT_FAILED);
  else throw error;
}

function fail(issues: readonly Issue[], exitCode: number): void {
  process.stderr.write(`${issueLines(issues)}\n`);
  process.exitCode = exitCode;
}

/** One line per issue, errors and warnings marked, colours only on a terminal. */
export function issueLines(issues: readonly Issue[]): string {
  const colours = pc.createColors(process.stderr.isTTY === true && process.env.NO_COLOR === undefined);
  return issues
    .map((issue) => {
      const mark = issue.severity === "error" ? colours.red("error") : colours.yellow("warning");
      return `${mark} ${formatIssue(issue)} ${colours.dim(`[${issue.code}]`)}`;
    })
    .join("\n");
}
