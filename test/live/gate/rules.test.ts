// Every rule of the gate by a table: what trips it, and what just does not.

import { describe, expect, it } from "vitest";
import { type Command, GATE_RULES, type GateRule, type Verdict } from "../../../src/live/command.js";
import { type LiveGate, makeGate } from "../../../src/live/gate/gate.js";
import { RULES } from "../../../src/live/gate/rules.js";
import type { FleetMember, GateView, KillMode } from "../../../src/live/ports.js";
import type { LiveCaps } from "../../../src/model/live-settings.js";
import {
  drainOf,
  endOf,
  fleetOf,
  HandClock,
  jobOf,
  launchOf,
  memberOf,
  NOON,
  observationOf,
  seenOf,
  settingsOf,
  viewOf,
} from "./views.js";

const FLEET = fleetOf(10);

/** "allowed", the rule, or for a launch that was cut how many may go and the rule. */
function wordsOf(verdicts: readonly Verdict[]): string {
  return verdicts
    .map((verdict) => {
      if (!verdict.allowed) return verdict.rule;
      return verdict.command.kind === "launch" ? `${verdict.command.instances.length}` : "allowed";
    })
    .join(" ");
}

interface Case {
  readonly what: string;
  readonly command?: Command;
  readonly caps?: Partial<LiveCaps>;
  readonly view?: Partial<GateView>;
  readonly says: string;
}

function judge({ command = launchOf(5), caps = {}, view = {} }: Case): string {
  return wordsOf(makeGate(settingsOf(caps), new HandClock()).judge([command], viewOf({ ...FLEET, ...view })));
}

function killed(...modes: KillMode[]): Partial<GateView> {
  return { kill: { modes: new Set(modes), sources: ["file stop"] } };
}

function problem(part: "queues" | "jobs" | "containerInstances" | "instances" | "messages"): Partial<GateView> {
  const problems = [{ part, code: "TimeoutError", message: "no answer" }];
  return { observation: { ...FLEET.observation, problems } };
}

/** Pool 2 is none, and yet it has a price. */
const NO_POOL_2: Partial<GateView> = {
  vcpuMilliOf: (pool) => (pool === 2 ? Number.NaN : 4_000),
  onDemandPriceOf: () => 1,
};

const CLOSED: Partial<GateView> = {
  observation: { ...FLEET.observation, environmentClosed: "compute environment ours is ENABLED, INVALID" },
};

const STRAY_END = endOf(-2);
const withStray = (member: Partial<FleetMember>, ours = true): Partial<GateView> => ({
  observation: { ...FLEET.observation, instances: [...FLEET.observation.instances, seenOf(-2, { ours })] },
  strays: [memberOf(-2, { pool: -1, ...member })],
});

const end = endOf(3);
const drain = drainOf(3);
const undrain = drainOf(3, "undrain");

