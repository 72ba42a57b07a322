import { expect, it } from "vitest";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import { replaceWorld } from "../../src/scenario/replace-world.js";

const START = `# Mine.
trace: { file: jobs.csv } # of March
computeEnvironments: [{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 4 } }]
`;

const WORLD = { boot: { median: "181.5s", p95: "4m" }, cachedPull: "2s" };

const movePath = (path: string) => `../data/${path}`;

it.each([
  { what: "no world", world: "", kept: 10_000 },
  { what: "delays and failures", world: "world: { pending: 7s, boot: 1s, failures: [] }\n", kept: 7_000 },
  { what: "the ideal world", world: "world: ideal\n", kept: 10_000 },
])("replaces delays in a scenario with $what, and nothing else", ({ world, kept }) => {
  const text = replaceWorld(START + world, { world: WORLD, movePath, comment: "Fitted" });
  expect(text).toMatch(/^# Mine\.\n/);
  expect(text).toContain("# of March");
  const scenario = parseScenario(text, "fitted.yaml", "fitted");
  expect(scenario.trace).toMatchObject({ file: "../data/jobs.csv" });
  expect(scenario.world).toMatchObject({
    boot: { kind: "lognormal", medianMs: 181_500, p95Ms: 240_000 },
    cachedPull: { kind: "constant", valueMs: 2_000 },
    pending: { kind: "constant", valueMs: kept },
  });
  expect(scenario.computeEnvironments).toEqual(parseScenario(START, "s.yaml", "s").computeEnvironments);
});

it("keeps the market, and moves the paths of its files", () => {
  const spot = "world: { spot: { prices: { history: p.csv }, capacity: { trace: c.csv } }, boot: 1s }\n";
  const text = replaceWorld(START + spot, { world: WORLD, movePath, comment: "Fitted" });
  expect(parseScenario(text, "fitted.yaml", "fitted").market).toMatchObject({
    prices: { kind: "history", file: "../data/p.csv" },
    capacity: { kind: "trace", file: "../data/c.csv" },
  });
});

it("moves the paths of merged traces too", () => {
  const trace = "trace: { file: a.csv, transform: [{ merge: b.csv }, { shift: 5m }, { merge: { file: c.csv } }] }";
  const text = replaceWorld(START.replace(/^trace.*$/m, trace), { world: WORLD, movePath, comment: "Fitted" });
  expect(text.match(/\.\.\/data\/[abc]\.csv/g)).toEqual(["../data/a.csv", "../data/b.csv", "../data/c.csv"]);
});
