// Queues that share compute environments, and first in, first out.

import { describe, expect, it } from "vitest";
import { play, refusals } from "./play.js";
import { checkStarts, jobs, machine, machines, queues } from "./queue-cases.js";

const HIGH_AND_LOW = queues({ low: { priority: 1 }, high: { priority: 10 } });

describe("cycles over the queues of a compute environment", () => {
  checkStarts([
    {
      rule: "the queue with the higher priority is served first, whatever was submitted first",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs("id: l, jobQueue: low, vcpus: 2, runtime: 60s", "id: h, jobQueue: high, vcpus: 2, runtime: 60s") +
        machine(2) +
        HIGH_AND_LOW,
      // One place: h 0..60, then l.
      starts: { h: 0, l: 60 },
    },
    {
      rule: "every cycle begins with the highest priority again",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l1, jobQueue: low, vcpus: 1, runtime: 10s",
          "id: l2, jobQueue: low, vcpus: 1, runtime: 10s, submit: 1s",
          "id: h1, jobQueue: high, vcpus: 1, runtime: 10s, submit: 2s",
          "id: h2, jobQueue: high, vcpus: 1, runtime: 10s, submit: 15s",
        ) +
        machine(1) +
        HIGH_AND_LOW,
      // l1 0..10; at 10 h1 before l2; at 20 h2, which came while h1 ran; l2 at 30.
      starts: { l1: 0, h1: 10, h2: 20, l2: 30 },
    },
    {
      rule: "three queues go by descending priority, not by definition",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: a, jobQueue: middle, vcpus: 1, runtime: 10s",
          "id: b, jobQueue: bottom, vcpus: 1, runtime: 10s",
          "id: c, jobQueue: top, vcpus: 1, runtime: 10s",
        ) +
        machine(1) +
        queues({ middle: { priority: 20 }, bottom: { priority: 3 }, top: { priority: 100 } }),
      starts: { c: 0, a: 10, b: 20 },
    },
    {
      rule: "a queue is served until its head does not fit, then the cycle proceeds to the next",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l, jobQueue: low, vcpus: 1, runtime: 10s, repeat: 2",
          "id: h, jobQueue: high, vcpus: 1, runtime: 10s, repeat: 3",
        ) +
        machine(2) +
        HIGH_AND_LOW,
      // Two places: h-1, h-2. At 10: h-3, then one place is left for l-1. At 20: l-2.
      starts: { "h-1": 0, "h-2": 0, "h-3": 10, "l-1": 10, "l-2": 20 },
    },
    {
      rule: "a blocked head yields to the next queue",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l1, jobQueue: low, vcpus: 2, runtime: 100s",
          "id: h, jobQueue: high, vcpus: 4, runtime: 60s, submit: 1s",
          "id: l2, jobQueue: low, vcpus: 2, runtime: 10s, submit: 2s",
        ) +
        machine(4) +
        HIGH_AND_LOW,
      // h wants 4, two are free from 0 to 100: l2 takes them at 2. h when l1 has ended.
      starts: { l1: 0, l2: 2, h: 100 },
    },
    {
      rule: "a head blocks its own queue only",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l1, jobQueue: low, vcpus: 2, runtime: 100s",
          "id: h1, jobQueue: high, vcpus: 4, runtime: 60s, submit: 1s",
          "id: h2, jobQueue: high, vcpus: 1, runtime: 60s, submit: 2s",
          "id: l2, jobQueue: low, vcpus: 1, runtime: 10s, submit: 3s",
        ) +
        machine(4) +
        HIGH_AND_LOW,
      // h2 would fit at 2, but is behind h1 (100..160); l2 in the other queue starts at 3.
      starts: { l1: 0, l2: 3, h1: 100, h2: 160 },
    },
    {
      rule: "nothing is reserved: a big job starves behind small ones of a lower priority",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: h, jobQueue: high, vcpus: 4, runtime: 10s, submit: 5s",
          ...[0, 10, 20, 30, 40, 50].map((s) => `id: l${s}, jobQueue: low, vcpus: 2, runtime: 20s, submit: ${s}s`),
        ) +
        machine(4) +
        HIGH_AND_LOW,
      // From 0 to 70 one or two of the small ones run: l0 0..20, l10 10..30, … l50 50..70.
      starts: { l0: 0, l10: 10, l20: 20, l30: 30, l40: 40, l50: 50, h: 70 },
    },
    {
      rule: "priority does not stop running jobs",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l, jobQueue: low, vcpus: 1, runtime: 100s",
          "id: h, jobQueue: high, vcpus: 1, runtime: 10s, submit: 1s",
        ) +
        machine(1) +
        HIGH_AND_LOW,
      starts: { l: 0, h: 100 },
    },
    {
      rule: "queues of equal priority are served in the order of definition (model)",
      section: "§ 2.5 Queues sharing a CE [U]",
      scenario:
        jobs("id: b, jobQueue: second, vcpus: 1, runtime: 10s", "id: a, jobQueue: first, vcpus: 1, runtime: 10s") +
        machine(1) +
        queues({ first: { priority: 5 }, second: { priority: 5 } }),
      // The first cycle, at 0, sees both.
      starts: { a: 0, b: 10 },
    },
    {
      rule: "queues that share one compute environment of several compete there alone",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: l, jobQueue: low, vcpus: 2, runtime: 10s, repeat: 2",
          "id: h, jobQueue: high, vcpus: 2, runtime: 10s, repeat: 2",
        ) +
        machines({ shared: 2, own: 2 }) +
        queues({
          low: { priority: 1, environments: ["shared", "own"] },
          high: { priority: 10, environments: ["shared"] },
        }),
      // "high" has the shared machine at 0 and 10; "low" its own one at 0, and both of them at no time before 20: l-2 goes
      // to its own at 10.
      starts: { "h-1": 0, "h-2": 10, "l-1": 0, "l-2": 10 },
    },
  ]);
});

