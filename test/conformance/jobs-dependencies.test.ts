// Dependencies: between jobs, between arrays, and from child to child.

import { describe } from "vitest";
import { PULLING, SMALL, testCases, testRefusals, WHOLE } from "./jobs-table.js";

const section = "§ 2.4 Dependencies";
const DEPENDENT_FAILED = "Dependent Job failed";
/** One child after the other on the one machine, and no more than 60 s for each. */
const LIMITED = `${WHOLE}, timeout: { attemptDurationSeconds: 60 }`;

describe("a job that depends on others", () => {
  testCases([
    {
      rule: "waits until all of them have succeeded",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, runtime: 40s`,
        `id: c, ${SMALL}, runtime: 20s`,
        `id: d, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }, { jobId: b }, { jobId: c }]`,
      ],
      // The last of 10, 40 and 20; then 5 s.
      states: { d: "SUBMITTED 0, PENDING 0, RUNNABLE 40, STARTING 40, RUNNING 40, SUCCEEDED 45" },
    },
    {
      rule: "may depend on 20",
      section,
      jobs: [
        `id: a, repeat: 20, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [${twenty().join(", ")}]`,
      ],
      // Four at a time: 20 / 4 = 5 rounds of 10 s.
      states: { b: "SUBMITTED 0, PENDING 0, RUNNABLE 50, STARTING 50, RUNNING 50, SUCCEEDED 55" },
    },
    {
      rule: "fails when one of them fails",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      states: { b: "SUBMITTED 0, PENDING 0, FAILED 10" },
      statusReasons: { b: DEPENDENT_FAILED },
      attempts: { b: [] },
    },
    {
      rule: "model: fails with the first that fails, without waiting for the others",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, runtime: 40s`,
        `id: c, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }, { jobId: b }]`,
      ],
      states: {
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 40",
        c: "SUBMITTED 0, PENDING 0, FAILED 10",
      },
    },
    {
      rule: "hands its failure on along a chain",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`,
        `id: c, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: b }]`,
        `id: d, ${SMALL}, submit: 3s, runtime: 5s, dependsOn: [{ jobId: c }]`,
        `id: e, ${SMALL}, runtime: 30s`,
      ],
      // All at the end of a; e depends on nobody.
      states: {
        b: "SUBMITTED 0, PENDING 0, FAILED 10",
        c: "SUBMITTED 0, PENDING 0, FAILED 10",
        d: "SUBMITTED 3, PENDING 3, FAILED 10",
        e: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 30",
      },
      statusReasons: { d: DEPENDENT_FAILED },
    },
    {
      rule: "of a diamond runs once, after both sides",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, runtime: 20s, dependsOn: [{ jobId: a }]`,
        `id: c, ${SMALL}, runtime: 30s, dependsOn: [{ jobId: a }]`,
        `id: d, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: b }, { jobId: c }]`,
      ],
      // b: 10 to 30. c: 10 to 40. d: 40 to 45.
      states: { d: "SUBMITTED 0, PENDING 0, RUNNABLE 40, STARTING 40, RUNNING 40, SUCCEEDED 45" },
      attempts: { d: ["0  | Essential container in task exited"] },
    },
    {
      rule: "model: is RUNNABLE at once when it is submitted after their end",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s`, `id: b, ${SMALL}, submit: 30s, runtime: 5s, dependsOn: [{ jobId: a }]`],
      states: { b: "SUBMITTED 30, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 35" },
    },
    {
      rule: "fails at once when it is submitted after one of them has failed",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, submit: 30s, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      states: { b: "SUBMITTED 30, PENDING 30, FAILED 30" },
    },
    {
      rule: "waits through the attempts of a job that is retried: only its end counts",
      section: "§ 2.4 Dependencies, Retry",
      jobs: [
        `id: a, ${SMALL}, retryStrategy: { attempts: 2 }, runtime: 20s, attempts: [{ runtime: 10s, exitCode: 1 }, {}]`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      // 10 s to the failure, 20 s to the success: 30.
      states: { b: "SUBMITTED 0, PENDING 0, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 35" },
    },
    {
      rule: "is not ahead of those that were RUNNABLE before it",
      section: "§ 2.4 Dependencies, § 2.5",
      jobs: [
        `id: a, ${WHOLE}, runtime: 10s`,
        `id: b, ${WHOLE}, submit: 1s, runtime: 5s, dependsOn: [{ jobId: a }]`,
        `id: c, ${WHOLE}, submit: 2s, runtime: 20s`,
      ],
      // c is RUNNABLE at 2, b at 10: c from 10 to 30, then b.
      states: {
        b: "SUBMITTED 1, PENDING 1, RUNNABLE 10, STARTING 30, RUNNING 30, SUCCEEDED 35",
        c: "SUBMITTED 2, RUNNABLE 2, STARTING 10, RUNNING 10, SUCCEEDED 30",
      },
    },
  ]);

  testRefusals([
    {
      rule: "on more than 20 is refused",
      section,
      jobs: [
        `id: a, repeat: 20, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, runtime: 10s`,
        `id: c, ${SMALL}, runtime: 5s, dependsOn: [${[...twenty(), "{ jobId: b }"].join(", ")}]`,
      ],
      messages: ["A job can depend upon a maximum of 20 jobs, got 21"],
    },
    {
      rule: "that wait for it in their turn, a cycle, is refused",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, dependsOn: [{ jobId: c }]`,
        `id: b, ${SMALL}, runtime: 10s, dependsOn: [{ jobId: a }]`,
        `id: c, ${SMALL}, runtime: 10s, dependsOn: [{ jobId: b }]`,
      ],
      messages: ["these jobs wait for each other: a → c → b → a"],
    },
    {
      rule: "on itself is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, dependsOn: [{ jobId: a }]`],
      messages: ["these jobs wait for each other: a → a"],
    },
  ]);
});

