// A simulated account from a scenario's text: what a World stands on.

import { assert } from "../../src/base/assert.js";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { loadTrace } from "../../src/run/load-replay.js";
import { planRuns, simulationOf } from "../../src/run/replay.js";
import { resolveScenario } from "../../src/run/resolve.js";
import { parseScenario } from "../../src/scenario/parse-scenario.js";
import type { SimulationInput } from "../../src/sim/simulate.js";
import { SimulatedAccount } from "../../src/sim/unmanaged/account.js";

export interface ScenarioAccount {
  readonly account: SimulatedAccount;
  readonly input: SimulationInput;
}

/** The scenario has an UNMANAGED environment and `world: { unmanaged: {} }`; its first strategy gives the tables. */
export async function scenarioAccount(text: string): Promise<ScenarioAccount> {
  const scenario = parseScenario(text, "world.yaml", "world");
  const resolved = resolveScenario(scenario, loadCatalog(), "world.yaml");
  const trace = await loadTrace(resolved, scenario.trace, "world.yaml", undefined);
  const input = simulationOf(resolved, trace, planRuns(resolved, trace)[0]!);
  assert(input.world.unmanaged !== undefined, "the scenario's world is not unmanaged");
  return { account: new SimulatedAccount(input, input.world.unmanaged), input };
}