describe("first in, first out", () => {
  checkStarts([
    {
      rule: "jobs start in the order of submission",
      section: "§ 2.5 FIFO",
      scenario:
        jobs(
          "id: c, vcpus: 1, runtime: 10s, submit: 2s",
          "id: b, vcpus: 1, runtime: 10s, submit: 1s",
          "id: a, vcpus: 1, runtime: 10s",
        ) + machine(1),
      starts: { a: 0, b: 10, c: 20 },
    },
    {
      rule: "jobs of one instant start in the order of their SubmitJob calls",
      section: "§ 2.5 FIFO",
      scenario: jobs("id: z, vcpus: 1, runtime: 10s", "id: a, vcpus: 1, runtime: 10s") + machine(1),
      starts: { z: 0, a: 10 },
    },
    {
      rule: "a head that does not fit blocks those behind it that would",
      section: "§ 2.5 FIFO",
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 60s",
          "id: b, vcpus: 2, runtime: 10s, submit: 1s",
          "id: c, vcpus: 1, runtime: 10s, submit: 2s",
        ) + machine(4),
      // One is free from 0 on; c waits behind b until a ends.
      starts: { a: 0, b: 60, c: 60 },
    },
    {
      rule: "memory blocks as vCPUs do",
      section: "§ 2.5 FIFO",
      // m6i.xlarge: 15,680 MiB usable. 10 GiB are taken; b's 6 GiB = 6,144 MiB do not fit into the 5,440 MiB left.
      scenario: jobs(
        "id: a, vcpus: 1, memory: 10 GiB, runtime: 60s",
        "id: b, vcpus: 1, memory: 6 GiB, runtime: 10s",
        "id: c, vcpus: 1, memory: 1 GiB, runtime: 10s",
      ),
      starts: { a: 0, b: 60, c: 60 },
    },
  ]);
});

