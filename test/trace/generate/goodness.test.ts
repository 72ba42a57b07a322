// What the comparison of two traces says where they have little or nothing to compare.

import { expect, it } from "vitest";
import { goodnessOfFit } from "../../../src/trace/generate/goodness.js";
import { neutralJobRow } from "../../../src/trace/job-row.js";
import { type SealedTrace, WorkloadBuilder } from "../../../src/trace/workload-builder.js";

/** Jobs a second apart with these run times; the last ones are the children of one array. */
function traceOf(runtimesS: readonly number[], children = 0): SealedTrace {
  const builder = new WorkloadBuilder();
  const row = { ...neutralJobRow(), vcpuMilli: 1_000, memoryMib: 1_024 };
  runtimesS.forEach((runtimeS, index) => {
    const isChild = index >= runtimesS.length - children;
    if (isChild && row.array < 0) row.array = builder.addArray("a");
    builder.addJob({ ...row, id: `j${index}`, submitMs: index * 1_000, runtimeMs: runtimeS * 1_000 });
  });
  return builder.seal();
}

const fitOf = (original: SealedTrace, generated: SealedTrace, name: string) =>
  goodnessOfFit(original, generated).marginals.find((marginal) => marginal.name === name);

it("a few values as far apart as chance would have them are too few to tell", () => {
  // 1.358 x sqrt(1/4 + 1/4) = 0.96 is what chance gives; half of the values differ.
  expect(fitOf(traceOf([1, 2, 3, 4]), traceOf([1, 2, 9, 9]), "run time")).toMatchObject({
    distance: 0.5,
    verdict: "too few",
  });
});

it("many equal values are good, many other ones poor", () => {
  const many = (value: number) => Array.from({ length: 400 }, (_, index) => value + (index % 7));
  // Chance gives 1.358 x sqrt(2/400) = 0.096, below the bound of "fair".
  expect(fitOf(traceOf(many(10)), traceOf(many(10)), "run time")).toMatchObject({ distance: 0, verdict: "good" });
  expect(fitOf(traceOf(many(10)), traceOf(many(90)), "run time")).toMatchObject({ distance: 1, verdict: "poor" });
});

it("what one trace alone has is poor, not left out", () => {
  const withArray = traceOf([1, 2, 3, 4, 5, 6], 3);
  expect(fitOf(withArray, traceOf([1, 2, 3, 4, 5, 6]), "array size")).toMatchObject({
    original: { count: 1, median: 3 },
    generated: { count: 0 },
    distance: 1,
    verdict: "poor",
  });
  expect(fitOf(traceOf([1, 2]), traceOf([1, 2]), "array size")).toBeUndefined();
});
