// jobs.csv says what the ledger says, and a CSV reader gets back every name, whatever is in it.

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TextColumn } from "../../src/base/text-column.js";
import type { Ledger } from "../../src/ledger/ledger.js";
import type { Workload } from "../../src/model/job.js";
import { arraysCsv, jobFiles, jobsCsv } from "../../src/run/jobs-csv.js";
import { simulate } from "../../src/sim/simulate.js";
import { instanceType, job, jobQueue, jobs, pool, s, shape, simulationInput, world } from "../builders.js";
import {
  arrayOfJobs,
  CANCELLED,
  DEPENDENCY_FAILED,
  dependencies,
  EXITED_3,
  HOST_LOST,
  SUCCEEDED,
  WrittenLedger,
} from "../ledger/written-ledger.js";

const COLUMNS = [
  ...["id", "name", "queue", "vcpus", "memory_mib", "gpus", "submit_ms", "placed_ms", "started_ms", "ended_ms"],
  ...["wait_s", "exit_code", "instance", "instance_type", "zone", "market"],
  ...["status", "status_reason", "attempts", "runnable_ms", "array_id", "array_index", "share_identifier"],
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
  const common = {
    ...{ exit_code: "0", instance_type: "g", zone: "use1-az1", market: "spot", attempts: "1" },
    ...{ status: "SUCCEEDED", status_reason: "Essential container in task exited" },
    ...{ array_id: "", array_index: "", share_identifier: "" },
  };
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
      ...{ submit_ms: at(0), runnable_ms: at(0), placed_ms: at(45), started_ms: at(53), ended_ms: at(113), ...common },
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
      ...{ submit_ms: at(5), runnable_ms: at(5), placed_ms: at(30), started_ms: at(38), ended_ms: at(48), ...common },
    },
  ]);
});

describe("jobs with more or less than one attempt", () => {
  // An array of jobs 0 and 1. Job 0 fails at 4, runs again from 9 to 12 in share "a". Job 1 is lost with its host. Job 2
  // depends on the array and fails with it at 8. Job 3 is cancelled in the queue.
  const rows = [job(1, 1, shape(1, 4), { share: "a" }), ...jobs(3, job(1, 1, shape(1, 4)))];
  const written = new WrittenLedger(rows, {
    originMs: 1000,
    arrays: arrayOfJobs(4, "arr,ay", [0, 1]),
    dependencies: dependencies([1 + 2, 0]),
  }).launch(2);
  written.place(0, 2, 0).place(1, 2, 0).end(0, 4, 3, EXITED_3, 0).retry(0, 4);
  written.end(1, 8, 4, HOST_LOST, 0).cancel(2, 8, DEPENDENCY_FAILED).place(0, 8, 1).end(0, 12, 9, SUCCEEDED, 1);
  const { ledger, workload } = written.cancel(3, 20, CANCELLED).close(12);

  it("have the times of the last one, and empty cells where there is nothing to tell", () => {
    const [retried, lost, dependent, cancelled] = rowsOf(ledger, workload);
    expect(retried).toMatchObject({
      ...{ submit_ms: "1001", placed_ms: "1008", started_ms: "1009", ended_ms: "1012", wait_s: "0.002" },
      ...{ exit_code: "0", instance: "1", status: "SUCCEEDED", attempts: "2", runnable_ms: "1001" },
      ...{ array_id: "arr,ay", array_index: "0", share_identifier: "a" },
    });
    expect(lost).toMatchObject({
      ...{ exit_code: "", status: "FAILED", status_reason: "Host EC2 (instance) terminated.", ended_ms: "1008" },
      ...{ attempts: "1", array_id: "arr,ay", array_index: "1", share_identifier: "" },
    });
    const none = { placed_ms: "", started_ms: "", wait_s: "", exit_code: "", instance: "", instance_type: "" };
    expect(dependent).toMatchObject({
      ...{ ...none, zone: "", market: "", status: "FAILED", status_reason: "Dependent Job failed", attempts: "0" },
      ...{ submit_ms: "1001", runnable_ms: "", ended_ms: "1008", array_id: "", array_index: "" },
    });
    expect(cancelled).toMatchObject({
      ...none,
      status_reason: "Canceled by user",
      runnable_ms: "1001",
      ended_ms: "1020",
    });
  });

  it("have a file of their arrays beside them", () => {
    expect(jobFiles(ledger, workload, null).map((file) => file.path)).toEqual(["jobs.csv", "arrays.csv"]);
    expect(parse([...arraysCsv(ledger, workload)].join(""), { columns: true })).toEqual([
      {
        ...{ id: "arr,ay", size: "2", submit_ms: "1001", ended_ms: "1012" },
        ...{ status: "FAILED", succeeded: "1", failed: "1" },
      },
    ]);
    const without = new WrittenLedger(rows);
    expect(jobFiles(without.ledger, without.workload, null).map((file) => file.path)).toEqual(["jobs.csv"]);
  });
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
