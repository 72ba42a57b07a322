// Whatever fleet, commands and view: what is allowed stays below every cap, in whatever order it was asked for; nothing is allowed
// that must not be; asking again says the same.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, LaunchAnswer, LaunchCommand, Outcome, Verdict } from "../../../src/live/command.js";
import { type LiveGate, makeGate } from "../../../src/live/gate/gate.js";
import type { FleetMember, GateView } from "../../../src/live/ports.js";
import type { LiveCaps } from "../../../src/model/live-settings.js";
import {
  drainOf,
  endOf,
  HandClock,
  HOUR_MS,
  jobOf,
  memberOf,
  NOON,
  observationOf,
  PRICES,
  seenOf,
  settingsOf,
  VCPU_MILLI,
  viewOf,
} from "./views.js";

const caps: fc.Arbitrary<LiveCaps> = fc.record({
  maxInstances: fc.integer({ min: 0, max: 30 }),
  maxVcpus: fc.integer({ min: 0, max: 200 }),
  maxMicroUsdPerHour: fc.integer({ min: 0, max: 8_000_000 }),
  maxMicroUsdPerDay: fc.integer({ min: 0, max: 8_000_000 }),
  maxLaunchesPerTick: fc.integer({ min: 0, max: 12 }),
  maxLaunchesPerTenMinutes: fc.integer({ min: 0, max: 25 }),
  maxTerminationsPerTick: fc.integer({ min: 0, max: 6 }),
  maxTerminationShare: fc.constantFrom(0, 0.1, 0.34, 1),
});

interface Member {
  readonly pool: number;
  readonly state: FleetMember["state"];
  readonly healthy: boolean;
  readonly busy: boolean;
  readonly ours: boolean;
  readonly tagged: boolean;
  readonly hasJob: boolean;
  readonly tasks: number;
  readonly ageMs: number;
}

const member: fc.Arbitrary<Member> = fc.record({
  pool: fc.constantFrom(0, 0, 0, 1, 1, 2),
  state: fc.constantFrom("requested", "running", "registered", "registered", "ending"),
  healthy: fc.constantFrom(true, true, true, false),
  busy: fc.constantFrom(false, false, false, true),
  ours: fc.constantFrom(true, true, true, false),
  tagged: fc.constantFrom(true, true, true, false),
  hasJob: fc.constantFrom(false, false, false, true),
  tasks: fc.constantFrom(0, 0, 0, 1),
  ageMs: fc.constantFrom(1_000, 60_000, HOUR_MS),
});

/** Pool 2 has no price: fleets with and without it. */
const fleet = fc.oneof(
  fc.array(member, { maxLength: 15 }),
  fc.array(
    member.map((m) => ({ ...m, pool: m.pool % 2 })),
    { maxLength: 15 },
  ),
);

type Wish =
  | { readonly kind: "launch"; readonly count: number; readonly pools: readonly number[] }
  | { readonly kind: "drain" | "undrain" | "end"; readonly which: number };
const wish: fc.Arbitrary<Wish> = fc.oneof(
  fc.record({
    kind: fc.constant("launch" as const),
    count: fc.integer({ min: 1, max: 12 }),
    pools: fc.constantFrom([0], [1], [0, 1], [1, 0], [0, 2]),
  }),
  fc.record({
    kind: fc.constantFrom("drain" as const, "undrain" as const, "end" as const, "end" as const),
    which: fc.integer({ min: 0, max: 16 }),
  }),
);

function commandsOf(wishes: readonly Wish[], first: number): Command[] {
  let next = first;
  return wishes.map((each): Command => {
    if (each.kind === "end") return endOf(each.which);
    if (each.kind !== "launch") return drainOf(each.which, each.kind);
    const instances = Array.from({ length: each.count }, () => next++);
    return { kind: "launch", instances, pools: each.pools, token: `t${instances[0]}` };
  });
}

