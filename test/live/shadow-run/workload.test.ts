import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { textAt } from "../../../src/base/text-column.js";
import type { ShadowJob } from "../../../src/live/shadow/shadow-rows.js";
import { compareShadow } from "../../../src/run/live/shadow.js";
import { shadowWorkload } from "../../../src/run/live/shadow-workload.js";
import { QUALITY, RESOLVED, record, row, T0 } from "./rows.js";

function made(...jobs: ShadowJob[]) {
  const shadow = shadowWorkload(RESOLVED, jobs, QUALITY);
  const { workload, profiles } = shadow.trace;
  const list = Array.from({ length: workload.jobCount }, (_, job) => {
    const { queue, share, priority } = workload.classes[workload.jobClass[job]!]!;
    const script = profiles.script.length === 0 ? -1 : profiles.script[job]!;
    const definition = workload.jobDefinition.length === 0 ? 0 : workload.jobDefinition[job]!;
    return {
      id: textAt(workload.ids, job),
      submitS: workload.submitMs[job]! / 1_000,
      runtimeS: profiles.runtimeMs[job]! / 1_000,
      waitMs: profiles.recordedWaitMs[job]!,
      queue: workload.queueNames[queue]!,
      share: workload.shareNames[share]!,
      priority,
      limitMs: workload.limitMs[job]!,
      attempts: script === -1 ? [] : profiles.scripts[script]!.map(({ runtimeMs, exitCode }) => [runtimeMs, exitCode]),
      definition: workload.definitions[definition]!,
    };
  });
  return { shadow, workload, list };
}

describe("a recorded job", () => {
  it("comes when it came, with what it asked for", () => {
    const { list, workload, shadow } = made(
      row("b", 100, { queue: "fair", share: "imaging", priority: 7, limitMs: 900_000 }),
      row("a", 40.25, { share: "ignored", priority: 7 }),
    );
    expect(list).toMatchObject([
      { id: "a", submitS: 40.25, runtimeS: 600, waitMs: 30_000, queue: "main", share: "", priority: 0 },
      { id: "b", submitS: 100, queue: "fair", share: "imaging", priority: 7, limitMs: 900_000 },
    ]);
    expect(workload.originMs).toBe(T0);
    expect(workload.shapes).toEqual([{ vcpuMilli: 2_000, memoryMib: 4_096, gpuMilli: 0 }]);
    expect([...shadow.submittedInWatch]).toEqual(["b", "a"]);
    // The timeout is an estimate: the run time and the exit code have what it did.
    expect(list[1]!.definition.timeoutMs).toBeNaN();
  });

  it("fails and is tried again as it was; a host that is lost is always followed by another attempt", () => {
    const twice = [
      { runtimeMs: 60_000, exitCode: 137 },
      { runtimeMs: 600_000, exitCode: 0 },
    ];
    const failed = { status: "FAILED", exitCode: 9 } as const;
    const { list } = made(
      row("once", 1),
      row("failed", 2, failed),
      row("second", 3, { attempts: twice }),
      row("both", 4, { ...failed, attempts: [twice[0]!, { runtimeMs: 600_000, exitCode: 9 }] }),
      // Windows, and a container that gave none.
      row("large", 5, { status: "FAILED", exitCode: 0xc0000100 }),
      row("none", 6, { status: "FAILED", exitCode: Number.NaN }),
    );
    const byId = Object.fromEntries(list.map((job) => [job.id, job]));
    const own = Number.NaN; // the job's own run time
    expect(byId.once).toMatchObject({ attempts: [] });
    expect(byId.failed).toMatchObject({ attempts: [[own, 9]] });
    expect(byId.second).toMatchObject({
      attempts: [
        [60_000, 137],
        [own, 0],
      ],
    });
    expect(byId.both).toMatchObject({
      attempts: [
        [60_000, 137],
        [own, 9],
      ],
    });
    expect(byId.large).toMatchObject({ attempts: [[own, 1]] });
    expect(byId.none).toMatchObject({ attempts: [[own, 1]] });
    const [retryHost, exit] = byId.once!.definition.retry.evaluateOnExit;
    expect([byId.once!.definition.retry.attempts, retryHost!.onStatusReason, retryHost!.action]).toEqual([
      10,
      "Host EC2*",
      "RETRY",
    ]);
    expect([exit!.onReason, exit!.action]).toEqual(["*", "EXIT"]);
    expect(byId.second!.definition.retry).toEqual({ attempts: 10, evaluateOnExit: [] });
    expect(byId.both!.definition.retry).toEqual({ attempts: 2, evaluateOnExit: [] });
  });

  it("that waited when the watch began comes with it; its wait is not compared", () => {
    // Submitted 60 s before the watch, began 10 s into it.
    const { list, shadow } = made(row("old", -60, { waitMs: 70_000 }), row("new", 5));
    expect(list).toMatchObject([
      { id: "old", submitS: 0 },
      { id: "new", submitS: 5 },
    ]);
    expect(shadow.waitingAtStart).toBe(1);
    expect([...shadow.submittedInWatch]).toEqual(["new"]);
  });

  it("of an array stands for itself", () => {
    const child = { arrayId: "p", arraySize: 50 };
    const { workload, list } = made(row("p:1", 1, child), row("p:7", 1, child));
    expect(list.map(({ id }) => id)).toEqual(["p:1", "p:7"]);
    expect(workload.arrays.ids).toEqual(["p"]);
  });
});

