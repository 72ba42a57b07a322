// What ends a job before its time: timeouts, CancelJob and TerminateJob.

import { describe } from "vitest";
import { PULLING, SMALL, TWO_QUEUES, testCases, testRefusals, WHOLE } from "./jobs-table.js";

const TIMED_OUT = "Job attempt duration exceeded timeout";
const TIMEOUT = "timeout: { attemptDurationSeconds: 60 }";

/** A container that is told to stop goes on for as long. */
const stopping = (delay: string) => `
world: { decisionInterval: 0s, pull: 5s, cachedPull: 1s, stopDelay: ${delay} }`;

describe("a timeout", () => {
  const section = "§ 2.4 Timeout";

  testCases([
    {
      rule: "ends an attempt that runs longer",
      section,
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 100s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 60" },
      statusReasons: { a: TIMED_OUT },
      attempts: { a: [`-  | ${TIMED_OUT}`] },
    },
    {
      rule: "leaves an attempt alone that runs as long",
      section,
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 60s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60" },
    },
    {
      rule: "counts from startedAt: neither the wait nor the image pull",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 70s`, `id: b, ${WHOLE}, ${TIMEOUT}, runtime: 100s`],
      rest: PULLING,
      // a: 5 to 75. b: placed at 75, started at 76, 76 + 60.
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 75, RUNNING 76, FAILED 136" },
    },
    {
      rule: "is never retried, whatever evaluateOnExit says",
      section: "§ 2.4 Timeout, States",
      jobs: [
        `id: a, ${SMALL}, ${TIMEOUT}, runtime: 100s,
           retryStrategy: { attempts: 3, evaluateOnExit: [{ onStatusReason: "*", action: RETRY }] }`,
      ],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 60" },
    },
    {
      rule: "begins anew with each attempt",
      section,
      jobs: [
        `id: a, ${SMALL}, ${TIMEOUT}, retryStrategy: { attempts: 3 }, runtime: 50s,
           attempts: [{ exitCode: 1 }, { runtime: 100s }]`,
        `id: b, ${SMALL}, ${TIMEOUT}, retryStrategy: { attempts: 3 }, runtime: 50s, attempts: [{ exitCode: 1 }, {}]`,
      ],
      // a: exit at 50, then 50 + 60. b: 50 + 50, more than 60 in all.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 50, STARTING 50, RUNNING 50, FAILED 110",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 50, STARTING 50, RUNNING 50, SUCCEEDED 100",
      },
    },
    {
      rule: "sends SIGTERM: the container may go on for a while",
      section,
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 100s`],
      rest: stopping("20s"),
      // Started at 5, SIGTERM at 65, done at 85.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 85" },
    },
    {
      rule: "sends SIGKILL 30 s after SIGTERM",
      section,
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 200s`],
      rest: stopping("45s"),
      // Started at 5, SIGTERM at 65, SIGKILL at 95.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 95" },
    },
    {
      rule: "model: fails an attempt that ends by itself after SIGTERM, too",
      section,
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 65s`],
      rest: stopping("20s"),
      // Started at 5, SIGTERM at 65, its own end at 70.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 70" },
      statusReasons: { a: TIMED_OUT },
    },
    {
      rule: "fails those that depend on the job",
      section: "§ 2.4 Timeout, Dependencies",
      jobs: [`id: a, ${SMALL}, ${TIMEOUT}, runtime: 100s`, `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`],
      states: { b: "SUBMITTED 0, PENDING 0, FAILED 60" },
    },
  ]);

  testRefusals([
    {
      rule: "of less than 60 s is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, timeout: { attemptDurationSeconds: 59 }`],
      messages: ["The minimum value for the timeout is 60 seconds, got 59"],
    },
  ]);
});

