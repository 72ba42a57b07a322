// The seven states of a job, and the times at which it enters them.

import { describe } from "vitest";
import { LAUNCHED, PULLING, SMALL, testCases, WHOLE } from "./jobs-table.js";

const section = "§ 2.4 States";

describe("the states of a job", () => {
  testCases([
    {
      rule: "without dependencies, delays or others it is RUNNABLE, STARTING and RUNNING at once",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      // 0 + 60.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60" },
    },
    {
      rule: "it is STARTING while its image is pulled: RUNNING begins with the container",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      rest: PULLING,
      // Pull 0 to 5, run 5 to 65.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, SUCCEEDED 65" },
    },
    {
      rule: "it is RUNNABLE until an instance has come up for it",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`],
      rest: LAUNCHED,
      // Launched at 0, running at 10, ready at 30; pull to 35; run to 95.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 35, SUCCEEDED 95" },
    },
    {
      rule: "it is RUNNABLE while the instance is full",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 60s`, `id: b, ${WHOLE}, submit: 10s, runtime: 20s`],
      // b: from the end of a at 60, 20 s.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        b: "SUBMITTED 10, RUNNABLE 10, STARTING 60, RUNNING 60, SUCCEEDED 80",
      },
    },
    {
      rule: "it is PENDING while it has unmet dependencies, and RUNNABLE when they are met",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`, `id: b, ${SMALL}, runtime: 20s, dependsOn: [{ jobId: a }]`],
      // a ends at 60; 60 + 20.
      states: { b: "SUBMITTED 0, PENDING 0, RUNNABLE 60, STARTING 60, RUNNING 60, SUCCEEDED 80" },
    },
    {
      rule: "it goes through six of the seven in their order when every step takes time",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s`,
        `id: b, ${WHOLE}, submit: 10s, runtime: 20s`,
        `id: c, ${WHOLE}, submit: 20s, runtime: 30s, dependsOn: [{ jobId: a }]`,
      ],
      rest: PULLING,
      // a: 0, 5, 65. b takes the instance at 65, starts at 66, ends at 86. c is RUNNABLE at 65 with the end of a, but behind
      // b: 86, container at 87, end at 117.
      states: { c: "SUBMITTED 20, PENDING 20, RUNNABLE 65, STARTING 86, RUNNING 87, SUCCEEDED 117" },
    },
    {
      rule: "it is FAILED when its container exits with another code than 0",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, attempts: [{ exitCode: 3 }]`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 60" },
      attempts: { a: ["3  | Essential container in task exited"] },
      statusReasons: { a: "Essential container in task exited" },
    },
    {
      rule: "it is FAILED without having been RUNNING when its container cannot start",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, attempts: [{ cannotStart: true }]`],
      rest: PULLING,
      // The pull fails at its end, at 5.
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, FAILED 5" },
    },
    {
      rule: "a job of no run time goes through all states at once",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 0s`],
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 0" },
    },
  ]);
});

describe("delays between the states (model)", () => {
  testCases([
    {
      rule: "model: later jobs of an instance find the image there and start after cachedPull",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 60s`, `id: b, ${WHOLE}, runtime: 20s`],
      rest: PULLING,
      // a: 5 to 65. b: placed at 65, container at 65 + 1, end at 66 + 20.
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 65, RUNNING 66, SUCCEEDED 86" },
    },
    {
      rule: "model: jobs that are placed during the first pull wait for its end",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`, `id: b, ${SMALL}, submit: 2s, runtime: 60s`],
      rest: PULLING,
      // b: placed at 2, the image is there at 5 (later than 2 + 1).
      states: { b: "SUBMITTED 2, RUNNABLE 2, STARTING 2, RUNNING 5, SUCCEEDED 65" },
    },
    {
      rule: "model: a job that comes while an instance is on its way takes it too",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`, `id: b, ${SMALL}, submit: 12s, runtime: 60s`],
      rest: LAUNCHED,
      // The instance of a is ready at 30; both wait for its pull until 35.
      states: { b: "SUBMITTED 12, RUNNABLE 12, STARTING 30, RUNNING 35, SUCCEEDED 95" },
      places: { a: ["0 m6i.xlarge on-demand"], b: ["0 m6i.xlarge on-demand"] },
    },
    {
      rule: "model: decisions are made every decisionInterval",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 20s`, `id: b, ${WHOLE}, submit: 1s, runtime: 20s`],
      rest: "\nworld: { decisionInterval: 15s, pull: 0s, cachedPull: 0s }",
      // Decisions at 0, 15, 30. a: 0 to 20. b: the first decision at or after 20 is at 30.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 20",
        b: "SUBMITTED 1, RUNNABLE 1, STARTING 30, RUNNING 30, SUCCEEDED 50",
      },
    },
  ]);
});
