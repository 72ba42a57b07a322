// Steps outside a scenario: each a text in the scenario's words, such as "scaleLoad: 2", from the command line.

import { assert } from "../base/assert.js";
import { errorIssue, InputError, type Issue, throwIfErrors } from "../base/issues.js";
import type { TransformStep } from "../model/trace-transform.js";
import { formatPath } from "./finding.js";
import { findingsOf, zodMessage } from "./schema-issues.js";
import { seedSteps, transformSteps } from "./schema-transform.js";
import { readYaml } from "./yaml-document.js";

/** What messages call the step at `index`. */
export function nameOfStep(index: number): string {
  return `--step ${index + 1}`;
}

/** The steps that the texts describe; `seed` is for those that give none. Throws InputError with every issue found. */
export function parseTransformSteps(texts: readonly string[], seed: number): TransformStep[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError([errorIssue("out-of-range", `a seed is a whole number from 0, got ${seed}`)]);
  }
  const issues: Issue[] = [];
  const names: string[] = [];
  const documents = texts.flatMap((text, index) => {
    try {
      const yaml = readYaml(text, nameOfStep(index));
      throwIfErrors(yaml.issues);
      names.push(nameOfStep(index));
      return [yaml.value];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      issues.push(...error.issues);
      return [];
    }
  });
  const result = transformSteps.safeParse(documents, { error: zodMessage });
  if (!result.success) {
    for (const { code, message, hint, path } of findingsOf(result.error.issues, documents)) {
      const [index, ...rest] = path;
      const where = { file: names[Number(index)]!, path: formatPath(rest) };
      issues.push(errorIssue(code, message, hint === undefined ? where : { ...where, hint }));
    }
  }
  throwIfErrors(issues);
  assert(result.success, "a mistake in the steps was lost");
  assert(result.data.length === texts.length, "a step was lost");
  return seedSteps(result.data, seed);
}
