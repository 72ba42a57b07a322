// Retries: RetryStrategy and EvaluateOnExit of the API reference, AWS Batch User Guide "Automated job retries".

import { describe, expect, it } from "vitest";
import type { ExitRule } from "../../../src/model/job.js";
import { OUTCOME_WORDS, Outcome } from "../../../src/model/outcome.js";
import { type FailedAttempt, isRetried } from "../../../src/sim/batch/retry.js";
import { environment, job, s, shape, world } from "../../builders.js";
import { ends, exits, log, roomy, rows, withParts } from "./batch-story.js";

const rule = (given: Partial<ExitRule>): ExitRule => ({
  onStatusReason: undefined,
  onReason: undefined,
  onExitCode: undefined,
  action: "RETRY",
  ...given,
});
const exit = (exitCode: number, reason = ""): FailedAttempt => ({
  exitCode,
  words: { statusReason: "Essential container in task exited", reason },
});
const hostLost: FailedAttempt = {
  exitCode: 0,
  words: { statusReason: "Host EC2 (instance i-0123456789abcdef0) terminated.", reason: "" },
};
const outOfMemory: FailedAttempt = { exitCode: 137, words: OUTCOME_WORDS[Outcome.OutOfMemory]! };
const cannotPull: FailedAttempt = { exitCode: 0, words: OUTCOME_WORDS[Outcome.CannotPull]! };

