// Retries: how many attempts there are, and which ends are followed by another one.

import { describe } from "vitest";
import { PULLING, SMALL, TWO_QUEUES, testCases, testRefusals, WHOLE } from "./jobs-table.js";

const section = "§ 2.4 Retry";
const HALF = "vcpus: 2, memory: 1 GiB";

/** The states of a small job whose attempts take 10 s each and follow each other at once. */
const tenSecondAttempts = (attempts: number, end: "SUCCEEDED" | "FAILED") => {
  const each = Array.from({ length: attempts }, (_, i) => `RUNNABLE ${i * 10}, STARTING ${i * 10}, RUNNING ${i * 10}`);
  return `SUBMITTED 0, ${each.join(", ")}, ${end} ${attempts * 10}`;
};

const EXITED = "| Essential container in task exited";
const OUT_OF_MEMORY = `137 OutOfMemoryError: Container killed due to memory usage ${EXITED}`;
const CANNOT_PULL = "- CannotPullContainerError: pull image manifest has been retried | Task failed to start";
const HOST_LOST = "-  | Host EC2 (instance) terminated.";

const exit = (code: number) => `{ exitCode: ${code} }`;
const killed = '{ exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }';
const hostLost = '{ statusReason: "Host EC2 (instance i-0123) terminated." }';
const cannotStart = "{ cannotStart: true }";

describe("attempts", () => {
  testCases([
    {
      rule: "without a retry strategy there is one",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, attempts: [${exit(1)}, {}]`],
      states: { a: tenSecondAttempts(1, "FAILED") },
    },
    {
      rule: "a failed one is followed by the next, RUNNABLE again in between",
      section,
      jobs: [`id: a, ${SMALL}, retryStrategy: { attempts: 3 }, runtime: 10s, attempts: [${exit(1)}, ${exit(2)}, {}]`],
      // 0 to 10, 10 to 20, 20 to 30.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 10, RUNNING 10, RUNNABLE 20, STARTING 20, RUNNING 20, SUCCEEDED 30",
      },
      attempts: { a: [`1  ${EXITED}`, `2  ${EXITED}`, `0  ${EXITED}`] },
    },
    {
      rule: "after the last of them the job is FAILED",
      section,
      jobs: [`id: a, ${SMALL}, retryStrategy: { attempts: 3 }, runtime: 10s, attempts: [${exit(1)}]`],
      states: { a: tenSecondAttempts(3, "FAILED") },
      attempts: { a: [`1  ${EXITED}`, `1  ${EXITED}`, `1  ${EXITED}`] },
    },
    {
      rule: "there are up to 10",
      section,
      jobs: [
        `id: a, ${SMALL}, retryStrategy: { attempts: 10 }, runtime: 10s, attempts: [${Array(9).fill(exit(1)).join(", ")}, {}]`,
      ],
      // Nine fail, the tenth succeeds.
      states: { a: tenSecondAttempts(10, "SUCCEEDED") },
    },
    {
      rule: "one that succeeds is the last, whatever evaluateOnExit says",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, retryStrategy: { attempts: 3, evaluateOnExit: [{ onReason: "*", action: RETRY }] }`,
      ],
      states: { a: tenSecondAttempts(1, "SUCCEEDED") },
    },
    {
      rule: "they are counted once for all causes",
      section,
      jobs: [
        `id: a, ${SMALL}, retryStrategy: { attempts: 3 }, runtime: 10s, attempts: [${hostLost}, ${killed}, ${exit(1)}, {}]`,
      ],
      // A lost host, too little memory, an exit: three, though it would be the first of each kind.
      states: { a: tenSecondAttempts(3, "FAILED") },
      attempts: { a: [HOST_LOST, OUT_OF_MEMORY, `1  ${EXITED}`] },
    },
    {
      rule: "model: one that ends in STARTING counts like others",
      section,
      jobs: [
        `id: a, ${SMALL}, retryStrategy: { attempts: 2 }, runtime: 10s, attempts: [${cannotStart}, ${exit(1)}, {}]`,
      ],
      // The first takes no time, the second 10 s; there is no third.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 10",
      },
      attempts: { a: [CANNOT_PULL, `1  ${EXITED}`] },
    },
    {
      rule: "the job is STARTING again in each, with its delays",
      section: "§ 2.4 States, Retry",
      jobs: [`id: a, ${SMALL}, retryStrategy: { attempts: 2 }, runtime: 10s, attempts: [${exit(1)}, {}]`],
      rest: PULLING,
      // Pull to 5, exit at 15; container again at 16, end at 26.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, RUNNABLE 15, STARTING 15, RUNNING 16, SUCCEEDED 26",
      },
    },
    {
      rule: "SubmitJob's retryStrategy stands instead of the job definition's",
      section,
      jobs: [
        `id: a, jobDefinition: d, runtime: 10s, attempts: [${exit(1)}]`,
        `id: b, jobDefinition: d, runtime: 10s, attempts: [${exit(1)}], retryStrategy: { attempts: 1 }`,
      ],
      rest: `
jobDefinitions:
  - { jobDefinitionName: d, containerProperties: { vcpus: 1, memory: 1024 }, retryStrategy: { attempts: 2 } }`,
      states: { a: tenSecondAttempts(2, "FAILED"), b: tenSecondAttempts(1, "FAILED") },
    },
  ]);

  testRefusals([
    {
      rule: "less than 1 is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, retryStrategy: { attempts: 0 }`],
      messages: ["must be at least 1, got 0"],
    },
    {
      rule: "more than 10 are refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, retryStrategy: { attempts: 11 }`],
      messages: ["must be at most 10, got 11"],
    },
  ]);
});

