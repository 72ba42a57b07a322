// The attempts that a trace records of a job.

import type { AttemptScript, Profiles } from "../../model/profile.js";
import { NONE } from "../../model/tables.js";

/** The attempts of a job; undefined: one, which succeeded. */
export function scriptOf({ script, scripts }: Profiles, job: number): readonly AttemptScript[] | undefined {
  const index = script.length === 0 ? NONE : script[job]!;
  return index === NONE ? undefined : scripts[index]!;
}

/** Whether its last attempt failed. */
export function hasFailed(profiles: Profiles, job: number): boolean {
  return (scriptOf(profiles, job)?.at(-1)?.exitCode ?? 0) !== 0;
}
