// A trace whose waits were "recorded" in a world that we know: a scenario is replayed, and its jobs.csv becomes the record.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobsCsv } from "../../../src/run/jobs-csv.js";
import { type LoadedReplay, loadReplay } from "../../../src/run/load-replay.js";
import { planRuns, runPlan } from "../../../src/run/replay.js";

const FLEET = `computeEnvironments:
  - computeEnvironmentName: ce
    computeResources: { type: EC2, maxvCpus: 600, instanceTypes: [m6i] }
strategies: [{ name: managed, provisioning: aws-batch, placement: first-fit, scaleDown: { idleDelay: 5m } }]
baselines: []
`;

const JOBS = `trace:
  synthetic:
    jobs: 3000
    duration: 1d
    burstSize: 6
    shapes:
      - { name: short, vcpus: 1, memory: 2 GiB, weight: 3, runtime: { median: 3m, p95: 10m } }
      - { name: long, vcpus: 2, memory: 6 GiB, runtime: { median: 20m, p95: 60m } }
`;

/** Replays jobs in `world` and loads what was recorded then as a trace, in the default world and on another seed. */
export async function recordedIn(world: string, withStarts: boolean): Promise<LoadedReplay> {
  const folder = mkdtempSync(join(tmpdir(), "stowage-calibrate-"));
  try {
    return await record(folder, world, withStarts);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function record(folder: string, world: string, withStarts: boolean): Promise<LoadedReplay> {
  const truth = join(folder, "truth.yaml");
  writeFileSync(truth, `seed: 7\n${JOBS}${FLEET}world: ${world}\n`);
  const { resolved, trace } = await loadReplay(truth);
  const ledger = runPlan(resolved, trace, planRuns(resolved, trace)[0]!);
  const [header, ...lines] = [...jobsCsv(ledger, trace.workload)].join("").trimEnd().split("\n");
  const column = (name: string) => header!.split(",").indexOf(name);
  const rows = lines.map((line) => {
    const cells = line.split(",");
    const [placedMs, startedMs, endedMs] = ["placed_ms", "started_ms", "ended_ms"].map((name) =>
      Number(cells[column(name)]),
    );
    const copied = ["id", "name", "queue", "submit_ms", "vcpus", "memory_mib", "wait_s"].map(
      (name) => cells[column(name)],
    );
    const runtime = (endedMs! - startedMs!) / 1_000;
    return [...copied, runtime, ...(withStarts ? [(startedMs! - placedMs!) / 1_000] : [])].join(",");
  });
  const columns = `id,name,queue,submit_ms,vcpus,memory_mib,wait_s,runtime_s${withStarts ? ",pull_s" : ""}`;
  writeFileSync(join(folder, "jobs.csv"), `${[columns, ...rows].join("\n")}\n`);
  const recorded = join(folder, "recorded.yaml");
  writeFileSync(recorded, `seed: 1\ntrace: { file: jobs.csv }\n${FLEET}`);
  return await loadReplay(recorded);
}