describe("a job that is retried", () => {
  testCases([
    {
      rule: "goes to the front of its queue",
      section: "§ 2.4 States",
      jobs: [
        `id: a, ${WHOLE}, retryStrategy: { attempts: 2 }, runtime: 10s, attempts: [${exit(1)}, {}]`,
        `id: b, ${WHOLE}, runtime: 10s`,
        `id: c, ${SMALL}, runtime: 10s`,
      ],
      // a from 0 to 10 and again to 20, then b to 30, then c.
      states: {
        a: tenSecondAttempts(2, "SUCCEEDED"),
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 20, RUNNING 20, SUCCEEDED 30",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 30, SUCCEEDED 40",
      },
    },
    {
      rule: "model: goes before those retried earlier",
      section: "§ 2.4 States",
      jobs: [
        `id: a, ${HALF}, retryStrategy: { attempts: 2 }, attempts: [{ runtime: 10s, exitCode: 1 }, {}], runtime: 10s, jobQueue: low`,
        `id: b, ${HALF}, retryStrategy: { attempts: 2 }, attempts: [{ runtime: 12s, exitCode: 1 }, {}], runtime: 10s, jobQueue: low`,
        `id: c, repeat: 2, ${HALF}, submit: 5s, runtime: 40s, jobQueue: high`,
      ],
      rest: TWO_QUEUES,
      // c-1 and c-2 take the places of a at 10 and of b at 12, until 50 and 52. b was retried last and is first at 50.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 52, RUNNING 52, SUCCEEDED 62",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 12, STARTING 50, RUNNING 50, SUCCEEDED 60",
      },
    },
    {
      rule: "at the front blocks those behind it while it finds no room",
      section: "§ 2.4 States, § 2.5",
      jobs: [
        `id: a, vcpus: 3, memory: 1 GiB, retryStrategy: { attempts: 2 }, runtime: 10s, attempts: [${exit(1)}, {}], jobQueue: low`,
        `id: b, ${SMALL}, submit: 20s, runtime: 10s, jobQueue: low`,
        `id: c, ${HALF}, submit: 5s, runtime: 30s, jobQueue: high`,
      ],
      rest: TWO_QUEUES,
      // a fails at 10, c takes two of the four vCPUs from 10 to 40. b finds room for its one vCPU from 20 on, but a is first.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 40, RUNNING 40, SUCCEEDED 50",
        b: "SUBMITTED 20, RUNNABLE 20, STARTING 40, RUNNING 40, SUCCEEDED 50",
        c: "SUBMITTED 5, RUNNABLE 5, STARTING 10, RUNNING 10, SUCCEEDED 40",
      },
    },
  ]);
});

