// Entry of the bundle that runs on every JavaScript engine: from a resolved scenario as text to the texts that a replay
// writes. Whatever this file reaches must be free of Node, for the bundler refuses built-in modules.

import { exp, ln } from "../../src/base/exact-math.js";
import { Hasher } from "../../src/base/hash.js";
import { randomStream } from "../../src/base/random.js";
import type { ResultHeader } from "../../src/model/run-result.js";
import type { ResolvedScenario } from "../../src/run/tables.js";
import { generateCloud } from "../../src/trace/generate/cloud.js";
import { generateLublin } from "../../src/trace/generate/lublin.js";
import { generateTrace } from "../../src/trace/synthetic.js";
import { runReplay } from "./run-replay.js";

export interface ReplayInput {
  readonly resolved: ResolvedScenario;
  /** Its workload hash does not count: it is computed again, from the trace that is generated here. */
  readonly header: ResultHeader;
}

/** Two files of the report folder. */
export interface ReplayFiles {
  readonly resultJson: string;
  readonly jobsCsv: string;
}

/** Replays a scenario with a synthetic trace. Takes a ReplayInput as JSON, returns ReplayFiles as JSON. */
export function replayFiles(inputJson: string): string {
  const { resolved, header }: ReplayInput = JSON.parse(inputJson);
  const { trace: spec } = resolved.scenario;
  if (spec.kind !== "synthetic") throw new Error("there are no trace files here");
  const trace = generateTrace(spec);
  const { result, jobsCsv } = runReplay(resolved, trace, { ...header, workloadHash: trace.workload.hash });
  const files: ReplayFiles = { resultJson: `${JSON.stringify(result, null, 1)}\n`, jobsCsv };
  return JSON.stringify(files);
}

/** Hash of all 64 bits of 200,000 logarithms, as many exponentials, and as many of what random streams make of them. */
export function samplerBits(): string {
  const count = 200_000;
  const stream = randomStream(1, "bits");
  const values = new Float64Array(4 * count);
  for (let i = 0; i < values.length; i += 4) {
    const uniform = 1 - stream.uniform();
    values[i] = ln(1e6 * uniform);
    values[i + 1] = exp(40 * uniform - 20);
    values[i + 2] = stream.normal();
    values[i + 3] = stream.exponential(1e6);
  }
  return new Hasher().bytes(values).digest();
}

/** Hashes of what the generators of traces make, with all that they draw. */
export function generatorHashes(): string {
  const options = { jobs: 3_000, seed: 7, settings: [] };
  return [generateLublin(options), generateCloud(options)].map(({ workload }) => workload.hash).join(" ");
}
