// How instances ended, in words: by us, or by EC2. One type of 4 vCPUs at $0.10 an hour on spot; 10 s until an instance runs, 100 s
// more until it registers, a decision every 5 s, empty instances kept for 60 s.

import { describe, expect, it } from "vitest";
import { tellLaunch, tellTermination } from "../../src/cli/tell-story.js";
import { type MarketModel, type StressEffect, UNDISTURBED_MARKET } from "../../src/model/market.js";
import { explainInstance } from "../../src/run/explain.js";
import { simulate } from "../../src/sim/simulate.js";
import { instanceType, job, pool, type Story, s, shape, simulationInput, world } from "../builders.js";

const delays = { pending: s(10), boot: s(100) };
const { notice } = UNDISTURBED_MARKET;

function storyOf(market: Partial<MarketModel>, instance: number, more: Partial<Story> = {}) {
  const input = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 0.1, "spot")],
    jobs: [job(0, s(600), shape(4, 4))],
    strategy: { decisionIntervalMs: s(5) },
    world: world(delays, market),
    ...more,
  });
  return explainInstance(simulate(input).ledger, instance)!;
}
const takenAfter = (seconds: number): Partial<MarketModel> => ({
  interruptions: { hourlyByBand: [0], early: { share: 1, after: { kind: "constant", valueMs: s(seconds) } } },
});
const stress = (fromS: number, untilS: number | null, effect: StressEffect): Partial<MarketModel> => ({
  stress: [{ text: "", fromMs: s(fromS), untilMs: untilS === null ? null : s(untilS), effect }],
});

describe("tellTermination", () => {
  it.each<[string, string[], Partial<MarketModel>, Partial<Story>?]>([
    [
      "after the idle delay",
      [
        "was terminated at start + 12 min 50 s",
        "after 1 job: empty since start + 11 min 50 s, longer than the idle delay of 1 min;",
      ],
      {},
    ],
    [
      // Runs at 10 s: told after 3 min 20 s, taken after 5 min 20 s.
      "by EC2 in its first hour",
      [
        "was taken back by EC2 at start + 5 min 30 s, told 2 min before, at start + 3 min 30 s,",
        "after 1 job, 1 of them lost with it; its time is not charged: EC2 took it in its first hour.",
      ],
      takenAfter(320),
    ],
    [
      "by EC2 after its first hour, without notice",
      [
        "was taken back by EC2 at start + 1 h, without notice,",
        "after 1 job, 1 of them lost with it; its time is charged.",
      ],
      { ...takenAfter(3600), notice: { ...notice, missingShare: 1 } },
      { jobs: [job(0, s(7200), shape(4, 4))] },
    ],
    [
      "with its zone",
      [
        "was lost with its host or zone at start + 3 min 20 s,",
        "after 1 job, 1 of them lost with it; its time is charged.",
      ],
      stress(200, null, { kind: "pools-lost", pools: [0] }),
      { pools: [pool(0, 0.1, "spot"), { ...pool(0, 0.2, "spot"), zone: "use1-az2" }] },
    ],
    [
      "when it never ran",
      ["never ran: EC2 refused it at start + 0 s", "for every pool that its launch allowed: no capacity."],
      stress(0, 100, { kind: "no-capacity", pools: [0] }),
    ],
    [
      // Told at 3 min 30 s that it will be taken at 5 min 30 s; its job ends at 4 min 30 s.
      "empty, before EC2 takes it",
      [
        "was terminated at start + 4 min 30 s",
        "after 1 job: empty, and EC2 had said at start + 3 min 30 s that it would take it;",
      ],
      takenAfter(320),
      { jobs: [job(0, s(160), shape(4, 4))] },
    ],
  ])("%s", (_, words, market, more) => {
    const text = tellTermination(storyOf(market, 0, more), 0);
    for (const part of words) expect(text).toContain(part);
  });
});

it("a launch is told with the price that the pool had then", () => {
  // The price doubles at 50 s; the second job's instance is asked for at 2000 s.
  const jobs = [job(0, s(10), shape(4, 4)), job(s(2000), s(10), shape(4, 4))];
  const market = { prices: [{ timesMs: [0, s(50)], microUsdPerHour: [100_000, 200_000] }] };
  const told = [0, 1].map((instance) => tellLaunch(storyOf(market, instance, { jobs }), 0));
  expect(told[0]).toContain("$0.10000 an hour");
  expect(told[1]).toContain("$0.20000 an hour");
});
