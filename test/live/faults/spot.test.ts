// Spot instances that EC2 takes back, with and without a word; messages that come twice, late, in another order or not at all.

import { expect } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import type { Fault } from "../../world/faults.js";
import type { Play } from "./play.js";
import { playAll, type Scenario } from "./table.js";
import { scenarioText, WORK } from "./texts.js";

/** Long enough that a storm at three minutes finds all of them running. */
const LONG = "vcpus: 2, memory: 3 GiB, runtime: 5m";

function storm(notice: string, strategy = ""): string {
  return scenarioText({
    jobs: [`repeat: 6, ${LONG}`],
    world: `  spot: { ${notice} }`,
    stress: ["reclaim-storm 100% at 3m"],
    strategy,
  });
}

function causes(play: Play): number[] {
  const all = Array.from({ length: play.account.hostCount }, (_, host) => play.account.host(host));
  return all.map(({ cause, goneMs }) => (Number.isNaN(goneMs) ? -1 : cause));
}

function interrupted(play: Play): number {
  return play.reports.reduce((sum, report) => sum + report.interrupted, 0);
}

/** Six jobs on three instances, all taken once, and tried again on three others. */
async function isRetried(play: Play): Promise<void> {
  await play.finish();
  expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
  expect(causes(play).filter((cause) => cause === EndCause.Reclaimed)).toHaveLength(3);
  // More would be a replacement that was bought twice.
  expect(play.ours).toHaveLength(6);
}

/** How often the notices of three instances are heard. */
function told(name: string, faults: readonly Fault[], heard: number): Scenario {
  return [
    `interruptions with a notice ${name}`,
    { text: storm("notice: 2m") },
    async (play) => {
      for (const fault of faults) play.fault(fault);
      await isRetried(play);
      expect(interrupted(play)).toBe(heard);
    },
  ];
}

const NOTICES: readonly Scenario[] = [
  told("", [], 3),
  told("that comes twice", [{ kind: "messages", effect: "duplicate" }], 3),
  told("behind what it announces", [{ kind: "messages", effect: "reverse" }], 3),
  told("that comes late", [{ kind: "messages", effect: "delay", byMs: 60_000 }], 3),
  told("that comes when all is over", [{ kind: "messages", effect: "delay", byMs: 600_000 }], 0),
  told("that gets lost", [{ kind: "messages", effect: "lose" }], 0),
  [
    "interruptions without a notice",
    { text: storm("notice: { missingShare: 1 }") },
    async (play) => {
      await isRetried(play);
      expect(interrupted(play)).toBe(0);
    },
  ],
  [
    "messages that are none, and of instances that are nobody's",
    { text: scenarioText({ jobs: [`repeat: 6, ${WORK}`] }) },
    async (play) => {
      await play.run(2);
      const event = (instance: string) =>
        JSON.stringify({
          ...{ version: "0", id: `id-${instance}`, source: "aws.ec2", account: "123456789012", region: "us-east-1" },
          "detail-type": "EC2 Spot Instance Interruption Warning",
          time: new Date(play.world.nowEpochMs).toISOString(),
          resources: [],
          detail: { "instance-id": instance, "instance-action": "terminate" },
        });
      await play.world.sendMessages(
        ["", "{", "[]", "null", event("i-0123456789abcdef0")].filter((text) => text !== ""),
      );
      await play.finish();
      expect(interrupted(play)).toBe(0);
      expect(play.ours).toHaveLength(3);
    },
  ],
];

const REST: readonly Scenario[] = [
  [
    "a rebalance recommendation drains where the strategy says so",
    {
      text: scenarioText({
        jobs: [`repeat: 6, ${LONG}`],
        world:
          "  spot: { interruptions: { early: { share: 1, after: 200s } }, notice: { warning: 2m, rebalanceLead: 1m } }",
        strategy: ", spot: { onRebalance: drain }",
        maxvCpus: 12,
      }),
    },
    async (play) => {
      await play.until(() => play.account.warnings > 0);
      await play.step();
      expect(play.calls("UpdateContainerInstancesState").length).toBeGreaterThan(0);
      expect(play.calls("TerminateInstances")).toEqual([]);
    },
  ],
  [
    "a zone is lost: its jobs are tried again in the other",
    {
      text: scenarioText({ jobs: [`repeat: 6, ${LONG}`], stress: ["zone-lost use1-az1 from 3m for 6h"] }),
    },
    async (play) => {
      await play.until(() => (play.statuses().RUNNING ?? 0) === 6);
      await play.finish();
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
    },
  ],
  [
    "EC2 does not describe instances of a zone",
    { text: scenarioText({ jobs: [`repeat: 6, ${WORK}`] }) },
    async (play) => {
      await play.run(2);
      const ends = [
        play.fault({ kind: "zone-outage", zoneId: "use1-az1" }),
        play.fault({ kind: "zone-outage", zoneId: "use1-az2" }),
      ];
      await play.run(3);
      for (const end of ends) end();
      await play.finish();
      expect(play.ours).toHaveLength(3);
      expect(play.statuses()).toEqual({ SUCCEEDED: 6 });
    },
  ],
];

playAll("spot", [...NOTICES, ...REST]);
