// The failure model of the simulated world, at the probabilities at which it leaves nothing to chance.

import { describe, expect, it } from "vitest";
import { PULLING, SMALL, scenarioOf, testCases } from "./jobs-table.js";
import { play } from "./play.js";

const section = "§ 2.4 Retry, reasons";
const EXITED = "| Essential container in task exited";
const OUT_OF_MEMORY = `137 OutOfMemoryError: Container killed due to memory usage ${EXITED}`;
const CANNOT_PULL = "- CannotPullContainerError: pull image manifest has been retried | Task failed to start";

const failures = (...entries: string[]) => `
world:
  decisionInterval: 0s
  pull: 5s
  cachedPull: 1s
  failures: [${entries.join(", ")}]`;

const UNHARMED = "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, SUCCEEDED 65"; // pull to 5, run to 65
const NOT_PULLED = "SUBMITTED 0, RUNNABLE 0, STARTING 0, FAILED 5"; // the pull ends at 5, without an image

describe("the failure model", () => {
  testCases([
    {
      rule: "model: of probability 0 never strikes",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      rest: failures(
        "{ kind: exit, probability: 0 }",
        "{ kind: out-of-memory, probability: 0 }",
        "{ kind: image-pull, probability: 0 }",
      ),
      states: { a: UNHARMED },
    },
    {
      rule: "model: an image that cannot be pulled ends the attempt in STARTING, when the pull would have ended",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      rest: failures("{ kind: image-pull, probability: 1 }"),
      states: { a: NOT_PULLED },
      attempts: { a: [CANNOT_PULL] },
      statusReasons: { a: "Task failed to start" },
    },
    {
      rule: "model: an image that could not be pulled counts as pulled for the next attempt",
      section: "§ 2.4 Retry, States",
      jobs: [`id: a, ${SMALL}, runtime: 60s, retryStrategy: { attempts: 2 }`],
      rest: failures("{ kind: image-pull, probability: 1 }"),
      // The first attempt ends at 5, the second one 1 s later.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNABLE 5, STARTING 5, FAILED 6" },
      attempts: { a: [CANNOT_PULL, CANNOT_PULL] },
    },
    {
      rule: "model: an exit gives its exitCode, and strikes every attempt anew",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, retryStrategy: { attempts: 3 }`],
      rest: failures("{ kind: exit, probability: 1, exitCode: 42 }"),
      attempts: { a: [`42  ${EXITED}`, `42  ${EXITED}`, `42  ${EXITED}`] },
    },
    {
      rule: "an exit is evaluated as any other: onExitCode",
      section: "§ 2.4 Retry",
      jobs: [
        `id: a, ${SMALL}, runtime: 60s, retryStrategy: { attempts: 3, evaluateOnExit: [{ onExitCode: "42", action: EXIT }] }`,
      ],
      rest: failures("{ kind: exit, probability: 1, exitCode: 42 }"),
      attempts: { a: [`42  ${EXITED}`] },
    },
    {
      rule: "a container out of memory exits with 137, and its reason says OutOfMemory",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s,
           retryStrategy: { attempts: 3, evaluateOnExit: [{ onReason: "OutOfMemory*", onExitCode: "137", action: EXIT }] }`,
      ],
      rest: failures("{ kind: out-of-memory, probability: 1 }"),
      attempts: { a: [OUT_OF_MEMORY] },
    },
    {
      rule: "model: the first entry that strikes decides",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      rest: failures(
        "{ kind: image-pull, probability: 0 }",
        "{ kind: out-of-memory, probability: 1 }",
        "{ kind: exit, probability: 1 }",
      ),
      attempts: { a: [OUT_OF_MEMORY] },
    },
    {
      rule: "model: an entry strikes the jobs of its jobName only",
      section,
      jobs: [
        `id: a, jobName: sort-1, ${SMALL}, runtime: 60s`,
        `id: b, jobName: align, ${SMALL}, runtime: 60s`,
        `id: c, jobName: resort-1, ${SMALL}, runtime: 60s`,
      ],
      rest: failures('{ kind: image-pull, probability: 1, jobName: "sort*" }'),
      states: { a: NOT_PULLED, b: UNHARMED, c: UNHARMED },
    },
    {
      rule: "model: an attempt that cannot start is left alone by what strikes containers",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, attempts: [{ cannotStart: true }]`],
      rest: failures("{ kind: exit, probability: 1 }"),
      states: { a: NOT_PULLED },
      attempts: { a: [CANNOT_PULL] },
    },
  ]);

  it.each(["exit", "out-of-memory"])(`model: %s strikes at some point of the run (${section})`, async (kind) => {
    const jobs = [`id: a, ${SMALL}, runtime: 60s`];
    const played = await play(scenarioOf({ jobs, rest: failures(`{ kind: ${kind}, probability: 1 }`) }));
    const end = /^SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED ([\d.]+)$/.exec(played.states("a"))?.[1];
    // The container starts at 5 and would have ended at 65.
    expect(Number(end)).toBeGreaterThanOrEqual(5);
    expect(Number(end)).toBeLessThan(65);
  });

  it(`model: whether it strikes hangs on the seed, not on the run (${section})`, async () => {
    const jobs = [`id: a, ${SMALL}, arrayProperties: { size: 200 }, runtime: 60s`];
    const summary = async (seed: number) => {
      const rest = `${failures("{ kind: exit, probability: 0.5 }")}\nseed: ${seed}`;
      return (await play(scenarioOf({ jobs, rest }))).statusSummary("a", 100_000);
    };
    expect(await summary(7)).toBe(await summary(7));
    // 200 at one half: 100, give or take 4 standard deviations of sqrt(200 / 4) = 7.07.
    const failed = Number(/FAILED (\d+)/.exec(await summary(7))?.[1]);
    expect(Math.abs(failed - 100)).toBeLessThan(29);
  });
});

describe("what the trace says", () => {
  testCases([
    {
      rule: "of a lost host is told in AWS's words",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, attempts: [{ statusReason: "Host EC2 (instance i-0123) terminated." }]`],
      rest: PULLING,
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 65" },
      statusReasons: { a: "Host EC2 (instance) terminated." },
    },
    {
      rule: "of an exit comes to pass at the end of the attempt",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, attempts: [{ runtime: 12s, exitCode: 9 }]`],
      rest: PULLING,
      // Pull to 5, 12 s.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 17" },
      attempts: { a: [`9  ${EXITED}`] },
    },
  ]);
});
