// The steps of trace.transform in the user's words: what each form means, and what is said about mistakes.

import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { parseTransformSteps } from "../../src/scenario/transform-steps.js";

const UNSET = {
  ...{ queue: undefined, name: undefined, share: undefined, vcpuMilli: undefined, memoryMib: undefined },
  ...{ gpuMilli: undefined, runtimeMs: undefined, status: undefined },
};

const MEANINGS: readonly [string, unknown][] = [
  ["scaleLoad: 2", { kind: "scaleLoad", factor: 2, seed: 9 }],
  ["scaleLoad: {factor: 0.5, seed: 3}", { kind: "scaleLoad", factor: 0.5, seed: 3 }],
  ["stretchTime: 0.25", { kind: "stretchTime", factor: 0.25 }],
  ["filter: {queue: gpu}", { kind: "filter", jobs: { ...UNSET, queue: ["gpu"] } }],
  [
    "exclude: {name: [a*, b], status: failed}",
    { kind: "exclude", jobs: { ...UNSET, name: ["a*", "b"], status: "failed" } },
  ],
  [
    "filter: {vcpus: {min: 0.5}, memory: {max: 2 GiB}, runtime: {min: 1m, max: 2h}}",
    {
      kind: "filter",
      jobs: {
        ...UNSET,
        vcpuMilli: { min: 500, max: undefined },
        memoryMib: { min: undefined, max: 2_048 },
        runtimeMs: { min: 60_000, max: 7_200_000 },
      },
    },
  ],
  [
    "window: {from: 2026-03-01, to: 2026-03-02T12:00:00+02:00}",
    {
      kind: "window",
      from: { kind: "date", epochMs: Date.UTC(2026, 2, 1) },
      to: { kind: "date", epochMs: Date.UTC(2026, 2, 2, 10) },
    },
  ],
  ["window: {from: 2d}", { kind: "window", from: { kind: "offset", offsetMs: 172_800_000 }, to: undefined }],
  ["shift: {later: 2h}", { kind: "shift", byMs: 7_200_000 }],
  ["shift: {earlier: 90s}", { kind: "shift", byMs: -90_000 }],
  ["shift: {start: 2026-03-01T00:00Z}", { kind: "start", epochMs: Date.UTC(2026, 2, 1) }],
  ['mapQueues: {a: b, "*": c}', { kind: "mapQueues", queues: { a: "b", "*": "c" } }],
  [
    "anonymise: {key: correct-horse}",
    { kind: "anonymise", key: "correct-horse", fields: ["ids", "names", "queues", "shares", "definitions"] },
  ],
  ["anonymise: {key: correct-horse, fields: [ids]}", { kind: "anonymise", key: "correct-horse", fields: ["ids"] }],
  ["sample: 0.1", { kind: "sample", amount: { fraction: 0.1 }, seed: 9 }],
  ["sample: {jobs: 100, seed: 2}", { kind: "sample", amount: { jobs: 100 }, seed: 2 }],
  ["merge: other.csv", { kind: "merge", file: "other.csv", format: undefined, align: "recorded" }],
  ["merge: {file: o.swf, format: swf, align: start}", { kind: "merge", file: "o.swf", format: "swf", align: "start" }],
];

describe("steps", () => {
  for (const [text, meaning] of MEANINGS) {
    it(text, () => expect(parseTransformSteps([text], 9)).toEqual([meaning]));
  }
  it("keep their order", () => {
    expect(parseTransformSteps(["stretchTime: 2", "scaleLoad: 2"], 1).map(({ kind }) => kind)).toEqual([
      "stretchTime",
      "scaleLoad",
    ]);
  });
});

const MISTAKES: readonly [string, string][] = [
  ["scaleload: 2", 'unknown key "scaleload" (did you mean "scaleLoad"?)'],
  ["scaleLoad: two", "expected"],
  ["scaleLoad: 0", "must be greater than 0"],
  ["scaleLoad: 2000", "1000"],
  ["{}", "expected one step, got none"],
  ["{scaleLoad: 2, stretchTime: 2}", "expected one step, got scaleLoad and stretchTime"],
  ["filter: {}", "at least one condition"],
  ["filter: {vcpus: {}}", "expected min, max or both"],
  ["filter: {vcpus: {min: 2, max: 1}}", "max must not be less than min"],
  ["filter: {status: done}", "succeeded"],
  ["window: {}", "expected from, to or both"],
  ["window: {from: 2d, to: 1d}", "to must be later than from"],
  ["window: {from: 2026-02-30}", "expected a date"],
  ["window: {from: 2026-03-01T12:00:00}", "needs its zone"],
  ["window: {from: yesterday}", "expected a date such as 2026-03-01, or a time after the first submission"],
  ["shift: {later: 1h, start: 2026-03-01}", "expected one of later, earlier or start"],
  ["shift: {later: -1h}", "must not be negative"],
  ["sample: 2", "1"],
  ["sample: {jobs: 3, fraction: 0.1}", "expected either jobs or fraction"],
  ["anonymise: {key: short}", "8"],
  ["anonymise: {key: correct-horse, fields: [times]}", "ids"],
  ["merge: {align: start}", 'the key "file" is missing'],
  ["scaleLoad: [", ""],
];

describe("mistakes", () => {
  for (const [text, part] of MISTAKES) {
    it(text, () => {
      let message = "";
      try {
        parseTransformSteps(["stretchTime: 2", text], 1);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        message = (error as InputError).message;
      }
      expect(message).toContain("--step 2");
      expect(message).toContain(part);
    });
  }
  it("of a misspelt step once", () => {
    expect(() => parseTransformSteps(["scaleload: 2"], 1)).toThrow(/^[^\n]*$/);
  });
  it("of all steps at once, and of the seed", () => {
    expect(() => parseTransformSteps(["scaleLoad: 0", "sample: 7"], 1)).toThrow(/--step 1[\s\S]*--step 2/);
    expect(() => parseTransformSteps(["sample: 0.5"], -1)).toThrow("a seed is a whole number");
  });
});

const SCENARIO = (trace: string) => `
seed: 41
trace: ${trace}
computeEnvironments:
  - computeEnvironmentName: main
    computeResources: { type: EC2, maxvCpus: 64 }
`;

describe("in a scenario", () => {
  it("steps take the scenario's seed", () => {
    const { trace } = parseScenario(
      SCENARIO("{ file: t.csv, transform: [{ scaleLoad: 2 }, { sample: 0.5 }] }"),
      "s.yaml",
      "s",
    );
    expect(trace).toMatchObject({ transform: [{ seed: 41 }, { seed: 41 }] });
  });
  it("without steps there are none", () => {
    expect(parseScenario(SCENARIO("{ file: t.csv }"), "s.yaml", "s").trace).toMatchObject({ transform: [] });
  });
  it("a mistake is told with its place", () => {
    expect(() => parseScenario(SCENARIO("{ file: t.csv, transform: [{ scaleLoad: 0 }] }"), "s.yaml", "s")).toThrow(
      /s\.yaml:3:\d+ trace\.transform\[0\]\.scaleLoad: /,
    );
  });
});