const CASES: readonly Case[] = [
  { what: "nothing against a launch", says: "5" },
  { what: "nothing against an end", command: end, says: "allowed" },
  { what: "nothing against a drain", command: drain, says: "allowed" },
  { what: "nothing against an undrain", command: undrain, says: "allowed" },

  { what: "a dry run launches nothing", view: { applies: false }, says: "dry-run" },
  { what: "a dry run does not even undrain", command: undrain, view: { applies: false }, says: "dry-run" },
  // The margin: the smaller of 5 s and a sixth of 30 s.
  { what: "a lease with less than its margin", view: { leaseLeftMs: 5_000 }, says: "no-lease" },
  { what: "a lease with a little more", view: { leaseLeftMs: 5_001 }, says: "5" },
  { what: "an undrain without lease", command: undrain, view: { leaseLeftMs: 0 }, says: "no-lease" },
  { what: "another account", view: { identityOk: false }, says: "identity" },
  { what: "an undrain in another account", command: undrain, view: { identityOk: false }, says: "identity" },
  { what: "the second of two ticks that settle", view: { ticksSinceStart: 1 }, says: "settling" },
  { what: "the first after them", view: { ticksSinceStart: 2 }, says: "5" },
  { what: "an end while settling", command: end, view: { ticksSinceStart: 0 }, says: "settling" },
  { what: "an undrain while settling", command: undrain, view: { ticksSinceStart: 0 }, says: "allowed" },

  { what: "jobs not read, a launch", view: problem("jobs"), says: "incomplete" },
  { what: "jobs not read, an end", command: end, view: problem("jobs"), says: "incomplete" },
  { what: "jobs not read, a drain", command: drain, view: problem("jobs"), says: "incomplete" },
  { what: "jobs not read, an undrain", command: undrain, view: problem("jobs"), says: "allowed" },
  { what: "queues not read", view: problem("queues"), says: "incomplete" },
  { what: "instances not read", command: end, view: problem("instances"), says: "incomplete" },
  { what: "container instances not read", command: end, view: problem("containerInstances"), says: "incomplete" },
  { what: "messages not read", command: end, view: problem("messages"), says: "allowed" },
  { what: "a look older than 30 s", view: { observationAgeMs: 30_001 }, says: "stale" },
  { what: "a look of 30 s", view: { observationAgeMs: 30_000 }, says: "5" },
  { what: "an old look, a drain", command: drain, view: { observationAgeMs: 30_001 }, says: "stale" },
  { what: "no time left", view: { deadlineLeftMs: 0 }, says: "deadline" },

  { what: "an environment that is INVALID, a launch", view: CLOSED, says: "environment-closed" },
  { what: "an environment that is INVALID, an end", command: end, view: CLOSED, says: "allowed" },
  { what: "an environment that is INVALID, an undrain", command: undrain, view: CLOSED, says: "allowed" },

  { what: "pause-launch, a launch", view: killed("pause-launch"), says: "kill-switch" },
  { what: "pause-launch, an end", command: end, view: killed("pause-launch"), says: "allowed" },
  { what: "pause-scale-in, a launch", view: killed("pause-scale-in"), says: "5" },
  { what: "pause-scale-in, an end", command: end, view: killed("pause-scale-in"), says: "kill-switch" },
  { what: "pause-scale-in, a drain", command: drain, view: killed("pause-scale-in"), says: "kill-switch" },
  { what: "pause-all, a launch", view: killed("pause-all"), says: "kill-switch" },
  { what: "pause-all, an end", command: end, view: killed("pause-all"), says: "kill-switch" },
  { what: "pause-all, an undrain", command: undrain, view: killed("pause-all"), says: "allowed" },
  { what: "drain-all, a launch", view: killed("drain-all"), says: "kill-switch" },
  { what: "drain-all, an end", command: end, view: killed("drain-all"), says: "allowed" },
  { what: "drain-all and a pause, an end", command: end, view: killed("drain-all", "pause-all"), says: "kill-switch" },

  // 10 are there.
  { what: "instances: 10 + 5 of 15", caps: { maxInstances: 15 }, says: "5" },
  { what: "instances: 10 + 5 of 13", caps: { maxInstances: 13 }, says: "3 max-instances" },
  { what: "instances: 10 of 10", caps: { maxInstances: 10 }, says: "max-instances" },
  { what: "instances: 10 of 4", caps: { maxInstances: 4 }, says: "max-instances" },
  // 10 × 4 vCPUs are there; 5 × 4 more are 60.
  { what: "vCPUs: 60 of 60", caps: { maxVcpus: 60 }, says: "5" },
  { what: "vCPUs: 60 of 59", caps: { maxVcpus: 59 }, says: "4 max-vcpus" },
  // The largest pool counts: 40 + n × 16 <= 60: n = 1.
  { what: "vCPUs of any pool", command: launchOf(5, { pools: [0, 1] }), caps: { maxVcpus: 60 }, says: "1 max-vcpus" },
  // 10 × $0.10 = $1.00 an hour; 5 more $1.50.
  { what: "$1.50 an hour of $1.50", caps: { maxMicroUsdPerHour: 1_500_000 }, says: "5" },
  { what: "$1.50 an hour of $1.49", caps: { maxMicroUsdPerHour: 1_499_999 }, says: "4 max-spend-per-hour" },
  // The dearest pool counts: $1.00 + n × $0.50 <= $2.20: n = 2.
  {
    what: "$ an hour of any pool",
    command: launchOf(5, { pools: [1, 0] }),
    caps: { maxMicroUsdPerHour: 2_200_000 },
    says: "2 max-spend-per-hour",
  },
  // Never restored: the 10 have run for an hour since 11:00: $1.00. A minute ahead at $1.50 an hour: 2.5 cents.
  { what: "$1.025 a day of $1.025", caps: { maxMicroUsdPerDay: 1_025_000 }, says: "5" },
  // $1 + (1.00 + n × 0.10) / 60 <= 1.0249: n <= 4.94.
  { what: "$1.025 a day of $1.0249", caps: { maxMicroUsdPerDay: 1_024_900 }, says: "4 max-spend-per-day" },
  { what: "$1 a day is spent", caps: { maxMicroUsdPerDay: 1_000_000 }, says: "max-spend-per-day" },
  { what: "no price", command: launchOf(5, { pools: [0, 2] }), says: "price-unknown" },
  {
    what: "an on-demand price instead: $1.00 + n × $0.30 <= $2.00",
    command: launchOf(5, { pools: [2] }),
    view: { onDemandPriceOf: () => 300_000 },
    caps: { maxMicroUsdPerHour: 2_000_000 },
    says: "3 max-spend-per-hour",
  },
  { what: "a price of nothing is none", view: { ...fleetOf(0), priceOf: () => 0 }, says: "price-unknown" },
  { what: "an instance of ours without a price", view: { fleet: [memberOf(0, { pool: 2 })] }, says: "price-unknown" },
  { what: "launches in a tick", caps: { maxLaunchesPerTick: 4 }, says: "4 launches-per-tick" },
  { what: "launches in ten minutes", caps: { maxLaunchesPerTenMinutes: 3 }, says: "3 launches-per-ten-minutes" },
  { what: "the least of several caps", caps: { maxLaunchesPerTick: 4, maxInstances: 12 }, says: "2 max-instances" },

  { what: "an end of nobody's instance", command: endOf(77), says: "not-ours" },
  { what: "another id than the number's", command: endOf(3, { instanceId: "i-4" }), says: "not-ours" },
  { what: "somebody else's", command: end, view: { fleet: [memberOf(3, { ours: false })] }, says: "not-ours" },
  {
    what: "an undrain of somebody else's",
    command: undrain,
    view: { fleet: [memberOf(3, { ours: false })] },
    says: "not-ours",
  },
  {
    what: "ours to the fleet, and without tag in this look",
    command: end,
    view: { observation: observationOf({ instances: [seenOf(3, { ours: false })] }) },
    says: "not-ours",
  },
  { what: "not in this look", command: end, view: { observation: observationOf() }, says: "not-ours" },
  { what: "busy to the mirror", command: end, view: { fleet: [memberOf(3, { busy: true })] }, says: "busy" },
  {
    what: "busy by its tasks",
    command: end,
    view: { observation: observationOf({ instances: [seenOf(3, { pendingTasks: 1 })] }) },
    says: "busy",
  },
  {
    what: "busy by a STARTING job",
    command: end,
    view: {
      observation: observationOf({
        instances: [seenOf(3)],
        jobs: [jobOf("a", { status: "STARTING", containerInstanceArn: "arn-3" })],
      }),
    },
    says: "busy",
  },
  {
    what: "59 s old by EC2's launch time",
    command: end,
    view: { observation: observationOf({ instances: [seenOf(3, { launchTimeMs: NOON - 59_000 })] }) },
    says: "too-young",
  },
  {
    what: "60 s old by EC2's launch time",
    command: end,
    view: {
      fleet: [memberOf(3, { ageMs: 0 })],
      observation: observationOf({ instances: [seenOf(3, { launchTimeMs: NOON - 60_000 })] }),
    },
    says: "allowed",
  },
  {
    what: "59 s old, no launch time",
    command: end,
    view: {
      fleet: [memberOf(3, { ageMs: 59_000 })],
      observation: observationOf({ instances: [seenOf(3, { launchTimeMs: Number.NaN })] }),
    },
    says: "too-young",
  },
  {
    what: "never registered: no container instance to look at",
    command: endOf(3, { containerInstanceArn: "", reason: "never-registered" }),
    says: "allowed",
  },
  { what: "one of ours that is of no pool", command: STRAY_END, view: withStray({}), says: "allowed" },
  { what: "a busy one of ours that is of no pool", command: STRAY_END, view: withStray({ busy: true }), says: "busy" },
  {
    what: "one of no pool that does not carry our tag",
    command: STRAY_END,
    view: withStray({}, false),
    says: "not-ours",
  },
  { what: "no pool", command: launchOf(1, { pools: [] }), says: "not-allowed" },
  { what: "a pool of no scenario", command: launchOf(1, { pools: [0, 2] }), view: NO_POOL_2, says: "not-allowed" },
  { what: "the same instance twice", command: launchOf(2, { instances: [7, 7] }), says: "not-allowed" },
  { what: "a zone without subnet", view: { zoneIdOf: () => "use1-az9" }, says: "not-allowed" },
  { what: "a zone with one", view: { zoneIdOf: () => "use1-az1" }, says: "5" },
];

