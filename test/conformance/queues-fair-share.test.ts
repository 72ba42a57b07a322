// Fair-share queues. The usage of a share is a model (AWS publishes no curve): vCPU-seconds of the window W, weighing
// 1 - age / W, and W / 2 vCPU-seconds at once for each vCPU that is placed. A job of v vCPUs that ran from s to e, all of it in
// the window, counts v (e - s) (1 - (t - (s + e) / 2) / W) at t: its length times the weight of its middle.

import { describe, expect, it } from "vitest";
import { play, refusals } from "./play.js";
import { checkStarts, fairShare, jobs, machine, queues } from "./queue-cases.js";

const SHARE = "§ 2.5 Fair share";

/** A job of one vCPU for ten seconds. */
const ten = (id: string, share: string, more = "") =>
  `id: ${id}, shareIdentifier: ${share}, vcpus: 1, runtime: 10s${more === "" ? "" : `, ${more}`}`;

describe("which share is served next", () => {
  checkStarts([
    {
      rule: "the share with the lowest usage, not the oldest job",
      section: SHARE,
      scenario: jobs(ten("a1", "A"), ten("a2", "A"), ten("a3", "A"), ten("b1", "B"), ten("b2", "B")) + fairShare(1),
      // W = 600. 0: nobody has used anything, a1 is oldest. 10: A 9.92, B 0: b1. 20: A's middle is 15 s old, B's 5 s:
      // 9.75 < 9.92, a2. 30: A 9.58 + 9.92, B 9.75: b2. 40: a3.
      starts: { a1: 0, b1: 10, a2: 20, b2: 30, a3: 40 },
    },
    {
      rule: "shares of equal usage: the oldest job (model)",
      section: `${SHARE} [U]`,
      scenario: jobs(ten("b", "B", "submit: 2s"), ten("c", "C", "submit: 1s"), ten("a", "A")) + fairShare(1),
      // a runs; at 10 neither B nor C has used anything: c came before b.
      starts: { a: 0, c: 10, b: 20 },
    },
    {
      rule: "usage is vCPU-time: one job of 4 vCPUs counts as four of one",
      section: SHARE,
      scenario:
        jobs(
          "id: a, shareIdentifier: A, vcpus: 4, runtime: 10s, repeat: 2",
          "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s, repeat: 5",
        ) + fairShare(8),
      // At 0: a-1 (A at 4), then B until it is at 4 too: b-1 … b-4, and the machine is full. At 10 both stand equal: the older
      // a-2, then b-5.
      starts: { "a-1": 0, "b-1": 0, "b-2": 0, "b-3": 0, "b-4": 0, "a-2": 10, "b-5": 10 },
    },
    {
      rule: "a lower weightFactor receives more: 0.4 against 1",
      section: SHARE,
      scenario:
        jobs(...[1, 2, 3, 4].map((i) => ten(`a${i}`, "A")), ten("b1", "B"), ten("b2", "B")) +
        fairShare(
          1,
          "shareDistribution: [{ shareIdentifier: A, weightFactor: 0.4 }, { shareIdentifier: B, weightFactor: 1 }]",
        ),
      // W = 600, a job of middle age m counts 10 (1 - m / 600).
      // 10: A 9.92 x 0.4 = 3.97, B 0: b1.           20: A 9.75 x 0.4 = 3.90 < B 9.92: a2.
      // 30: A 19.5 x 0.4 = 7.80 < B 9.75: a3.       40: A 29.08 x 0.4 = 11.63 > B 9.58: b2.
      // 50: A 28.58 x 0.4 = 11.43 < B 19.33: a4.
      starts: { a1: 0, b1: 10, a2: 20, a3: 30, b2: 40, a4: 50 },
    },
    {
      rule: "a weightFactor of 0.125 receives eight times as much as 1",
      section: SHARE,
      scenario:
        jobs(
          "id: a, shareIdentifier: A, vcpus: 1, runtime: 10s, repeat: 9",
          "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s, repeat: 9",
        ) + fairShare(9, "shareDistribution: [{ shareIdentifier: A, weightFactor: 0.125 }]"),
      // Nine places at 0: a-1, b-1 (B at 1), then A until 8 x 0.125 = 1. Of the next nine, by the same reckoning: at 10 A and B
      // stand equal, so a-9 (the oldest); then B is behind and has the rest.
      starts: { "a-1": 0, "a-8": 0, "b-1": 0, "a-9": 10, "b-2": 10, "b-9": 10 },
    },
    {
      rule: "a share that no entry lists weighs 1.0",
      section: SHARE,
      scenario:
        jobs(
          "id: a, shareIdentifier: A, vcpus: 1, runtime: 10s, repeat: 3",
          "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s, repeat: 3",
        ) + fairShare(3, "shareDistribution: [{ shareIdentifier: A, weightFactor: 0.5 }]"),
      // Three places at 0: a-1 (0.5), b-1 (1.0), a-2 (1.0). At 10: equal, a-3 (1.5), b-2 (2.0 against 1.5), then A is empty: b-3.
      starts: { "a-1": 0, "b-1": 0, "a-2": 0, "a-3": 10, "b-2": 10, "b-3": 10 },
    },
    {
      rule: "each concrete id that matches a prefix entry is a share of its own",
      section: SHARE,
      scenario:
        jobs(
          "id: x, shareIdentifier: User1, vcpus: 1, runtime: 10s, repeat: 3",
          "id: y, shareIdentifier: User2, vcpus: 1, runtime: 10s, repeat: 3",
          "id: z, shareIdentifier: Guest, vcpus: 1, runtime: 10s, repeat: 3",
        ) + fairShare(3, "shareDistribution: [{ shareIdentifier: User*, weightFactor: 1 }]"),
      // Three places, three shares. If User1 and User2 were one share, x-2 would come before y-1.
      starts: { "x-1": 0, "y-1": 0, "z-1": 0, "x-2": 10, "y-2": 10, "z-2": 10 },
    },
    {
      rule: "each id that matches a prefix has the prefix's weight",
      section: SHARE,
      scenario:
        jobs(
          "id: x, shareIdentifier: User1, vcpus: 1, runtime: 10s, repeat: 3",
          "id: y, shareIdentifier: User2, vcpus: 1, runtime: 10s, repeat: 3",
          "id: z, shareIdentifier: Guest, vcpus: 1, runtime: 10s, repeat: 2",
        ) + fairShare(5, "shareDistribution: [{ shareIdentifier: User*, weightFactor: 0.5 }]"),
      // Five places at 0: x-1 0.5, y-1 0.5, z-1 1.0, x-2 1.0, y-2 1.0. The other three at 10.
      starts: { "x-1": 0, "y-1": 0, "z-1": 0, "x-2": 0, "y-2": 0, "x-3": 10, "y-3": 10, "z-2": 10 },
    },
    {
      rule: "the head of the share that is served next blocks the queue when it does not fit",
      section: "§ 2.5 Queues sharing a CE",
      scenario:
        jobs(
          "id: a1, shareIdentifier: A, vcpus: 3, runtime: 60s",
          "id: b1, shareIdentifier: B, vcpus: 2, runtime: 10s, submit: 1s",
          "id: a2, shareIdentifier: A, vcpus: 1, runtime: 10s, submit: 2s",
        ) + fairShare(4),
      // One vCPU is free from 0 on. B has used nothing, so b1 is next, and a2 is not looked at.
      starts: { a1: 0, b1: 60, a2: 60 },
    },
  ]);
});