describe("CancelJob", () => {
  const section = "§ 2.4 States";
  const CANCELLED = "Canceled by user";

  testCases([
    {
      rule: "fails a job in RUNNABLE",
      section,
      jobs: [
        `id: a, ${WHOLE}, runtime: 60s`,
        `id: b, ${WHOLE}, runtime: 60s, cancel: 20s`,
        `id: c, ${WHOLE}, runtime: 10s`,
      ],
      // c need not wait for b.
      states: {
        b: "SUBMITTED 0, RUNNABLE 0, FAILED 20",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 70",
      },
      statusReasons: { b: CANCELLED },
      attempts: { b: [] },
    },
    {
      rule: "at the head of the queue lets the next one in at once",
      section: "§ 2.4 States, § 2.5",
      jobs: [
        `id: a, ${SMALL}, runtime: 60s`,
        `id: b, ${WHOLE}, runtime: 60s, cancel: 20s`,
        `id: c, ${SMALL}, runtime: 10s`,
      ],
      // There is room for c from 0 on, behind b until 20.
      states: { c: "SUBMITTED 0, RUNNABLE 0, STARTING 20, RUNNING 20, SUCCEEDED 30" },
    },
    {
      rule: "fails a job in PENDING only when its dependencies are complete",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`, `id: b, ${SMALL}, runtime: 60s, dependsOn: [{ jobId: a }], cancel: 20s`],
      states: { b: "SUBMITTED 0, PENDING 0, FAILED 60" },
      statusReasons: { b: CANCELLED },
    },
    {
      rule: "has no effect on a job in STARTING",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, cancel: 3s`],
      rest: PULLING,
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, SUCCEEDED 65" },
    },
    {
      rule: "has no effect on a job in RUNNING",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, cancel: 20s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60" },
    },
    {
      rule: "has no effect on the retries of a job that was RUNNING then",
      section: "§ 2.4 States, Retry",
      jobs: [
        `id: a, ${SMALL}, runtime: 60s, cancel: 20s, retryStrategy: { attempts: 2 }, attempts: [{ exitCode: 1 }, {}]`,
      ],
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 60, STARTING 60, RUNNING 60, SUCCEEDED 120",
      },
    },
    {
      rule: "is never followed by another attempt",
      section,
      jobs: [
        `id: a, ${WHOLE}, runtime: 60s`,
        `id: b, ${WHOLE}, runtime: 60s, cancel: 20s, retryStrategy: { attempts: 3 }`,
      ],
      states: { b: "SUBMITTED 0, RUNNABLE 0, FAILED 20" },
    },
    {
      rule: "of an array fails the children that wait; those that run go on",
      section: "§ 2.4 States, Array",
      jobs: [`id: a, ${WHOLE}, arrayProperties: { size: 3 }, runtime: 60s, cancel: 20s`],
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        "a:2": "SUBMITTED 0, RUNNABLE 0, FAILED 20",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 60" },
      summaries: { a: { 20: "RUNNING 1, FAILED 2" } },
    },
    {
      rule: "fails a job that is RUNNABLE between two attempts",
      section: "§ 2.4 States, Retry",
      jobs: [
        `id: a, ${WHOLE}, runtime: 10s, cancel: 30s, retryStrategy: { attempts: 3 }, attempts: [{ exitCode: 1 }], jobQueue: low`,
        `id: b, ${WHOLE}, submit: 5s, runtime: 60s, jobQueue: high`,
      ],
      rest: TWO_QUEUES,
      // a fails at 10; b has waited since 5 in the queue that is served first.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, FAILED 30" },
      statusReasons: { a: CANCELLED },
    },
    {
      rule: "of an array in PENDING fails its children when its dependencies are complete",
      section: "§ 2.4 States, Array",
      jobs: [
        `id: a, ${SMALL}, runtime: 60s`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a }], cancel: 20s`,
      ],
      states: { "b:1": "SUBMITTED 0, PENDING 0, FAILED 60" },
      parents: { b: "SUBMITTED 0, PENDING 0, FAILED 60" },
      statusReasons: { "b:1": CANCELLED },
    },
    {
      rule: "of a SEQUENTIAL array leaves the child that runs, and fails the rest at its end",
      section: "§ 2.4 States, Array, Dependencies",
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: 60s, dependsOn: [{ type: SEQUENTIAL }], cancel: 20s`,
      ],
      // Child 1 is in PENDING until child 0 has ended; child 2 depends on child 1.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        "a:1": "SUBMITTED 0, PENDING 0, FAILED 60",
        "a:2": "SUBMITTED 0, PENDING 0, FAILED 60",
      },
      statusReasons: { "a:1": CANCELLED },
    },
    {
      rule: "fails those that depend on the job",
      section: "§ 2.4 States, Dependencies",
      jobs: [
        `id: a, ${WHOLE}, runtime: 60s`,
        `id: b, ${WHOLE}, runtime: 60s, cancel: 20s`,
        `id: c, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: b }]`,
      ],
      states: { c: "SUBMITTED 0, PENDING 0, FAILED 20" },
    },
  ]);
});

