// Asking somebody at the terminal before something is done that costs money or cannot be undone.

import { createInterface } from "node:readline/promises";
import { errorIssue, InputError } from "../base/issues.js";

/** Throws InputError when there is no terminal, and so nobody to ask. */
export function requireTerminal(): void {
  if (process.stdin.isTTY === true) return;
  const hint = "add --yes to do it all the same";
  throw new InputError([errorIssue("not-confirmed", "there is no terminal to ask on", { hint })]);
}

/** Throws InputError unless somebody at a terminal types yes; Ctrl-C and Ctrl-D are no. */
export async function confirm(question: string): Promise<void> {
  requireTerminal();
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const noAnswer = new AbortController();
  reader.once("close", () => noAnswer.abort());
  try {
    const answer = await reader.question(`${question} Type yes: `, { signal: noAnswer.signal });
    if (answer.trim() === "yes") return;
  } catch (error) {
    if (!noAnswer.signal.aborted) throw error;
  } finally {
    reader.close();
  }
  throw new InputError([errorIssue("not-confirmed", "not confirmed: nothing was done")]);
}
