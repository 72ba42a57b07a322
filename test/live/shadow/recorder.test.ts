import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observation } from "../../../src/live/observation.js";
import type { PriceOf } from "../../../src/live/shadow/fleet-watch.js";
import { ShadowRecorder } from "../../../src/live/shadow/recorder.js";
import { array, end, instance, job, look, notice, REQUEST, T0 } from "./looks.js";

/** 36 cents an hour: 100 micro-USD a second. */
const PRICE = 360_000;

function recorded(looks: readonly Observation[], priceOf: PriceOf = () => PRICE, overheadMicroUsdPerHour = 0) {
  const recorder = new ShadowRecorder({ priceOf, overheadMicroUsdPerHour });
  for (const each of looks) recorder.observe(each);
  return recorder;
}

describe("jobs", () => {
  it("become rows when they end, with their waits", () => {
    const recorder = recorded([
      look(0),
      look(15, { jobs: [job("a", "RUNNABLE", 5), job("b", "RUNNABLE", -100)] }),
      look(30, { jobs: [job("a", "RUNNING", 5, 25), job("b", "STARTING", -100)] }),
      look(45, { jobs: [job("b", "RUNNING", -100, 40)], ends: [end("a", 25, 41)] }),
    ]);
    expect(recorder.takeEndedJobs()).toEqual([
      {
        ...{ id: "a", name: "align", queue: "q", submitMs: T0 + 5_000, waitMs: 20_000, runtimeMs: 16_000 },
        ...{ withoutRuntime: "", vcpuMilli: 2_000, memoryMib: 4_096, gpuMilli: 0, limitMs: 600_000 },
        ...{ status: "SUCCEEDED", exitCode: 0, attempts: [], share: "s", priority: 3, nodes: 1, arrayId: "" },
        ...{ arraySize: Number.NaN, submittedInWatch: true },
      },
    ]);
    expect(recorder.takeEndedJobs()).toEqual([]);
    expect(recorder.openJobs()).toMatchObject([
      { id: "b", waitMs: 140_000, runtimeMs: Number.NaN, withoutRuntime: "still-running", submittedInWatch: false },
    ]);
    // b was submitted before the watch: who knows what it waited for.
    expect([...recorder.actual().waitMs]).toEqual([["a", 20_000]]);
  });

  it("keep their attempts; one whose host was lost says nothing of the job, but the first start counts", () => {
    const lost = { statusReason: "Host EC2 (instance i-1) terminated.", succeeded: false, retried: true };
    const recorder = recorded([
      look(0, { jobs: [job("a", "RUNNABLE", 0)] }),
      look(15, { ends: [end("a", 10, 14, { ...lost, exitCode: undefined })], jobs: [job("a", "RUNNABLE", 0)] }),
      look(30, { ends: [end("a", 20, 28, { succeeded: false, retried: true, exitCode: 137 })] }),
      // Told once more: it is the same attempt.
      look(45, { ends: [end("a", 20, 28, { succeeded: false, retried: true, exitCode: 137 })] }),
      look(60, { ends: [end("a", 40, 52)] }),
      // A list that lags.
      look(75, { jobs: [job("a", "RUNNING", 0, 40)] }),
    ]);
    expect(recorder.takeEndedJobs()).toMatchObject([
      {
        ...{ id: "a", waitMs: 10_000, runtimeMs: 12_000, status: "SUCCEEDED", exitCode: 0 },
        attempts: [
          { runtimeMs: 8_000, exitCode: 137 },
          { runtimeMs: 12_000, exitCode: 0 },
        ],
      },
    ]);
    expect(recorder.openJobs()).toEqual([]);
  });

  it("that lost their host in the only attempt that ran have that one", () => {
    const recorder = recorded([
      look(0, { jobs: [job("a", "RUNNABLE", 0)] }),
      look(15, { ends: [end("a", 2, 9, { statusReason: "Host EC2 (instance i-1) terminated.", succeeded: false })] }),
    ]);
    expect(recorder.takeEndedJobs()).toMatchObject([{ runtimeMs: 7_000, status: "FAILED", attempts: [] }]);
  });

  it("that never started have no run time", () => {
    const never = { succeeded: false, exitCode: undefined, statusReason: "CannotPullContainerError" };
    const recorder = recorded([
      look(0, { jobs: [job("a", "RUNNABLE", 0)] }),
      look(15, { ends: [end("a", Number.NaN, 12, never)] }),
    ]);
    expect(recorder.takeEndedJobs()).toMatchObject([
      {
        runtimeMs: Number.NaN,
        waitMs: Number.NaN,
        withoutRuntime: "never-ran",
        status: "FAILED",
        exitCode: Number.NaN,
      },
    ]);
  });

  it("of an array are known from their parent", () => {
    const recorder = recorded([
      look(0, { arrays: [array("p", 0, 50, 50)] }),
      // Listed without its request; and one that came and went between two looks.
      look(15, {
        arrays: [array("p", 0, 50, 48)],
        jobs: [job("p:0", "RUNNING", 0, 9, { arrayId: "p", request: undefined })],
        ends: [end("p:1", 4, 11, { arrayId: "p" })],
      }),
      look(30, { ends: [end("p:0", 9, 29, { arrayId: "p" })] }),
    ]);
    expect(recorder.takeEndedJobs()).toMatchObject([
      {
        id: "p:1",
        name: "align",
        submitMs: T0,
        waitMs: 4_000,
        runtimeMs: 7_000,
        arrayId: "p",
        arraySize: 50,
        vcpuMilli: 2_000,
      },
      { id: "p:0", waitMs: 9_000, runtimeMs: 20_000, vcpuMilli: REQUEST.vcpuMilli },
    ]);
  });

  it("that are no longer listed are gone after three whole looks, unless they are children that wait", () => {
    const problems = [{ part: "jobs", code: "deadline", message: "" }] as const;
    const child = { arrayId: "p" };
    const looks = [
      look(0, { jobs: [job("a", "RUNNING", 0, 0), job("p:1", "RUNNABLE", 0, Number.NaN, child)] }),
      look(15, { jobs: [] }),
      look(30, { problems }),
      look(45, { jobs: [] }),
    ];
    const early = recorded(looks);
    expect([early.openJobs().length, early.quality().vanishedJobs]).toEqual([2, 0]);
    const late = recorded([...looks, look(60)]);
    expect(late.takeEndedJobs()).toMatchObject([{ id: "a", withoutRuntime: "vanished", runtimeMs: Number.NaN }]);
    expect(late.openJobs()).toMatchObject([{ id: "p:1", withoutRuntime: "still-queued" }]);
    expect(late.quality()).toMatchObject({ vanishedJobs: 1, incompleteLooks: 1, looks: 5, longestGapMs: 15_000 });
  });

  it("that came and went between two looks are known from their end", () => {
    const recorder = recorded([look(0), look(15, { ends: [end("x", 1, 12)] })]);
    expect(recorder.takeEndedJobs()).toMatchObject([
      { id: "x", name: "align", queue: "q", submitMs: T0, waitMs: 1_000, runtimeMs: 11_000, vcpuMilli: 2_000 },
    ]);
    expect(recorder.quality().missedAttempts).toBe(0);
  });

  it("of which earlier attempts went unseen have no known first start", () => {
    const failed = { succeeded: false, retried: true, exitCode: 1 };
    const recorder = recorded([
      look(0),
      // Two ended before: this is the third of them; then a fourth.
      look(15, { ends: [end("x", 8, 12, { ...failed, endedAttempts: 2 })] }),
      look(30, { jobs: [job("x", "RUNNING", 0, 20, { endedAttempts: 3 })] }),
      look(45, { ends: [end("x", 20, 40, { endedAttempts: 3 })] }),
    ]);
    expect(recorder.takeEndedJobs()).toMatchObject([
      {
        ...{ id: "x", waitMs: Number.NaN, runtimeMs: 20_000 },
        attempts: [
          { runtimeMs: 4_000, exitCode: 1 },
          { runtimeMs: 20_000, exitCode: 0 },
        ],
      },
    ]);
    expect([recorder.quality().missedAttempts, recorder.actual().waitMs.size]).toEqual([2, 0]);
  });
});

