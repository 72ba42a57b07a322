// Consumable resources: what a job locks while it is there, and what is used up.

import { describe, expect, it } from "vitest";
import { LAUNCHED, PULLING, SMALL, scenarioOf, TWO_QUEUES, testCases, testRefusals, WHOLE } from "./jobs-table.js";
import { play } from "./play.js";

const section = "§ 2.4 Consumable resources";

const resource = (name: string, quantity: number, type = "REPLENISHABLE") =>
  `\n  - { consumableResourceName: ${name}, resourceType: ${type}, totalQuantity: ${quantity} }`;
const replenishable = (quantity: number) => `\nconsumableResources:${resource("licence", quantity)}`;
const usedUp = (quantity: number) => `\nconsumableResources:${resource("licence", quantity, "NON_REPLENISHABLE")}`;
const ONE = "consumables: { licence: 1 }";

describe("a consumable resource", () => {
  testCases([
    {
      rule: "keeps a job RUNNABLE that finds too little of it, though there is room",
      section,
      jobs: [`id: a, ${SMALL}, ${ONE}, runtime: 60s`, `id: b, ${SMALL}, ${ONE}, runtime: 60s`],
      rest: replenishable(1),
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
      },
    },
    {
      rule: "is locked from STARTING on",
      section,
      jobs: [`id: a, ${SMALL}, ${ONE}, runtime: 60s`, `id: b, ${SMALL}, ${ONE}, submit: 2s, runtime: 60s`],
      rest: PULLING + replenishable(1),
      // a is STARTING until 5, RUNNING until 65; b has its container at 66.
      states: { b: "SUBMITTED 2, RUNNABLE 2, STARTING 65, RUNNING 66, SUCCEEDED 126" },
    },
    {
      rule: "is not locked by a job that waits for something else",
      section,
      jobs: [
        `id: a, ${SMALL}, runtime: 60s, jobQueue: high`,
        `id: b, ${WHOLE}, ${ONE}, runtime: 60s, jobQueue: high`,
        `id: c, ${SMALL}, ${ONE}, runtime: 20s, jobQueue: low`,
      ],
      rest: replenishable(1) + TWO_QUEUES,
      // b waits for the whole machine until 60 and leaves the licence to c of the other queue.
      states: {
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 20",
      },
    },
    {
      rule: "that is short at the head of the queue blocks all behind it",
      section,
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s`,
        `id: b, ${SMALL}, ${ONE}, runtime: 60s`,
        `id: c, ${SMALL}, runtime: 10s`,
      ],
      rest: replenishable(1),
      // c needs none and has room from 0 on, behind b until 60.
      states: { c: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 70" },
    },
    {
      rule: "is counted by quantity",
      section,
      jobs: [
        `id: a, ${SMALL}, consumables: { licence: 2 }, runtime: 60s`,
        `id: b, ${SMALL}, consumables: { licence: 2 }, runtime: 60s`,
        `id: c, ${SMALL}, consumables: { licence: 1 }, runtime: 60s`,
      ],
      rest: replenishable(3),
      // 3 - 2 = 1 is too little for b; at 60 b and c take 2 + 1 = 3.
      states: {
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120",
      },
    },
    {
      rule: "must be there together with the others that the job asks for",
      section,
      jobs: [
        `id: a, ${SMALL}, consumables: { licence: 1 }, runtime: 40s`,
        `id: b, ${SMALL}, consumables: { token: 1 }, runtime: 60s`,
        `id: c, ${SMALL}, consumables: { licence: 1, token: 1 }, runtime: 10s`,
      ],
      rest: replenishable(1) + resource("token", 1),
      // The licence is back at 40, the token at 60.
      states: { c: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 70" },
    },
    {
      rule: "is locked by each child of an array",
      section,
      jobs: [`id: a, ${SMALL}, ${ONE}, arrayProperties: { size: 5 }, runtime: 60s`],
      rest: replenishable(2),
      // Two at a time, though four would fit: 0 to 60, 60 to 120, 120 to 180.
      states: {
        "a:1": "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        "a:4": "SUBMITTED 0, RUNNABLE 0, STARTING 120, RUNNING 120, SUCCEEDED 180",
      },
      parents: { a: "SUBMITTED 0, PENDING 0, SUCCEEDED 180" },
    },
    {
      rule: "is returned when the job fails, too",
      section,
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s, attempts: [{ exitCode: 1 }]`,
        `id: b, ${SMALL}, ${ONE}, runtime: 60s`,
      ],
      rest: replenishable(1),
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "is returned when the job is terminated",
      section,
      jobs: [`id: a, ${SMALL}, ${ONE}, runtime: 60s, terminate: 20s`, `id: b, ${SMALL}, ${ONE}, runtime: 60s`],
      rest: replenishable(1),
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 20, RUNNING 20, SUCCEEDED 80" },
    },
    {
      rule: "model: is returned at the end of each attempt and locked again by the next",
      section: "§ 2.4 Consumable resources, Retry",
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s, retryStrategy: { attempts: 2 }, attempts: [{ exitCode: 1 }, {}]`,
        `id: b, ${SMALL}, ${ONE}, runtime: 10s`,
      ],
      rest: replenishable(1),
      // a goes to the front at 60 and locks the licence again, until 120.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 60, STARTING 60, RUNNING 60, SUCCEEDED 120",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 120, RUNNING 120, SUCCEEDED 130",
      },
    },
    {
      rule: "is locked in fair-share queues as in others",
      section: "§ 2.4 Consumable resources, § 2.5",
      jobs: [
        `id: a, ${SMALL}, ${ONE}, shareIdentifier: x, runtime: 60s`,
        `id: b, ${SMALL}, ${ONE}, shareIdentifier: x, runtime: 60s`,
      ],
      rest: `${replenishable(1)}
schedulingPolicies: [{ name: fair }]
jobQueues:
  - jobQueueName: main
    schedulingPolicyArn: fair
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: ce }]`,
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "at the head, short of it and terminated, lets the next one in",
      section: "§ 2.4 Consumable resources, States",
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s`,
        `id: b, ${SMALL}, ${ONE}, runtime: 60s, terminate: 20s`,
        `id: c, ${SMALL}, runtime: 10s`,
      ],
      rest: replenishable(1),
      states: { c: "SUBMITTED 0, RUNNABLE 0, STARTING 20, RUNNING 20, SUCCEEDED 30" },
    },
    {
      rule: "may be one of 5 of a job",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, consumables: { r1: 1, r2: 1, r3: 1, r4: 1, r5: 1 }`],
      rest: `\nconsumableResources:${[1, 2, 3, 4, 5].map((number) => resource(`r${number}`, 1)).join("")}`,
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60" },
    },
    {
      rule: "may be asked for in the job definition",
      section,
      jobs: [`id: a, jobDefinition: d, runtime: 60s`, `id: b, jobDefinition: d, runtime: 60s`],
      rest: `${replenishable(1)}
jobDefinitions:
  - jobDefinitionName: d
    containerProperties: { vcpus: 1, memory: 1024 }
    consumableResourceProperties: { consumableResourceList: [{ consumableResource: licence, quantity: 1 }] }`,
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "that is NON_REPLENISHABLE is used up: the job that finds none waits on",
      section,
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s`,
        `id: b, ${SMALL}, ${ONE}, runtime: 60s`,
        `id: c, ${SMALL}, ${ONE}, runtime: 60s, terminate: 500s`,
      ],
      rest: usedUp(2),
      // a and b use up the 2; c waits until somebody takes it out.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60",
        c: "SUBMITTED 0, RUNNABLE 0, FAILED 500",
      },
    },
    {
      rule: "model: that is NON_REPLENISHABLE is used up by failed attempts too",
      section: "§ 2.4 Consumable resources, Retry",
      jobs: [
        `id: a, ${SMALL}, ${ONE}, runtime: 60s, retryStrategy: { attempts: 3 }, attempts: [{ exitCode: 1 }], terminate: 500s`,
      ],
      rest: usedUp(2),
      // The attempts at 0 and 60 use up the 2; there is none for a third.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 60, STARTING 60, RUNNING 60, RUNNABLE 120, FAILED 500",
      },
    },
  ]);

  it(`model: launches no instance for a job that waits for it (${section})`, async () => {
    const jobs = [`id: a, ${WHOLE}, ${ONE}, runtime: 60s`, `id: b, ${WHOLE}, ${ONE}, runtime: 60s`];
    const played = await play(scenarioOf({ jobs, rest: LAUNCHED + replenishable(1) }));
    // a: launched at 0, ready at 30, 35 to 95. b: on the same instance, its container at 96.
    expect(played.states("b")).toBe("SUBMITTED 0, RUNNABLE 0, STARTING 95, RUNNING 96, SUCCEEDED 156");
    expect(played.ledger.instances.length).toBe(1);
  });

  it(`that is NON_REPLENISHABLE leaves jobs that never run, and the run says so (${section})`, async () => {
    const jobs = [`id: a, ${SMALL}, ${ONE}, runtime: 60s`, `id: b, ${SMALL}, ${ONE}, runtime: 60s`];
    await expect(play(scenarioOf({ jobs, rest: usedUp(1) }))).rejects.toThrow("1 jobs could never be placed");
  });

  testRefusals([
    {
      rule: "among more than 5 of one job is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, consumables: { r1: 1, r2: 1, r3: 1, r4: 1, r5: 1, r6: 1 }`],
      rest: `\nconsumableResources:${[1, 2, 3, 4, 5, 6].map((number) => resource(`r${number}`, 1)).join("")}`,
      messages: ["must have at most 5 entries, got 6"],
    },
    {
      rule: "of which a job asks for more than there are is refused",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s, consumables: { licence: 3 }`],
      rest: replenishable(2),
      messages: ['asks for 3 of "licence", of which there are 2'],
    },
  ]);
});
