// From errors to words and exit codes. What is the user's to mend is listed, all of it; what is our bug crashes openly.

import pc from "picocolors";
import { formatIssue, InputError, type Issue } from "../base/issues.js";
import { OutputError, outputError } from "../run/errors.js";
import { wantsColour } from "./terminal-options.js";
import { UsageError } from "./usage-error.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** A file that is something else altogether has thousands of problems, of which the first ones tell it. */
const MOST_ISSUES_SHOWN = 50;

/** Prints what went wrong and sets the exit code. Errors that are our own bugs are thrown on. */
export function exitWithFailure(error: unknown): void {
  if (error instanceof UsageError) fail(error.issues, EXIT_USAGE, error.advice);
  else if (error instanceof InputError) fail(error.issues, EXIT_USAGE);
  else if (error instanceof OutputError) fail(error.issues, EXIT_FAILED);
  else throw error;
}

/**
 * For errors of stdout. A reader that has seen enough (`| head`) closes the pipe: that is no failure, and what is still to
 * do, such as writing the report, is done.
 */
export function stdoutFailed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") exitWithFailure(outputError(error, "standard output"));
}

function fail(issues: readonly Issue[], exitCode: number, advice?: string): void {
  const lines = advice === undefined ? issueLines(issues) : [...issueLines(issues), advice];
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exitCode = exitCode;
}

/** One line per issue, errors and warnings marked. */
function issueLines(issues: readonly Issue[]): string[] {
  const colours = pc.createColors(wantsColour(process.stderr));
  const lines = issues.slice(0, MOST_ISSUES_SHOWN).map((issue) => {
    return `${colours.red("error")} ${formatIssue(issue)} ${colours.dim(`[${issue.code}]`)}`;
  });
  const more = issues.length - lines.length;
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
