// What may change about the input without changing the result: where it is stored, how the scenario is written down. And
// what may not.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { loadReplay } from "../../src/run/load-replay.js";
import { replayFile, SCENARIOS } from "./scenarios.js";

const workspace = mkdtempSync(join(tmpdir(), "stowage-determinism-"));
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

/** Two queues of the trace become one job queue; every key that is a map has more than one entry. */
const CSV_SCENARIO = `
name: csv
seed: 3
trace:
  file: jobs.csv
  columns:
    id: job
    queue: partition
    submit: { column: submitted, unit: s }
    runtime: { column: took, unit: min }
    vcpus: { column: cpus, unit: milli }
    memory: { column: mem, unit: GiB }
  queueMap: { short: fast, long: slow, debug: fast }
  defaults: { vcpus: 2, memory: 3 GiB }
  unplaceable: reject
jobQueues:
  - { jobQueueName: fast, priority: 2, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }
  - { jobQueueName: slow, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }] }
computeEnvironments:
  - computeEnvironmentName: spot
    computeResources: { type: SPOT, bidPercentage: 60, maxvCpus: 640, minvCpus: 4, instanceTypes: [m6i, r6i] }
strategies:
  - { name: one, placement: first-fit, scaleDown: { idleDelay: 30s, maxShare: 0.5 } }
  - { name: two, provisioning: BEST_FIT_PROGRESSIVE, queueDiscipline: fifo-skip }
`;

const QUEUES = ["short", "long", "debug"];

/** 600 jobs out of order, many at the same second; every 97th row has no runtime, every 50th no vCPUs. */
function csvText(): string {
  const rows = Array.from({ length: 600 }, (_, i) => {
    const submitted = Math.floor(((i * 7919) % 1200) / 10) * 60;
    const took = i % 97 === 0 ? "" : 1 + ((i * 104_729) % 45);
    const cpus = i % 50 === 0 ? "" : 250 * (1 + (i % 16));
    return `job-${i},${QUEUES[i % QUEUES.length]},${submitted},${took},${cpus},${1 + (i % 13)}`;
  });
  return `${["job,partition,submitted,took,cpus,mem", ...rows].join("\n")}\n`;
}

/** Writes a scenario, and its trace beside it, into a folder of the given name; returns the scenario's path. */
function store(folder: string, scenario: string, trace: string | Uint8Array = csvText()): string {
  const file = join(workspace, folder, "scenario.yaml");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, scenario);
  writeFileSync(join(workspace, folder, "jobs.csv"), trace);
  return file;
}

async function workloadHashOf(file: string): Promise<string> {
  return (await loadReplay(file)).header.workloadHash;
}

describe("a trace file", () => {
  it("read twice, from two folders, gives the same result", async () => {
    const first = await replayFile(store("here", CSV_SCENARIO));
    const second = await replayFile(store("there/and/deeper", CSV_SCENARIO));
    expect(second).toEqual(first);
    expect(JSON.parse(first.resultJson).trace).toMatchObject({ rowsRead: 600, accepted: 593 }); // ceil(600 / 97) = 7
  });

  it("has the same hash compressed, but another one with one digit changed", async () => {
    const text = csvText();
    const changed = text.replace("job-1,long,", "job-1,long,1");
    expect(changed).not.toBe(text);
    const hash = await workloadHashOf(store("plain", CSV_SCENARIO));
    expect(await workloadHashOf(store("compressed", CSV_SCENARIO, gzipSync(text)))).toBe(hash);
    expect(await workloadHashOf(store("changed", CSV_SCENARIO, changed))).not.toBe(hash);
  });
});

/** All maps inside with their keys in the opposite order; lists keep theirs. */
function withKeysReversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withKeysReversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, withKeysReversed(inner)]),
  );
}

describe.each([
  { name: "csv", text: CSV_SCENARIO },
  { name: "gpus", text: readFileSync(SCENARIOS[1].file, "utf8") },
])("the scenario $name written differently gives the same result", ({ name, text }) => {
  it.each([
    { how: "keys in the opposite order", rewrite: (value: unknown) => stringify(withKeysReversed(value)) },
    { how: "as JSON", rewrite: (value: unknown) => JSON.stringify(value) },
  ])("$how", async ({ how, rewrite }) => {
    const rewritten = rewrite(parse(text));
    expect(rewritten.split("\n")[0]).not.toBe(text.trim().split("\n")[0]);
    const original = await replayFile(store(`${name}/as written`, text));
    expect(await replayFile(store(`${name}/${how}`, rewritten))).toEqual(original);
  });
});
