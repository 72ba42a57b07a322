// Array jobs: their children run by themselves, their parent tells how all of them fare.

import { describe } from "vitest";
import { PULLING, SMALL, testCases, testRefusals, WHOLE } from "./jobs-table.js";

const section = "§ 2.4 Array";

describe("an array job", () => {
  testCases([
    {
      rule: "of 2 children: the parent is PENDING while they run and is never RUNNABLE",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: [30s, 60s]`],
      // The children side by side; the parent ends with the later one.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 30",
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 60" },
    },
    {
      rule: "of 10,000 children is allowed",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 10000 }, runtime: 1s`],
      // Four at a time: 10,000 / 4 = 2,500 rounds of 1 s. The last child is in the last round.
      states: { "a:9999": "SUBMITTED 0, RUNNABLE 0, STARTING 2499, RUNNING 2499, SUCCEEDED 2500" },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 2500" },
      summaries: { a: { 1000: "RUNNABLE 5996, RUNNING 4, SUCCEEDED 4000" } }, // 1,000 rounds of 4 are over
    },
    {
      rule: "is placed child by child: those that find no room wait",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 6 }, runtime: 60s`],
      // Four vCPUs: children 0 to 3 from 0 to 60, 4 and 5 from 60 to 120.
      states: {
        "a:3": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        "a:4": "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
        "a:5": "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 120" },
    },
    {
      rule: "has a statusSummary that counts its children by state",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 6 }, runtime: 60s`],
      rest: PULLING,
      // Children 0 to 3: pull 0 to 5, run to 65. Children 4 and 5: placed at 65, containers at 66, run to 126.
      summaries: {
        a: {
          0: "RUNNABLE 2, STARTING 4",
          4: "RUNNABLE 2, STARTING 4",
          5: "RUNNABLE 2, RUNNING 4",
          65: "STARTING 2, SUCCEEDED 4",
          66: "RUNNING 2, SUCCEEDED 4",
          126: "SUCCEEDED 6",
        },
      },
    },
    {
      rule: "fails when a child fails, but only when the others, which go on, have ended",
      section,
      jobs: [
        `id: a, ${WHOLE}, arrayProperties: { size: 3 }, runtime: [30s, 90s, 40s], timeout: { attemptDurationSeconds: 60 }`,
      ],
      // One after the other: child 0 from 0 to 30; child 1 from 30, timed out at 90; child 2 from 90 to 130.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 30",
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 30, FAILED 90",
        "a:2": "SUBMITTED 0, RUNNABLE 0, STARTING 90, RUNNING 90, SUCCEEDED 130",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 130" },
      summaries: { a: { 100: "RUNNING 1, SUCCEEDED 1, FAILED 1", 130: "SUCCEEDED 2, FAILED 1" } },
    },
    {
      rule: "fails when all children fail",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: [10s, 20s, 30s], attempts: [{ exitCode: 1 }]`],
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 30" },
      summaries: { a: { 20: "RUNNING 1, FAILED 2" } },
    },
    {
      rule: "is retried child by child, each with a counter of its own",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 3 }, retryStrategy: { attempts: 2 }, runtime: 20s,
           attempts: [{ runtime: 10s, exitCode: 1 }, { runtime: 20s }]`,
      ],
      // Each: 10 s to the failure, 20 s to the success. Were the 2 attempts shared, three failures would use them up.
      states: {
        "a:2": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 30",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 30" },
      summaries: { a: { 9: "RUNNING 3", 10: "RUNNING 3", 30: "SUCCEEDED 3" } },
    },
    {
      rule: "has a child that is retried at the front, before its siblings that wait",
      section: "§ 2.4 Array, States",
      jobs: [
        `id: a, ${WHOLE}, arrayProperties: { size: 2 }, retryStrategy: { attempts: 2 }, runtime: 20s,
           attempts: [{ runtime: 10s, exitCode: 1 }, { runtime: 20s }]`,
      ],
      // Child 0: 0 to 10, again 10 to 30. Child 1: 30 to 40, again 40 to 60.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 30",
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 30, RUNNABLE 40, STARTING 40, RUNNING 40, SUCCEEDED 60",
      },
      summaries: { a: { 5: "RUNNABLE 1, RUNNING 1", 35: "RUNNING 1, SUCCEEDED 1" } },
    },
    {
      rule: "is timed out child by child, each from its own start",
      section: "§ 2.4 Array, Timeout",
      jobs: [
        `id: a, ${WHOLE}, arrayProperties: { size: 2 }, runtime: [50s, 100s], timeout: { attemptDurationSeconds: 60 }`,
      ],
      // Child 0 from 0 to 50, within its 60 s. Child 1 from 50, timed out at 50 + 60.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 50",
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 50, RUNNING 50, FAILED 110",
      },
      statusReasons: { "a:1": "Job attempt duration exceeded timeout" },
    },
    {
      rule: "keeps its place in the queue: later jobs come after all its children",
      section: "§ 2.4 Array, § 2.5",
      jobs: [
        `id: a, ${WHOLE}, arrayProperties: { size: 3 }, runtime: 10s`,
        `id: b, ${WHOLE}, submit: 1s, runtime: 10s`,
      ],
      // Children 0 to 10, 10 to 20, 20 to 30; then b.
      states: { b: "SUBMITTED 1, RUNNABLE 1, STARTING 30, RUNNING 30, SUCCEEDED 40" },
    },
  ]);

  testRefusals([
    {
      rule: "of 1 child is refused",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 1 }, runtime: 60s`],
      messages: ["Array size must be between 2 and 10,000, got 1"],
    },
    {
      rule: "of 10,001 children is refused",
      section,
      jobs: [`id: a, ${SMALL}, arrayProperties: { size: 10001 }, runtime: 60s`],
      messages: ["Array size must be between 2 and 10,000, got 10001"],
    },
  ]);
});