describe("a failed attempt with attempts left", () => {
  const retriesHostLossOnly = [
    rule({ onStatusReason: "Host EC2*", action: "RETRY" }),
    rule({ onReason: "*", action: "EXIT" }),
  ];
  it.each<[string, ExitRule[], FailedAttempt, boolean]>([
    ["no rules", [], exit(1), true],
    ["no rule that matches", [rule({ onExitCode: "2", action: "EXIT" })], exit(1), true],
    ["exit code", [rule({ onExitCode: "1", action: "EXIT" })], exit(1), false],
    ["exit code, literal: 1 is not 12", [rule({ onExitCode: "1", action: "EXIT" })], exit(12), true],
    ["exit code, prefix", [rule({ onExitCode: "1*", action: "EXIT" })], exit(137), false],
    ["exit code, prefix of another", [rule({ onExitCode: "1*", action: "EXIT" })], exit(2), true],
    ["exit code 0 is none: even * does not match", [rule({ onExitCode: "*", action: "EXIT" })], hostLost, true],
    ["exit code 0 is none: 0 does not match", [rule({ onExitCode: "0", action: "EXIT" })], cannotPull, true],
    ["reason, literal", [rule({ onReason: "went wrong", action: "EXIT" })], exit(1, "went wrong"), false],
    ["reason, literal is the whole text", [rule({ onReason: "went", action: "EXIT" })], exit(1, "went wrong"), true],
    ["reason, prefix", [rule({ onReason: "went*", action: "EXIT" })], exit(1, "went wrong"), false],
    ["reason, case counts", [rule({ onReason: "Went*", action: "EXIT" })], exit(1, "went wrong"), true],
    ["a reason that was not given", [rule({ onReason: "*", action: "EXIT" })], exit(1), false],
    ["out of memory", [rule({ onReason: "OutOfMemoryError*", action: "EXIT" })], outOfMemory, false],
    ["image pull", [rule({ onReason: "CannotPullContainer*", action: "EXIT" })], cannotPull, false],
    ["image pull, status", [rule({ onStatusReason: "Task failed to start", action: "EXIT" })], cannotPull, false],
    ["host lost", retriesHostLossOnly, hostLost, true],
    ["anything but host lost", retriesHostLossOnly, exit(1), false],
    [
      "the first rule that matches decides",
      [rule({ onExitCode: "1", action: "EXIT" }), rule({ onReason: "*", action: "RETRY" })],
      exit(1),
      false,
    ],
    [
      "all conditions of a rule, met",
      [rule({ onExitCode: "137", onReason: "OutOfMemory*", action: "EXIT" })],
      outOfMemory,
      false,
    ],
    [
      "all conditions of a rule, one not met",
      [rule({ onExitCode: "137", onReason: "OutOfMemory*", action: "EXIT" })],
      exit(137),
      true,
    ],
  ])("%s", (_name, evaluateOnExit, failed, expected) => {
    expect(isRetried({ attempts: 3, evaluateOnExit }, 2, failed)).toBe(expected);
  });

  it("is not retried once all attempts are used, whatever the rules say", () => {
    const evaluateOnExit = [rule({ onReason: "*", action: "RETRY" })];
    expect([1, 2, 3].map((attempt) => isRetried({ attempts: 3, evaluateOnExit }, attempt, exit(1)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe("a retried job", () => {
  it("goes back to its queue at the instant at which the attempt ended, until it succeeds", () => {
    const input = withParts(roomy(rows([0, 10])), {
      retry: { 0: { attempts: 5, evaluateOnExit: [] } },
      scripts: { 0: [exits(1, 3), exits(2, 4), {}] },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "3 ended j0 from 0 Exited 1",
      "3 retried j0",
      "7 ended j0 from 3 Exited 2",
      "7 retried j0",
      "17 ended j0 from 7 Succeeded",
    ]);
  });

  it("fails with its last attempt; the last entry of a script repeats", () => {
    const input = withParts(roomy(rows([0, 10])), {
      retry: { 0: { attempts: 3, evaluateOnExit: [] } },
      scripts: { 0: [exits(9)] },
    });
    expect(log(input).filter((line) => line.includes("ended"))).toEqual([
      "10 ended j0 from 0 Exited 9",
      "20 ended j0 from 10 Exited 9",
      "30 ended j0 from 20 Exited 9",
    ]);
  });

  it("counts attempts of all causes with one counter", () => {
    // Image not pulled (2 s of pulling, nothing run), lost host after 3 s, exit 1 after 10 s: three attempts. The image is
    // in the cache after the first.
    const input = withParts(roomy(rows([0, 10]), { world: world({ pull: s(2) }) }), {
      retry: { 0: { attempts: 3, evaluateOnExit: [] } },
      scripts: {
        0: [
          { cannotStart: true },
          { runtimeMs: s(3), statusReason: "Host EC2 (instance i-0123456789abcdef0) terminated." },
          exits(1),
        ],
      },
    });
    expect(log(input)).toEqual([
      "0 submitted j0",
      "2 ended j0 unstarted CannotPull",
      "2 retried j0",
      "5 ended j0 from 2 HostTerminated",
      "5 retried j0",
      "15 ended j0 from 5 Exited 1",
    ]);
  });

  it("is judged by the words of its script", () => {
    const evaluateOnExit = [rule({ onReason: "OutOfMemory*", action: "EXIT" })];
    const input = withParts(roomy(rows([0, 10])), {
      retry: { 0: { attempts: 3, evaluateOnExit } },
      scripts: { 0: [exits(137), { exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }] },
    });
    expect(log(input).slice(1)).toEqual([
      "10 ended j0 from 0 Exited 137",
      "10 retried j0",
      "20 ended j0 from 10 OutOfMemory 137",
    ]);
  });

  it("goes to the front of its queue", () => {
    // One machine that holds one of them. j1 and j2 wait when j0 fails at 10: j0 runs again first.
    const machine = environment([0], { fixedFleet: [{ pool: 0, count: 1 }] });
    const whole = shape(10, 1);
    const jobs = [job(0, s(10), whole), job(s(1), s(10), whole), job(s(2), s(10), whole)];
    const input = withParts(roomy(jobs, { environments: [machine] }), {
      retry: { 0: { attempts: 2, evaluateOnExit: [] } },
      scripts: { 0: [exits(1), {}] },
    });
    expect(ends(input)).toEqual([
      "20 ended j0 from 10 Succeeded",
      "30 ended j1 from 20 Succeeded",
      "40 ended j2 from 30 Succeeded",
    ]);
  });
});