describe("TerminateJob", () => {
  const section = "§ 2.4 States";
  const TERMINATED = "Terminated by user";

  testCases([
    {
      rule: "ends a job in RUNNING",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, terminate: 20s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 20" },
      statusReasons: { a: TERMINATED },
    },
    {
      rule: "ends a job in STARTING, which then was never RUNNING",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, terminate: 3s`],
      rest: stopping("20s"),
      // There is no container yet that could go on.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, FAILED 3" },
    },
    {
      rule: "fails a job in RUNNABLE",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 60s`, `id: b, ${WHOLE}, runtime: 60s, terminate: 20s`],
      states: { b: "SUBMITTED 0, RUNNABLE 0, FAILED 20" },
    },
    {
      rule: "model: fails a job in PENDING at once",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s`,
        `id: b, ${SMALL}, runtime: 60s, dependsOn: [{ jobId: a }], terminate: 20s`,
      ],
      states: { b: "SUBMITTED 0, PENDING 0, FAILED 20" },
    },
    {
      rule: "is never followed by another attempt, whatever evaluateOnExit says",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s, terminate: 20s,
           retryStrategy: { attempts: 3, evaluateOnExit: [{ onStatusReason: "*", action: RETRY }] }`,
      ],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 20" },
    },
    {
      rule: "during a later attempt ends the job",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s, terminate: 70s, retryStrategy: { attempts: 3 }, attempts: [{ exitCode: 1 }]`,
      ],
      // Exit at 60; the second attempt from 60 is ended at 70.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 60, STARTING 60, RUNNING 60, FAILED 70",
      },
    },
    {
      rule: "sends SIGTERM, and SIGKILL 30 s later",
      section: "§ 2.4 Timeout",
      jobs: [`id: a, ${SMALL}, runtime: 100s, terminate: 20s`],
      rest: stopping("45s"),
      // 20 + 30.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 50" },
    },
    {
      rule: "model: fails a job whose container ends by itself after SIGTERM, too",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, terminate: 55s`],
      rest: stopping("20s"),
      // Started at 5, SIGTERM at 55, its own end at 65.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 65" },
      statusReasons: { a: TERMINATED },
    },
    {
      rule: "makes room for others when the container has stopped",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 100s, terminate: 20s`, `id: b, ${WHOLE}, runtime: 10s`],
      rest: stopping("4s"),
      // a stops at 24; b has its image and starts at 25.
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 24, RUNNING 25, SUCCEEDED 35" },
    },
    {
      rule: "of an array ends all its children, in whatever state",
      section: "§ 2.4 States, Array",
      jobs: [`id: a, ${WHOLE}, arrayProperties: { size: 3 }, runtime: 15s, terminate: 20s`],
      // Child 0 from 0 to 15, child 1 from 15 until 20, child 2 waits until 20.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 15",
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 15, RUNNING 15, FAILED 20",
        "a:2": "SUBMITTED 0, RUNNABLE 0, FAILED 20",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 20" },
    },
    {
      rule: "has no effect on a job that has ended",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, terminate: 20s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10" },
    },
  ]);
});
