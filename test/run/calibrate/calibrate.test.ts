import { beforeAll, describe, expect, it } from "vitest";
import type { CalibratedRun, WorldDelay } from "../../../src/model/calibration.js";
import { calibrate } from "../../../src/run/calibrate/calibrate.js";
import { recordedIn } from "./known-truth.js";

const TRUTH =
  "{ decisionInterval: 20s, pending: 10s, boot: { median: 180s, p95: 240s }, pull: { median: 45s, p95: 60s }, cachedPull: 3s }";

async function calibrated(withStarts: boolean): Promise<CalibratedRun> {
  const { resolved, trace, header } = await recordedIn(TRUTH, withStarts);
  const options = { run: null, effort: 25, billUsd: null, instanceHours: null };
  return calibrate(resolved, trace, header, options).runs[0]!;
}

function delayIn(run: CalibratedRun, name: WorldDelay) {
  return run.delays.find(({ delay }) => delay === name)!;
}

/** Within a tenth of the truth. */
function expectNear(found: number, truth: number): void {
  expect(found).toBeGreaterThan(truth * 0.9);
  expect(found).toBeLessThan(truth * 1.1);
}

describe("waits recorded in a known world, with container starts", () => {
  let run: CalibratedRun;
  beforeAll(async () => {
    run = await calibrated(true);
  });

  // The defaults that the search starts from: boot 120 s, pull 20 s, cachedPull 1 s, a decision every 15 s.
  it.each([
    ["boot", 180_000, "searched"],
    ["pull", 45_000, "recorded"],
    ["cachedPull", 3_000, "recorded"],
  ] as const)("give %s back within 10 %%, from the first half of the jobs too", (name, truthMs, basis) => {
    const delay = delayIn(run, name);
    expect(delay.basis).toBe(basis);
    expectNear(delay.value.medianMs, truthMs);
    expectNear(delay.fromFirstHalf.medianMs, truthMs);
  });

  it("give the time between decisions back within a quarter: it shows in few of the waits", () => {
    expect(delayIn(run, "decisionInterval").value.medianMs).toBeGreaterThan(15_000);
    expect(delayIn(run, "decisionInterval").value.medianMs).toBeLessThan(25_000);
  });

  it("foretell the later half of the jobs", () => {
    expect(run.asGiven.wait.offBy).toBeGreaterThan(1.3);
    expect(run.fitted.wait.offBy).toBeLessThan(1.1);
    expect(run.secondHalf.foretold.offBy).toBeLessThan(1.1);
    expect(run.secondHalf.foretold.offBy).toBeLessThan(run.secondHalf.asGiven.offBy);
  });

  it("say that the boot is determined, and that half of it would fit clearly worse", () => {
    expect(delayIn(run, "boot")).toMatchObject({ determined: true });
    expect(delayIn(run, "boot").offByWithHalf).toBeGreaterThan(1.2);
  });

  it("stay within the effort: the world as given, two fits, and two looks at each searched delay", () => {
    expect(run.replays).toBeLessThanOrEqual(1 + 2 * 25 + 2 * 2);
  });
});

describe("waits recorded in a known world, without container starts", () => {
  it("give boot and pull back as a sum, and say so", async () => {
    const run = await calibrated(false);
    expect(delayIn(run, "pull")).toMatchObject({ basis: "kept", value: { medianMs: 20_000 } });
    expect(delayIn(run, "pull").reason).toMatch(/only together/);
    // 180 s + 45 s, of which pull keeps its 20 s.
    expectNear(delayIn(run, "boot").value.medianMs + 20_000, 225_000);
    expect(run.secondHalf.foretold.offBy).toBeLessThan(1.15);
  }, 60_000);
});