describe("rules", () => {
  it("are those of the contract, in its order", () => {
    expect(RULES.map(({ name }) => name)).toEqual([...GATE_RULES]);
  });

  it.each(CASES)("$what: $says", (each) => {
    expect(judge(each)).toBe(each.says);
  });

  it("say the limit, the value and what would exceed it", () => {
    const caps = { maxInstances: 13 };
    const [, denied] = makeGate(settingsOf(caps), new HandClock()).judge([launchOf(5)], viewOf(FLEET));
    expect(denied).toMatchObject({ why: "5 instances and 10 are or may be there: more than maxInstances 13" });
  });

  it("cut a launch into what may go and what may not, under the same token", () => {
    const caps = { maxInstances: 12 };
    const verdicts = makeGate(settingsOf(caps), new HandClock()).judge([launchOf(3)], viewOf(FLEET));
    expect(verdicts.map(({ allowed, command }) => [allowed, command])).toEqual([
      [true, launchOf(2)],
      [false, { ...launchOf(3), instances: [1_002] }],
    ]);
  });
});

describe("what counts", () => {
  const gateOf = (caps: Partial<LiveCaps>): [LiveGate, HandClock] => {
    const clock = new HandClock();
    return [makeGate(settingsOf(caps), clock), clock];
  };

  it("includes what the same judgement has allowed before", () => {
    const [gate] = gateOf({ maxInstances: 15 });
    const verdicts = gate.judge([launchOf(4), launchOf(4, {}, 2_000)], viewOf(FLEET));
    expect(wordsOf(verdicts)).toBe("4 1 max-instances"); // 10 + 4 + 1
  });

  it("includes what is requested or boots", () => {
    const [gate] = gateOf({ maxInstances: 5 });
    const fleet = [memberOf(0, { state: "requested", instanceId: "" }), memberOf(1, { state: "running" })];
    expect(wordsOf(gate.judge([launchOf(5)], viewOf({ fleet })))).toBe("3 max-instances");
  });

  it("includes what an earlier judgement of the tick allowed, whether or not the fleet shows it", () => {
    const [gate] = gateOf({ maxInstances: 20, maxLaunchesPerTick: 7 });
    expect(wordsOf(gate.judge([launchOf(4)], viewOf(FLEET)))).toBe("4");
    expect(wordsOf(gate.judge([launchOf(2, {}, 2_000)], viewOf(FLEET)))).toBe("2");
    expect(wordsOf(gate.judge([launchOf(2, {}, 3_000)], viewOf(FLEET)))).toBe("1 launches-per-tick");
    // The next tick: 10 + 7 are there or may be.
    const later = viewOf({ ...FLEET, ticksSinceStart: 101 });
    expect(wordsOf(gate.judge([launchOf(5, {}, 4_000)], later))).toBe("3 max-instances");
  });

  it("gives back what AWS has refused, and keeps what may have been done", () => {
    const [gate, clock] = gateOf({ maxInstances: 14, maxLaunchesPerTenMinutes: 6 });
    const view = viewOf(FLEET);
    gate.judge([launchOf(4)], view);
    const answers = [1_000, 1_001, 1_002, 1_003].map((instance) => ({ instance, granted: false as const }));
    gate.learn([{ kind: "launched", answers, refusals: [] }], view);
    expect(wordsOf(gate.judge([launchOf(4, {}, 2_000)], view))).toBe("4");
    const failed = { kind: "failed" as const, command: launchOf(4, {}, 2_000), message: "" };
    gate.learn([{ ...failed, code: "deadline" }], view);
    expect(wordsOf(gate.judge([launchOf(4, {}, 3_000)], view))).toBe("4");
    gate.learn([{ ...failed, command: launchOf(4, {}, 3_000), code: "unknown-outcome" }], view);
    expect(wordsOf(gate.judge([launchOf(1, {}, 4_000)], view))).toBe("max-instances");
    // Two of the four turn up by their tag and are of the fleet: still 14.
    const found = [20, 21].map((i) => seenOf(i, { launchToken: "token-3000" }));
    const later = viewOf({
      fleet: [...FLEET.fleet, memberOf(20), memberOf(21)],
      observation: observationOf({ instances: [...FLEET.observation.instances, ...found] }),
    });
    expect(wordsOf(gate.judge([launchOf(1, {}, 5_000)], later))).toBe("max-instances");
    // The same two, seen once more, are no further ones.
    expect(wordsOf(gate.judge([launchOf(1, {}, 5_000)], later))).toBe("max-instances");
    // EC2's lists have had five minutes to show the other two: 12, and 4 launches in ten minutes.
    clock.nowMs += 300_000;
    expect(wordsOf(gate.judge([launchOf(3, {}, 6_000)], later))).toBe("2 max-instances");
  });

  it("counts what is not answered yet as the largest and dearest that it may be", () => {
    // One of pools 0 and 1, shown by the fleet as pool 0: 16 vCPUs and $0.50 an hour.
    for (const caps of [{ maxVcpus: 19 }, { maxMicroUsdPerHour: 599_999 }]) {
      const [gate] = gateOf(caps);
      const both = launchOf(1, { pools: [0, 1] });
      expect(wordsOf(gate.judge([both], viewOf()))).toBe("1");
      const fleet = [memberOf(1_000, { state: "requested", instanceId: "" })];
      expect(gate.judge([launchOf(1, {}, 2_000)], viewOf({ fleet, ticksSinceStart: 101 }))).toMatchObject([
        { allowed: false },
      ]);
      // It is answered, and of pool 0.
      const answered = [memberOf(1_000)];
      expect(wordsOf(gate.judge([launchOf(1, {}, 2_000)], viewOf({ fleet: answered, ticksSinceStart: 102 })))).toBe(
        "1",
      );
    }
  });

  it("includes what ended by our command as long as EC2 shows it, at its price", () => {
    const [gate] = gateOf({ maxInstances: 11 });
    gate.look(viewOf(FLEET));
    const without = viewOf({ ...FLEET, fleet: FLEET.fleet.slice(1), ticksSinceStart: 101 });
    expect(wordsOf(gate.judge([launchOf(2)], without))).toBe("1 max-instances");
  });

  describe("includes what carries our tag and is of no pool", () => {
    const stranger = seenOf(99);
    const observation = observationOf({ instances: [...FLEET.observation.instances, stranger] });
    const view = viewOf({ ...FLEET, observation, poolCount: 3 });

    it("as an instance", () => {
      const [gate] = gateOf({ maxInstances: 11 });
      expect(wordsOf(gate.judge([launchOf(1)], view))).toBe("max-instances");
    });

    it("at the dearest known price of the pools", () => {
      // 10 × $0.10, the stranger at $0.50, and n × $0.10 <= $1.70: n = 2. Pool 2 has no price.
      const [gate] = gateOf({ maxMicroUsdPerHour: 1_700_000 });
      expect(wordsOf(gate.judge([launchOf(3)], view))).toBe("2 max-spend-per-hour");
      // It has run since 11:00 as the others have: $1.00 + $0.50 are spent.
      expect(gate.spentTodayMicroUsd).toBe(1_500_000);
      // By the on-demand price pool 2 is the dearest: $1.00 + $0.70.
      const [other] = gateOf({ maxMicroUsdPerHour: 1_800_000 });
      expect(wordsOf(other.judge([launchOf(3)], { ...view, onDemandPriceOf: () => 700_000 }))).toBe(
        "1 max-spend-per-hour",
      );
    });

    it.each([
      { what: "no pool has a price", over: { priceOf: () => Number.NaN }, command: launchOf(1) },
      { what: "nobody says which pools there are", over: { poolCount: 0 }, command: launchOf(1) },
      { what: "a pool of the scenario has none", over: {}, command: launchOf(1, { pools: [2] }) },
    ])("and the price is unknown still where $what", ({ over, command }) => {
      const [gate] = gateOf({});
      expect(wordsOf(gate.judge([command], { ...view, ...over }))).toBe("price-unknown");
    });
  });

  it("forgets launches after ten minutes", () => {
    const [gate, clock] = gateOf({ maxLaunchesPerTenMinutes: 5 });
    gate.judge([launchOf(5)], viewOf());
    const fleet = launchOf(5).instances.map((i) => memberOf(i));
    clock.nowMs += 599_999;
    expect(wordsOf(gate.judge([launchOf(1, {}, 2_000)], viewOf({ fleet, ticksSinceStart: 140 })))).toBe(
      "launches-per-ten-minutes",
    );
    clock.nowMs += 1;
    expect(wordsOf(gate.judge([launchOf(1, {}, 2_000)], viewOf({ fleet, ticksSinceStart: 140 })))).toBe("1");
  });

  it("says the same when it is asked again", () => {
    const [gate] = gateOf({ maxInstances: 13, maxTerminationsPerTick: 2 });
    const commands = [endOf(0), launchOf(5), endOf(1), endOf(2)];
    const first = gate.judge(commands, viewOf(FLEET));
    expect(wordsOf(first)).toBe("allowed 3 max-instances allowed terminations-per-tick");
    expect(gate.judge(commands, viewOf(FLEET))).toEqual(first);
  });
});

