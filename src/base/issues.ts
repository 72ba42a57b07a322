// A user's mistake, as data: what is wrong, where, and what to do about it. Readers and validators collect issues and
// report all of them at once; only `cli` turns them into text on a terminal and an exit code.

import { closestMatch } from "./closest.js";

export interface Issue {
  /** Stable kebab-case identifier, e.g. "unknown-key"; tests and scripts match on it. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** What the user can do about it. */
  readonly hint?: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** Path inside the document, e.g. "jobQueues[0].priority". */
  readonly path?: string;
}

/** Thrown at the boundary when user input cannot be used; carries every issue found, never only the first. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly issues: readonly Issue[];
  constructor(issues: readonly Issue[]) {
    super(issues.map(formatIssue).join("\n"));
    this.issues = issues;
  }
}

/** Builds an issue; `where` adds file, line, column, path and hint. */
export function errorIssue(code: string, message: string, where: Omit<Issue, "code" | "message"> = {}): Issue {
  return { code, message, ...where };
}

/** Throws an InputError with all issues when there is one. */
export function throwIfErrors(issues: readonly Issue[]): void {
  if (issues.length > 0) throw new InputError(issues);
}

/** One line of plain text: `file:line:column path: message (hint)`. */
export function formatIssue(issue: Issue): string {
  const position = [issue.file, issue.line, issue.column].filter((part) => part !== undefined).join(":");
  const subject = [position, issue.path].filter((part) => part !== undefined && part !== "").join(" ");
  const hint = issue.hint === undefined ? "" : ` (${issue.hint})`;
  return `${subject === "" ? "" : `${subject}: `}${issue.message}${hint}`;
}

/** `did you mean "x"?` for the closest candidate, or undefined when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const match = closestMatch(word, candidates);
  return match === undefined ? undefined : `did you mean "${match}"?`;
}
