// Instances that end, or should not: drains with jobs slipping in, people's hands, kill switches, two controllers, dead agents.

import { SubmitJobCommand } from "@aws-sdk/client-batch";
import { expect } from "vitest";
import { makeAwsClients } from "../../../src/live/aws/clients.js";
import { deadlineAfter, systemClock } from "../../../src/live/clock.js";
import { checkIdentity } from "../../../src/live/observe/identity.js";
import type { KillMode } from "../../../src/live/ports.js";
import type { LiveIdentity } from "../../../src/model/live-settings.js";
import { EndCause } from "../../../src/model/market.js";
import { clientsOf } from "../world/env.js";
import { type Play, TICK_MS } from "./play.js";
import { playAll, type Scenario } from "./table.js";
import { scenarioText, WORK } from "./texts.js";

const SIX = scenarioText({ jobs: [`repeat: 6, ${WORK}`] });
/** Three instances, then one job alone, then three again. */
const WAVES = scenarioText({ jobs: [`repeat: 6, ${WORK}`, `submit: 8m, repeat: 6, ${WORK}`] });

function drains(play: Play, status: string): number {
  const changes = play.calls("UpdateContainerInstancesState").map(({ body }) => JSON.parse(body) as { status: string });
  return changes.filter((change) => change.status === status).length;
}

/** Until the first instance drains by our hand. */
function untilDraining(play: Play): Promise<void> {
  return play.until(() => drains(play, "DRAINING") > 0);
}

async function isOver(play: Play, jobs: number): Promise<void> {
  await play.finish();
  expect(play.statuses()).toEqual({ SUCCEEDED: jobs });
}

const DRAINS: readonly Scenario[] = [
  [
    "the answer of TerminateInstances is lost",
    { text: SIX },
    async (play) => {
      play.fault({ kind: "lost-answer", operation: "TerminateInstances", count: 3 });
      await isOver(play, 6);
    },
  ],
  [
    "a task slips in during DRAINING: ECS refuses, the instance is ACTIVE again",
    { text: scenarioText({ jobs: [`repeat: 2, ${WORK}`, `submit: 20m, ${WORK}`] }) },
    async (play) => {
      await untilDraining(play);
      // Batch places a job on the draining host after the last look at its tasks.
      const [host] = play.hosts() as [number];
      let slipped = false;
      play.invariants.beforeCall = ({ operation }) => {
        if (operation !== "DeregisterContainerInstance" || slipped) return undefined;
        slipped = true;
        (play.account.host(host).jobs as Set<number>).add(2);
        return undefined;
      };
      await play.until(() => drains(play, "ACTIVE") > 0);
      expect(slipped).toBe(true);
      expect(play.account.host(host).deregistered).toBe(false);
      (play.account.host(host).jobs as Set<number>).delete(2);
      await isOver(play, 3);
    },
  ],
  [
    "new demand while draining: undrained, and nothing launched",
    // A drain takes a tick: that of the next decision.
    { text: scenarioText({ jobs: [`repeat: 2, ${WORK}`] }) },
    async (play) => {
      await untilDraining(play);
      const { batch } = clientsOf(play.world.url);
      const resourceRequirements = [
        { type: "VCPU" as const, value: "2" },
        { type: "MEMORY" as const, value: "3072" },
      ];
      const wanted = { jobName: "wanted", jobQueue: "main", jobDefinition: "any" };
      const { jobId } = await batch.send(
        new SubmitJobCommand({ ...wanted, containerOverrides: { resourceRequirements } }),
      );
      await play.step();
      expect(drains(play, "ACTIVE")).toBe(1);
      expect(play.ours).toHaveLength(1);
      play.world.submitted.set(jobId!, { status: "FAILED", stoppedAt: play.world.nowEpochMs });
      await isOver(play, 2);
    },
  ],
];

const CAPPED: readonly Scenario[] = [
  [
    "one termination in a tick, also of those that scale-in was paused for",
    {
      text: scenarioText({ jobs: [60, 90, 120].map((s) => `vcpus: 4, memory: 6 GiB, runtime: ${s}s`) }),
      caps: { maxTerminationsPerTick: 1 },
      live: "  drain: 3m",
    },
    async (play) => {
      await play.until(() => drains(play, "DRAINING") === 3);
      expect(play.alive).toHaveLength(3);
      play.process.kill.add("pause-scale-in");
      await play.run(5);
      play.process.kill.delete("pause-scale-in");
      await isOver(play, 3);
    },
  ],
];

const HANDS: readonly Scenario[] = [
  [
    "somebody terminates a busy instance by hand",
    { text: SIX },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      await play.world.userKills(play.hosts()[0]!);
      await isOver(play, 6);
      expect(play.ours).toHaveLength(4);
    },
  ],
  [
    "somebody drains an instance by hand: no one is ended with jobs on it",
    { text: WAVES },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      play.world.userDrains(play.hosts()[0]!, true);
      await isOver(play, 12);
    },
  ],
  [
    "a foreign instance in the cluster: its room counts, and it stays",
    // Twelve vCPUs at three minutes: four of them are the foreign instance's, four those of the first job's.
    { text: scenarioText({ jobs: [WORK, `submit: 3m, repeat: 6, ${WORK}`] }) },
    async (play) => {
      const pool = play.rig.input.tables.pools.findIndex(({ market }) => market === "spot");
      const host = await play.world.addForeignInstance(pool);
      await play.finish();
      await play.run(5);
      expect(play.ours).toHaveLength(2);
      expect(play.hosts()).toEqual([host]);
      expect(play.account.host(host).draining).toBe(false);
      expect(play.statuses()).toEqual({ SUCCEEDED: 7 });
    },
  ],
];

