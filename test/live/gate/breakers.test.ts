// Circuit breakers through the gate: when each opens, what it says, and what closes it.

import { describe, expect, it } from "vitest";
import { type LiveGate, makeGate } from "../../../src/live/gate/gate.js";
import type { Observation, SeenEnd, SeenJob } from "../../../src/live/observation.js";
import type { FleetMember, GateView } from "../../../src/live/ports.js";
import {
  drainOf,
  endOf,
  fleetOf,
  HandClock,
  jobOf,
  launchOf,
  memberOf,
  observationOf,
  seenOf,
  settingsOf,
  viewOf,
} from "./views.js";

const MINUTE_MS = 60_000;

function start(): { gate: LiveGate; clock: HandClock } {
  const clock = new HandClock();
  return { gate: makeGate(settingsOf(), clock), clock };
}

let next = 10_000;
/** How many of so many instances, asked for anew, may be launched; and what denies the rest. */
function launch(gate: LiveGate, count: number, view: Partial<GateView> = {}): string {
  next += count;
  const command = launchOf(count, {}, next);
  return gate
    .judge([command], viewOf(view))
    .map((verdict) =>
      verdict.allowed
        ? `${count && "instances" in verdict.command ? verdict.command.instances.length : 0}`
        : verdict.rule,
    )
    .join(" ");
}

describe("unhealthy fleet", () => {
  const fleetWith = (unwell: number, of: number, how: Partial<FleetMember>) =>
    Array.from({ length: of }, (_, i) => memberOf(i, i < unwell ? how : {}));
  it.each([
    { what: "4 of 8 unhealthy: 50 % and more than 3", fleet: fleetWith(4, 8, { healthy: false }), open: true },
    { what: "4 of 9 unhealthy: 44 %", fleet: fleetWith(4, 9, { healthy: false }), open: false },
    { what: "3 of 3 unhealthy: not more than 3", fleet: fleetWith(3, 3, { healthy: false }), open: false },
    { what: "8 of 8 boot", fleet: fleetWith(8, 8, { state: "running", ageMs: 900_000 }), open: false },
    { what: "8 of 8 boot for too long", fleet: fleetWith(8, 8, { state: "running", ageMs: 900_001 }), open: true },
    { what: "8 of 8 end", fleet: fleetWith(8, 8, { state: "ending", healthy: false }), open: false },
  ])("$what: $open", ({ fleet, open }) => {
    const { gate } = start();
    expect(launch(gate, 1, { fleet })).toBe(open ? "unhealthy-fleet" : "1");
    expect(gate.open).toHaveLength(open ? 1 : 0);
  });

  it("closes at half of either mark, and leaves ends alone", () => {
    const { gate } = start();
    expect(launch(gate, 1, { fleet: fleetWith(8, 10, { healthy: false }) })).toBe("unhealthy-fleet");
    expect(
      gate.judge([endOf(9)], viewOf({ ...fleetOf(10), fleet: fleetWith(8, 10, { healthy: false }) })),
    ).toMatchObject([{ allowed: true }]);
    // Half of 45 % and of 3: 3 of 10 are 30 % and above both marks; 2 of 10 are 20 %.
    expect(launch(gate, 1, { fleet: fleetWith(3, 10, { healthy: false }) })).toBe("unhealthy-fleet");
    expect(launch(gate, 1, { fleet: fleetWith(2, 10, { healthy: false }) })).toBe("1");
    expect(launch(gate, 1, { fleet: fleetWith(3, 10, { healthy: false }) })).toBe("1");
    expect(gate.open).toEqual([]);
  });
});

