// Launches that are refused, answered in part, not answered, or not known to have been done; and demand of every kind.

import { SubmitJobCommand } from "@aws-sdk/client-batch";
import { expect } from "vitest";
import { RefusalReason } from "../../../src/model/market.js";
import { NONE } from "../../../src/model/tables.js";
import type { WorldRequest } from "../../world/gateway.js";
import { clientsOf } from "../world/env.js";
import type { Play } from "./play.js";
import { playAll, type Scenario } from "./table.js";
import { scenarioText, WORK } from "./texts.js";

const MINUTE = 60_000;
const MIDNIGHT = Date.UTC(2026, 0, 6);
const SIX = scenarioText({ jobs: [`repeat: 6, ${WORK}`] });
const LAUNCH = { service: "ec2", operation: "CreateFleet" } as const;

function tokens(requests: readonly WorldRequest[]): Set<string> {
  return new Set(requests.map(({ body }) => new URLSearchParams(body).get("ClientToken")!));
}

function marketsOf(play: Play): string[] {
  const { pools } = play.rig.input.tables;
  return [...new Set(play.ours.map(({ pool }) => pools[pool]!.market))].sort();
}

function typesOf(play: Play): string[] {
  const { pools, instanceTypes } = play.rig.input.tables;
  return [...new Set(play.ours.map(({ pool }) => instanceTypes[pools[pool]!.instanceType]!.name))].sort();
}

/** When jobs of a kind began, ms. */
function startsOf(play: Play, from: number, to: number): number[] {
  const jobs = Array.from({ length: to - from }, (_, i) => play.account.job(from + i));
  return jobs.map(({ ended }) => ended.at(-1)!.startedMs);
}

const TWO_QUEUES = ["low", "high"]
  .map(
    (name, i) =>
      `  - { jobQueueName: ${name}, priority: ${i + 1}, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }`,
  )
  .join("\n");

/** No pool of spot has anything until so many minutes have gone. */
function refuseSpot({ account, rig }: Play, minutes: number): void {
  const { pools: all } = rig.input.tables;
  const launch = account.launch.bind(account);
  account.launch = (pools, environment) => {
    const isSpot = pools.every((pool) => all[pool]!.market === "spot");
    if (!isSpot || account.nowMs >= minutes * MINUTE) return launch(pools, environment);
    return { host: NONE, pool: NONE, refusals: pools.map((pool) => ({ pool, reason: RefusalReason.Capacity })) };
  };
}

/** The process dies with its first fleet made and the answer unread. */
async function dieInFirstFleet(play: Play): Promise<void> {
  play.fault({ kind: "lost-answer", ...LAUNCH });
  let died: () => void = () => {};
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  play.invariants.beforeCall = ({ operation }) => {
    const fleets = play.calls("CreateFleet").length;
    if (operation !== "CreateFleet" || fleets < 2) return undefined;
    died();
    return new Promise(() => {}); // it never gets to asking again
  };
  await Promise.race([play.step(), death]);
  play.invariants.beforeCall = undefined;
}