describe("terminations per tick", () => {
  const ends = [0, 1, 2, 3].map((i) => endOf(i));
  it.each([
    { caps: { maxTerminationsPerTick: 3 }, fleet: 10, says: 3 },
    { caps: { maxTerminationShare: 0.25 }, fleet: 10, says: 2 }, // floor(2.5)
    { caps: { maxTerminationShare: 0.01 }, fleet: 10, says: 1 }, // one may always go
    { caps: { maxTerminationsPerTick: 0 }, fleet: 10, says: 0 }, // unless none may
  ])("$caps of $fleet: $says", ({ caps, fleet, says }) => {
    const gate = makeGate(settingsOf(caps), new HandClock());
    const allowed = (tick: number) =>
      gate.judge(ends, viewOf({ ...fleetOf(fleet), ticksSinceStart: tick })).filter((verdict) => verdict.allowed);
    expect(allowed(10)).toHaveLength(says);
    expect(allowed(11)).toHaveLength(says); // each tick has its own
  });

  it("counts over all judgements of a tick", () => {
    const gate = makeGate(settingsOf({ maxTerminationsPerTick: 2 }), new HandClock());
    const says = [0, 1, 2].map((i) => wordsOf(gate.judge([endOf(i)], viewOf(FLEET))));
    expect(says).toEqual<(GateRule | "allowed")[]>(["allowed", "allowed", "terminations-per-tick"]);
  });
});