describe("dependencies of and on arrays", () => {
  testCases([
    {
      rule: "a job that depends on an array waits for all its children",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: [10s, 50s, 20s]`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      states: { b: "SUBMITTED 0, PENDING 0, RUNNABLE 50, STARTING 50, RUNNING 50, SUCCEEDED 55" },
    },
    {
      rule: "a job that depends on an array fails with its parent: when a child has failed and all have ended",
      section,
      jobs: [
        `id: a, ${LIMITED}, arrayProperties: { size: 2 }, runtime: [100s, 20s]`,
        `id: b, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      // Child 0 is timed out at 60, child 1 ends at 80, and with it the parent.
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 80" },
      states: { b: "SUBMITTED 0, PENDING 0, FAILED 80" },
    },
    {
      rule: "an array that depends on a job waits with all its children",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, arrayProperties: { size: 3 }, runtime: [5s, 6s, 7s], dependsOn: [{ jobId: a }]`,
      ],
      states: {
        "b:0": "SUBMITTED 0, PENDING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 15",
        "b:2": "SUBMITTED 0, PENDING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 17",
      },
      parents: { b: "SUBMITTED 0, PENDING 0, SUCCEEDED 17" },
    },
    {
      rule: "model: the children of an array that waits are counted as PENDING",
      section: "§ 2.4 Array, Dependencies",
      jobs: [
        `id: a, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, arrayProperties: { size: 3 }, runtime: [5s, 6s, 7s], dependsOn: [{ jobId: a }]`,
      ],
      // All three from 10; ends at 15, 16 and 17.
      summaries: { b: { 9: "PENDING 3", 10: "RUNNING 3", 16: "RUNNING 1, SUCCEEDED 2" } },
    },
    {
      rule: "an array fails with all its children when what it depends on fails",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      states: { "b:1": "SUBMITTED 0, PENDING 0, FAILED 10" },
      parents: { b: "SUBMITTED 0, PENDING 0, FAILED 10" },
      statusReasons: { "b:1": DEPENDENT_FAILED },
    },
    {
      rule: "an array that depends on another one as a whole waits for all its children, of whatever number",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: [10s, 30s, 20s]`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a }]`,
      ],
      states: { "b:0": "SUBMITTED 0, PENDING 0, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 35" },
      parents: { b: "SUBMITTED 0, PENDING 0, SUCCEEDED 35" },
    },
    {
      rule: "a chain of arrays and jobs hands a failure on to its end",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: [10s, 20s], attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a }]`,
        `id: c, ${SMALL}, runtime: 5s, dependsOn: [{ jobId: b }]`,
      ],
      // The array a ends with its second child.
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 20", b: "SUBMITTED 0, PENDING 0, FAILED 20" },
      states: { c: "SUBMITTED 0, PENDING 0, FAILED 20" },
    },
  ]);
});

