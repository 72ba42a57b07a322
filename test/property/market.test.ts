// What holds whatever the market does: nobody's job is killed by us unless that is allowed, caps are kept, pools that have
// refused are left alone, and nothing is left running.

import { afterEach, expect, it, vi } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { ActionKind } from "../../src/model/action.js";
import { EventKind } from "../../src/model/event.js";
import { EndCause, RefusalReason } from "../../src/model/market.js";
import { Outcome, outcomeOf } from "../../src/model/outcome.js";
import { ALLOCATION_STRATEGIES } from "../../src/model/policy.js";
import { NONE } from "../../src/model/tables.js";
import { type SimulationInput, simulate } from "../../src/sim/simulate.js";
import { attemptsOf, instancesOf } from "../ledger/read-ledger.js";
import { forAnyMarket } from "./arbitrary-markets.js";

afterEach(() => vi.restoreAllMocks());

type Ingested = Parameters<Engine["ingest"]>;

/** Watches the engine: `before` every event and `after` every decision. */
function watch(before: (event: Ingested) => void, after: (engine: Engine, nowMs: number) => void): void {
  const { ingest, evaluate } = Engine.prototype;
  vi.spyOn(Engine.prototype, "ingest").mockImplementation(function (this: Engine, ...event) {
    before(event);
    return ingest.apply(this, event);
  });
  vi.spyOn(Engine.prototype, "evaluate").mockImplementation(function (this: Engine, nowMs) {
    const actions = evaluate.call(this, nowMs);
    after(this, nowMs);
    return actions;
  });
}

it("kills no running job unless it may", () => {
  forAnyMarket((input) => {
    vi.restoreAllMocks();
    const { ledger } = simulate(input);
    if (input.tables.strategy.scaleDown.mayKill) return;
    const instances = instancesOf(ledger);
    for (const attempt of attemptsOf(ledger)) {
      if (outcomeOf(attempt.outcome) !== Outcome.HostTerminated) continue;
      const cause = ledger.instances.endCause.data[attempt.instance]!;
      expect([EndCause.Reclaimed, EndCause.HostFailed]).toContain(cause);
      expect(instances[attempt.instance]!.endedMs).toBe(attempt.endedMs);
    }
  });
});

it("ends every instance, and every job", () => {
  forAnyMarket((input) => {
    vi.restoreAllMocks();
    const { ledger, stuckJobs } = simulate(input);
    expect(stuckJobs).toBe(0);
    for (const { endedMs, requestedMs } of instancesOf(ledger)) expect(endedMs).toBeGreaterThanOrEqual(requestedMs);
    for (let instance = 0; instance < ledger.instances.length; instance++) {
      // By a decision of ours with its reason, unless EC2 took it, refused it or its host failed.
      const byUs = ledger.instances.endDecision.data[instance] !== NONE;
      expect(byUs).toBe(ledger.instances.endCause.data[instance] === EndCause.Ours);
    }
  });
});

it("keeps maxvCpus, whichever pool answers", () => {
  forAnyMarket((input) => {
    vi.restoreAllMocks();
    const { ledger } = simulate(input);
    const { pools, instanceTypes, environments, strategy } = input.tables;
    const vcpuMilli = (pool: number) => instanceTypes[pools[pool]!.instanceType]!.vcpuMilli;
    const changes = instancesOf(ledger).flatMap((instance) =>
      Number.isNaN(instance.runningMs)
        ? []
        : [
            { timeMs: instance.runningMs, vcpuMilli: vcpuMilli(instance.pool) },
            { timeMs: instance.endedMs, vcpuMilli: -vcpuMilli(instance.pool) },
          ],
    );
    changes.sort((a, b) => a.timeMs - b.timeMs || a.vcpuMilli - b.vcpuMilli);
    // AWS's strategies may go above the maximum by one instance.
    const overshoots = (ALLOCATION_STRATEGIES as readonly string[]).includes(strategy.provisioning);
    const most = environments[0]!.maxVcpuMilli + (overshoots ? Math.max(...instanceTypes.map((t) => t.vcpuMilli)) : 0);
    let running = 0;
    for (const change of changes) {
      running += change.vcpuMilli;
      expect(running).toBeLessThanOrEqual(most);
    }
  });
});

it("asks no pool that has refused for lack of capacity until its time is over", () => {
  forAnyMarket((input) => {
    vi.restoreAllMocks();
    const refusedMs = new Map<number, number>();
    watch(
      ([kind, timeMs, pool, reason]) => {
        if (kind === EventKind.PoolRefused && reason === RefusalReason.Capacity) refusedMs.set(pool, timeMs);
      },
      (engine, nowMs) => checkAsked(engine, nowMs, refusedMs, input),
    );
    simulate(input);
  });
});

/** Reads the launches of the decision just taken from the ledger's newest instances. */
function checkAsked(engine: Engine, nowMs: number, refusedMs: Map<number, number>, input: SimulationInput): void {
  const { refusalMs } = input.tables.strategy.spot;
  const actions = lastActions(engine);
  for (let i = 0; i < actions.length; i++) {
    if (actions.kind[i] !== ActionKind.Launch) continue;
    for (const pool of actions.pools(i)) {
      // The shortest time that a refusal lasts; it grows from there.
      expect(nowMs - (refusedMs.get(pool) ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(refusalMs);
    }
  }
}

const lastActions = (engine: Engine) => (engine as unknown as { actions: ReturnType<Engine["evaluate"]> }).actions;

it("gives the same run again", () => {
  forAnyMarket((input) => {
    vi.restoreAllMocks();
    const once = simulate(input).ledger;
    const again = simulate(input).ledger;
    expect(instancesOf(again)).toEqual(instancesOf(once));
    expect(attemptsOf(again)).toEqual(attemptsOf(once));
  }, 60);
});
