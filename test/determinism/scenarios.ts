// The scenarios of the determinism tests, and what the product writes for them in this process: what all others must match.

import { createHash } from "node:crypto";
import { type LoadedReplay, loadReplay } from "../../src/run/load-replay.js";
import { resultText } from "../../src/run/write-report.js";
import type { ReplayFiles } from "./engine-entry.js";
import { root } from "./engines.js";
import { runReplay } from "./run-replay.js";

/** Together they have all policies, baselines and distributions. */
export const SCENARIOS = [
  { name: "quickstart", file: `${root}scenarios/quickstart/scenario.yaml` },
  { name: "gpus", file: `${root}test/determinism/scenarios/gpus.yaml` },
] as const;

/** Replays in this process. */
export function filesOf({ resolved, trace, header }: LoadedReplay): ReplayFiles {
  const { result, jobsCsv } = runReplay(resolved, trace, header);
  return { resultJson: resultText(result), jobsCsv };
}

/** Loads and replays in this process. */
export async function replayFile(file: string): Promise<ReplayFiles> {
  return filesOf(await loadReplay(file));
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