describe("failed launches", () => {
  const booting = (...numbers: number[]) => numbers.map((i) => memberOf(i, { state: "running", ageMs: 60_000 }));

  it("stop launching at the third in a row, each counted once, and say what may be the cause", () => {
    const { gate } = start();
    const fleet = booting(1, 2, 3);
    for (const instance of [1, 1, 1, 2, 2]) gate.neverRegistered(instance);
    expect(launch(gate, 1, { fleet })).toBe("1");
    gate.neverRegistered(3);
    expect(launch(gate, 1, { fleet })).toBe("failed-launches");
    expect(gate.open[0]).toContain("AmazonEC2ContainerServiceforEC2Role");
    expect(gate.open[0]).toContain("the last 3 instances");
  });

  it("are not in a row when one registers between", () => {
    const { gate } = start();
    const fleet = booting(1, 2, 3, 4);
    gate.look(viewOf({ fleet }));
    gate.neverRegistered(1);
    gate.neverRegistered(2);
    gate.registered(4);
    gate.neverRegistered(3);
    expect(launch(gate, 1, { fleet })).toBe("1");
  });

  it("are not mended by the registration of somebody else's instance", () => {
    const { gate } = start();
    const fleet = [...booting(1, 2, 3), memberOf(4, { ours: false })];
    gate.look(viewOf({ fleet }));
    for (const instance of [1, 2, 3]) gate.neverRegistered(instance);
    gate.registered(4);
    expect(launch(gate, 1, { fleet })).toBe("failed-launches");
  });

  it("let one be tried after the registration timeout, twice as late after each failure, and all when it registers", () => {
    const { gate, clock } = start();
    for (const instance of [1, 2, 3]) gate.neverRegistered(instance);
    clock.nowMs += 15 * MINUTE_MS - 1;
    expect(launch(gate, 5)).toBe("failed-launches");
    clock.nowMs += 1;
    expect(launch(gate, 5)).toBe("1 failed-launches");
    const probe = next;
    const fleet = booting(probe);
    expect(launch(gate, 5, { fleet })).toBe("failed-launches"); // one at a time
    gate.neverRegistered(probe);
    clock.nowMs += 15 * MINUTE_MS;
    expect(launch(gate, 5)).toBe("failed-launches");
    clock.nowMs += 15 * MINUTE_MS;
    expect(launch(gate, 5)).toBe("1 failed-launches");
    gate.registered(next);
    expect(launch(gate, 5, { fleet: booting(next) })).toBe("5");
    expect(gate.open).toEqual([]);
  });

  it("let another be tried when the one was refused, or is gone", () => {
    const { gate, clock } = start();
    for (const instance of [1, 2, 3]) gate.neverRegistered(instance);
    clock.nowMs += 15 * MINUTE_MS;
    expect(launch(gate, 1)).toBe("1");
    gate.learn([{ kind: "launched", answers: [{ instance: next, granted: false }], refusals: [] }], viewOf());
    expect(launch(gate, 1)).toBe("1");
    gate.learn(
      [{ kind: "launched", answers: [{ instance: next, granted: true, instanceId: "i-p", pool: 0 }], refusals: [] }],
      viewOf(),
    );
    gate.look(viewOf({ fleet: [memberOf(next, { state: "running" })] }));
    expect(launch(gate, 1, { fleet: [memberOf(next, { state: "running" })] })).toBe("failed-launches");
    expect(launch(gate, 1)).toBe("1");
  });
});

