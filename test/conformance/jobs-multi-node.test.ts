// Multi-node parallel jobs: several instances of one type at once, for one job alone.

import { describe, expect, it } from "vitest";
import { LAUNCHED, SMALL, scenarioOf, TWO_QUEUES, testCases, testRefusals, WHOLE } from "./jobs-table.js";
import { play } from "./play.js";

const section = "§ 2.4 MNP";

const fleet = (...instances: string[]) => `
computeEnvironments:
  - computeEnvironmentName: ce
    type: MANAGED
    computeResources: { type: EC2, maxvCpus: 256, instanceTypes: [m6i.xlarge, m6i.2xlarge] }
    fixedFleet: [${instances.join(", ")}]`;
const TWO = fleet("{ instanceType: m6i.xlarge, count: 2 }");
const PULLING_WORLD = "\nworld: { decisionInterval: 0s, pull: 5s, cachedPull: 1s, stopDelay: 4s }";

const RUN_AT_ONCE = "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 60";

describe("a multi-node parallel job", () => {
  testCases([
    {
      rule: "waits until there is an instance for each of its nodes, and starts on all at once",
      section,
      jobs: [`id: a, ${WHOLE}, runtime: 60s`, `id: b, ${SMALL}, nodes: 2, runtime: 60s`],
      rest: TWO,
      // One of the two instances is taken until 60.
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "takes no instance on which another job runs, though there is room",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 60s`, `id: b, ${SMALL}, nodes: 2, runtime: 60s`],
      rest: TWO,
      // Three of four vCPUs are free beside a.
      states: { b: "SUBMITTED 0, RUNNABLE 0, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "leaves nobody else on its instances, though there is room",
      section,
      jobs: [`id: a, ${SMALL}, nodes: 2, runtime: 60s`, `id: b, ${SMALL}, submit: 10s, runtime: 20s`],
      rest: TWO,
      states: { a: RUN_AT_ONCE, b: "SUBMITTED 10, RUNNABLE 10, STARTING 60, RUNNING 60, SUCCEEDED 80" },
    },
    {
      rule: "leaves the other instances to others",
      section,
      jobs: [`id: a, ${SMALL}, nodes: 2, runtime: 60s`, `id: b, ${SMALL}, submit: 10s, runtime: 20s`],
      rest: fleet("{ instanceType: m6i.xlarge, count: 3 }"),
      states: { a: RUN_AT_ONCE, b: "SUBMITTED 10, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 30" },
    },
    {
      rule: "runs on instances of one type",
      section,
      jobs: [
        `id: a, vcpus: 1, memory: 20 GiB, runtime: 10s`,
        `id: b, vcpus: 4, memory: 1 GiB, runtime: 60s`,
        `id: c, ${SMALL}, nodes: 2, submit: 20s, runtime: 60s`,
      ],
      rest: fleet("{ instanceType: m6i.xlarge, count: 2 }", "{ instanceType: m6i.2xlarge, count: 1 }"),
      // a fits the m6i.2xlarge only and leaves it at 10; b is on an m6i.xlarge until 60. From 20 on one of each type is empty.
      states: { c: "SUBMITTED 20, RUNNABLE 20, STARTING 60, RUNNING 60, SUCCEEDED 120" },
    },
    {
      rule: "is RUNNING when the last of its nodes is ready",
      section,
      jobs: [`id: a, ${SMALL}, runtime: 10s`, `id: b, ${SMALL}, nodes: 2, submit: 20s, runtime: 60s`],
      rest: TWO + PULLING_WORLD,
      // a leaves its image on one instance: ready at 21 there, at 25 on the other one.
      states: { b: "SUBMITTED 20, RUNNABLE 20, STARTING 20, RUNNING 25, SUCCEEDED 85" },
    },
    {
      rule: "at the head of the queue blocks those behind it",
      section: "§ 2.4 MNP, § 2.5",
      jobs: [
        `id: a, ${SMALL}, runtime: 60s`,
        `id: b, ${SMALL}, nodes: 2, runtime: 60s`,
        `id: c, ${SMALL}, runtime: 10s`,
      ],
      rest: TWO,
      // c has room from 0 on, but comes after b, whose instances are its own until 120.
      states: { c: "SUBMITTED 0, RUNNABLE 0, STARTING 120, RUNNING 120, SUCCEEDED 130" },
    },
    {
      rule: "is retried as a whole when its main node fails",
      section: "§ 2.4 MNP, Retry",
      jobs: [
        `id: a, ${SMALL}, nodes: 2, runtime: 60s, retryStrategy: { attempts: 2 }, attempts: [{ runtime: 10s, exitCode: 1 }, {}]`,
      ],
      rest: TWO,
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 70",
      },
    },
    {
      rule: "is stopped on all nodes by TerminateJob, which frees them",
      section: "§ 2.4 MNP, States",
      jobs: [
        `id: a, ${SMALL}, nodes: 2, runtime: 60s, terminate: 20s`,
        `id: b, ${WHOLE}, runtime: 10s`,
        `id: c, ${WHOLE}, runtime: 10s`,
      ],
      rest: TWO + PULLING_WORLD,
      // Started at 5, SIGTERM at 20, gone at 24; both instances have the image: containers at 25.
      states: {
        a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 5, FAILED 24",
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 24, RUNNING 25, SUCCEEDED 35",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 24, RUNNING 25, SUCCEEDED 35",
      },
    },
    {
      rule: "has one timeout for all nodes",
      section: "§ 2.4 MNP, Timeout",
      jobs: [`id: a, ${SMALL}, nodes: 2, runtime: 100s, timeout: { attemptDurationSeconds: 60 }`],
      rest: TWO,
      states: { a: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, FAILED 60" },
    },
    {
      rule: "model: locks a consumable resource once for all nodes",
      section: "§ 2.4 MNP, Consumable resources",
      jobs: [
        `id: a, ${SMALL}, nodes: 2, consumables: { licence: 1 }, runtime: 60s`,
        `id: b, ${SMALL}, consumables: { licence: 1 }, runtime: 10s`,
        `id: c, ${SMALL}, consumables: { licence: 1 }, runtime: 10s`,
      ],
      rest: `${fleet("{ instanceType: m6i.xlarge, count: 3 }")}
consumableResources:
  - { consumableResourceName: licence, totalQuantity: 2 }`,
      // a and b have one each; c has room on the third instance and waits for b.
      states: {
        a: RUN_AT_ONCE,
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10",
        c: "SUBMITTED 0, RUNNABLE 0, STARTING 10, RUNNING 10, SUCCEEDED 20",
      },
    },
    {
      rule: "holds no instance before all are there: jobs of other queues may take them",
      section: "§ 2.4 MNP, § 2.5",
      jobs: [
        `id: a, ${WHOLE}, runtime: 60s, jobQueue: high`,
        `id: b, ${SMALL}, nodes: 2, runtime: 60s, jobQueue: high`,
        `id: c, ${SMALL}, submit: 10s, runtime: 100s, jobQueue: low`,
      ],
      rest: TWO + TWO_QUEUES,
      // a is on one instance until 60; c takes the other, empty one at 10 until 110; b needs both.
      states: {
        b: "SUBMITTED 0, RUNNABLE 0, STARTING 110, RUNNING 110, SUCCEEDED 170",
        c: "SUBMITTED 10, RUNNABLE 10, STARTING 10, RUNNING 10, SUCCEEDED 110",
      },
    },
    {
      rule: "model: asks for as much on every node as its largest node group",
      section,
      jobs: ["id: a, jobDefinition: d, runtime: 60s", `id: b, ${WHOLE}, runtime: 10s`],
      rest: `${fleet("{ instanceType: m6i.xlarge, count: 2 }", "{ instanceType: m6i.2xlarge, count: 2 }")}
jobDefinitions:
  - jobDefinitionName: d
    type: multinode
    nodeProperties:
      numNodes: 2
      mainNode: 0
      nodeRangeProperties:
        - { targetNodes: "0", container: { vcpus: 6, memory: 1024 } }
        - { targetNodes: "1", container: { vcpus: 1, memory: 1024 } }`,
      // Six vCPUs are more than an m6i.xlarge has: both nodes are on the m6i.2xlarge, numbers 2 and 3.
      states: { a: RUN_AT_ONCE, b: "SUBMITTED 0, RUNNABLE 0, STARTING 0, RUNNING 0, SUCCEEDED 10" },
      places: { a: [expect.stringMatching(/^[23] m6i.2xlarge on-demand$/)] },
    },
    {
      rule: "passes over an environment of Spot Instances for one of on-demand instances",
      section,
      jobs: [`id: a, ${WHOLE}, nodes: 2, runtime: 60s`],
      rest: `
computeEnvironments:
  - computeEnvironmentName: spot
    type: MANAGED
    computeResources: { type: SPOT, maxvCpus: 256, instanceTypes: [m6i.xlarge] }
    fixedFleet: [{ instanceType: m6i.xlarge, count: 2 }]
  - computeEnvironmentName: on-demand
    type: MANAGED
    computeResources: { type: EC2, maxvCpus: 256, instanceTypes: [m6i.xlarge] }
    fixedFleet: [{ instanceType: m6i.xlarge, count: 2 }]`,
      states: { a: RUN_AT_ONCE },
      places: { a: ["2 m6i.xlarge on-demand"] },
    },
  ]);

  it(`has as many instances launched for it as it has nodes, and begins and ends on all at once (${section})`, async () => {
    const played = await play(scenarioOf({ jobs: [`id: a, ${SMALL}, nodes: 3, runtime: 60s`], rest: LAUNCHED }));
    // All launched at 0, ready at 30; pull to 35; end at 95.
    expect(played.states("a")).toBe("SUBMITTED 0, RUNNABLE 0, STARTING 30, RUNNING 35, SUCCEEDED 95");
    const { attempts, instances } = played.ledger;
    const nodes = Array.from({ length: attempts.length }, (_, row) => [
      attempts.instance[row],
      attempts.placedMs[row],
      attempts.startedMs[row],
      attempts.endedMs[row],
    ]);
    expect(nodes).toEqual([0, 1, 2].map((instance) => [instance, 30_000, 35_000, 95_000]));
    expect(instances.length).toBe(3);
  });
});

describe("a multi-node parallel job that AWS Batch does not take", () => {
  const unsupported =
    'Multi-node parallel jobs aren\'t supported on Spot Instances, Fargate and UNMANAGED compute environments, and the job queue "main" has no others';
  const environment = (type: string, resources: string) => `
computeEnvironments:
  - computeEnvironmentName: ce
    type: ${type}
    computeResources: { ${resources} }`;
  const nodes = (numNodes: number, ...groups: string[]) => `
jobDefinitions:
  - jobDefinitionName: d
    type: multinode
    nodeProperties: { numNodes: ${numNodes}, mainNode: 0, nodeRangeProperties: [${groups.join(", ")}] }`;
  const group = (targetNodes: string, type = "m6i.xlarge") =>
    `{ targetNodes: "${targetNodes}", container: { instanceType: ${type}, vcpus: 1, memory: 1024 } }`;
  const jobs = [`id: a, ${SMALL}, nodes: 2, runtime: 60s`];
  const defined = ["id: a, jobDefinition: d, runtime: 60s"];

  testRefusals([
    {
      rule: "on Spot Instances is refused",
      section,
      jobs,
      rest: environment("MANAGED", "type: SPOT, maxvCpus: 256, instanceTypes: [m6i.xlarge]"),
      messages: [unsupported],
    },
    {
      rule: "on an UNMANAGED compute environment is refused",
      section,
      jobs,
      rest: environment("UNMANAGED", "type: EC2, maxvCpus: 256, instanceTypes: [m6i.xlarge]"),
      messages: [unsupported],
    },
    {
      rule: "on Fargate is refused",
      section,
      jobs: [`id: a, vcpus: 1, memory: 2 GiB, nodes: 2, runtime: 60s`],
      rest: environment("MANAGED", "type: FARGATE, maxvCpus: 256"),
      messages: [unsupported],
    },
    {
      rule: "of several instance types is refused",
      section,
      jobs: defined,
      rest: TWO + nodes(2, group("0"), group("1", "m6i.2xlarge")),
      messages: ["All node groups in a multi-node parallel job must use the same instance type"],
    },
    {
      rule: "of more than 5 node groups is refused",
      section,
      jobs: defined,
      rest: TWO + nodes(6, ...[0, 1, 2, 3, 4, 5].map((node) => group(String(node)))),
      messages: ["must have at most 5 entries, got 6"],
    },
    {
      rule: "of more than 1000 nodes is refused",
      section,
      jobs: [`id: a, ${SMALL}, nodes: 1001, runtime: 60s`],
      rest: TWO,
      messages: ["must be at most 1000, got 1001"],
    },
  ]);
});