const DEMAND: readonly Scenario[] = [
  [
    "cold start from zero",
    { text: SIX },
    async (play) => {
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
      // 6 jobs of 2 vCPUs: three instances of four.
      expect(play.ours).toHaveLength(3);
    },
  ],
  [
    "a burst of a 10,000-array against a capped fleet",
    {
      text: scenarioText({
        jobs: ["arrayProperties: { size: 10000 }, vcpus: 2, memory: 3 GiB, runtime: 60s"],
        maxvCpus: 10_000,
      }),
      caps: { maxInstances: 20, maxLaunchesPerTick: 8 },
    },
    async (play) => {
      await play.run(4);
      expect(play.alive).toHaveLength(20);
      // 20 instances of two children each.
      expect(play.statuses().RUNNING ?? 0).toBeGreaterThanOrEqual(30);
      expect([...play.denials()].sort()).toEqual(["launches-per-tick", "max-instances"]);
    },
  ],
  [
    "queues of different priorities, and room for one instance",
    {
      text: scenarioText({
        jobs: [`jobQueue: low, repeat: 4, ${WORK}`, `jobQueue: high, repeat: 4, ${WORK}`],
        queues: TWO_QUEUES,
      }),
      caps: { maxInstances: 1 },
    },
    async (play) => {
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 8 });
      expect(Math.max(...startsOf(play, 4, 8))).toBeLessThanOrEqual(Math.min(...startsOf(play, 0, 4)));
    },
  ],
  [
    "a job that asks for exactly a type's nominal memory gets a larger one",
    { text: scenarioText({ jobs: ["vcpus: 2, memory: 8 GiB, runtime: 60s"], types: "[m6i.large, m6i.xlarge]" }) },
    async (play) => {
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 1 });
      expect(typesOf(play)).toEqual(["m6i.xlarge"]);
    },
  ],
  [
    "a job that fits nothing, and others behind it",
    { text: scenarioText({ jobs: [`repeat: 4, submit: 1m, ${WORK}`] }) },
    async (play) => {
      const { batch } = clientsOf(play.world.url);
      const resourceRequirements = [
        { type: "VCPU" as const, value: "96" },
        { type: "MEMORY" as const, value: "4096" },
      ];
      const huge = { jobName: "huge", jobQueue: "main", jobDefinition: "huge" };
      await batch.send(new SubmitJobCommand({ ...huge, containerOverrides: { resourceRequirements } }));
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 4 });
      // Four jobs of 2 vCPUs: two instances, and none for the other.
      expect(play.ours).toHaveLength(2);
    },
  ],
  [
    "a multi-node job, and others in a queue behind it",
    {
      text: scenarioText({
        jobs: [
          "jobQueue: high, vcpus: 96, memory: 3 GiB, runtime: 60s, cancel: 6m",
          `jobQueue: low, repeat: 4, ${WORK}`,
        ],
        queues: TWO_QUEUES,
      }),
    },
    async (play) => {
      // The account holds the first job for too large; what it tells of it is a job of two nodes that would fit.
      const { classes, jobClass } = play.rig.input.workload;
      const { shape } = classes[jobClass[1]!]!;
      Reflect.set(classes, jobClass[0]!, { ...classes[jobClass[0]!]!, nodes: 2, shape });
      await play.finish();
      expect(play.statuses()).toEqual({ FAILED: 1, SUCCEEDED: 4 });
      expect(play.ours).toHaveLength(2);
      expect(play.warnings()).toContain("cannot run in an UNMANAGED compute environment");
    },
  ],
];

const KINDS: readonly Scenario[] = [
  [
    "more kinds of jobs than one session can tell apart: others take over as kinds go",
    {
      text: scenarioText({
        jobs: [0, 1, 2, 3, 4, 5].map((i) => `vcpus: 2, memory: ${3000 + i} MiB, runtime: ${90 + 60 * i}s`),
      }),
      capacity: { classes: 2, shapes: 2, shares: 2 },
    },
    async (play) => {
      const isFull = () => play.process.parts.controller.isFull;
      let sessions = 1;
      for (; ; sessions++) {
        await play.until(() => isFull() || play.account.done);
        if (play.account.done) break;
        expect(play.warnings()).toContain("of more kinds than one session can tell apart");
        await play.restart();
      }
      expect(sessions).toBeGreaterThan(2);
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
      await play.finish();
    },
  ],
];