describe("demand that does not start", () => {
  const UNPLACED_MS = 20 * MINUTE_MS;
  const room = [seenOf(0)]; // 4 vCPUs, 8000 MiB: room for a job of 2 and 4000
  const waits = jobOf("a");
  const big = (jobId: string): SeenJob => ({ ...waits, jobId, request: { ...waits.request!, vcpuMilli: 64_000 } });

  /** Looks every minute for so long. */
  function watch(gate: LiveGate, clock: HandClock, ms: number, parts: Partial<Observation>): void {
    for (let passed = 0; passed < ms; passed += MINUTE_MS) {
      gate.look(viewOf({ observation: observationOf(parts) }));
      clock.nowMs += MINUTE_MS;
    }
  }
  const view = (parts: Partial<Observation>): Partial<GateView> => ({
    fleet: [memberOf(0)],
    observation: observationOf(parts),
  });

  it("stops being bought for after twenty minutes with room", () => {
    const { gate, clock } = start();
    const parts = { jobs: [waits], instances: room };
    watch(gate, clock, UNPLACED_MS - MINUTE_MS, parts);
    expect(launch(gate, 1, view(parts))).toBe("1");
    clock.nowMs += MINUTE_MS;
    expect(launch(gate, 1, view(parts))).toBe("unplaced-demand");
    expect(gate.open).toEqual([
      "1 job of 2 vCPU, 4000 MiB (job, ...) wait: for 20 min there has been room, and none of them started",
    ]);
  });

  it.each<[string, Partial<Observation>]>([
    [
      "no room: the instance is full",
      {
        jobs: [
          waits,
          jobOf("b", {
            status: "RUNNING",
            containerInstanceArn: "arn-0",
            request: { ...waits.request!, vcpuMilli: 3_000 },
          }),
        ],
        instances: room,
      },
    ],
    ["no room: it is DRAINING", { jobs: [waits], instances: [seenOf(0, { ecsStatus: "DRAINING" })] }],
    ["no room: its agent is not connected", { jobs: [waits], instances: [seenOf(0, { agentConnected: false })] }],
    ["nobody knows: a task that is no job's", { jobs: [waits], instances: [seenOf(0, { runningTasks: 1 })] }],
    ["too little memory", { jobs: [waits], instances: [seenOf(0, { registeredMemoryMib: 3_999 })] }],
    ["a GPU is wanted", { jobs: [{ ...waits, request: { ...waits.request!, gpuMilli: 1_000 } }], instances: room }],
    ["not described yet", { jobs: [{ ...waits, request: undefined }], instances: room }],
  ])("goes on being bought for: %s", (_, parts) => {
    const { gate, clock } = start();
    watch(gate, clock, 2 * UNPLACED_MS, parts);
    expect(launch(gate, 1, view(parts))).toBe("1");
  });

  it("counts what an array's parent tells, and no child twice", () => {
    const { gate, clock } = start();
    const array = { jobId: "p", queue: "q", size: 9, createdAtMs: 0, statusSummary: { RUNNABLE: 5 } };
    const parts = {
      jobs: [jobOf("p:0", { arrayId: "p" })],
      arrays: [{ ...array, request: waits.request }],
      instances: room,
    };
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, parts);
    expect(gate.open[0]).toContain("5 jobs of 2 vCPU");
  });

  it("is forgotten when one of its shape starts, even if nobody saw it run", () => {
    const { gate, clock } = start();
    const parts = { jobs: [waits], instances: room };
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, parts);
    const end: SeenEnd = {
      ...{ jobId: "z", arrayId: "", createdAtMs: 0, queue: "q", request: waits.request!, endedAttempts: 0 },
      ...{ containerInstanceArn: "arn-0", startedAtMs: 1, stoppedAtMs: 2, succeeded: true, retried: false },
      ...{ exitCode: 0, statusReason: "", reason: "" },
    };
    expect(launch(gate, 1, view(parts))).toBe("unplaced-demand");
    expect(launch(gate, 1, view({ ...parts, ends: [{ ...end, startedAtMs: Number.NaN }] }))).toBe("unplaced-demand");
    expect(launch(gate, 1, view({ ...parts, ends: [end] }))).toBe("1");
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, parts);
    expect(launch(gate, 1, view(parts))).toBe("unplaced-demand");
    const runs = jobOf("c", { status: "RUNNING", containerInstanceArn: "arn-0" });
    expect(launch(gate, 1, view({ ...parts, jobs: [waits, runs] }))).toBe("1");
  });

  it("lets other jobs be bought for, an instance each at most", () => {
    const { gate, clock } = start();
    const parts = { jobs: [waits, big("b"), big("c"), big("d")], instances: room };
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, parts);
    // Three others wait and one instance is on its way.
    const fleet = [memberOf(0), memberOf(1, { state: "requested" })];
    expect(launch(gate, 5, { ...view(parts), fleet })).toBe("2 unplaced-demand");
  });

  it("is tried again when there has been no room for as long", () => {
    const { gate, clock } = start();
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, { jobs: [waits], instances: room });
    const empty = { jobs: [waits], instances: [] };
    watch(gate, clock, UNPLACED_MS, empty);
    expect(gate.open[0]).toContain("there was room for them");
    expect(launch(gate, 1, { observation: observationOf(empty) })).toBe("1");
  });

  it("learns nothing from a look that is not whole", () => {
    const { gate, clock } = start();
    const parts = { jobs: [waits], instances: room };
    watch(gate, clock, UNPLACED_MS + MINUTE_MS, parts);
    const problems = [{ part: "jobs" as const, code: "x", message: "" }];
    gate.look(viewOf({ observation: observationOf({ problems }) })); // no job waits, it seems
    expect(launch(gate, 1, view(parts))).toBe("unplaced-demand");
  });
});