describe("within a share", () => {
  const definitions = `
jobDefinitions:
  - { jobDefinitionName: urgent, type: container, schedulingPriority: 9, containerProperties: { vcpus: 1, memory: 1 } }
  - { jobDefinitionName: plain, type: container, schedulingPriority: 1, containerProperties: { vcpus: 1, memory: 1 } }
`;
  checkStarts([
    {
      rule: "the higher schedulingPriority comes first, then the order of submission",
      section: SHARE,
      scenario:
        jobs(
          ten("first", "A", "jobDefinition: plain"),
          ten("p1", "A", "jobDefinition: plain, submit: 1s"),
          ten("p9", "A", "jobDefinition: urgent, submit: 2s"),
          ten("p9b", "A", "jobDefinition: urgent, submit: 3s"),
        ) +
        definitions +
        fairShare(1),
      starts: { first: 0, p9: 10, p9b: 20, p1: 30 },
    },
    {
      rule: "schedulingPriorityOverride overrides the job definition's schedulingPriority",
      section: SHARE,
      scenario:
        jobs(
          ten("first", "A", "jobDefinition: plain"),
          ten("p9", "A", "jobDefinition: urgent, submit: 1s"),
          ten("p10", "A", "jobDefinition: plain, schedulingPriorityOverride: 10, submit: 2s"),
        ) +
        definitions +
        fairShare(1),
      starts: { first: 0, p10: 10, p9: 20 },
    },
    {
      rule: "schedulingPriority has no say between shares",
      section: SHARE,
      scenario:
        jobs(
          ten("b1", "B"),
          ten("b2", "B", "schedulingPriorityOverride: 9999, submit: 1s"),
          ten("a1", "A", "schedulingPriorityOverride: 0, submit: 2s"),
        ) + fairShare(1),
      // At 10 B has used 9.92, A nothing.
      starts: { b1: 0, a1: 10, b2: 20 },
    },
  ]);
});