describe("evaluateOnExit", () => {
  const ruled = (rules: string, attempts: string) =>
    `${SMALL}, runtime: 10s, retryStrategy: { attempts: 2, evaluateOnExit: [${rules}] }, attempts: [${attempts}]`;

  testCases([
    {
      rule: "is gone through in order: the first entry that matches decides",
      section,
      jobs: [
        `id: a, ${ruled('{ onExitCode: "1", action: EXIT }, { onExitCode: "1", action: RETRY }', exit(1))}`,
        `id: b, ${ruled('{ onExitCode: "1", action: RETRY }, { onExitCode: "1", action: EXIT }', exit(1))}`,
      ],
      states: { a: tenSecondAttempts(1, "FAILED"), b: tenSecondAttempts(2, "FAILED") },
    },
    {
      rule: "passes over entries that do not match",
      section,
      jobs: [
        `id: a, ${ruled('{ onExitCode: "1", action: RETRY }, { onExitCode: "2", action: EXIT }', exit(2))}`,
        `id: b, ${ruled('{ onExitCode: "1", action: EXIT }, { onExitCode: "2", action: RETRY }', exit(2))}`,
      ],
      states: { a: tenSecondAttempts(1, "FAILED"), b: tenSecondAttempts(2, "FAILED") },
    },
    {
      rule: "is asked anew after each attempt",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, retryStrategy: { attempts: 4, evaluateOnExit: [{ onExitCode: "2", action: EXIT }] },
           attempts: [${exit(1)}, ${exit(2)}, {}]`,
      ],
      // 1 is retried, 2 is not.
      states: { a: tenSecondAttempts(2, "FAILED") },
    },
    {
      rule: "retries when no entry matches",
      section,
      jobs: [`id: a, ${ruled('{ onExitCode: "1", action: EXIT }', `${exit(2)}, {}`)}`],
      states: { a: tenSecondAttempts(2, "SUCCEEDED") },
    },
    {
      rule: "wants all conditions of an entry to match",
      section,
      jobs: [
        // The exit code matches in both, the reason in b only.
        `id: a, ${ruled('{ onExitCode: "137", onReason: "OutOfMemory*", action: EXIT }', `${exit(137)}, {}`)}`,
        `id: b, ${ruled('{ onExitCode: "137", onReason: "OutOfMemory*", action: EXIT }', `${killed}, {}`)}`,
        // The status reason matches, the exit code does not.
        `id: c, ${ruled('{ onStatusReason: "Essential*", onExitCode: "2", action: EXIT }', `${exit(1)}, {}`)}`,
      ],
      states: {
        a: tenSecondAttempts(2, "SUCCEEDED"),
        b: tenSecondAttempts(1, "FAILED"),
        c: tenSecondAttempts(2, "SUCCEEDED"),
      },
    },
    {
      rule: "takes a pattern with an asterisk as a prefix",
      section,
      jobs: [
        `id: a, ${ruled('{ onExitCode: "13*", action: EXIT }', `${exit(137)}, {}`)}`,
        `id: b, ${ruled('{ onExitCode: "13*", action: EXIT }', `${exit(13)}, {}`)}`,
        `id: c, ${ruled('{ onExitCode: "13*", action: EXIT }', `${exit(213)}, {}`)}`,
      ],
      // 137 and 13 begin with 13, 213 does not.
      states: {
        a: tenSecondAttempts(1, "FAILED"),
        b: tenSecondAttempts(1, "FAILED"),
        c: tenSecondAttempts(2, "SUCCEEDED"),
      },
    },
    {
      rule: "takes a pattern without an asterisk as the whole text",
      section,
      jobs: [
        `id: a, ${ruled('{ onExitCode: "13", action: EXIT }', `${exit(137)}, {}`)}`,
        `id: b, ${ruled('{ onStatusReason: "Essential container", action: EXIT }', `${exit(1)}, {}`)}`,
        `id: c, ${ruled('{ onStatusReason: "Essential container in task exited", action: EXIT }', `${exit(1)}, {}`)}`,
      ],
      states: {
        a: tenSecondAttempts(2, "SUCCEEDED"),
        b: tenSecondAttempts(2, "SUCCEEDED"),
        c: tenSecondAttempts(1, "FAILED"),
      },
    },
    {
      rule: "tells reason and statusReason apart",
      section,
      jobs: [
        `id: a, ${ruled('{ onReason: "OutOfMemory*", action: EXIT }', `${killed}, {}`)}`,
        `id: b, ${ruled('{ onStatusReason: "OutOfMemory*", action: EXIT }', `${killed}, {}`)}`,
      ],
      // OutOfMemoryError is the container's reason; the attempt's statusReason is Essential container in task exited.
      states: { a: tenSecondAttempts(1, "FAILED"), b: tenSecondAttempts(2, "SUCCEEDED") },
    },
    {
      rule: "finds no exit code where no container gave one: onExitCode is for codes other than 0",
      section,
      jobs: [
        `id: a, ${ruled('{ onExitCode: "*", action: EXIT }', `${hostLost}, {}`)}`,
        `id: b, ${ruled('{ onExitCode: "*", action: EXIT }', `${exit(1)}, {}`)}`,
      ],
      states: { a: tenSecondAttempts(2, "SUCCEEDED"), b: tenSecondAttempts(1, "FAILED") },
    },
    {
      rule: "in the common form, RETRY on Host EC2*, then EXIT on everything, retries lost hosts only",
      section,
      jobs: [
        `id: a, ${ruled('{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }', `${hostLost}, {}`)}`,
        `id: b, ${ruled('{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }', `${exit(1)}, {}`)}`,
        `id: c, ${ruled('{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }', `${killed}, {}`)}`,
      ],
      states: {
        a: tenSecondAttempts(2, "SUCCEEDED"),
        b: tenSecondAttempts(1, "FAILED"),
        c: tenSecondAttempts(1, "FAILED"),
      },
      attempts: { a: [HOST_LOST, `0  ${EXITED}`] },
    },
    {
      rule: "knows an image that cannot be pulled by CannotPullContainer*",
      section,
      jobs: [
        `id: a, ${ruled('{ onReason: "CannotPullContainer*", action: EXIT }', `${cannotStart}, {}`)}`,
        `id: b, ${ruled('{ onReason: "CannotPullContainer*", action: RETRY }, { onReason: "*", action: EXIT }', `${cannotStart}, {}`)}`,
      ],
      // The first attempt takes no time; the second of b 10 s.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, FAILED 0",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10",
      },
    },
    {
      rule: "retries no more than the attempts allow",
      section,
      jobs: [`id: a, ${ruled('{ onStatusReason: "Host EC2*", action: RETRY }', hostLost)}`],
      states: { a: tenSecondAttempts(2, "FAILED") },
      attempts: { a: [HOST_LOST, HOST_LOST] },
    },
    {
      rule: "has up to 5 entries, of which the last counts too",
      section,
      jobs: [`id: a, ${ruled(entries(5), `${exit(5)}, {}`)}`],
      // The fifth entry is EXIT on 5.
      states: { a: tenSecondAttempts(1, "FAILED") },
    },
  ]);

  testRefusals([
    {
      rule: "of more than 5 entries is refused",
      section,
      jobs: [`id: a, ${ruled(entries(6), exit(1))}`],
      messages: ["must have at most 5 entries, got 6"],
    },
    {
      rule: "with an entry without a condition is refused",
      section,
      jobs: [`id: a, ${ruled("{ action: RETRY }", exit(1))}`],
      messages: ["expected at least one of onStatusReason, onReason, onExitCode"],
    },
    {
      rule: "with a pattern of more than 512 characters is refused",
      section,
      jobs: [`id: a, ${ruled(`{ onReason: "${"x".repeat(513)}", action: RETRY }`, exit(1))}`],
      messages: ["can be up to 512 characters long, got 513"],
    },
    {
      rule: "with an asterisk that is not at the end is refused",
      section,
      jobs: [`id: a, ${ruled('{ onStatusReason: "Host*terminated", action: RETRY }', exit(1))}`],
      messages: [
        "can contain letters, numbers, periods (.), colons (:) and white space, and can optionally end with an asterisk (*)",
      ],
    },
  ]);
});

/** EXIT on exit codes 1, 2, … in entries of their own. */
function entries(count: number): string {
  return Array.from({ length: count }, (_, index) => `{ onExitCode: "${index + 1}", action: EXIT }`).join(", ");
}
