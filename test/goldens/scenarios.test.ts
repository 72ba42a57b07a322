// Every folder in scenarios/ is documentation and golden at once: its figures are committed beside it and must come out
// again, to the micro-dollar and the millisecond. UPDATE=1 npx vitest run test/goldens rewrites them after a change that is
// meant to change decisions; the difference then belongs into the commit and the changelog.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hashText } from "../../src/base/hash.js";
import type { ResultFile } from "../../src/model/run-result.js";
import { loadReplay } from "../../src/run/load-replay.js";
import { replay } from "../../src/run/replay.js";

const SCENARIOS = "scenarios";

/** The figures people look at, and a hash of everything. */
function figuresOf(result: ResultFile) {
  return {
    jobs: result.workload.jobs,
    floorsMicroUsd: Object.fromEntries(result.floors.map(({ market, microUsd }) => [market, microUsd])),
    runs: Object.fromEntries(
      result.runs.map((run) => [
        run.name,
        {
          totalMicroUsd: run.cost.totalMicroUsd,
          waitP50Ms: run.waitMs.p50,
          waitP95Ms: run.waitMs.p95,
          makespanMs: run.makespanMs,
          instancesLaunched: run.instances.launched,
        },
      ]),
    ),
    hash: hashText(JSON.stringify({ ...result, header: null })),
  };
}

describe("scenarios give their committed figures", () => {
  for (const name of readdirSync(SCENARIOS)) {
    it(name, async () => {
      const { resolved, trace, header } = await loadReplay(join(SCENARIOS, name));
      const figures = figuresOf(replay(resolved, trace, header));
      const golden = join(SCENARIOS, name, "expected.json");
      if (process.env.UPDATE === "1") writeFileSync(golden, `${JSON.stringify(figures, null, 2)}\n`);
      expect(existsSync(golden), `${golden} is missing: run with UPDATE=1`).toBe(true);
      expect(figures).toEqual(JSON.parse(readFileSync(golden, "utf8")));
    });
  }
});
