// What the readers refuse is reported at its place, and the rest of the scenario is linted all the same.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { leaveOut, pathKeys, traced, tracedPath } from "../../../src/run/lint/leave-out.js";
import { asMap, formatPath, valueAt } from "../../../src/scenario/finding.js";
import { findings, HEADER, lintReport, PLAIN_ROWS } from "./lint-scenario.js";

/** Rows that give a memory-boundary and so show that rules have seen the trace. */
const WASTEFUL = [HEADER, ...PLAIN_ROWS, ...Array.from({ length: 10 }, (_, i) => `w${i},wide,${i},3600,1,8192`)];

const codes = async (keys: Readonly<Record<string, string>>, lines = WASTEFUL) =>
  (await findings(keys, lines)).map(({ severity, code, path }) => `${severity} ${code} ${path}`);

const WASTE = ["warning memory-boundary trace", "warning stranding-ratio trace"];

describe("lints on after", () => {
  it.each([
    ["an unknown key", { sead: "1" }, ["error unknown-key sead"]],
    ["a bad value", { seed: "one" }, ["error wrong-type seed"]],
    [
      "an unknown instance type",
      {
        computeEnvironments:
          "[{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i.wat, m6i.large, m6i.xlarge] } }]",
      },
      ["error unknown-instance-type computeEnvironments[0].computeResources.instanceTypes[0]"],
    ],
    [
      "a broken environment, which its queue loses",
      {
        jobQueues:
          "[{ jobQueueName: main, computeEnvironmentOrder: [{ order: 1, computeEnvironment: bad }, { order: 2, computeEnvironment: ce }] }]",
        computeEnvironments:
          "[{ computeEnvironmentName: bad, computeResources: { type: EC3, maxvCpus: 4 } }, { computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i.large, m6i.xlarge] } }]",
      },
      ["error invalid-value computeEnvironments[0].computeResources.type"],
    ],
    [
      "two of them, in the order of the file",
      {
        computeEnvironments:
          "[{ computeEnvironmentName: bad, computeResources: { type: EC3, maxvCpus: 4 } }, { computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 64, instanceTypes: [m6i.large, m6i.xlarge, m6i.wat] } }]",
      },
      [
        "error invalid-value computeEnvironments[0].computeResources.type",
        "error unknown-instance-type computeEnvironments[1].computeResources.instanceTypes[2]",
      ],
    ],
  ])("%s", async (_, keys, errors) => {
    expect(await codes(keys as Record<string, string>)).toEqual([...errors, ...WASTE]);
  });

  it("a trace that is not there, without figures", async () => {
    const definition =
      '{ jobDefinitionName: a, retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "*", action: EXIT }, { onReason: x, action: RETRY }] } }';
    const report = await lintReport({ trace: "{ file: other.csv }", jobDefinitions: `[${definition}]` });
    expect(report.jobs).toBeNull();
    expect(report.findings).toMatchObject([
      { severity: "error", file: expect.stringMatching(/other\.csv$/) },
      { severity: "warning", code: "unreachable-exit-rule", figure: "" },
    ]);
  });

  it("a trace section that says nothing", async () => {
    const definition =
      '{ jobDefinitionName: a, retryStrategy: { attempts: 2, evaluateOnExit: [{ onReason: "*", action: EXIT }, { onReason: x, action: RETRY }] } }';
    const report = await lintReport({ trace: "{ jobs: [{ jobName: a }] }", jobDefinitions: `[${definition}]` });
    expect(report.jobs).toBeNull();
    expect(report.findings.map(({ code }) => code)).toContain("unreachable-exit-rule");
    expect(
      report.findings.filter(({ severity }) => severity === "error").every(({ path }) => /^trace/.test(path)),
    ).toBe(true);
  });
});

it("points into the file", async () => {
  const [finding] = await findings({ seed: "one" }, WASTEFUL);
  // The scenario's lines: region, trace, computeEnvironments, billing, seed.
  expect(finding).toMatchObject({ line: 5, column: 7, path: "seed" });
});

it("gives the same findings every time", async () => {
  const strip = (report: Awaited<ReturnType<typeof lintReport>>) => report.findings.map((f) => ({ ...f, file: "" }));
  expect(strip(await lintReport({}, WASTEFUL))).toEqual(strip(await lintReport({}, WASTEFUL)));
});

it("throws only when there is nothing to look at", async () => {
  await expect(lintReport({ region: "]" })).rejects.toBeInstanceOf(InputError);
});

describe("leaveOut", () => {
  const key = fc.oneof(fc.nat(20), fc.stringMatching(/^[A-Za-z_$][\w$]{0,8}$/), fc.string({ minLength: 1 }));

  it("reads paths as they are written", () => {
    fc.assert(
      fc.property(fc.array(key), (path) => {
        expect(pathKeys(formatPath(path))).toEqual(path);
      }),
    );
  });

  it("takes out entries and keys, and what stood behind keeps its path", () => {
    const document = traced({ list: [{ a: 1 }, { a: 2 }, { a: 3, b: 4 }] });
    expect(
      leaveOut(document, [
        ["list", 0],
        ["list", 2, "b"],
      ]),
    ).toBe(true);
    expect(document).toEqual({ list: [{ a: 2 }, { a: 3 }] });
    expect(tracedPath(document, ["list", 1, "a"])).toEqual(["list", 2, "a"]);
  });

  it("takes what is around a key that is missing, but never the document", () => {
    const document = traced({ list: [{ a: 1 }, { b: 2 }] });
    expect(leaveOut(document, [["list", 1, "a"]])).toBe(true);
    expect(document).toEqual({ list: [{ a: 1 }] });
    expect(leaveOut(document, [["nothing"], undefined])).toBe(false);
  });

  it("leaves everything else as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.array(fc.nat(9))), (value) => {
        const document = traced(value);
        const first = Object.keys(value)[0];
        const changed = leaveOut(document, first === undefined ? [] : [[first]]);
        const { [first ?? ""]: _, ...rest } = value;
        expect({ changed, document }).toEqual({ changed: first !== undefined, document: rest });
        for (const left of Object.keys(asMap(document)!)) expect(valueAt(document, [left])).toEqual(value[left]);
      }),
    );
  });
});