const REFUSED: readonly Scenario[] = [
  [
    "no spot capacity anywhere: on-demand until it is back",
    {
      text: scenarioText({
        jobs: [`repeat: 4, ${WORK}`, `repeat: 4, submit: 14m, ${WORK}`],
        strategy: ", spot: { fallbackAfter: 1m }",
      }),
    },
    async (play) => {
      refuseSpot(play, 6);
      await play.until(() => play.account.job(3).status === "SUCCEEDED");
      expect(marketsOf(play)).toEqual(["on-demand"]);
      await play.finish();
      expect(marketsOf(play)).toEqual(["on-demand", "spot"]);
    },
  ],
  [
    "a fleet is answered in part",
    {
      text: scenarioText({
        jobs: [`repeat: 12, ${WORK}`],
        zones: "[use1-az1]",
        types: "[m6i.xlarge]",
        world: "  spot: { capacity: { medianVcpus: 8, sigma: 0, on: 1000h } }",
      }),
    },
    async (play) => {
      await play.run(1);
      // 8 vCPUs of the pool are two instances, of the six that were asked for.
      expect(play.alive).toHaveLength(2);
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 12 });
    },
  ],
  [
    "the account's quota is reached",
    {
      text: scenarioText({
        jobs: [`repeat: 12, ${WORK}`],
        strategy: ", spot: { fallbackAfter: never }",
        world: "  quotas: [{ market: spot, families: [standard], vcpus: 8 }]",
      }),
    },
    async (play) => {
      let most = 0;
      await play.until(() => {
        most = Math.max(most, play.alive.length);
        return play.account.done;
      });
      expect(most).toBe(2);
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 12 });
    },
  ],
  [
    "EC2 throttles every launch for five minutes",
    { text: SIX },
    async (play) => {
      const stop = play.fault({ kind: "throttle", ...LAUNCH, count: Number.POSITIVE_INFINITY });
      await play.run(5);
      expect(play.ours).toEqual([]);
      stop();
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
      expect(play.ours).toHaveLength(3);
    },
  ],
  [
    "all of AWS throttles for five minutes",
    { text: SIX },
    async (play) => {
      await play.run(1);
      const stop = play.fault({ kind: "throttle", count: Number.POSITIVE_INFINITY });
      await play.run(5);
      expect(play.reports.slice(-19).every(({ isWhole }) => !isWhole)).toBe(true);
      stop();
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
      expect(play.ours).toHaveLength(3);
    },
  ],
  [
    "agents never register: five in a row stop launching, one tries again",
    {
      text: scenarioText({ jobs: [`repeat: 6, ${WORK}`] }),
      live: "  health: { registrationTimeout: 3m }",
    },
    async (play) => {
      play.fault({ kind: "never-registers", count: 6 });
      await play.until(() => play.denials().has("failed-launches"));
      expect(play.process.parts.gate.open.join()).toContain("never registered");
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
    },
  ],
  [
    "the budget of an hour is reached",
    { text: scenarioText({ jobs: [`repeat: 12, ${WORK}`] }), caps: { maxUsdPerHour: "$0.20" } },
    async (play) => {
      let most = 0;
      await play.until(() => {
        const spent = play.alive.reduce((sum, { pool }) => sum + play.account.priceMicroUsdPerHour(pool), 0);
        most = Math.max(most, spent);
        return play.account.done;
      });
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThanOrEqual(200_000);
      expect(play.denials()).toContain("max-spend-per-hour");
      await play.finish();
    },
  ],
  [
    "the budget of a day is reached: nothing more is launched until midnight",
    {
      text: scenarioText({ jobs: [`repeat: 6, ${WORK}`, `repeat: 6, submit: 10m, ${WORK}`] }),
      caps: { maxUsdPerHour: "$0.50", maxUsdPerDay: "$0.50" },
      originMs: MIDNIGHT - 25 * MINUTE,
    },
    async (play) => {
      // Three instances at about $0.07 an hour are there for some four minutes: $0.014.
      play.process.parts.gate.restore(490_000, MIDNIGHT - 24 * 60 * MINUTE);
      await play.run(24);
      expect(play.denials()).toEqual(new Set(["max-spend-per-day"]));
      expect(play.ours).toHaveLength(3);
      await play.finish();
      expect(play.nowMs).toBeGreaterThan(25 * MINUTE);
      expect(play.statuses()).toEqual({ SUCCEEDED: 12 });
    },
  ],
];

const UNANSWERED: readonly Scenario[] = [
  [
    "the answer of CreateFleet is lost",
    { text: SIX },
    async (play) => {
      play.fault({ kind: "lost-answer", ...LAUNCH });
      await play.finish();
      const fleets = play.calls("CreateFleet");
      expect(fleets.length).toBeGreaterThan(tokens(fleets).size);
      expect(play.ours).toHaveLength(3);
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
    },
  ],
  [
    "a crash between CreateFleet and its answer, with what was written ahead",
    { text: SIX },
    async (play) => {
      await dieInFirstFleet(play);
      expect(play.rig.leaseStore.pending).toHaveLength(1);
      await play.restart();
      await play.finish();
      expect(play.ours).toHaveLength(3);
    },
  ],
  [
    "the same with the tags alone: what is there is found while the ticks settle",
    { text: SIX, settleTicks: 4 },
    async (play) => {
      await play.run(1);
      await dieInFirstFleet(play);
      play.rig.leaseStore.pending = [];
      play.fault({ kind: "hide-new-instances", forMs: 30_000 });
      await play.restart();
      await play.finish();
      expect(play.ours).toHaveLength(3);
      expect(play.ours.every(({ token }) => token !== "")).toBe(true);
    },
  ],
  [
    "a crash does not begin the ten minutes of launches anew",
    {
      text: scenarioText({ jobs: ["repeat: 6, vcpus: 2, memory: 3 GiB, runtime: 15m"] }),
      caps: { maxLaunchesPerTenMinutes: 2 },
    },
    async (play) => {
      await play.run(1);
      expect(play.ours).toHaveLength(2);
      await play.restart();
      await play.run(8);
      expect(play.ours).toHaveLength(2);
      expect(play.denials()).toContain("launches-per-ten-minutes");
      await play.until(() => play.ours.length === 3, 3);
      await play.finish();
    },
  ],
];

playAll("launches", [...DEMAND, ...KINDS, ...REFUSED, ...UNANSWERED]);
