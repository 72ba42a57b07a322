import { describe, expect, it } from "vitest";
import type { JobRequest, SeenArray, SeenJob } from "../../../src/live/observation.js";
import { decisionStatus } from "../../../src/live/operate/decision-words.js";
import { healthOf, readinessOf } from "../../../src/live/operate/health.js";
import { StatusHistory } from "../../../src/live/operate/history.js";
import { fleetOf, queuesOf, sumsOf } from "../../../src/live/operate/status-parts.js";
import { busyStatus, emptyStatus, NOW_MS } from "./fixture.js";

const request: JobRequest = {
  ...{ jobName: "align", vcpuMilli: 2_000, memoryMib: 4_096, gpuMilli: 0, shareIdentifier: "", schedulingPriority: 0 },
  ...{ attempts: 1, timeoutMs: Number.NaN, nodes: 1 },
};
function job(jobId: string, change: Partial<SeenJob> = {}): SeenJob {
  return {
    ...{ jobId, queue: "a", status: "RUNNABLE" as const, createdAtMs: 1_000, startedAtMs: Number.NaN, request },
    ...{ endedAttempts: 0, containerInstanceArn: "", arrayId: "", statusReason: "", ...change },
  };
}
const array: SeenArray = {
  ...{ jobId: "p", queue: "a", size: 100, createdAtMs: 500, request },
  statusSummary: { RUNNABLE: 60, RUNNING: 3, SUCCEEDED: 37 },
};

describe("queues of an observation", () => {
  it("counts jobs and the RUNNABLE children that their array tells, none twice", () => {
    const jobs = [
      job("1"),
      job("2", { request: undefined, createdAtMs: 900 }),
      job("3", { status: "STARTING" }),
      job("4", { status: "RUNNING" }),
      // Listed though its array counts it: of 60 only 59 more.
      job("p:0", { arrayId: "p" }),
      job("p:1", { arrayId: "p", status: "RUNNING" }),
      job("9", { queue: "not ours" }),
    ];
    expect(queuesOf({ jobs, arrays: [array] }, ["a", "b"])).toEqual([
      {
        ...{ name: "a", runnable: 2 + 1 + 59, starting: 1, running: 2, oldestMs: 500, undescribed: 1 },
        // 61 described ones and three placed ones, of 2 vCPUs.
        ...{ runnableVcpuMilli: 61 * 2_000, runningVcpuMilli: 3 * 2_000 },
      },
      {
        ...{ name: "b", runnable: 0, starting: 0, running: 0, oldestMs: null, undescribed: 0 },
        ...{ runnableVcpuMilli: 0, runningVcpuMilli: 0 },
      },
    ]);
  });

  it("does not go below what is listed when an array's summary lags", () => {
    const lagging = { ...array, statusSummary: { RUNNABLE: 1 } };
    const jobs = ["p:0", "p:1"].map((id) => job(id, { arrayId: "p" }));
    expect(queuesOf({ jobs, arrays: [lagging] }, ["a"])[0]!.runnable).toBe(2);
  });
});

describe("fleet of instances", () => {
  const [first] = busyStatus().instances;
  it("keeps pools and owners apart and adds up", () => {
    const rows = fleetOf([
      { ...first!, state: "booting", microUsdPerHour: null },
      { ...first!, state: "registered" },
      { ...first!, state: "registered", ours: false },
      { ...first!, zoneId: "use1-az0" },
    ]);
    expect(rows.map(({ zoneId, ours, count }) => [zoneId, ours, count.booting, count.registered])).toEqual([
      ["use1-az0", true, 0, 1],
      ["use1-az1", true, 1, 1],
      ["use1-az1", false, 0, 1],
    ]);
    expect(rows[1]).toMatchObject({ vcpuMilli: 64_000, microUsdPerHour: 561_200 });
  });

  it("sums over queues and pools", () => {
    // 84 + 1,156 + 0 waiting; 63 × 32 + 20 × 16 + 4 × 8 + 2 vCPUs; the oldest was created 1,260 s ago.
    expect(sumsOf(busyStatus())).toMatchObject({ runnable: 1_240, vcpuMilli: 2_370_000, oldestWaitMs: 1_260_000 });
    expect(sumsOf(emptyStatus())).toMatchObject({ runnable: 0, vcpuMilli: 0, oldestWaitMs: null });
  });
});

describe("health", () => {
  const status = busyStatus();
  // Due within 13.7 s to the next tick + 12 s deadline + 5 s grace.
  it.each([
    [30_700, "held", 60_000, []],
    [30_701, "held", 60_000, ["the last tick was 30 s ago; one was due within 30 s"]],
    [0, "unreachable", 0, ["the lease cannot be renewed: its store does not answer"]],
    [0, "standby", 0, []],
    [0, "none", 0, []],
    [24_000, "held", 24_000, ["the lease has run out"]],
  ] as const)("after %d ms with the lease %s", (sinceMs, state, leftMs, reasons) => {
    const lease = { ...status.lease, state, leftMs };
    expect(healthOf({ ...status, lease }, sinceMs, 1)).toEqual({ ok: reasons.length === 0, reasons });
  });

  it("waits for the first tick, but not for ever; is ready only when it has settled on a whole look", () => {
    expect(healthOf(undefined, 59_000, 60_000).ok).toBe(true);
    expect(healthOf(undefined, 61_000, 60_000).reasons).toEqual(["no tick in the first 1 min 1 s"]);
    expect(readinessOf(undefined, 0, 60_000).reasons).toEqual(["no tick yet"]);
    expect(readinessOf(status, 0, 60_000).ok).toBe(true);
    const problems = [{ part: "jobs", code: "deadline", message: "no time left" }] as const;
    expect(readinessOf({ ...status, tick: { ...status.tick, settleTicksLeft: 2, problems } }, 0, 1).reasons).toEqual([
      "settling: 2 more ticks only observe",
      "jobs not read: deadline: no time left",
    ]);
  });
});

describe("history", () => {
  it("keeps an hour", () => {
    const history = new StatusHistory();
    for (let minute = 0; minute <= 90; minute++) history.add(busyStatus({ atMs: NOW_MS + minute * 60_000 }));
    expect([history.points.length, history.points[0]!.atMs]).toEqual([61, NOW_MS + 30 * 60_000]);
    expect(history.points[0]).toMatchObject({ runnable: 1_240, vcpuMilli: 2_370_000, microUsdPerHour: 49_380_000 });
  });

  it("keeps no more points than a drawing can show", () => {
    const history = new StatusHistory();
    for (let i = 0; i < 1_300; i++) history.add(emptyStatus({ atMs: NOW_MS + i }));
    expect([history.points.length, history.points[0]!.atMs]).toEqual([1_200, NOW_MS + 100]);
  });
});

describe("a verdict as a decision", () => {
  const command = { kind: "undrain", instance: 1, instanceId: "i-1", containerInstanceArn: "arn" } as const;
  const about = { tick: 3, atMs: 5, subject: "i-1", reason: "wanted" };
  it.each([
    [
      { allowed: true, command },
      { verdict: "sent", rule: null, why: "" },
    ],
    [
      { allowed: false, command, rule: "dry-run", why: "no --apply" },
      { verdict: "dry-run", rule: "dry-run", why: "" },
    ],
    [
      { allowed: false, command, rule: "stale", why: "40 s old" },
      { verdict: "denied", rule: "stale", why: "40 s old" },
    ],
  ] as const)("%j", (verdict, expected) => {
    expect(decisionStatus(verdict, about)).toEqual({ ...about, kind: "undrain", ...expected });
  });
});