function viewFor(members: readonly Member[], parts: Partial<GateView> = {}): GateView {
  const shown = members.map((each, i) =>
    seenOf(i, {
      ours: each.tagged,
      runningTasks: each.tasks,
      launchTimeMs: NOON - each.ageMs,
    }),
  );
  const jobs = members.flatMap((each, i) =>
    each.hasJob ? [jobOf(`j${i}`, { status: "STARTING", containerInstanceArn: `arn-${i}` })] : [],
  );
  const fleetOfView = members.map(({ pool, state, healthy, busy, ours, ageMs }, i) =>
    memberOf(i, { pool, state, healthy, busy, ours, ageMs }),
  );
  return viewOf({ fleet: fleetOfView, observation: observationOf({ instances: shown, jobs }), ...parts });
}

function allowedOf(verdicts: readonly Verdict[]): Command[] {
  return verdicts.filter(({ allowed }) => allowed).map(({ command }) => command);
}

function launchesOf(commands: readonly Command[]): LaunchCommand[] {
  return commands.filter((command) => command.kind === "launch");
}

/** The worst that launches may bring, counted by hand. */
function worst(launches: readonly LaunchCommand[]) {
  const sums = { instances: 0, vcpuMilli: 0, microUsdPerHour: 0 };
  for (const { instances, pools } of launches) {
    sums.instances += instances.length;
    sums.vcpuMilli += instances.length * Math.max(...pools.map((pool) => VCPU_MILLI[pool]!));
    sums.microUsdPerHour += instances.length * Math.max(...pools.map((pool) => PRICES[pool]!));
  }
  return sums;
}

/** What is ours in a view. */
function there({ fleet: members }: GateView) {
  const ours = members.filter((each) => each.ours);
  return {
    instances: ours.length,
    vcpuMilli: ours.reduce((sum, { pool }) => sum + VCPU_MILLI[pool]!, 0),
    microUsdPerHour: ours.reduce((sum, { pool }) => sum + PRICES[pool]!, 0),
  };
}

function expectWithin(limits: LiveCaps, view: GateView, verdicts: readonly Verdict[], spentMicroUsd: number): void {
  const launches = launchesOf(allowedOf(verdicts));
  const now = there(view);
  const more = worst(launches);
  if (launches.length > 0) {
    expect(now.instances + more.instances).toBeLessThanOrEqual(limits.maxInstances);
    expect(now.vcpuMilli + more.vcpuMilli).toBeLessThanOrEqual(limits.maxVcpus * 1_000);
    const microUsdPerHour = now.microUsdPerHour + more.microUsdPerHour;
    expect(microUsdPerHour).toBeLessThanOrEqual(limits.maxMicroUsdPerHour);
    expect(spentMicroUsd + microUsdPerHour / 60).toBeLessThanOrEqual(limits.maxMicroUsdPerDay);
    expect(more.instances).toBeLessThanOrEqual(Math.min(limits.maxLaunchesPerTick, limits.maxLaunchesPerTenMinutes));
  }
  const ends = new Set(allowedOf(verdicts).flatMap((command) => (command.kind === "end" ? [command.instance] : [])));
  const share = Math.max(1, Math.floor(limits.maxTerminationShare * now.instances));
  expect(ends.size).toBeLessThanOrEqual(Math.min(limits.maxTerminationsPerTick, share));
}