function switched(mode: KillMode, story: (play: Play) => Promise<void>): Scenario {
  return [
    `kill switch: ${mode}`,
    { text: WAVES },
    async (play) => {
      await story(play);
      play.process.kill.delete(mode);
      await isOver(play, 12);
    },
  ];
}

const SWITCHES: readonly Scenario[] = [
  switched("pause-launch", async (play) => {
    play.process.kill.add("pause-launch");
    await play.run(3);
    expect(play.ours).toEqual([]);
    expect(play.denials()).toEqual(new Set(["kill-switch"]));
  }),
  switched("pause-scale-in", async (play) => {
    await untilDraining(play);
    play.process.kill.add("pause-scale-in");
    const before = play.alive.length;
    await play.run(3);
    expect(play.alive).toHaveLength(before);
    expect(play.calls("TerminateInstances")).toEqual([]);
  }),
  switched("pause-all", async (play) => {
    await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
    play.process.kill.add("pause-all");
    const { length } = play.world.requests;
    await play.run(12);
    const since = play.world.requests.slice(length);
    expect(since.filter(({ mutating, service }) => mutating && service !== "sqs")).toEqual([]);
  }),
  switched("drain-all", async (play) => {
    await play.until(() => (play.statuses().SUCCEEDED ?? 0) === 6);
    play.process.kill.add("drain-all");
    await play.run(8);
    expect(play.alive).toEqual([]);
    // The second wave waits.
    expect(play.statuses().RUNNABLE).toBe(6);
  }),
];

/** What AWS says of who and where contradicts the settings. */
function refused(name: string, settings: Partial<LiveIdentity>, environment: Record<string, unknown>): Scenario {
  return [
    name,
    { text: SIX },
    async (play) => {
      const { url, region, accountId } = play.world;
      play.world.patchEnvironment("ours", environment);
      const clock = systemClock();
      const clients = makeAwsClients({ region, endpoint: url, clock, zeroDelay: true, batchReadsPerSecond: 100 });
      const ours = { account: accountId, region, computeEnvironment: "ours", pool: "ours", ...settings };
      const { ok } = await checkIdentity(clients, ours, deadlineAfter(clock, 60_000));
      expect(ok).toBe(false);
      const parts: unknown = Reflect.get(play.process.parts.controller, "parts"); // the rig has no say in it
      Reflect.set(parts as object, "identityOk", () => ok);
      await play.run(2);
      expect(play.ours).toEqual([]);
      expect(play.denials()).toEqual(new Set(["identity"]));
      expect(play.calls("CreateFleet", "CreateLaunchTemplate")).toEqual([]);
    },
  ];
}

const CONTROLLERS: readonly Scenario[] = [
  [
    "two controllers: the second takes the lease, the first goes silent",
    { text: WAVES },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      const first = play.process;
      await play.startProcess();
      await isOver(play, 12);
      expect(first.reports.length).toBeGreaterThan(play.reports.length);
      expect(play.ours).toHaveLength(6);
    },
  ],
  [
    "the lease is lost in the middle of a tick: nothing more is sent",
    { text: SIX },
    async (play) => {
      play.invariants.beforeCall = ({ operation }) => {
        if (operation === "CreateLaunchTemplate") play.rig.leaseStore.epoch++;
        return undefined;
      };
      await play.run(2);
      expect(play.calls("CreateLaunchTemplate")).toHaveLength(1);
      expect(play.calls("CreateFleet")).toEqual([]);
      play.invariants.beforeCall = undefined;
      await play.restart();
      await isOver(play, 6);
    },
  ],
  [
    "a crash in the middle of an end: the next controller ends it",
    { text: SIX },
    async (play) => {
      await untilDraining(play);
      await play.restart();
      await isOver(play, 6);
    },
  ],
  [
    "a dry run changes nothing",
    { text: SIX, applies: false },
    async (play) => {
      await play.run(4);
      expect(play.ours).toEqual([]);
      expect(play.denials()).toEqual(new Set(["dry-run"]));
    },
  ],
  refused("the account is not the one of the settings", { account: "210987654321" }, {}),
  refused("the compute environment is EKS's", {}, { containerOrchestrationType: "EKS" }),
  refused("the compute environment is a managed one", {}, { type: "MANAGED" }),
];

const AGENTS: readonly Scenario[] = [
  [
    "agents flap: nothing is ended for it",
    { text: SIX },
    async (play) => {
      for (let minute = 1; minute < 6; minute += 2) {
        const span = { fromMs: minute * 60_000, untilMs: minute * 60_000 + 45_000 };
        play.fault({ kind: "agent-disconnected", hosts: "all", ...span });
      }
      await isOver(play, 6);
      expect(play.ours).toHaveLength(3);
    },
  ],
  [
    "instances end while agents are gone: container instances left behind are deregistered",
    { text: SIX },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      const fromMs = play.nowMs;
      play.fault({ kind: "agent-disconnected", hosts: [play.hosts()[0]!], fromMs, untilMs: fromMs + 3_600_000 });
      await play.world.userKills(play.hosts()[0]!);
      await isOver(play, 6);
      await play.run((10 * TICK_MS) / 60_000);
      const last = play.reports.at(-1)!.observation;
      expect(last.instances.filter(({ ecsStatus }) => ecsStatus === "ACTIVE")).toEqual([]);
      expect(play.account.host(0).cause).toBe(EndCause.Ours);
    },
  ],
];

playAll("ends", [...DRAINS, ...CAPPED, ...HANDS, ...SWITCHES, ...CONTROLLERS, ...AGENTS]);