describe("how long usage counts", () => {
  /** A has run for ten seconds; C keeps the machine until `at`; then A's older job competes with B, which has used nothing. */
  const history = (at: number, policy: string) =>
    jobs(
      ten("a1", "A"),
      `id: c, shareIdentifier: C, vcpus: 1, runtime: ${at - 10}s, submit: 1s`,
      ten("a2", "A", `submit: ${at - 6}s`),
      ten("b", "B", `submit: ${at - 5}s`),
    ) + fairShare(1, policy);

  checkStarts([
    {
      rule: "shareDecaySeconds 0 is a window of 600 s: usage of 600 s ago still counts",
      section: SHARE,
      scenario: history(605, "shareDecaySeconds: 0"),
      // The window begins at 5: a1's second half is in it, B has used less.
      starts: { c: 10, b: 605, a2: 615 },
    },
    {
      rule: "shareDecaySeconds 0 is a window of 600 s: what is older is forgotten",
      section: SHARE,
      scenario: history(611, "shareDecaySeconds: 0"),
      // The window begins at 11, after a1: A and B stand equal, and a2 is older.
      starts: { c: 10, a2: 611, b: 621 },
    },
    {
      rule: "shareDecaySeconds 60: usage of less than 60 s ago counts",
      section: SHARE,
      scenario: history(65, "shareDecaySeconds: 60"),
      starts: { c: 10, b: 65, a2: 75 },
    },
    {
      rule: "shareDecaySeconds 60: what is older is forgotten",
      section: SHARE,
      scenario: history(71, "shareDecaySeconds: 60"),
      starts: { c: 10, a2: 71, b: 81 },
    },
    {
      rule: "newer usage weighs more, linearly (model)",
      section: `${SHARE} [U]`,
      scenario:
        jobs(
          "id: a0, shareIdentifier: A, vcpus: 1, runtime: 20s",
          "id: c0, shareIdentifier: C, vcpus: 1, runtime: 30s, submit: 1s",
          "id: b0, shareIdentifier: B, vcpus: 1, runtime: 15s, submit: 21s",
          "id: c1, shareIdentifier: C, vcpus: 1, runtime: 35s, submit: 51s",
          ten("b1", "B", "submit: 70s"),
          ten("a1", "A", "submit: 71s"),
        ) + fairShare(1, "shareDecaySeconds: 100"),
      // At 100: A ran 0..20, 90 s ago in the middle: 20 x 0.1 = 2. B ran 50..65, 42.5 s ago: 15 x 0.575 = 8.6. A, though it ran
      // for longer and its job is younger.
      starts: { a0: 0, c0: 20, b0: 50, c1: 65, a1: 100, b1: 110 },
    },
  ]);
});

