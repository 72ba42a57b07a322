// What holds for the instances of any run.

import { describe, expect, it } from "vitest";
import { type SimulationInput, type SimulationOutcome, simulate } from "../../src/sim/simulate.js";
import { attemptsOf, decisionsOf, type InstanceRow, instancesOf } from "../ledger/read-ledger.js";
import { forAnyRun } from "./arbitrary-runs.js";

const vcpuMilliOf = ({ tables }: SimulationInput, instance: InstanceRow) =>
  tables.instanceTypes[tables.pools[instance.pool]!.instanceType]!.vcpuMilli;

function checkMaximum(input: SimulationInput, { ledger }: SimulationOutcome): void {
  const instances = instancesOf(ledger);
  instances.forEach((instance, number) => {
    const { fixedFleet, maxVcpuMilli, pools, provisioning } = input.tables.environments[instance.environment]!;
    if (fixedFleet !== null) return;
    const onDemand = pools.every((pool) => input.tables.pools[pool]!.market === "on-demand");
    const exact = ["best-fit", "job-per-instance"].includes(provisioning) || (provisioning === "BEST_FIT" && onDemand);
    // What was there when it was asked for: earlier numbers, not ended before. (An instance that is ended by the same
    // decision still counts: a decision buys before it ends.)
    const before = instances
      .slice(0, number)
      .filter((other) => other.environment === instance.environment && other.endedMs > instance.requestedMs)
      .reduce((sum, other) => sum + vcpuMilliOf(input, other), 0);
    // AWS's strategies (but BEST_FIT on on-demand) may go above by one instance: they buy as long as there is room at all.
    const limit = exact ? before + vcpuMilliOf(input, instance) : before + 1;
    expect(limit).toBeLessThanOrEqual(maxVcpuMilli);
  });
}

function checkMinimum(input: SimulationInput, { ledger, lastJobEndMs }: SimulationOutcome): void {
  const instances = instancesOf(ledger);
  const { environments, strategy } = input.tables;
  environments.forEach(({ minVcpuMilli, fixedFleet }, environment) => {
    // With a budget of one instance per decision the minimum is only reached later.
    if (fixedFleet !== null || strategy.maxLaunchesPerDecision < 100) return;
    const mine = instances.filter((instance) => instance.environment === environment);
    const kept = (timeMs: number) =>
      mine
        .filter((instance) => instance.requestedMs <= timeMs && instance.endedMs > timeMs)
        .reduce((sum, instance) => sum + vcpuMilliOf(input, instance), 0);
    const endings = mine.map((instance) => instance.endedMs).filter((timeMs) => timeMs < lastJobEndMs);
    for (const timeMs of [0, ...endings]) {
      if (lastJobEndMs > 0) expect(kept(timeMs)).toBeGreaterThanOrEqual(minVcpuMilli);
    }
    // What the minimum needs is ended by the end of the run, not for idleness.
    const idled = mine.filter((instance) => reasonOfEnd(ledger, instance) === "idle");
    const rest = mine.filter((instance) => !idled.includes(instance));
    expect(rest.reduce((sum, instance) => sum + vcpuMilliOf(input, instance), 0)).toBeGreaterThanOrEqual(minVcpuMilli);
  });
}

const reasonOfEnd = (ledger: SimulationOutcome["ledger"], instance: InstanceRow) =>
  decisionsOf(ledger)[instance.endDecision]!.reason;

function checkLives(input: SimulationInput, { ledger, lastJobEndMs }: SimulationOutcome): void {
  const { environments, strategy } = input.tables;
  const attempts = attemptsOf(ledger);
  instancesOf(ledger).forEach((instance, number) => {
    expect(instance.requestedMs).toBeLessThanOrEqual(instance.runningMs);
    expect(instance.runningMs).toBeLessThanOrEqual(instance.registeredMs);
    expect(instance.registeredMs).toBeLessThanOrEqual(instance.endedMs);
    expect(environments[instance.environment]!.pools.concat(fixedPools(input))).toContain(instance.pool);
    const lastUse = Math.max(
      instance.registeredMs,
      ...attempts.filter((row) => row.instance === number).map((row) => row.endedMs),
    );
    const end = decisionsOf(ledger)[instance.endDecision]!;
    expect(end).toMatchObject({ kind: "terminate", instance: number, timeMs: instance.endedMs });
    if (end.reason === "idle") {
      expect(instance.endedMs).toBeGreaterThanOrEqual(lastUse + strategy.scaleDown.idleDelayMs);
    } else {
      // Only fixed and minimum capacity is there at the end of the run, and is billed up to the last job's end.
      const { fixedFleet, minVcpuMilli } = environments[instance.environment]!;
      expect(fixedFleet !== null || minVcpuMilli > 0).toBe(true);
      expect(instance.endedMs).toBe(Math.max(lastJobEndMs, instance.registeredMs));
    }
  });
}

const fixedPools = ({ tables }: SimulationInput) =>
  tables.environments.flatMap(({ fixedFleet }) => (fixedFleet ?? []).map(({ pool }) => pool));

function checkReasons(input: SimulationInput, { ledger }: SimulationOutcome): void {
  const instances = instancesOf(ledger);
  const { environments, strategy } = input.tables;
  decisionsOf(ledger).forEach((decision, row) => {
    if (decision.kind !== "launch") return;
    // Every copy of a launch decision is an instance that names it.
    const bought = instances.filter((instance) => instance.launchDecision === row);
    expect(bought.length).toBe(decision.copies);
    for (const { pool, environment, requestedMs } of bought)
      expect({ pool, environment, requestedMs }).toEqual({
        pool: decision.pool,
        environment: decision.environment,
        requestedMs: decision.timeMs,
      });
    const { fixedFleet } = environments[decision.environment]!;
    expect(decision.reason === "fixed-fleet").toBe(fixedFleet !== null);
  });
  // The pace limit, over all environments of one decision. With decisions at every event several can share an instant.
  if (strategy.decisionIntervalMs === 0) return;
  const managed = instances.filter((instance) => environments[instance.environment]!.fixedFleet === null);
  for (const { requestedMs } of managed) {
    const together = managed.filter((other) => other.requestedMs === requestedMs);
    if (ledgerDecidesOnceAt(input)) expect(together.length).toBeLessThanOrEqual(strategy.maxLaunchesPerDecision);
  }
}

/** Whether no delay can be 0, so that an instant of the grid sees one decision only. */
const ledgerDecidesOnceAt = ({ world }: SimulationInput) =>
  Object.values(world).every((delay) => delay.kind === "constant" && delay.valueMs > 0);

describe("the fleet of any run", () => {
  it("stays within maxvCpus; with AWS's strategies, but BEST_FIT on on-demand, by at most one instance above", () => {
    forAnyRun(checkMaximum);
  });

  it("keeps minvCpus to the end", () => {
    forAnyRun(checkMinimum);
  });

  it("lives in order: asked for, running, registered, used, idle for the delay, ended", () => {
    forAnyRun(checkLives);
  });

  it("has a reason for every instance, and keeps the launch budget", () => {
    forAnyRun(checkReasons);
  });

  it("is the same when run again", () => {
    forAnyRun((input, { ledger }) => {
      const again = simulate(input).ledger;
      expect(attemptsOf(again)).toEqual(attemptsOf(ledger));
      expect(instancesOf(again)).toEqual(instancesOf(ledger));
      expect(decisionsOf(again)).toEqual(decisionsOf(ledger));
    });
  });
});
