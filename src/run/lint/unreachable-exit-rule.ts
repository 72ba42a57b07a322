// evaluateOnExit is read in order and the first entry that matches decides: an entry behind one that matches everything it
// matches is never reached.

import type { ExitRule } from "../../model/job.js";
import { definitionsInUse } from "./definitions.js";
import type { LintRule } from "./finding.js";
import { describeJobs } from "./wording.js";

const CONDITIONS = ["onStatusReason", "onReason", "onExitCode"] as const;

export const unreachableExitRule: LintRule = {
  code: "unreachable-exit-rule",
  severity: "warning",
  check: (input) =>
    definitionsInUse(input).flatMap(({ name, retry: { evaluateOnExit: rules }, path, kinds }) =>
      rules.flatMap((rule, index) => {
        const cover = rules.slice(0, index).findIndex((earlier) => covers(earlier, rule));
        if (cover < 0) return [];
        const harmless = rules[cover]!.action === rule.action;
        return {
          path: [...path, "retryStrategy", "evaluateOnExit", index],
          message: `${name}: entry ${index + 1} (${describeRule(rule)}) is never reached: entry ${cover + 1} (${describeRule(rules[cover]!)}) matches first`,
          figure: kinds.length === 0 ? "" : describeJobs(kinds),
          fix: harmless ? "remove it: the earlier entry does the same" : `move it before entry ${cover + 1}`,
        };
      }),
    ),
};

/** Whether every end that `later` matches is matched by `earlier`. */
export function covers(earlier: ExitRule, later: ExitRule): boolean {
  return CONDITIONS.every((key) => patternCovers(earlier[key], later[key]));
}

/** undefined and "*" match whatever there is; a trailing * whatever begins so. */
function patternCovers(earlier: string | undefined, later: string | undefined): boolean {
  if (earlier === undefined || earlier === "*") return true;
  if (later === undefined) return false;
  if (!earlier.endsWith("*")) return earlier === later;
  return later.startsWith(earlier.slice(0, -1));
}

function describeRule(rule: ExitRule): string {
  const conditions = CONDITIONS.flatMap((key) =>
    rule[key] === undefined ? [] : `${key}: ${JSON.stringify(rule[key])}`,
  );
  return [...conditions, rule.action].join(", ");
}
