// jobs.csv says what the ledger says, and a CSV reader gets back every name, whatever is in it.

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextColumn } from "../../src/base/text-column.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import type { Workload } from "../../src/model/job.js";
import { jobsCsv } from "../../src/run/jobs-csv.js";
import { simulate } from "../../src/sim/simulate.js";
import { instanceType, job, jobQueue, jobs, pool, s, shape, simulationInput, world } from "../builders.js";

const COLUMNS = [
  ...["id", "name", "queue", "vcpus", "memory_mib", "gpus", "submit_ms", "placed_ms", "started_ms", "ended_ms"],
  ...["wait_s", "exit_code", "instance", "instance_type", "zone", "market"],
];

function rowsOf(ledger: Ledger, workload: Workload): Record<string, string>[] {
  const text = [...jobsCsv(ledger, workload)].join("");
  expect(text.endsWith("\n")).toBe(true);
  expect(text.split("\n", 1)[0]).toBe(COLUMNS.join(","));
  return parse(text, { columns: true });
}

it("has a line per job with what the simulation did", () => {
  const input = simulationInput({
    types: [instanceType("g", 4, 16, 1)],
    pools: [pool(0, 0.5, "spot")],
    jobs: [
      job(0, s(60), shape(2.5, 4), { name: "a" }),
      job(s(5), s(10), shape(4, 8, 1), { name: "b", queue: "urgent" }),
    ],
    queues: [jobQueue("main"), jobQueue("urgent", { priority: 2 })],
    strategy: { decisionIntervalMs: s(15) },
    world: world({ pending: s(10), boot: s(20), pull: s(8), cachedPull: s(2) }),
  });
  const { ledger } = simulate(input);
  const workload = { ...input.workload, originMs: 1_700_000_000_000 };
  const at = (seconds: number) => String(1_700_000_000_000 + s(seconds));
  const common = { exit_code: "0", instance_type: "g", zone: "use1-az1", market: "spot" };
  // Each needs an instance of its own: asked for at 0 and 15, running 10 later, registered another 20 later, on the grid.
  // The first one, at 30, goes to the urgent queue.
  expect(rowsOf(ledger, workload)).toEqual([
    {
      ...{
        id: "j0",
        name: "a",
        queue: "main",
        vcpus: "2.5",
        memory_mib: "4096",
        gpus: "0",
        wait_s: "53",
        instance: "1",
      },
      ...{ submit_ms: at(0), placed_ms: at(45), started_ms: at(53), ended_ms: at(113), ...common },
    },
    {
      ...{
        id: "j1",
        name: "b",
        queue: "urgent",
        vcpus: "4",
        memory_mib: "8192",
        gpus: "1",
        wait_s: "33",
        instance: "0",
      },
      ...{ submit_ms: at(5), placed_ms: at(30), started_ms: at(38), ended_ms: at(48), ...common },
    },
  ]);
});

it("agrees with the ledger on thousands of jobs, across chunks", () => {
  const input = simulationInput({
    types: [instanceType("c", 16, 64)],
    pools: [pool(0, 0.7)],
    jobs: Array.from({ length: 10 }, (_, i) => jobs(1_000, job(s(i * 7), s(3 + i), shape(1, 2)))).flat(),
    world: world({ boot: s(20), pull: s(1) }),
  });
  const { ledger } = simulate(input);
  const chunks = [...jobsCsv(ledger, input.workload)];
  expect(chunks.length).toBeGreaterThan(2);
  const rows = rowsOf(ledger, input.workload);
  expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 10_000 }, (_, i) => `j${i}`));
  const { attempts } = ledger;
  for (let row = 0; row < attempts.length; row++) {
    const line = rows[attempts.job[row]!]!;
    expect([line.placed_ms, line.started_ms, line.ended_ms, line.instance].map(Number)).toEqual([
      attempts.placedMs[row],
      attempts.startedMs[row],
      attempts.endedMs[row],
      attempts.instance[row],
    ]);
  }
});

describe("quoting", () => {
  const base = simulationInput({
    types: [instanceType("c", 4, 16)],
    pools: [pool(0, 0.7)],
    jobs: [job(0, s(1), shape(1, 1))],
  });
  const { ledger } = simulate(base);

  function roundTrip(id: string, name: string, queue: string): string[] {
    const ids = new TextColumn();
    ids.push(id);
    const [row] = rowsOf(ledger, { ...base.workload, ids: ids.seal(), jobNames: [name], queueNames: [queue] });
    return [row!.id!, row!.name!, row!.queue!];
  }

  it.each([
    ["plain"],
    ["a,b"],
    ['say "when"'],
    ['"'],
    ["two\nlines"],
    ["carriage\rreturn"],
    ["crlf\r\n"],
    [" spaces "],
    ["caf\u00e9 \u{1f6a2}"],
    ["'; DROP TABLE jobs"],
  ])("%j comes back", (text) => {
    expect(roundTrip(text, text, text)).toEqual([text, text, text]);
  });

  it("brings every text back", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", ";", "a", " ") }),
    );
    fc.assert(
      fc.property(text, text, text, (id, name, queue) => {
        expect(roundTrip(id, name, queue)).toEqual([id, name, queue]);
      }),
      { numRuns: 300 },
    );
  });
});
