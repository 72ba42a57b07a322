// What YAML itself refuses: every error once, with its position, and nothing that makes the process fall over.

import { describe, expect, it } from "vitest";
import { issuesOf, parse, row, rowsOf, SMALLEST } from "./support.js";

const SHAPE_HINT = "a scenario is a map of keys; it needs at least trace and computeEnvironments";

it.each([
  ["an empty file", "", [`empty-scenario 1:1 | the file is empty | ${SHAPE_HINT}`]],
  ["only comments", "# nothing\n", [`empty-scenario 1:1 | the file is empty | ${SHAPE_HINT}`]],
  ["a list", "- 1\n", [`not-a-map 1:1 | expected a map, got a list | ${SHAPE_HINT}`]],
  ["a text", "hello\n", [`not-a-map 1:1 | expected a map, got "hello" | ${SHAPE_HINT}`]],
  ["a binary file", "\u001f\u0000\nx", ["not-text 1 | this is no text file: it has control characters"]],
  [
    "control characters further down",
    "a: 1\nb: \u0000",
    ["not-text 2 | this is no text file: it has control characters"],
  ],
  ["tabs", "trace:\n\tfile: x\n", ["yaml-syntax 2:1 | Tabs are not allowed as indentation | indent with spaces"]],
  [
    "two documents",
    `${SMALLEST}---\nname: x\n`,
    [
      "yaml-syntax 8:1 | Source contains multiple documents; please use YAML.parseAllDocuments() | " +
        "one scenario per file: remove the --- line",
    ],
  ],
  [
    "two syntax errors at once",
    "trace: [1,,2]\nname: @x\n",
    [
      "yaml-syntax 1:11 | Unexpected , in flow sequence",
      "yaml-syntax 2:7 | Plain value cannot start with reserved character @",
    ],
  ],
  [
    "a tag and an alias that stand for nothing",
    "trace: !secret x\nname: *who\n",
    [
      "yaml-syntax 1:8 | Unresolved tag: !secret | remove the tag, or quote the text when it starts with !",
      "unknown-anchor 2:7 | the alias *who has no anchor &who before it",
    ],
  ],
])("%s", (_, text, rows) => {
  expect(rowsOf(text)).toEqual(rows);
});

describe("aliases", () => {
  it("are followed, and a mistake is shown where it was written", () => {
    const text = `${SMALLEST.replace("{ type: SPOT, maxvCpus: 16 }", "&all { type: SPOT, maxvCpus: -1 }")}
  - { computeEnvironmentName: other, computeResources: *all }
  - { computeEnvironmentName: third, computeResources: { <<: *all, type: EC2 } }
`;
    // Column 84 is the "-" of -1 in line 7, where the anchor stands.
    const message = "must be at least 0, got -1";
    expect(rowsOf(text)).toEqual([
      `out-of-range 7:84 computeEnvironments[0].computeResources.maxvCpus | ${message}`,
      `out-of-range 7:84 computeEnvironments[1].computeResources.maxvCpus | ${message}`,
      `out-of-range 7:84 computeEnvironments[2].computeResources.maxvCpus | ${message}`,
    ]);
  });

  it("merge keys give the merged values", () => {
    const text = `${SMALLEST}strategies:
  - &first { name: a, maxLaunchesPerDecision: 7 }
  - { <<: *first, name: b }
`;
    expect(parse(text).strategies.map(({ name, maxLaunchesPerDecision }) => [name, maxLaunchesPerDecision])).toEqual([
      ["a", 7],
      ["b", 7],
    ]);
  });

  it("that multiply without end are refused", () => {
    const lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"];
    for (const [from, to] of ["ab", "bc", "cd", "de"].map((pair) => [...pair])) {
      lines.push(`${to}: &${to} [*${from}, *${from}, *${from}, *${from}, *${from}, *${from}, *${from}, *${from}]`);
    }
    expect(rowsOf(lines.join("\n"))).toEqual([
      "yaml-alias 2:8 | Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  it("that contain themselves are ordinary mistakes", () => {
    expect(issuesOf(`${SMALLEST}world: &w { boot: *w }\n`).map((issue) => issue.code)).toEqual([
      "invalid-distribution",
      "unknown-key",
    ]);
  });
});

it.each(["[", "- ", "{a: ", "? "])("%j repeated 20,000 times is refused without exhausting the stack", (piece) => {
  expect(issuesOf(piece.repeat(20_000)).map(row)).toEqual(["too-deep | nested more than 50 levels deep"]);
});

it("a megabyte of text is refused", () => {
  expect(issuesOf(`#${" ".repeat(1_000_000)}`).map(row)).toEqual(["too-long | too long for a scenario file"]);
});

it("every duplicate key is reported, together with what the schema finds", () => {
  const text = `seed: 1\nseed: 2\n${SMALLEST.replace("jobs: 10", "jobs: 10\n    jobs: 0")}`;
  expect(rowsOf(text)).toEqual([
    'duplicate-key 2:1 seed | the key "seed" is given twice in one map | keep one of them',
    'duplicate-key 6:5 trace.synthetic.jobs | the key "jobs" is given twice in one map | keep one of them',
    "out-of-range 6:11 trace.synthetic.jobs | must be at least 1, got 0", // the value that counts is the last one
  ]);
});
