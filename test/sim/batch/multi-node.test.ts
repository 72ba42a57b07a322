// Multi-node parallel jobs: one placement per node, one start, one end. AWS Batch User Guide, "Multi-node parallel jobs".

import { describe, expect, it } from "vitest";
import { EventKind } from "../../../src/model/event.js";
import { FullBatch } from "../../../src/sim/batch/full-batch.js";
import { WorldEvents } from "../../../src/sim/world-events.js";
import { environment, job, s, shape, world } from "../../builders.js";
import { ends, log, roomy, withParts } from "./batch-story.js";

describe("a multi-node parallel job", () => {
  it("starts when the last of its nodes is ready", () => {
    // Three nodes, ready at 5, 9 and 7; 10 s of running.
    const input = roomy([job(0, s(10), shape(1, 1), { nodes: 3 })]);
    const events = new WorldEvents();
    const batch = new FullBatch(input, events, false);
    const told: number[][] = [];
    const sink = { ingest: (...event: number[]) => void told.push(event) };
    batch.request(sink);
    [5, 9, 7].forEach((readyS, instance) => {
      expect(events.nextMs).toBe(Number.POSITIVE_INFINITY);
      batch.place(0, s(readyS), instance);
    });
    expect(events.nextMs).toBe(s(19));
    batch.end(0, s(19), sink);
    expect(told.slice(1)).toEqual([[EventKind.JobEnded, s(19), 0, s(9), 0]]);
  });

  it("runs on dedicated instances, retries as one, and ends once", () => {
    // Two machines. The gang of two runs 10 s, fails, and runs again; the image is there by then.
    const machines = environment([0], { fixedFleet: [{ pool: 0, count: 2 }] });
    const input = withParts(
      roomy([job(0, s(10), shape(1, 1), { nodes: 2 })], { environments: [machines], world: world({ pull: s(3) }) }),
      { retry: { 0: { attempts: 2, evaluateOnExit: [] } }, scripts: { 0: [{ exitCode: 1 }, {}] } },
    );
    expect(log(input)).toEqual([
      "0 submitted j0",
      "13 ended j0 from 3 Exited 1",
      "13 retried j0",
      "23 ended j0 from 13 Succeeded",
    ]);
  });

  it("waits until all its nodes can be placed", () => {
    // Of two machines one is taken by j0 until 10.
    const machines = environment([0], { fixedFleet: [{ pool: 0, count: 2 }] });
    const jobs = [job(0, s(10), shape(10, 1)), job(0, s(5), shape(1, 1), { nodes: 2 })];
    expect(ends(roomy(jobs, { environments: [machines] }))[1]).toBe("15 ended j1 from 10 Succeeded");
  });
});
