// How an attempt ended, in the engine's numbers, from AWS Batch's words. The words that matter to decisions are those of a lost
// host (an attempt that would have run on); the others tell people.

import { Outcome, packOutcome } from "../../model/outcome.js";
import type { SeenEnd } from "../observation.js";

/** Exit codes that a process can have. */
const EXIT_CODES = 256;

/** First match wins. AWS's texts: Batch User Guide, job retries and troubleshooting; see docs/fidelity.md. */
const WORDS: readonly (readonly [where: "statusReason" | "reason", begins: string, outcome: Outcome])[] = [
  ["statusReason", "Host EC2", Outcome.HostTerminated],
  ["reason", "OutOfMemoryError", Outcome.OutOfMemory],
  ["reason", "CannotPull", Outcome.CannotPull],
  ["statusReason", "Job attempt duration exceeded timeout", Outcome.TimedOut],
  ["statusReason", "Dependent Job failed", Outcome.DependencyFailed],
  ["statusReason", "Canceled by JobStateTimeLimit", Outcome.TimeLimit],
  ["statusReason", "Terminated", Outcome.Terminated],
  ["statusReason", "Canceled", Outcome.Cancelled],
];

/** Packed (model/outcome.ts). A failed attempt of which AWS says nothing that is known counts as exited. */
export function outcomeOfEnd(end: Pick<SeenEnd, "succeeded" | "exitCode" | "statusReason" | "reason">): number {
  if (end.succeeded) return packOutcome(Outcome.Succeeded, 0);
  const match = WORDS.find(([where, begins]) => end[where].startsWith(begins));
  const exitCode = end.exitCode === undefined ? 0 : ((end.exitCode % EXIT_CODES) + EXIT_CODES) % EXIT_CODES;
  return packOutcome(match === undefined ? Outcome.Exited : match[2], exitCode);
}
