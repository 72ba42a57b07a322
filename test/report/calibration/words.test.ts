import { describe, expect, it } from "vitest";
import { bestRunSentence, runSentences, sampleLine } from "../../../src/report/calibration/words.js";
import { calibration, comparison, delay, run, waits } from "./calibrations.js";

/** All that is said of a run. */
const said = (...given: Parameters<typeof run>) => runSentences(run(...given)).join("\n");

describe("runSentences", () => {
  it.each([
    // The median is 0.5 * 400 s = 200 s; 0.88 of it are 176 s.
    [0.88, "12 % shorter than recorded (2 min 56 s against 3 min 20 s) at the median"],
    [1.5, "50 % longer than recorded (5 min against 3 min 20 s) at the median"],
    [3, "3.0 times as long as recorded (10 min against 3 min 20 s) at the median"],
    [1.02, "as long as recorded (3 min 24 s against 3 min 20 s) at the median"],
  ])("puts waits of %d times the record in words", (factor, words) => {
    expect(said(factor)).toContain(words);
  });

  it.each([
    ["near", 1.1, {}, "The replay stands for the recorded system."],
    ["rather near", 1.6, {}, "roughly: trust differences"],
    ["far", 4, {}, "does not explain the recorded waits"],
    [
      "near in its quantiles alone",
      1.1,
      { rankCorrelation: 0.2, near: 0.4 },
      "The quantiles come near, the jobs do not",
    ],
  ])("judges a fit that is %s", (_, factor, wait, verdict) => {
    expect(said(factor, { fitted: comparison(factor, { wait: waits(factor, wait) }) })).toContain(verdict);
  });

  it("warns where one half of the jobs does not foretell the other", () => {
    expect(said(1.1, { secondHalf: { asGiven: waits(2), foretold: waits(5) } })).toContain("do not rely on the fit");
    expect(said(1.1)).toContain("helps with jobs that it did not see");
  });

  it("says with which jobs most of the error is", () => {
    // 100 s of 200 s are missing on average.
    expect(said(0.5)).toContain(
      "The mean wait is 1 min 40 s too short. Most of the error is with the 100 jobs that wait mainly",
    );
    expect(said(1)).not.toContain("Most of the error");
  });

  it.each([
    [80, 64, "the recorded fleet was smaller"],
    [40, 64, "the recorded fleet was larger"],
    [64, 64, "in the replay 64."],
  ])("compares a peak of %d vCPUs with %d recorded ones", (simulated, recorded, words) => {
    expect(said(1, { fitted: comparison(1, { peakVcpus: { simulated, recorded } }) })).toContain(words);
  });

  it("names what was not fitted and what the waits do not determine", () => {
    const pull = delay({ delay: "pull", basis: "kept", reason: "no container starts", determined: null });
    const vague = delay({ delay: "cachedPull", determined: false });
    const text = said(1, { delays: [delay(), pull, vague] });
    expect(text).toContain("Not fitted: pull (no container starts).");
    expect(text).toContain("cachedPull is not determined by these waits");
  });

  it("compares bill and instance-hours where they are known, and asks for them where they are not", () => {
    expect(said(1)).toContain("10.0 instance-hours (--instance-hours) and a cost of $2.00 (--bill)");
    const known = { instanceHours: { simulated: 10, recorded: 8 }, costMicroUsd: { simulated: 2e6, recorded: 2.5e6 } };
    const text = said(1, { fitted: comparison(1, known) });
    expect(text).toContain("takes 10.0 instance-hours, 25 % more than the 8.0 of the record");
    expect(text).toContain("costs $2.00, 20 % less than the bill of $2.50");
  });
});

describe("bestRunSentence", () => {
  it("names the nearest of several runs, and one that is as near", () => {
    expect(bestRunSentence(calibration([run(1.2)]))).toEqual([]);
    const clear = bestRunSentence(calibration([run(1.2, { name: "easy" }), run(3, { name: "fcfs" })]));
    expect(clear).toEqual([
      "Of 2 runs easy comes nearest: quantiles are typically off under easy by a factor of 1.20, fcfs by a factor of 3.00.",
    ]);
    const close = bestRunSentence(calibration([run(1.2, { name: "a" }), run(1.21, { name: "b" })]));
    expect(close[0]).toContain("a comes nearest, b hardly less:");
  });
});

it("says which jobs are compared and which are not", () => {
  expect(sampleLine(calibration([]).sample)).toBe(
    "100 of 120 jobs compared; 15 have no recorded wait, 5 also waited for other jobs; no container starts recorded; " +
      "recorded waits are in whole seconds or finer",
  );
});