describe("computeReservation keeps (c / 100)^n of the maximum for inactive shares", () => {
  const job = (id: string, share: string, vcpus: number, more = "") =>
    `id: ${id}, shareIdentifier: ${share}, vcpus: ${vcpus}, runtime: 60s${more === "" ? "" : `, ${more}`}`;

  checkStarts([
    {
      rule: "50 %, one active share: a half of 8 vCPUs is kept",
      section: SHARE,
      scenario: jobs(job("a", "A", 2, "repeat: 3")) + fairShare(8, "computeReservation: 50"),
      // (1 - 0.5) x 8 = 4: two jobs of 2.
      starts: { "a-1": 0, "a-2": 0, "a-3": 60 },
    },
    {
      rule: "50 %, two active shares: a quarter is kept",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 2, "repeat: 3"), job("b", "B", 2, "repeat: 2")) + fairShare(8, "computeReservation: 50"),
      // (1 - 0.25) x 8 = 6: a-1, b-1, and of the equal ones the older a-2. At 60 a-3 and b-2.
      starts: { "a-1": 0, "b-1": 0, "a-2": 0, "a-3": 60, "b-2": 60 },
    },
    {
      rule: "50 %, three active shares: an eighth is kept",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 1, "repeat: 4"), job("b", "B", 1, "repeat: 2"), job("c", "C", 1, "repeat: 2")) +
        fairShare(8, "computeReservation: 50"),
      // (1 - 0.125) x 8 = 7 of the eight jobs of 1: a-1, b-1, c-1, a-2, b-2, c-2, a-3.
      starts: { "a-3": 0, "b-2": 0, "c-2": 0, "a-4": 60 },
    },
    {
      rule: "75 %, one active share: three quarters are kept",
      section: SHARE,
      scenario: jobs(job("a", "A", 1, "repeat: 3")) + fairShare(8, "computeReservation: 75"),
      // 0.25 x 8 = 2.
      starts: { "a-1": 0, "a-2": 0, "a-3": 60 },
    },
    {
      rule: "75 %, two active shares: 56.25 % are kept",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 1, "repeat: 3"), job("b", "B", 1, "repeat: 3")) + fairShare(8, "computeReservation: 75"),
      // 0.4375 x 8 = 3.5: three jobs of 1: a-1, b-1, a-2. At 60 both stand equal but for that: A 2 x, B 1 x: b-2 first.
      starts: { "a-1": 0, "b-1": 0, "a-2": 0, "b-2": 60 },
    },
    {
      rule: "75 %, three active shares: 42.2 % are kept",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 1, "repeat: 3"), job("b", "B", 1), job("c", "C", 1)) +
        fairShare(8, "computeReservation: 75"),
      // (1 - 0.421875) x 8 = 4.625: four jobs of 1.
      starts: { "a-1": 0, b: 0, c: 0, "a-2": 0, "a-3": 60 },
    },
    {
      rule: "a share that becomes active makes room",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 2, "repeat: 4"), job("b", "B", 2, "submit: 30s")) + fairShare(8, "computeReservation: 50"),
      // A alone: 4 vCPUs. At 30 two are active: 6, and b is next. a-3 at 60, when two have ended.
      starts: { "a-1": 0, "a-2": 0, b: 30, "a-3": 60, "a-4": 60 },
    },
    {
      rule: "a share stays active until its usage has left the window",
      section: SHARE,
      scenario:
        jobs(
          "id: b, shareIdentifier: B, vcpus: 1, runtime: 10s",
          job("a", "A", 2, "repeat: 3, submit: 100s"),
          job("later", "A", 2, "repeat: 3, submit: 700s"),
        ) + fairShare(8, "computeReservation: 50, shareDecaySeconds: 0"),
      // At 100 B has been done for 90 s of the 600: two active shares, 6 vCPUs, three jobs. At 700 it has been for 690: 4 vCPUs.
      starts: { "a-1": 100, "a-2": 100, "a-3": 100, "later-1": 700, "later-2": 700, "later-3": 760 },
    },
    {
      rule: "without a computeReservation one share may use everything",
      section: SHARE,
      scenario: jobs(job("a", "A", 2, "repeat: 4")) + fairShare(8),
      starts: { "a-4": 0 },
    },
    {
      rule: "it is reckoned per queue, not across queues",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 2, "repeat: 3, jobQueue: one"), job("b", "B", 2, "repeat: 3, jobQueue: two")) +
        machine(8) +
        queues({
          one: { priority: 2, more: "schedulingPolicyArn: half" },
          two: { priority: 1, more: "schedulingPolicyArn: half" },
        }) +
        "schedulingPolicies: [{ name: half, fairsharePolicy: { computeReservation: 50 } }]",
      // Each queue has one active share, which may use 4 of 8. Reckoned together, both could use 6.
      starts: { "a-1": 0, "a-2": 0, "a-3": 60, "b-1": 0, "b-2": 0, "b-3": 60 },
    },
    {
      rule: "a share whose jobs are all PENDING is active",
      section: SHARE,
      scenario:
        jobs(job("a", "A", 2, "repeat: 3"), job("b", "B", 2, "dependsOn: [{ jobId: a-1 }]")) +
        fairShare(8, "computeReservation: 50"),
      // Active from SUBMITTED on: two shares from 0 on, 6 vCPUs.
      starts: { "a-1": 0, "a-2": 0, "a-3": 0, b: 60 },
    },
  ]);
});