describe("whatever is asked", () => {
  it("what is allowed stays within every cap, and takes nothing that is busy, young or another's", () => {
    const all = fc.property(caps, fleet, fc.array(wish, { maxLength: 12 }), (limits, members, wishes) => {
      const gate = makeGate(settingsOf(limits), new HandClock());
      const view = viewFor(members);
      const verdicts = gate.judge(commandsOf(wishes, 1_000), view);
      expectWithin(limits, view, verdicts, gate.spentTodayMicroUsd);
      for (const command of allowedOf(verdicts)) {
        if (command.kind === "launch") continue;
        const each = members[command.instance]!;
        expect(each.ours).toBe(true);
        if (command.kind === "undrain") continue;
        expect(each.tagged).toBe(true);
        if (command.kind === "drain") continue;
        expect(each).toMatchObject({ busy: false, hasJob: false, tasks: 0 });
        expect(each.ageMs).toBeGreaterThanOrEqual(60_000);
      }
    });
    fc.assert(all, { numRuns: 1_500 });
  });

  it("every command has its verdict, and a launch is cut into parts that make it up", () => {
    const all = fc.property(caps, fleet, fc.array(wish, { maxLength: 12 }), (limits, members, wishes) => {
      const commands = commandsOf(wishes, 1_000);
      const verdicts = makeGate(settingsOf(limits), new HandClock()).judge(commands, viewFor(members));
      const partsOf = (all: readonly Command[]) =>
        all.flatMap((command): unknown[] => (command.kind === "launch" ? [...command.instances] : [command]));
      expect(partsOf(verdicts.map(({ command }) => command))).toEqual(partsOf(commands));
    });
    fc.assert(all, { numRuns: 300 });
  });

  it("asking again for the same says the same", () => {
    const all = fc.property(caps, fleet, fc.array(wish, { maxLength: 12 }), (limits, members, wishes) => {
      const gate = makeGate(settingsOf(limits), new HandClock());
      const commands = commandsOf(wishes, 1_000);
      const view = viewFor(members);
      const first = gate.judge(commands, view);
      const answersOf = (verdicts: readonly Verdict[]) =>
        verdicts.map(({ allowed, command }) => ({ allowed, command }));
      expect(answersOf(gate.judge(commands, view))).toEqual(answersOf(first));
      const allowed = allowedOf(first);
      expect(allowedOf(gate.judge(allowed, view))).toEqual(allowed);
    });
    fc.assert(all, { numRuns: 500 });
  });

  it("nothing is allowed without apply, lease, identity and time; only undrains without a whole and fresh look", () => {
    const never: Partial<GateView>[] = [
      { applies: false },
      { leaseLeftMs: 0 },
      { leaseLeftMs: 4_999 },
      { identityOk: false },
      { deadlineLeftMs: 0 },
    ];
    const onlyBack: Partial<GateView>[] = [
      { observationAgeMs: 30_001 },
      { ticksSinceStart: 1 },
      { kill: { modes: new Set(["pause-all"]), sources: ["file"] } },
    ];
    const broken = fc.constantFrom(
      "queues" as const,
      "jobs" as const,
      "containerInstances" as const,
      "instances" as const,
    );
    const all = fc.property(fleet, fc.array(wish, { minLength: 1, maxLength: 8 }), broken, (members, wishes, part) => {
      const commands = commandsOf(wishes, 1_000);
      const kinds = (parts: Partial<GateView>) => {
        const view = viewFor(members, parts);
        return allowedOf(makeGate(settingsOf(), new HandClock()).judge(commands, view)).map(({ kind }) => kind);
      };
      for (const parts of never) expect(kinds(parts)).toEqual([]);
      const { observation } = viewFor(members);
      const problems = [{ part, code: "TimeoutError", message: "" }];
      for (const parts of [...onlyBack, { observation: { ...observation, problems } }]) {
        expect(kinds(parts).filter((kind) => kind !== "undrain")).toEqual([]);
      }
    });
    fc.assert(all, { numRuns: 300 });
  });
});

/** What an account does with launches that were let through. */
type Answer = "granted" | "refused" | "half" | "not-sent" | "lost-and-done" | "lost-and-not-done";

