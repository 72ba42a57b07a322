// Loads the solver before runs of strategies that need it. Apart from loaded.ts, so that a browser needs no solver to replay.

import type { Strategy } from "../../model/policy.js";
import { lacksSolver, provideSolver } from "./loaded.js";

/** Loads the solver when one of the strategies needs it and it is not there yet. */
export async function loadSolverFor(strategies: readonly Pick<Strategy, "provisioning">[]): Promise<void> {
  if (!strategies.some(lacksSolver)) return;
  const { loadHighsSolver } = await import("./highs.js");
  provideSolver(await loadHighsSolver());
}