describe("what is refused", () => {
  const QUEUE = fairShare(1);
  const policy = (text: string) => jobs(ten("a", "A")) + fairShare(1, text);
  const entries = (count: number) =>
    `shareDistribution: [${Array.from({ length: count }, (_, i) => `{ shareIdentifier: s${i} }`).join(", ")}]`;

  const REFUSED: readonly (readonly [rule: string, text: string, messages: readonly string[]])[] = [
    [
      "a job without shareIdentifier in a fair-share queue",
      jobs("id: a, vcpus: 1, runtime: 1s") + QUEUE,
      ["shareIdentifier must be specified"],
    ],
    [
      "a shareIdentifier in a queue without a scheduling policy",
      jobs(ten("a", "A")) + machine(1),
      ["If the job queue doesn't have a scheduling policy, then shareIdentifier must not be specified"],
    ],
    [
      "a job definition without schedulingPriority, and no schedulingPriorityOverride",
      `${jobs(ten("a", "A", "jobDefinition: d"))}jobDefinitions: [{ jobDefinitionName: d, type: container, containerProperties: { vcpus: 1, memory: 1 } }]\n${QUEUE}`,
      ["Either schedulingPriority in job definition or schedulingPriorityOverride should be specified"],
    ],
    [
      "a schedulingPriority above 9999",
      jobs(ten("a", "A", "schedulingPriorityOverride: 10000")) + QUEUE,
      ["must be at most 9999, got 10000"],
    ],
    [
      "a prefix as a job's shareIdentifier",
      jobs(ten("a", '"A*"')) + QUEUE,
      ['The string is limited to 255 alphanumeric characters, got "A*"'],
    ],
    ["more than 500 entries", policy(entries(501)), ["must have at most 500 entries, got 501"]],
    [
      "a weightFactor below 0.0001",
      policy("shareDistribution: [{ shareIdentifier: A, weightFactor: 0.00009 }]"),
      ["must be at least 0.0001, got 0.00009"],
    ],
    [
      "a weightFactor above 999.9999",
      policy("shareDistribution: [{ shareIdentifier: A, weightFactor: 1000 }]"),
      ["must be at most 999.9999, got 1000"],
    ],
    ["shareDecaySeconds above 604800", policy("shareDecaySeconds: 604801"), ["must be at most 604800, got 604801"]],
    ["a computeReservation above 99", policy("computeReservation: 100"), ["must be at most 99, got 100"]],
    [
      "a prefix that overlaps another",
      policy("shareDistribution: [{ shareIdentifier: User* }, { shareIdentifier: UserA* }]"),
      ["The list of share identifiers in a fair-share policy can't overlap: User* and UserA*"],
    ],
    [
      "a prefix that covers an id of the list",
      policy("shareDistribution: [{ shareIdentifier: UserA1 }, { shareIdentifier: UserA* }]"),
      ["The list of share identifiers in a fair-share policy can't overlap: UserA* and UserA1"],
    ],
  ];
  it.each(REFUSED)(`%s (${SHARE})`, async (_, text, messages) => {
    expect(await refusals(text)).toEqual(messages);
  });

  it.each([
    ["500 entries", entries(500)],
    ["the least weightFactor", "shareDistribution: [{ shareIdentifier: A, weightFactor: 0.0001 }]"],
    ["the greatest weightFactor", "shareDistribution: [{ shareIdentifier: A, weightFactor: 999.9999 }]"],
    ["the longest decay", "shareDecaySeconds: 604800"],
    ["the greatest reservation", "computeReservation: 99"],
  ])(`%s: taken (${SHARE})`, async (_, text) => {
    expect(await refusals(policy(text))).toEqual([]);
  });

  it("500 share identifiers may be active in one queue (§ 2.4 Limits)", async () => {
    // One vCPU each on 499: the last share waits for the first job to end.
    const all = Array.from({ length: 500 }, (_, i) => ten(`j${i}`, `s${i}`));
    const played = await play(jobs(...all) + fairShare(499));
    expect([played.startedS("j0"), played.startedS("j498"), played.startedS("j499")]).toEqual([0, 0, 10]);
  });
});
