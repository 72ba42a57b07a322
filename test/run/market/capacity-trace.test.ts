// Recorded availability to what pools have over time.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dealCapacity, readCapacityTraces } from "../../../src/run/market/capacity-trace.js";
import { DATA, issuesOf, marketFile } from "./market-files.js";

const read = (content: string | Uint8Array) => readCapacityTraces(marketFile(content), "capacity");
const series = (seconds: number[], instances: number[]) => ({ timesMs: seconds.map((at) => at * 1000), instances });

const RUNS = [
  "trace_id,offset_seconds,duration_seconds,available_instances",
  "a,0,100,0",
  "a,100,50,4",
  "a,150,50,4", // no change
  "a,200,10,1",
  "b,5,95,2", // nothing is known of its first 5 s: they are as the first run
].join("\n");

/** Two nodes come at once, one goes at 60 s and another comes in the same second. */
const EVENTS = [
  "offset_seconds,event,node,active_nodes_after",
  "0,add,n1,1",
  "0,add,n2,2",
  "60,remove,n1,1",
  "60,add,n3,2",
  "90,remove,n2,1",
].join("\n");

describe("readCapacityTraces", () => {
  it("reads runs, plain and gzip", async () => {
    for (const content of [RUNS, gzipSync(RUNS)]) {
      expect([...(await read(content))]).toEqual([
        ["a", series([0, 100, 200], [0, 4, 1])],
        ["b", series([0], [2])],
      ]);
    }
  });

  it("reads events as what is there after the last of an instant", async () => {
    expect([...(await read(EVENTS))]).toEqual([["", series([0, 90], [2, 1])]]);
  });

  it.each([
    ["trace_id,available_instances\na,1\n", ["missing-column"]],
    ["trace_id,offset_seconds,available_instances\n", ["no-counts"]],
    [
      "trace_id,offset_seconds,available_instances\na,soon,1\na,10,1.5\na,20,3\na,10,2\na,30,-2\n",
      ["unreadable-count", "unreadable-count", "unreadable-count", "unreadable-count"],
    ],
  ])("refuses %j with all its mistakes", async (content, codes) => {
    const issues = await issuesOf(() => read(content));
    expect(issues.map(({ code }) => code)).toEqual(codes);
    expect(issues.every(({ file }) => file === "capacity")).toBe(true);
  });
});

describe("dealCapacity", () => {
  it("goes round the traces, and scales", async () => {
    const traces = await read(RUNS);
    const a = series([0, 100, 200], [0, 10, 3]); // x 2.5: 0, 10, 2.5 rounded
    const b = series([0], [5]);
    expect(dealCapacity(traces, { traces: [], scale: 2.5 }, 3, "capacity")).toEqual([a, b, a]);
    expect(dealCapacity(traces, { traces: ["b"], scale: 2.5 }, 2, "capacity")).toEqual([b, b]);
  });

  it("refuses traces that are not there, all at once", async () => {
    const traces = await read(RUNS);
    const issues = await issuesOf(() => dealCapacity(traces, { traces: ["b", "c", "d"], scale: 1 }, 1, "capacity"));
    expect(issues.map(({ code, message }) => [code, message])).toEqual([
      ["unknown-trace", 'there is no trace "c"'],
      ["unknown-trace", 'there is no trace "d"'],
    ]);
  });
});

const folder = fileURLToPath(new URL("spot-traces/", DATA));
const because = " (skipped without ../shared/data)";
describe.skipIf(!existsSync(folder))(`recorded spot fleets${because}`, () => {
  it.each([
    // Name, time (days of trace), and the mean availability that index.csv has for it.
    ["preemption-aws-2023-04-19-1-node-us-east-1b-r5.16xlarge", 1, 547_060, 0.8505],
    ["availability-aws-2023-08-27-16-node-us-west-2c-p3.2xlarge", 16, 1_420_800, 0.427],
  ])("%s is there as often as its page says", async (id, target, lengthSeconds, mean) => {
    const { timesMs, instances } = (await readCapacityTraces(`${folder}runs.csv.gz`, "runs")).get(id)!;
    const area = instances.reduce((sum, count, i) => {
      return sum + count * ((timesMs[i + 1] ?? lengthSeconds * 1000) - timesMs[i]!);
    }, 0);
    expect(area / (target * lengthSeconds * 1000)).toBeCloseTo(mean, 3);
  });

  it.each([
    ["bamboo-ec2-p3-events.csv", 32],
    ["bamboo-ec2-g4dn-events.csv", 24],
  ])("%s has up to %i nodes", async (file, most) => {
    const traces = await readCapacityTraces(folder + file, file);
    expect([...traces.keys()]).toEqual([""]);
    expect(Math.max(...traces.get("")!.instances)).toBe(most);
  });
});