describe("jobs that are left out", () => {
  const none = Number.NaN;
  const open = { runtimeMs: none, status: "" } as const;

  it("are counted by why, and so is what they ran for in the watch", () => {
    const { shadow } = made(
      row("a", 0),
      // Began 60 s before the watch and ended 540 s into it: 2 vCPUs for 540 s.
      row("before", -90),
      // Old, and its first start was not seen. 600 s of its last attempt.
      row("missed", -90, { waitMs: none }),
      // Runs since 3,030 s: 2 vCPUs for the last 570 s.
      row("runs", 3_000, { ...open, withoutRuntime: "still-running" }),
      row("queued", 3_500, { ...open, waitMs: none, withoutRuntime: "still-queued" }),
      row("never", 20, { ...open, waitMs: none, withoutRuntime: "never-ran", status: "FAILED" }),
      row("gone", 20, { ...open, withoutRuntime: "vanished" }),
      row("unknown", 20, { vcpuMilli: none, memoryMib: none, gpuMilli: none }),
      // 8 vCPUs on m6i.xlarge, which has 4: 600 s of 8 vCPUs.
      row("large", 20, { vcpuMilli: 8_000 }),
      row("elsewhere", 20, { queue: "other" }),
      row("nodes", 20, { nodes: 2 }),
    );
    expect(shadow.leftOut.map(({ code, jobs }) => [code, jobs])).toEqual([
      ["began-before", 2],
      ["open", 2],
      ["never-started", 1],
      ["vanished", 1],
      ["unknown-request", 1],
      ["unplaceable", 3],
    ]);
    expect(shadow.leftOut.at(-1)!.words).toContain("m6i.xlarge");
    // 600 s × 2 vCPUs compared.
    expect(shadow.vcpuHours).toBeCloseTo((600 * 2) / 3_600, 9);
    // before + missed + runs + large + elsewhere + nodes (two of 2 vCPUs).
    const seconds = 540 * 2 + 600 * 2 + 570 * 2 + 600 * 8 + 600 * 2 + 600 * 2 * 2;
    expect(shadow.leftOutVcpuHours).toBeCloseTo(seconds / 3_600, 9);
  });

  it("all of them are nothing to compare", () => {
    const late = row("a", 3_500, { ...open, withoutRuntime: "still-running" });
    expect(() => compareShadow({ resolved: RESOLVED, record: record([late]) })).toThrow(InputError);
    expect(() => compareShadow({ resolved: RESOLVED, record: record([late]) })).toThrow(
      "the watch saw no job from its beginning to its end (1 job: they had not ended when the watch did)",
    );
    expect(() => compareShadow({ resolved: RESOLVED, record: record([]) })).toThrow(
      "the watch saw no job from its beginning to its end (watch for longer",
    );
  });
});

describe("the simulated run", () => {
  it("goes on until the last job has ended, and says so", () => {
    // Submitted 30 s before the watch ends: in the account it ended in time, here it has yet to boot a host and run for 25 s.
    const { text, json } = compareShadow({
      resolved: RESOLVED,
      record: record([row("a", 0), row("late", 3_570, { waitMs: 1_000, runtimeMs: 25_000 })]),
    });
    const { simulated, timeline } = JSON.parse(json);
    expect(simulated.overrunMs).toBeGreaterThan(25_000);
    expect(text).toMatch(/the last simulated job ended .+ after the watch/);
    // The last host still idles when the run is over: it came, and has not left.
    expect(timeline.at(-1)).toMatchObject({ side: "simulated", simulatedInstances: expect.any(Number) });
    expect(timeline.at(-1).simulatedInstances).toBeGreaterThan(0);
  });

  it("knows each side's waits of jobs that both have", () => {
    const { comparison } = compareShadow({ resolved: RESOLVED, record: record([row("a", 0), row("b", 10)]) });
    expect(comparison).toMatchObject({ jobsCompared: 1, jobsOnlyActual: 0, jobsOnlySimulated: 1 });
  });

  it("counts no wait of a job that waited before anybody watched", () => {
    const old = row("old", -60, { waitMs: 70_000 });
    const { comparison, text } = compareShadow({ resolved: RESOLVED, record: record([row("a", 0), old]) });
    expect(comparison).toMatchObject({ jobsCompared: 1, jobsOnlyActual: 0, jobsOnlySimulated: 0 });
    expect(text).toContain("1 job waited already when the watch began");
  });
});
