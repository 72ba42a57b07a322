// Looks that fail, lie or are late: nothing is ended or launched on what was not seen whole.

import { expect } from "vitest";
import type { Fault } from "../../world/faults.js";
import type { Play } from "./play.js";
import { playAll, type Scenario } from "./table.js";
import { scenarioText, WORK } from "./texts.js";

const SIX = scenarioText({ jobs: [`repeat: 6, ${WORK}`] });
const ALWAYS = Number.POSITIVE_INFINITY;

async function isOver(play: Play, jobs = 6): Promise<void> {
  await play.finish();
  expect(play.statuses()).toEqual({ SUCCEEDED: jobs });
}

/** A call fails for five minutes while jobs run and end: nothing is changed meanwhile, and all is well afterwards. */
function fails(name: string, fault: Fault): Scenario {
  return [
    `${name} for five minutes`,
    { text: SIX },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      const stop = play.fault(fault);
      const { length } = play.world.requests;
      await play.run(5);
      // The jobs are over since two minutes or more, and nobody knows.
      expect(play.account.done).toBe(true);
      expect(play.reports.slice(-8).some(({ isWhole }) => isWhole)).toBe(false);
      const since = play.world.requests.slice(length);
      expect(since.filter(({ mutating, service }) => mutating && service !== "sqs")).toEqual([]);
      expect(play.alive).toHaveLength(3);
      stop();
      await isOver(play);
      expect(play.ours).toHaveLength(3);
    },
  ];
}

/** Something that only makes looks worse: the same jobs are run on no more instances. */
function bears(name: string, faults: readonly Fault[]): Scenario {
  return [
    name,
    { text: SIX },
    async (play) => {
      for (const fault of faults) play.fault(fault);
      await isOver(play);
      expect(play.ours).toHaveLength(3);
    },
  ];
}

const FAILING: readonly Scenario[] = [
  fails("ListJobs fails", { kind: "server-error", operation: "ListJobs", count: ALWAYS }),
  fails("DescribeJobs is throttled", { kind: "throttle", operation: "DescribeJobs", count: ALWAYS }),
  fails("ListContainerInstances fails", { kind: "server-error", operation: "ListContainerInstances", count: ALWAYS }),
  fails("DescribeInstances is denied", {
    ...{ kind: "error", status: 403, code: "UnauthorizedOperation", message: "You are not authorized." },
    ...{ operation: "DescribeInstances", count: ALWAYS },
  }),
  [
    "moto is down for a while",
    { text: SIX },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      const stop = play.fault({ kind: "moto-down" });
      await play.run(3);
      stop();
      await isOver(play);
    },
  ],
];

const LYING: readonly Scenario[] = [
  bears("new instances are hidden for 45 s", [{ kind: "hide-new-instances", forMs: 45_000 }]),
  bears("new tasks are hidden for 30 s", [{ kind: "hide-new-tasks", forMs: 30_000 }]),
  bears("lists of jobs are old by 20 s", [{ kind: "stale", operation: "ListJobs", forMs: 20_000, count: ALWAYS }]),
  bears("instances are old by 30 s", [{ kind: "stale", operation: "DescribeInstances", forMs: 30_000, count: ALWAYS }]),
  bears("container instances are old by 30 s", [
    { kind: "stale", operation: "DescribeContainerInstances", forMs: 30_000, count: ALWAYS },
  ]),
  bears("pages of one", [{ kind: "short-pages", size: 1, count: ALWAYS }]),
  bears("first pages that are empty", [
    { kind: "short-pages", size: 0, operation: "ListJobs", from: 20 },
    { kind: "short-pages", size: 0, operation: "ListContainerInstances", from: 5 },
    { kind: "short-pages", size: 0, operation: "DescribeInstances", from: 5 },
  ]),
  bears("every message comes twice and in reverse", [
    { kind: "messages", effect: "duplicate" },
    { kind: "messages", effect: "reverse" },
  ]),
  bears("connections break off now and then", [
    { kind: "reset-before", from: 7, count: 1 },
    { kind: "reset-before", from: 31, count: 1 },
    { kind: "lost-answer", from: 53, count: 1 },
    { kind: "lost-answer", from: 71, count: 1 },
  ]),
  [
    "AWS's clock is two minutes ahead of ours",
    { text: SIX },
    async (play) => {
      play.world.skewMs = 120_000;
      await isOver(play);
      expect(play.ours).toHaveLength(3);
      expect(play.warnings()).toContain("this machine's clock is");
    },
  ],
];

const ENDLESS: Scenario = [
  "pages without an end: the look is given up",
  { text: SIX },
  async (play) => {
    await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
    const stop = play.fault({ kind: "short-pages", size: 0, operation: "DescribeInstances", count: ALWAYS });
    const { observation, isWhole } = await play.step();
    expect([isWhole, observation.problems.map(({ code }) => code)]).toEqual([false, ["too-many-pages"]]);
    stop();
    await isOver(play);
  },
];

const PATCHED: readonly Scenario[] = [
  [
    "the queue is disabled: people are told",
    { text: SIX },
    async (play) => {
      play.world.patchQueue("main", { state: "DISABLED" });
      await isOver(play);
      expect(play.warnings()).toContain("job queue main is DISABLED");
    },
  ],
  [
    "the compute environment is INVALID: people are told, and nothing is launched before it is VALID again",
    { text: SIX },
    async (play) => {
      play.world.patchEnvironment("ours", { status: "INVALID", statusReason: "CLIENT_ERROR - Access denied" });
      await play.run(6);
      expect(play.warnings()).toContain("compute environment ours is ENABLED, INVALID: CLIENT_ERROR - Access denied");
      expect(play.denials()).toEqual(new Set(["environment-closed"]));
      expect(play.ours).toEqual([]);
      play.world.patchEnvironment("ours", { status: "VALID", statusReason: "" });
      await isOver(play);
    },
  ],
];

playAll("looks", [...FAILING, ...LYING, ENDLESS, ...PATCHED]);
