// One text for one scenario, however its file was written: the identity of a scenario is the hash of this text.

import type { Scenario } from "./scenario.js";

/** JSON of a scenario without spaces, keys in alphabetical order, undefined values left out, and without its block `live`. */
export function canonicalScenarioText({ live: _, ...scenario }: Scenario): string {
  return JSON.stringify(scenario, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
