// A replay in an unmanaged account: AWS Batch places, the controller looks now and then. Against a replay in which decisions
// place and hear of everything at once, and against what must hold in any.

import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import type { Ledger } from "../../../src/ledger/ledger.js";
import { NONE } from "../../../src/model/tables.js";
import { planRuns, runPlan } from "../../../src/run/replay.js";
import { resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import { generateTrace } from "../../../src/trace/synthetic.js";
import { attemptsOf, decisionsOf, instancesOf } from "../../ledger/read-ledger.js";

const catalog = loadCatalog();
const JOBS = 400;

function replayed(world: string, strategy = "best-fit"): { ledger: Ledger; microUsd: number } {
  const text = `
trace:
  synthetic:
    jobs: ${JOBS}
    duration: 6h
    shapes:
      - { name: small, vcpus: 1, memory: 2 GiB, weight: 3, runtime: { median: 4m, p95: 12m } }
      - { name: large, vcpus: 8, memory: 30 GiB, weight: 1, runtime: { median: 20m, p95: 60m } }
jobDefinitions:
  - { jobDefinitionName: small, retryStrategy: { attempts: 3 } }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: 256, instanceTypes: [m6i, c6i] }
strategies: [${strategy}]
baselines: []
world: ${world}
`;
  const resolved = resolveScenario(parseScenario(text, "s.yaml", "s"), catalog, "s.yaml");
  if (resolved.scenario.trace.kind !== "synthetic") throw new Error("the test has a synthetic trace");
  const trace = generateTrace(resolved.scenario.trace);
  const ledger = runPlan(resolved, trace, planRuns(resolved, trace)[0]!);
  const billed = instancesOf(ledger)
    .filter(({ runningMs }) => !Number.isNaN(runningMs))
    .map(
      ({ pool, runningMs, endedMs }) => ((endedMs - runningMs) * resolved.pools[pool]!.priceMicroUsdPerHour) / 3.6e6,
    );
  return { ledger, microUsd: billed.reduce((sum, each) => sum + each, 0) };
}

describe("a replay in an unmanaged account", () => {
  const plain = "{ like: best-fit, name: plain, placement: best-fit, holdBack: never }";
  const managed = replayed("{}", plain);
  const unmanaged = replayed("{ unmanaged: {} }", plain);

  it("runs every job once to its end, on instances that are registered and there", () => {
    const attempts = attemptsOf(unmanaged.ledger);
    expect(new Set(attempts.map(({ job }) => job)).size).toBe(JOBS);
    const instances = instancesOf(unmanaged.ledger);
    for (const { instance, placedMs, startedMs, endedMs } of attempts) {
      expect(instance).not.toBe(NONE);
      expect(placedMs).toBeGreaterThanOrEqual(instances[instance]!.registeredMs);
      expect(endedMs).toBeGreaterThanOrEqual(startedMs);
      expect(endedMs).toBeLessThanOrEqual(instances[instance]!.endedMs);
    }
  });

  it("costs and waits about as much as one in which decisions place", () => {
    // Batch's cycle and the look take some seconds each, the drain 15 s of every instance's life.
    expect(unmanaged.microUsd / managed.microUsd).toBeGreaterThan(0.8);
    expect(unmanaged.microUsd / managed.microUsd).toBeLessThan(1.3);
  });

  it("takes no placement upon itself, and drains before it ends", () => {
    const ends = decisionsOf(unmanaged.ledger).filter(({ kind }) => kind === "terminate");
    const instances = instancesOf(unmanaged.ledger);
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends) {
      if (end.kind !== "terminate" || end.reason === "end-of-run") continue;
      const { endedMs, endDecision } = instances[end.instance]!;
      if (decisionsOf(unmanaged.ledger)[endDecision] !== end && endDecision !== NONE) continue;
      expect(endedMs).toBeGreaterThanOrEqual(end.timeMs);
    }
  });

  it("is the same again", () => {
    expect(attemptsOf(replayed("{ unmanaged: {} }", plain).ledger)).toEqual(attemptsOf(unmanaged.ledger));
  });

  it("rides out a bad day", () => {
    for (const strategy of ["best-fit", "karpenter", "elastigroup", "cluster-autoscaler", "aws-batch-managed"]) {
      const { ledger } = replayed("{ unmanaged: {}, spot: bad-day }", strategy);
      const succeeded = attemptsOf(ledger).filter(({ outcome }) => outcome === 0);
      expect(new Set(succeeded.map(({ job }) => job)).size, strategy).toBeGreaterThan(0.7 * JOBS);
      expect(ledger.refusals.length + ledger.instances.length).toBeGreaterThan(0);
    }
  });
});