describe("instances", () => {
  it("cost from the launch, or the beginning of the watch, to half-way between the looks around their end", () => {
    const gone = instance("i-1", 20, { ec2State: "terminated", stateReason: "Client.UserInitiatedShutdown" });
    const recorder = recorded([
      look(0, { instances: [instance("i-0", -500)] }),
      look(30, { instances: [instance("i-0", -500), instance("i-1", 20)] }),
      look(120, { instances: [instance("i-0", -500), instance("i-1", 20)] }),
      look(140, { instances: [instance("i-0", -500), gone] }),
    ]);
    expect(recorder.lives).toMatchObject([
      // 0 s to 140 s, 100 micro-USD each.
      { instanceId: "i-0", beforeWatch: true, endedMs: Number.NaN, chargedMs: 140_000, microUsd: 14_000 },
      // 20 s to 130 s.
      { instanceId: "i-1", beforeWatch: false, endedMs: T0 + 130_000, endWithinMs: 10_000, microUsd: 11_000 },
    ]);
    expect(recorder.actual()).toMatchObject({
      ...{ microUsd: 25_000, instanceHours: 250 / 3_600, spotInstanceHours: 250 / 3_600, vcpuHours: 1_000 / 3_600 },
      ...{ instances: 2, interruptions: 0 },
    });
    expect(recorder.quality().instancesBefore).toBe(1);
  });

  it("end when EventBridge says so, if it does", () => {
    const recorder = recorded([
      look(0, { instances: [instance("i-0", -500)] }),
      look(100, { instances: [instance("i-0", -500)] }),
      look(200, {
        instances: [instance("i-0", -500, { ec2State: "shutting-down" })],
        notices: [
          notice("instance-state", "i-0", 110, "shutting-down"),
          notice("instance-state", "i-0", 150, "terminated"),
        ],
      }),
    ]);
    expect(recorder.lives).toMatchObject([{ endedMs: T0 + 110_000, endWithinMs: 0, chargedMs: 110_000 }]);
  });

  it("that are missing from one look are not gone; from three whole ones they are", () => {
    const here = { instances: [instance("i-0", 0)] };
    const problems = [{ part: "instances", code: "deadline", message: "" }] as const;
    const back = recorded([look(0, here), look(10), look(20, { problems }), look(30), look(40, here)]);
    expect(back.lives).toMatchObject([{ endedMs: Number.NaN, chargedMs: 40_000 }]);
    const gone = recorded([look(0, here), look(100, here), look(110), look(120), look(130)]);
    // Half-way between 100 s and 110 s.
    expect(gone.lives).toMatchObject([{ endedMs: T0 + 105_000, endWithinMs: 5_000, chargedMs: 105_000 }]);
  });

  it("are charged a minute at least, at the live price as it goes", () => {
    const prices = [PRICE, 2 * PRICE];
    let at = 0;
    const recorder = recorded(
      [
        look(0, { instances: [instance("i-0", -10)] }),
        look(10, { instances: [instance("i-0", -10), instance("i-1", 10)] }),
        look(20, { instances: [instance("i-0", -10), instance("i-1", 10)] }),
        look(30, { instances: [instance("i-1", 10, { ec2State: "terminated" })] }),
      ],
      () => prices[Math.min(1, at++)]!,
    );
    expect(recorder.lives).toMatchObject([
      // Charged at the price of the look that ends each span: 10 s and 10 s at 200 micro-USD; missing once: not gone.
      { instanceId: "i-0", chargedMs: 20_000, microUsd: 4_000 },
      // 10 s to 25 s lived, 60 s charged.
      { instanceId: "i-1", chargedMs: 60_000, microUsd: 12_000 },
    ]);
  });

  it("taken back by EC2 in their first hour cost nothing, by spot's rule; later ones and on-demand ones do", () => {
    const reason = { ec2State: "terminated", stateReason: "Server.SpotInstanceTermination" } as const;
    const early = recorded([
      look(0, { instances: [instance("i", 0)] }),
      look(600, { instances: [instance("i", 0, reason)] }),
    ]);
    expect(early.lives).toMatchObject([{ interrupted: true, microUsd: 0, chargedMs: 0 }]);
    expect(early.actual().interruptions).toBe(1);
    const late = recorded([
      look(0, { instances: [instance("i", -7_200)] }),
      look(600, { notices: [notice("interruption", "i", 590, "terminate")] }),
      ...[610, 620].map((atS) => look(atS)),
    ]);
    // Missing from 600 s on, seen at 0 s: 300 s, within 300 s.
    expect(late.lives).toMatchObject([
      { interrupted: true, endedMs: T0 + 300_000, endWithinMs: 300_000, microUsd: 30_000 },
    ]);
  });

  it("without a known price are told, not guessed", () => {
    const recorder = recorded(
      [look(0, { instances: [instance("i", 0)] }), look(1_800, { instances: [instance("i", 0)] })],
      () => Number.NaN,
    );
    expect(recorder.actual()).toMatchObject({ microUsd: 0, instanceHours: 0.5 });
    expect(recorder.quality().unpricedHours).toBe(0.5);
  });

  it("keep the price that was known when it is no longer", () => {
    const prices = [PRICE, Number.NaN];
    const here = { instances: [instance("i", 0)] };
    const recorder = recorded([look(0, here), look(100, here)], () => prices.shift()!);
    expect(recorder.lives).toMatchObject([{ microUsd: 10_000, unpricedMs: 0 }]);
  });

  it("carry the overhead that the other side counts", () => {
    const here = { instances: [instance("i", 0)] };
    // Half an hour: 0.18 $ and half of 0.01 $.
    expect(recorded([look(0, here), look(1_800, here)], () => PRICE, 10_000).actual().microUsd).toBe(180_000 + 5_000);
  });

  it("whose EC2 record is missing are there while their agent is; a stopped one is not", () => {
    const missing = { ec2State: "missing", launchTimeMs: Number.NaN } as const;
    const recorder = recorded([
      look(0, { instances: [instance("", 0, { ...missing, containerInstanceArn: "arn:x", registeredAtMs: T0 - 1 })] }),
      look(10, { instances: [instance("", 0, { ...missing, containerInstanceArn: "arn:x", agentConnected: false })] }),
      look(20, { instances: [instance("i-2", 0, { ec2State: "stopped" })] }),
    ]);
    expect(recorder.lives).toMatchObject([{ instanceId: "arn:x", launchedMs: T0 - 1, endedMs: T0 + 5_000 }]);
  });

  it("add up to the same cost however often one looks, when prices stand", () => {
    const endS = 4_000;
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: endS - 1 }), { maxLength: 30 }), (times) => {
        const looks = [0, ...times.sort((a, b) => a - b), endS].map((atS) =>
          look(atS, { instances: [instance("i", -5)] }),
        );
        const recorder = recorded(looks);
        expect(recorder.actual().microUsd).toBe(endS * 100);
        expect(recorder.actual().instanceHours).toBeCloseTo(endS / 3_600, 9);
      }),
    );
  });
});

it("knows nothing before the first look", () => {
  const recorder = recorded([]);
  expect([recorder.takeEndedJobs(), recorder.openJobs(), recorder.lives]).toEqual([[], [], []]);
  expect(recorder.actual()).toMatchObject({ microUsd: 0, instances: 0 });
  expect(recorder.quality()).toMatchObject({ looks: 0, instancesBefore: 0 });
});
