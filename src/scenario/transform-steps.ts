// Steps outside a scenario: each a text in the scenario's words, such as "scaleLoad: 2", from the command line.

import { assert } from "../base/assert.js";
import { errorIssue, InputError, throwIfErrors } from "../base/issues.js";
import type { TransformStep } from "../model/trace-transform.js";
import { formatPath } from "./finding.js";
import { findingsOf, zodMessage } from "./schema-issues.js";
import { seedSteps, transformSteps } from "./schema-transform.js";
import { readYaml } from "./yaml-document.js";

/** The steps that the texts describe; `seed` is for those that give none. Throws InputError with every issue found. */
export function parseTransformSteps(texts: readonly string[], seed: number): TransformStep[] {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError([errorIssue("out-of-range", `a seed is a whole number from 0, got ${seed}`)]);
  }
  const documents = texts.map((text, index) => {
    const yaml = readYaml(text, `--step ${index + 1}`);
    throwIfErrors(yaml.issues);
    return yaml.value;
  });
  const result = transformSteps.safeParse(documents, { error: zodMessage });
  if (!result.success) {
    throw new InputError(
      findingsOf(result.error.issues, documents).map(({ code, message, hint, path }) => {
        const [index, ...rest] = path;
        const where = { file: `--step ${Number(index) + 1}`, path: formatPath(rest) };
        return errorIssue(code, message, hint === undefined ? where : { ...where, hint });
      }),
    );
  }
  assert(result.data.length === texts.length, "a step was lost");
  return seedSteps(result.data, seed);
}