describe("the order of compute environments", () => {
  checkStarts([
    {
      rule: "what the first cannot take goes to the second, then to the third",
      section: "§ 2.5 CE fall-through",
      scenario:
        jobs("id: j, vcpus: 2, runtime: 60s, repeat: 4") +
        machines({ one: 2, two: 2, three: 2 }) +
        queues({ main: { environments: ["one", "two", "three"] } }),
      // Three places at 0; the fourth job waits for one of them.
      starts: { "j-1": 0, "j-2": 0, "j-3": 0, "j-4": 60 },
    },
    {
      rule: "a job that is too large for the first environment runs in the second",
      section: "§ 2.5 CE fall-through",
      scenario:
        jobs("id: big, vcpus: 6, runtime: 60s", "id: small, vcpus: 2, runtime: 60s") +
        machines({ one: 2, two: 6 }) +
        queues({ main: { environments: ["one", "two"] } }),
      starts: { big: 0, small: 0 },
    },
    {
      rule: "a head that waits for the second environment blocks those that the first could take",
      section: "§ 2.5 FIFO",
      scenario:
        jobs("id: a, vcpus: 6, runtime: 60s", "id: b, vcpus: 6, runtime: 60s", "id: c, vcpus: 2, runtime: 60s") +
        machines({ one: 2, two: 6 }) +
        queues({ main: { environments: ["one", "two"] } }),
      // b waits for a's place; c could have had the first environment from 0 on.
      starts: { a: 0, b: 60, c: 60 },
    },
  ]);

  const LINES = "id: j, vcpus: 4, memory: 1 GiB, runtime: 60s";
  const managed = (name: string, instanceType: string, more = "") =>
    `  - { computeEnvironmentName: ${name}, ${more} computeResources: { type: EC2, maxvCpus: 4, instanceTypes: [${instanceType}] } }\n`;

  it("an environment at maxvCpus cannot provide: the next one launches (§ 2.5 CE fall-through)", async () => {
    // Four vCPUs each: m6i.xlarge and c6i.xlarge have four. The third job has no room anywhere until 60.
    const played = await play(
      `${jobs(`${LINES}, repeat: 3`)}computeEnvironments:\n${managed("one", "m6i.xlarge")}${managed("two", "c6i.xlarge")}` +
        queues({ main: { environments: ["one", "two"] } }),
    );
    expect(played.places("j-1")).toEqual(["0 m6i.xlarge on-demand"]);
    expect(played.places("j-2")).toEqual(["1 c6i.xlarge on-demand"]);
    expect(["j-1", "j-2", "j-3"].map((id) => played.startedS(id))).toEqual([0, 0, 60]);
  });

  it("the lowest `order` is tried first, wherever it stands in the list (§ 2.5 CE fall-through)", async () => {
    const played = await play(
      `${jobs(LINES)}computeEnvironments:\n${managed("one", "m6i.xlarge")}${managed("two", "c6i.xlarge")}
jobQueues:
  - jobQueueName: main
    computeEnvironmentOrder: [{ order: 7, computeEnvironment: one }, { order: 3, computeEnvironment: two }]`,
    );
    expect(played.places("j")).toEqual(["0 c6i.xlarge on-demand"]);
  });

  it.each([
    ["DISABLED", "state: DISABLED,"],
    ["INVALID", "status: INVALID,"],
  ])("a compute environment that is %s is skipped (§ 2.5 CE fall-through)", async (_, more) => {
    const played = await play(
      `${jobs(LINES)}computeEnvironments:\n${managed("one", "m6i.xlarge", more)}${managed("two", "c6i.xlarge")}` +
        queues({ main: { environments: ["one", "two"] } }),
    );
    // Idle from 60 on, ended after idleDelay's 60 s.
    expect(played.instances()).toEqual(["c6i.xlarge on-demand: 0-120"]);
    expect(played.startedS("j")).toBe(0);
  });

  const REFUSED = [
    {
      rule: "more than three compute environments of a queue are refused (§ 2.4 Limits)",
      text: machines({ a: 1, b: 1, c: 1, d: 1 }) + queues({ main: { environments: ["a", "b", "c", "d"] } }),
      message: "You can associate up to three compute environments with a job queue, got 4",
    },
    {
      rule: "the same `order` twice is refused (§ 2.5 CE fall-through)",
      text: `${machines({ a: 1, b: 1 })}
jobQueues:
  - jobQueueName: main
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: a }, { order: 1, computeEnvironment: b }]`,
      message: "the order 1 is given twice in this queue",
    },
    {
      rule: "a queue whose environments all are DISABLED is refused: nothing would run (§ 2.5 CE fall-through)",
      text: `computeEnvironments:\n${managed("ce", "m6i.xlarge", "state: DISABLED,")}`,
      message: 'the job queue "main" has no compute environment that works: all are DISABLED or INVALID',
    },
    {
      rule: "a DISABLED queue is refused: it takes no jobs (§ 2.5 Queues)",
      text: machine(1) + queues({ main: { more: "state: DISABLED" } }),
      message: "is DISABLED, so nothing would run here",
    },
    {
      rule: "two architectures in one queue are refused (§ 2.6 Compute environments)",
      text: `computeEnvironments:\n${managed("x86", "m6i.xlarge")}${managed("arm", "m6g.xlarge")}${queues({
        main: { environments: ["x86", "arm"] },
      })}`,
      message: "all compute environments that are associated with a job queue must share the same architecture",
    },
  ];
  it.each(REFUSED.map((each) => [each.rule, each] as const))("%s", async (_, { text, message }) => {
    expect(await refusals(jobs(LINES) + text)).toEqual([message]);
  });

  it("more than 50 queues are refused (§ 2.4 Limits)", async () => {
    const all = (count: number) => queues(Object.fromEntries(Array.from({ length: count }, (_, i) => [`q${i}`, {}])));
    const one = jobs(`${LINES}, jobQueue: q0`);
    expect(await refusals(one + machine(4) + all(50))).toEqual([]);
    expect(await refusals(one + machine(4) + all(51))).toHaveLength(1);
  });
});