describe("unauthorized", () => {
  const fleet = fleetOf(10);
  const denied = (command: ReturnType<typeof drainOf> | ReturnType<typeof endOf>) =>
    ({ kind: "failed", command, code: "AccessDeniedException", message: "no" }) as const;
  const says = (gate: LiveGate, ...commands: Parameters<LiveGate["judge"]>[0]) =>
    gate.judge(commands, viewOf(fleet)).map((verdict) => (verdict.allowed ? "allowed" : verdict.rule));

  it("stops that kind of command and no other", () => {
    const { gate } = start();
    gate.learn([denied(endOf(3))], viewOf(fleet));
    expect(says(gate, endOf(4), drainOf(5), launchOf(1))).toEqual(["unauthorized", "allowed", "allowed"]);
    gate.learn([denied(drainOf(3))], viewOf(fleet));
    expect(says(gate, drainOf(5), drainOf(5, "undrain"))).toEqual(["unauthorized", "unauthorized"]);
    expect(gate.open).toHaveLength(2);
  });

  it("does not mind other failures", () => {
    const { gate } = start();
    gate.learn([{ ...denied(endOf(3)), code: "RequestLimitExceeded" }], viewOf(fleet));
    expect(says(gate, endOf(4))).toEqual(["allowed"]);
  });

  it("lets one be tried after ten minutes, then after twenty; success closes it", () => {
    const { gate, clock } = start();
    gate.learn([denied(endOf(3))], viewOf(fleet));
    clock.nowMs += 10 * MINUTE_MS - 1;
    expect(says(gate, endOf(4), endOf(5))).toEqual(["unauthorized", "unauthorized"]);
    clock.nowMs += 1;
    expect(says(gate, endOf(4), endOf(5))).toEqual(["allowed", "unauthorized"]);
    gate.learn([denied(endOf(4))], viewOf(fleet));
    clock.nowMs += 10 * MINUTE_MS;
    expect(says(gate, endOf(4))).toEqual(["unauthorized"]);
    clock.nowMs += 10 * MINUTE_MS;
    expect(says(gate, endOf(4), endOf(5))).toEqual(["allowed", "unauthorized"]);
    gate.learn([{ kind: "terminated", instance: 4 }], viewOf(fleet));
    expect(says(gate, endOf(4), endOf(5))).toEqual(["allowed", "allowed"]);
    expect(gate.open).toEqual([]);
  });

  const refused = (instance: number, code: string) => ({ kind: "not-ended", instance, code, message: "no" }) as const;

  it("opens where a later step of an end is denied, once for all that were denied together", () => {
    const { gate, clock } = start();
    gate.learn(
      [1, 2, 3, 4].map((i) => refused(i, "UnauthorizedOperation")),
      viewOf(fleet),
    );
    expect(gate.open).toEqual(["AWS has denied an end: UnauthorizedOperation: no; the next is tried in 10 min"]);
    // What is asked for again meanwhile, and refused again, is nothing new.
    clock.nowMs += 9 * MINUTE_MS;
    gate.learn([refused(1, "UnauthorizedOperation")], viewOf(fleet));
    clock.nowMs += MINUTE_MS;
    expect(says(gate, endOf(5))).toEqual(["allowed"]);
  });

  it("stays open for ends until one is terminated, and tries one at a time: an end comes out some ticks later", () => {
    const { gate, clock } = start();
    gate.learn([refused(3, "AccessDeniedException"), { kind: "kept", instance: 3, why: "" }], viewOf(fleet));
    expect(says(gate, endOf(4))).toEqual(["unauthorized"]);
    clock.nowMs += 10 * MINUTE_MS;
    expect(says(gate, endOf(4))).toEqual(["allowed"]);
    gate.learn([{ kind: "ending", instance: 4 }], viewOf(fleet));
    clock.nowMs += MINUTE_MS;
    expect(says(gate, endOf(5))).toEqual(["unauthorized"]);
    gate.learn([refused(4, "AccessDeniedException")], viewOf(fleet)); // twice as long now
    clock.nowMs += 20 * MINUTE_MS - 1;
    expect(says(gate, endOf(5))).toEqual(["unauthorized"]);
    clock.nowMs += 1;
    expect(says(gate, endOf(5))).toEqual(["allowed"]);
    // It was kept, for a job came: nobody knows more, and the next is tried as late as after an end that goes on.
    gate.learn(
      [
        { kind: "ending", instance: 5 },
        { kind: "kept", instance: 5, why: "" },
      ],
      viewOf(fleet),
    );
    expect(says(gate, endOf(6))).toEqual(["unauthorized"]);
    gate.learn([{ kind: "terminated", instance: 4 }], viewOf(fleet)); // one that was asked for again
    expect(says(gate, endOf(6), endOf(7))).toEqual(["allowed", "allowed"]);
    expect(gate.open).toEqual([]);
  });

  it("opens for what is no matter of policies when three instances are refused, and none is terminated between", () => {
    const { gate } = start();
    const protectedOne = (instance: number) => refused(instance, "OperationNotPermitted");
    gate.learn([protectedOne(1), protectedOne(2), protectedOne(2), protectedOne(1)], viewOf(fleet));
    expect(says(gate, endOf(5))).toEqual(["allowed"]);
    gate.learn([{ kind: "terminated", instance: 5 }, protectedOne(1), protectedOne(2)], viewOf(fleet));
    expect(says(gate, endOf(6))).toEqual(["allowed"]);
    gate.learn([protectedOne(6)], viewOf(fleet));
    expect(says(gate, endOf(7), drainOf(8))).toEqual(["unauthorized", "allowed"]);
    expect(gate.open[0]).toContain("OperationNotPermitted");
  });
});
