// The policies of a run as the report shows them: amounts with units, under names without.

import { expect, it } from "vitest";
import { runsTable } from "../../src/report/overview-tables.js";
import { fixtureResult } from "./fixture.js";

it("times are durations, money is dollars", () => {
  const result = fixtureResult();
  const [first] = result.runs;
  const policies = {
    placement: "tail-aware",
    holdBackMicroUsd: 2_000_000,
    waitMicroUsdPerHour: 500_000,
    idleDelayMs: 90_000,
  };
  const { rows } = runsTable({ ...result, runs: [{ ...first!, policies }] });
  expect(rows[0]!.at(-1)).toBe("placement: tail-aware, holdBack: $2.00, waitPerHour: $0.5000, idleDelay: 1 min 30 s");
});
