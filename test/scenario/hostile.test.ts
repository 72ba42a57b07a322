// Whatever stands in the file, the answer is a scenario or a list of issues with positions, never a crash.

import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, it } from "vitest";
import { parse as parseYaml, stringify } from "yaml";
import { InputError, type Issue } from "../../src/base/issues.js";
import { parse } from "./support.js";

const quickstart = readFileSync("scenarios/quickstart/scenario.yaml", "utf8");

/** The issues of a text; none when it is a scenario. Anything but an InputError goes on to fail the test. */
function issuesOrNone(text: string): readonly Issue[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.issues;
    throw error;
  }
}

/** All paths of a plain value. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => pathsOf(child, [...path, key]))];
}

/** A copy of `root` with another value at a path. */
function replaced(root: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const copy = structuredClone(root) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, value);
  return copy;
}

// A scenario that uses every part of the language.
const full = {
  ...(parseYaml(quickstart) as object),
  trace: {
    file: "jobs.csv",
    columns: {
      submit: { column: "a", unit: "s" },
      runtime: { from: { column: "b", unit: "s" }, to: { column: "c", unit: "s" } },
      gpus: { column: "d", times: { column: "e", unit: "milli" } },
    },
    defaults: { memory: "1 GiB" },
    queueMap: { a: "nightly" },
  },
  baselines: ["on-demand"],
  world: { boot: { median: "1m", p95: "2m" }, pull: { min: 0, max: "1s" } },
  billing: { rootVolume: 0 },
};

// One of jobs, with everything that belongs to them.
const batch = {
  trace: {
    jobs: [
      { id: "a", jobDefinition: "d", shareIdentifier: "x", runtime: ["1s", "2s"], arrayProperties: { size: 2 } },
      {
        id: "b",
        vcpus: 1,
        memory: "1 GiB",
        shareIdentifier: "x",
        repeat: 2,
        dependsOn: [{ jobId: "a" }],
        runtime: "1s",
      },
      {
        id: "c",
        vcpus: 1,
        memory: "1 GiB",
        shareIdentifier: "x",
        consumables: { l: 1 },
        attempts: [{ runtime: "1s", exitCode: 1 }],
      },
    ],
  },
  jobDefinitions: [
    {
      jobDefinitionName: "d",
      schedulingPriority: 1,
      nodeProperties: {
        numNodes: 2,
        mainNode: 0,
        nodeRangeProperties: [{ targetNodes: "0:", container: { vcpus: 1, memory: 4 } }],
      },
      retryStrategy: { attempts: 2, evaluateOnExit: [{ onExitCode: "1*", action: "EXIT" }] },
      consumableResourceProperties: { consumableResourceList: [{ consumableResource: "l", quantity: 1 }] },
    },
  ],
  consumableResources: [{ consumableResourceName: "l", totalQuantity: 1 }],
  schedulingPolicies: [
    { name: "p", fairsharePolicy: { shareDistribution: [{ shareIdentifier: "x*" }, { shareIdentifier: "y" }] } },
  ],
  computeEnvironments: [
    { computeEnvironmentName: "e", computeResources: { type: "EC2", maxvCpus: 8 } },
    { computeEnvironmentName: "f", state: "DISABLED", computeResources: { type: "FARGATE", maxvCpus: 8 } },
  ],
  jobQueues: [
    {
      jobQueueName: "q",
      schedulingPolicyArn: "p",
      computeEnvironmentOrder: [
        { order: 1, computeEnvironment: "e" },
        { order: 2, computeEnvironment: "f" },
      ],
      jobStateTimeLimitActions: [{ reason: "x", state: "RUNNABLE", maxTimeSeconds: 600, action: "CANCEL" }],
    },
  ],
  strategies: [{ name: "s", queueDisciplines: { q: "easy" } }],
  world: { failures: [{ kind: "exit", probability: 0.5 }] },
};

const garbage = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, "", "__proto__", -1, 1e308, "1s", "1 GiB", "EC2", [[]], [{}], [null], { "": "" }, { a: null }),
);

it("any value at any place", () => {
  for (const document of [full, batch, parseYaml(quickstart) as unknown]) {
    expect(issuesOrNone(stringify(document))).toEqual([]);
    fc.assert(
      fc.property(fc.constantFrom(...pathsOf(document)), garbage, (path, value) => {
        for (const issue of issuesOrNone(stringify(replaced(document, path, value)))) {
          expect(issue).toMatchObject({ file: "scenario.yaml", line: expect.any(Number) });
          expect(issue.message).not.toBe("");
          expect(issue.column).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  }
});

it("any damage to the text", () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.constantFrom("\t", "[", "}", "*x", "&x ", "<<: 1", "- ", "? ", ": ", "|", "'", "---\n"),
  );
  const position = fc.integer({ min: 0, max: quickstart.length });
  fc.assert(
    fc.property(position, fc.integer({ min: 0, max: 40 }), piece, (start, length, insert) => {
      const issues = issuesOrNone(quickstart.slice(0, start) + insert + quickstart.slice(start + length));
      for (const issue of issues) expect(issue.line).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
