import { describe, expect, test } from "vitest";
import { Rates } from "../../../src/live/aws/rates.js";
import { manualClock } from "./manual-clock.js";

/** Takes until it has to wait; returns how many went at once and how long the next waited. */
async function burst(call: string): Promise<{ atOnce: number; waitMs: number }> {
  const clock = manualClock();
  const rates = new Rates(clock, () => 0, 5);
  for (let taken = 0; taken < 1_000; taken++) {
    await rates.take(call, undefined);
    if (clock.slept.length > 0) return { atOnce: taken, waitMs: clock.slept[0]! };
  }
  return { atOnce: Number.POSITIVE_INFINITY, waitMs: 0 };
}

describe("rates", () => {
  // Half of AWS's bucket: burst, then one token per 1000 / (rate / 2) ms.
  test.each([
    ["Batch.ListJobs", 50, 200], // ours: 5 per second, ten seconds' worth at once
    ["Batch.SubmitJob", 25, 40],
    ["EC2.DescribeInstances", 50, 100],
    ["EC2.CreateFleet", 25, 400],
    ["EC2.TerminateInstances", 50, 400],
    ["ECS.DescribeContainerInstances", 50, 100],
    ["ECS.UpdateContainerInstancesState", 50, 50],
    ["ECS.DescribeClusters", 25, 100],
    ["SSM.GetParameter", 20, 50],
    ["SQS.ReceiveMessage", Number.POSITIVE_INFINITY, 0],
  ])("%s: %d at once, then one per %d ms", async (call, atOnce, waitMs) => {
    expect(await burst(call)).toEqual({ atOnce, waitMs });
  });

  test("tokens come back with time, up to the burst", async () => {
    const clock = manualClock();
    const rates = new Rates(clock, () => 0, 1);
    for (let i = 0; i < 10; i++) await rates.take("Batch.ListJobs", undefined);
    clock.nowMs += 3_000;
    for (let i = 0; i < 3; i++) await rates.take("Batch.ListJobs", undefined);
    expect(clock.slept).toEqual([]);
    await rates.take("Batch.ListJobs", undefined);
    expect(clock.slept).toEqual([1_000]);
  });

  test("those who wait at once wait behind one another, each with jitter", async () => {
    const clock = manualClock();
    const rates = new Rates(clock, () => 0.5, 1);
    clock.sleep = async (ms) => {
      clock.slept.push(ms);
    };
    for (let i = 0; i < 10; i++) await rates.take("Batch.ListJobs", undefined);
    await Promise.all([1, 2, 3].map(() => rates.take("Batch.DescribeJobs", undefined)));
    // 1, 2 and 3 s for the tokens, and half a token's second each.
    expect(clock.slept).toEqual([1_500, 2_500, 3_500]);
  });

  test("a token that was waited for in vain is not lost", async () => {
    const clock = manualClock();
    const rates = new Rates(clock, () => 0, 1);
    for (let i = 0; i < 10; i++) await rates.take("Batch.ListJobs", undefined);
    const abort = new AbortController();
    const { sleep } = clock;
    clock.sleep = async () => abort.abort();
    expect(await rates.take("Batch.ListJobs", abort.signal)).toBe(false);
    clock.sleep = sleep;
    expect(await rates.take("Batch.ListJobs", undefined)).toBe(true);
    // As if the first had never asked: one second, not two.
    expect(clock.slept).toEqual([1_000]);
  });
});
