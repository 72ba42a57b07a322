// The canonical column `attempts`: run time in seconds and exit code of each attempt, "12.5:137;30:0". Either may be empty.

import { MS_PER_SECOND } from "../../base/units.js";
import type { RawAttempt } from "../raw-job.js";
import { readNumber, UNREADABLE } from "../text/cells.js";

/** The attempts of a cell; undefined when it cannot be read. An empty cell has none. */
export function parseAttempts(text: string): readonly RawAttempt[] | undefined {
  if (text === "") return [];
  const attempts = text.split(";").map((entry) => {
    const [runtimeS = "", exitCode = "", ...more] = entry.split(":");
    const runtimeMs = more.length > 0 ? UNREADABLE : Math.round(readNumber(runtimeS) * MS_PER_SECOND);
    return { runtimeMs, exitCode: readNumber(exitCode) };
  });
  return attempts.some(({ runtimeMs, exitCode }) => runtimeMs === UNREADABLE || exitCode === UNREADABLE)
    ? undefined
    : attempts;
}

/** The cell of these attempts. */
export function formatAttempts(attempts: readonly RawAttempt[]): string {
  const written = (value: number) => (Number.isNaN(value) ? "" : String(value));
  return attempts
    .map(({ runtimeMs, exitCode }) => `${written(runtimeMs / MS_PER_SECOND)}:${written(exitCode)}`)
    .join(";");
}