describe("N_TO_N", () => {
  testCases([
    {
      rule: "child i waits for child i of the other array only",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: [10s, 30s]`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a, type: N_TO_N }]`,
      ],
      states: {
        "b:0": "SUBMITTED 0, PENDING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 15",
        "b:1": "SUBMITTED 0, PENDING 0, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 35",
      },
      parents: { b: "SUBMITTED 0, PENDING 0, SUCCEEDED 35" },
      summaries: { b: { 12: "PENDING 1, RUNNING 1" } },
    },
    {
      rule: "child i fails with child i of the other array; its siblings go on",
      section,
      jobs: [
        `id: a, ${LIMITED}, arrayProperties: { size: 2 }, runtime: [100s, 20s]`,
        `id: b, ${WHOLE}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a, type: N_TO_N }]`,
      ],
      // a:0 is timed out at 60; a:1 from 60 to 80; b:1 from 80 to 85.
      states: {
        "b:0": "SUBMITTED 0, PENDING 0, FAILED 60",
        "b:1": "SUBMITTED 0, PENDING 0, RUNNABLE 80, STARTING 80, RUNNING 80, SUCCEEDED 85",
      },
      parents: { b: "SUBMITTED 0, PENDING 0, FAILED 85" },
    },
    {
      rule: "a dependency on a job comes on top of those from child to child",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: [10s, 30s]`,
        `id: j, ${SMALL}, runtime: 20s`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 5s, dependsOn: [{ jobId: a, type: N_TO_N }, { jobId: j }]`,
      ],
      // b:0 at the later of 10 and 20, b:1 of 30 and 20.
      states: {
        "b:0": "SUBMITTED 0, PENDING 0, RUNNABLE 20, STARTING 20, RUNNING 20, SUCCEEDED 25",
        "b:1": "SUBMITTED 0, PENDING 0, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 35",
      },
    },
  ]);

  testRefusals([
    {
      rule: "between arrays of unequal sizes is refused",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: 10s`,
        `id: b, ${SMALL}, arrayProperties: { size: 3 }, runtime: 5s, dependsOn: [{ jobId: a, type: N_TO_N }]`,
      ],
      messages: ["an N_TO_N dependency is between array jobs of the same size, got 3 and 2"],
    },
    {
      rule: "on a job that is no array is refused",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 10s`,
        `id: b, ${SMALL}, arrayProperties: { size: 3 }, runtime: 5s, dependsOn: [{ jobId: a, type: N_TO_N }]`,
      ],
      messages: ["an N_TO_N dependency is between array jobs of the same size, got 3 and no array"],
    },
  ]);
});

describe("SEQUENTIAL", () => {
  testCases([
    {
      rule: "child i waits for child i - 1, though there is room for all",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 3 }, runtime: [10s, 20s, 30s], dependsOn: [{ type: SEQUENTIAL }]`,
      ],
      // 0 to 10, 10 to 30, 30 to 60.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10",
        "a:1": "SUBMITTED 0, PENDING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 30",
        "a:2": "SUBMITTED 0, PENDING 0, RUNNABLE 30, STARTING 30, RUNNING 30, SUCCEEDED 60",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 60" },
      summaries: { a: { 0: "PENDING 2, RUNNING 1", 10: "PENDING 1, RUNNING 1, SUCCEEDED 1" } },
    },
    {
      rule: "the first child that fails takes all behind it along",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 4 }, runtime: [10s, 100s, 30s, 30s], dependsOn: [{ type: SEQUENTIAL }],
           timeout: { attemptDurationSeconds: 60 }`,
      ],
      // Child 1 from 10, timed out at 70.
      states: {
        "a:0": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10",
        "a:1": "SUBMITTED 0, PENDING 0, RUNNABLE 10, STARTING 10, RUNNING 10, FAILED 70",
        "a:2": "SUBMITTED 0, PENDING 0, FAILED 70",
        "a:3": "SUBMITTED 0, PENDING 0, FAILED 70",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, FAILED 70" },
    },
    {
      rule: "child 0 waits for what the array depends on",
      section,
      jobs: [
        `id: j, ${SMALL}, runtime: 10s`,
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: 20s, dependsOn: [{ jobId: j }, { type: SEQUENTIAL }]`,
      ],
      rest: PULLING,
      // j: pull to 5, end at 15. Child 0: container at 16, end at 36. Child 1: container at 37, end at 57.
      states: {
        "a:0": "SUBMITTED 0, PENDING 0, RUNNABLE 15, STARTING 15, RUNNING 16, SUCCEEDED 36",
        "a:1": "SUBMITTED 0, PENDING 0, RUNNABLE 36, STARTING 36, RUNNING 37, SUCCEEDED 57",
      },
    },
  ]);

  testRefusals([
    {
      rule: "of a job that is no array is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s, dependsOn: [{ type: SEQUENTIAL }]`],
      messages: ["a SEQUENTIAL dependency is for array jobs"],
    },
    {
      rule: "with a jobId is refused",
      section,
      jobs: [
        `id: a, ${SMALL}, arrayProperties: { size: 2 }, runtime: 10s`,
        `id: b, ${SMALL}, arrayProperties: { size: 2 }, runtime: 10s, dependsOn: [{ jobId: a, type: SEQUENTIAL }]`,
      ],
      messages: ["a SEQUENTIAL dependency must not specify a jobId"],
    },
  ]);
});

function twenty(): string[] {
  return Array.from({ length: 20 }, (_, index) => `{ jobId: a-${index + 1} }`);
}
