// Who reads waits is told where caps have made them longer.

import { expect, it } from "vitest";
import type { RunSummary } from "../../src/model/run-result.js";
import { capNotes } from "../../src/run/model-notes.js";

type Run = Parameters<typeof capNotes>[0][number];

const run = (name: string, ...reasons: RunSummary["spot"]["refusals"][number]["reason"][]): Run => ({
  name,
  spot: { refusals: reasons.map((reason) => ({ reason, refusals: 2 })) } as unknown as RunSummary["spot"],
});

it("names the runs whose launches caps have held back", () => {
  expect(capNotes([run("a"), run("b", "no capacity")])).toEqual([]);
  expect(capNotes([run("a", "over a cap"), run("b", "no capacity"), run("c", "over a cap")])).toEqual([
    "Caps of the live block (live.caps) held launches back, and jobs waited for that: a, c.",
  ]);
});