describe("over many ticks, with an account that answers or does not", () => {
  /** A small account: what is really there. */
  class Account {
    readonly there = new Map<string, { readonly instance: number; readonly pool: number; readonly token: string }>();
    private found = 100_000;

    carryOut(command: Command, answer: Answer): Outcome {
      if (command.kind !== "launch") {
        if (command.kind === "end") this.there.delete(`i-${command.instance}`);
        return { kind: "ending", instance: command.instance };
      }
      const failed = (code: string): Outcome => ({ kind: "failed", command, code, message: "" });
      const { instances, pools, token } = command;
      // The dearest and largest of its pools: the worst for every cap.
      const pool = pools.includes(1) ? 1 : 0;
      if (answer === "not-sent") return failed("deadline");
      if (answer === "lost-and-not-done") return failed("unknown-outcome");
      if (answer === "lost-and-done") {
        for (const _ of instances) this.there.set(`i-${this.found}`, { instance: this.found++, pool, token });
        return failed("unknown-outcome");
      }
      const granted = answer === "granted" ? instances.length : answer === "half" ? instances.length >> 1 : 0;
      const answers = instances.map((instance, i): LaunchAnswer => {
        if (i >= granted) return { instance, granted: false };
        this.there.set(`i-${instance}`, { instance, pool, token });
        return { instance, granted: true, instanceId: `i-${instance}`, pool };
      });
      return { kind: "launched", answers, refusals: [] };
    }

    /** A look hides what EC2's lists do not show yet. */
    view(nowMs: number, tick: number, hidden: ReadonlySet<string>): GateView {
      const shown = [...this.there].filter(([instanceId]) => !hidden.has(instanceId));
      // The mirror knows what it was told of by an answer, shown or not.
      const known = [...this.there].filter(
        ([instanceId, { instance }]) => instance < 100_000 || !hidden.has(instanceId),
      );
      return viewOf({
        nowMs,
        ticksSinceStart: tick,
        fleet: known.map(([instanceId, { instance, pool }]) => memberOf(instance, { instanceId, pool })),
        observation: observationOf({
          instances: shown.map(([instanceId, { instance, token }]) =>
            seenOf(instance, { instanceId, launchToken: token, launchTimeMs: nowMs - HOUR_MS }),
          ),
        }),
      });
    }
  }

  const answer: fc.Arbitrary<Answer> = fc.constantFrom(
    "granted",
    "granted",
    "refused",
    "half",
    "not-sent",
    "lost-and-done",
    "lost-and-not-done",
  );
  const round = fc.record({
    wishes: fc.array(wish, { maxLength: 4 }),
    answer,
    isNewTick: fc.boolean(),
    isHidden: fc.boolean(),
  });

  it("what is really there never exceeds the caps of instances, vCPUs and launches", () => {
    const all = fc.property(caps, fc.array(round, { minLength: 1, maxLength: 19 }), (limits, rounds) => {
      const clock = new HandClock();
      const gate: LiveGate = makeGate(settingsOf({ ...limits, maxMicroUsdPerDay: 1e12 }), clock);
      const account = new Account();
      // 19 ticks of 15 s: what is hidden is hidden for less than the five minutes that EC2 is given.
      let tick = 10;
      let first = 1_000;
      const launched: { readonly atMs: number; readonly tick: number; readonly count: number }[] = [];
      const shown = new Set<string>();
      for (const { wishes, answer: reply, isNewTick, isHidden } of rounds) {
        if (isNewTick) {
          tick++;
          clock.nowMs += 15_000;
          if (!isHidden) for (const id of account.there.keys()) shown.add(id);
        }
        // What was found by nobody's answer stays hidden until a later look shows it.
        const hidden = new Set(
          [...account.there.keys()].filter((id) => Number(id.slice(2)) >= 100_000 && !shown.has(id)),
        );
        const view = account.view(NOON + clock.nowMs, tick, hidden);
        const commands = commandsOf(wishes, first);
        first += 100;
        const before = account.there.size;
        const allowed = allowedOf(gate.judge(commands, view));
        gate.learn(
          allowed.map((command) => account.carryOut(command, reply)),
          view,
        );
        launched.push({ atMs: clock.nowMs, tick, count: Math.max(0, account.there.size - before) });
        const members = [...account.there.values()];
        const isMore = account.there.size > before;
        if (isMore) expect(members.length).toBeLessThanOrEqual(limits.maxInstances);
        const vcpuMilli = members.reduce((sum, { pool }) => sum + VCPU_MILLI[pool]!, 0);
        if (isMore) expect(vcpuMilli).toBeLessThanOrEqual(limits.maxVcpus * 1_000);
        const microUsdPerHour = members.reduce((sum, { pool }) => sum + PRICES[pool]!, 0);
        if (isMore) expect(microUsdPerHour).toBeLessThanOrEqual(limits.maxMicroUsdPerHour);
        const ofTick = launched.filter((each) => each.tick === tick);
        expect(ofTick.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(limits.maxLaunchesPerTick);
        const lately = launched.filter(({ atMs }) => atMs > clock.nowMs - 600_000);
        expect(lately.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(limits.maxLaunchesPerTenMinutes);
      }
    });
    fc.assert(all, { numRuns: 800 });
  });
});
