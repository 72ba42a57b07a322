// docs/lint.md names every rule with its severity, and no other.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LINT_RULES } from "../../../src/run/lint/rules.js";

it("lists the rules in their order", () => {
  const page = readFileSync(new URL("../../../docs/lint.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (\w+) \|/gm)].map(
    ([, code, severity]) => `${code} ${severity}`,
  );
  expect(rows).toEqual(LINT_RULES.map(({ code, severity }) => `${code} ${severity}`));
});
