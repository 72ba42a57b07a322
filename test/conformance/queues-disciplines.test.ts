// The disciplines that users choose per queue, on a machine of processors. `limit` is the user's run-time limit, the only thing
// about run times that a discipline sees. Sources of the methods: Lifka 1995 and Mu'alem & Feitelson 2001 (EASY,
// conservative), slurm.conf (PriorityDecayHalfLife).

import { describe } from "vitest";
import { checkStarts, fairShare, jobs, machine, machines, queues } from "./queue-cases.js";

const SECTION = "§ 5 Two schedulers";

const under = (discipline: string, more = "") =>
  `strategies: [{ name: chosen, queueDiscipline: ${discipline}${more === "" ? "" : `, ${more}`} }]\n`;

/** One processor for ten seconds. */
const ten = (id: string, more: string) => `id: ${id}, vcpus: 1, runtime: 10s, ${more}`;

describe("fifo and fifo-skip", () => {
  const BLOCKED = jobs(
    "id: a, vcpus: 3, runtime: 60s",
    "id: b, vcpus: 2, runtime: 10s, submit: 1s",
    "id: c, vcpus: 1, runtime: 10s, submit: 2s",
    "id: d, vcpus: 1, runtime: 10s, submit: 3s",
  );
  checkStarts([
    {
      rule: "fifo: nobody passes a head that does not fit",
      section: SECTION,
      scenario: BLOCKED + machine(4) + under("fifo"),
      // 60: b, c and d together need 4.
      starts: { a: 0, b: 60, c: 60, d: 60 },
    },
    {
      rule: "fifo-skip: those behind a blocked job start when they fit, in order",
      section: SECTION,
      scenario: BLOCKED + machine(4) + under("fifo-skip"),
      // One processor is free: c 2..12, then d.
      starts: { a: 0, c: 2, d: 12, b: 60 },
    },
    {
      rule: "fifo-skip: nothing is reserved, so the blocked job may starve",
      section: SECTION,
      scenario:
        jobs(
          "id: big, vcpus: 2, runtime: 10s, submit: 1s",
          ...[0, 5, 10, 15, 20].map((s) => `id: s${s}, vcpus: 1, runtime: 10s, submit: ${s}s`),
        ) +
        machine(2) +
        under("fifo-skip"),
      // s0 0..10, s5 5..15, s10 10..20, s15 15..25, s20 20..30.
      starts: { s0: 0, s5: 5, s10: 10, s15: 15, s20: 20, big: 30 },
    },
    {
      rule: "fifo on a fair-share queue: submission order, whatever the shares",
      section: SECTION,
      scenario:
        jobs(ten("a1", "shareIdentifier: A"), ten("a2", "shareIdentifier: A"), ten("b1", "shareIdentifier: B")) +
        fairShare(1) +
        under("fifo"),
      // Shared fairly, b1 would be second.
      starts: { a1: 0, a2: 10, b1: 20 },
    },
  ]);
});

describe("shortest-job-first", () => {
  checkStarts([
    {
      rule: "the shortest limit first, those without one last",
      section: SECTION,
      scenario:
        jobs(
          ten("first", "limit: 10s"),
          ten("none", "submit: 1s"),
          ten("thirty", "limit: 30s, submit: 2s"),
          ten("twenty", "limit: 20s, submit: 3s"),
        ) +
        machine(1) +
        under("shortest-job-first"),
      starts: { first: 0, twenty: 10, thirty: 20, none: 30 },
    },
    {
      rule: "limits decide, not run times; equal ones go by submission",
      section: SECTION,
      scenario:
        jobs(
          ten("first", "limit: 10s"),
          "id: short, vcpus: 1, runtime: 1s, limit: 40s, submit: 1s",
          "id: long, vcpus: 1, runtime: 50s, limit: 39s, submit: 2s",
          "id: equal, vcpus: 1, runtime: 1s, limit: 39s, submit: 3s",
        ) +
        machine(1) +
        under("shortest-job-first"),
      // 10: long (39 s, the older), though it runs for 50; then equal 60..61, then short.
      starts: { long: 10, equal: 60, short: 61 },
    },
    {
      rule: "the shortest one blocks the queue while it does not fit",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 60s, limit: 60s",
          "id: wide, vcpus: 2, runtime: 10s, limit: 10s, submit: 1s",
          "id: narrow, vcpus: 1, runtime: 10s, limit: 20s, submit: 2s",
        ) +
        machine(4) +
        under("shortest-job-first"),
      starts: { a: 0, wide: 60, narrow: 60 },
    },
  ]);
});

describe("easy", () => {
  /** a holds 3 of 4 processors, by its limit until 100; b needs all four. */
  const HELD = ["id: a, vcpus: 3, runtime: 100s, limit: 100s", "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s"];

  checkStarts([
    {
      rule: "a job that ends by its limit at the shadow time passes the head",
      section: SECTION,
      scenario: jobs(...HELD, "id: c, vcpus: 1, runtime: 98s, limit: 98s, submit: 2s") + machine(4) + under("easy"),
      // 2 + 98 = 100 = b's shadow time: not after it.
      starts: { a: 0, c: 2, b: 100 },
    },
    {
      rule: "a job that would end one second after the shadow time does not",
      section: SECTION,
      scenario: jobs(...HELD, "id: c, vcpus: 1, runtime: 10s, limit: 99s, submit: 2s") + machine(4) + under("easy"),
      // 2 + 99 = 101 > 100, nothing is left over: c waits for b (100..110), though it would run for 10 s only.
      starts: { a: 0, b: 100, c: 110 },
    },
    {
      rule: "the shadow time goes by limits, not by run times",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 20s, limit: 100s",
          "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 1, runtime: 50s, limit: 50s, submit: 2s",
        ) +
        machine(4) +
        under("easy"),
      // c may start: 2 + 50 <= 100. a ends at 20, and b waits until c has ended at 52.
      starts: { a: 0, c: 2, b: 52 },
    },
    {
      rule: "a job that needs at most the left-over processors passes, however long it is",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 6, runtime: 100s, limit: 100s",
          "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 2, runtime: 1000s, limit: 1000s, submit: 2s",
        ) +
        machine(8) +
        under("easy"),
      // At 100 eight are free, b takes four, four are left over: c needs two, and two are free at 2.
      starts: { a: 0, c: 2, b: 100 },
    },
    {
      rule: "the left-over processors are used up by those who pass in the same instant",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 6, runtime: 100s, limit: 100s",
          "id: b, vcpus: 8, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 2, runtime: 1000s, limit: 1000s, repeat: 2, submit: 2s",
        ) +
        machine(10) +
        under("easy"),
      // Left over: 10 - 8 = 2, which c-1 takes. c-2 would fit into the two that are free as well, but b could not start at 100.
      // b 100..110 beside c-1; then c-2.
      starts: { a: 0, "c-1": 2, b: 100, "c-2": 110 },
    },
    {
      rule: "and by those who passed earlier",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 6, runtime: 100s, limit: 100s",
          "id: b, vcpus: 8, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 2, runtime: 1000s, limit: 1000s, submit: 2s",
          "id: d, vcpus: 2, runtime: 1000s, limit: 1000s, submit: 3s",
        ) +
        machine(10) +
        under("easy"),
      starts: { a: 0, c: 2, b: 100, d: 110 },
    },
    {
      rule: "a job that ends in time does not use up the left-over processors",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 6, runtime: 100s, limit: 100s",
          "id: b, vcpus: 8, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 2, runtime: 50s, limit: 50s, submit: 2s",
          "id: d, vcpus: 2, runtime: 1000s, limit: 1000s, submit: 2s",
        ) +
        machine(10) +
        under("easy"),
      // c ends at 52; d takes the two that are left over at 100.
      starts: { a: 0, c: 2, d: 2, b: 100 },
    },
    {
      rule: "jobs start in order while they fit; only the first that does not is reserved for",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 2, runtime: 100s, limit: 100s",
          "id: b, vcpus: 1, runtime: 100s, limit: 100s",
          "id: c, vcpus: 4, runtime: 10s, limit: 10s",
          "id: d, vcpus: 4, runtime: 10s, limit: 10s",
          "id: e, vcpus: 1, runtime: 100s, limit: 100s",
        ) +
        machine(4) +
        under("easy"),
      // a, b, then c is the head, with shadow time 100: e ends by then. c 100..110, d 110..120.
      starts: { a: 0, b: 0, e: 0, c: 100, d: 110 },
    },
    {
      rule: "all that ends and is submitted at an instant comes first, then one pass in order",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 4, runtime: 10s, limit: 10s",
          "id: b, vcpus: 3, runtime: 10s, limit: 10s, submit: 10s",
          "id: c, vcpus: 1, runtime: 10s, limit: 10s, submit: 10s",
          "id: d, vcpus: 2, runtime: 10s, limit: 10s, submit: 5s",
        ) +
        machine(4) +
        under("easy"),
      // 10: d was submitted first and starts; b (3 of the 2 free) is the head, its shadow time 20; c ends at 20.
      starts: { a: 0, d: 10, c: 10, b: 20 },
    },
    {
      rule: "a running job that is past its limit counts as ending now",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 60s, limit: 10s",
          "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 20s",
          "id: c, vcpus: 1, runtime: 5s, limit: 5s, submit: 21s",
        ) +
        machine(4) +
        under("easy"),
      // The shadow time is always now, so c can't end by it.
      starts: { a: 0, b: 60, c: 70 },
    },
    {
      rule: "only jobs without a limit in the head's way: those with one pass, those without do not (model)",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 2, runtime: 100s",
          "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 1, runtime: 30s, submit: 2s",
          "id: d, vcpus: 1, runtime: 30s, limit: 500s, submit: 3s",
        ) +
        machine(4) +
        under("easy"),
      starts: { a: 0, d: 3, b: 100, c: 110 },
    },
    {
      rule: "a head that no machine could ever hold reserves nothing (model)",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 100s, limit: 100s",
          "id: huge, vcpus: 8, runtime: 10s, limit: 10s, submit: 1s, cancel: 300s",
          "id: c, vcpus: 1, runtime: 200s, limit: 200s, submit: 2s",
        ).replace("trace:\n", "trace:\n  unplaceable: keep\n") +
        machine(4) +
        under("easy"),
      starts: { a: 0, c: 2 },
    },
  ]);
});

describe("conservative", () => {
  /**
   * Six processors. a holds four until 100, by its limit and really; b needs five (100..150), c all six (150..200). d, one
   * processor for 500 s, fits beside a and b, and delays c.
   */
  const DELAYING = jobs(
    "id: a, vcpus: 4, runtime: 100s, limit: 100s",
    "id: b, vcpus: 5, runtime: 50s, limit: 50s, submit: 1s",
    "id: c, vcpus: 6, runtime: 50s, limit: 50s, submit: 2s",
    "id: d, vcpus: 1, runtime: 500s, limit: 500s, submit: 3s",
  );
  checkStarts([
    {
      rule: "easy, for comparison: a job may delay all but the head",
      section: SECTION,
      scenario: DELAYING + machine(6) + under("easy"),
      // One processor is left over beside b: d 3..503, and c waits for it.
      starts: { a: 0, d: 3, b: 100, c: 503 },
    },
    {
      rule: "no job before it may be delayed",
      section: SECTION,
      scenario: DELAYING + machine(6) + under("conservative"),
      starts: { a: 0, b: 100, c: 150, d: 200 },
    },
    {
      rule: "a job that fits into a gap passes",
      section: SECTION,
      scenario:
        DELAYING.replace("id: d, vcpus: 1, runtime: 500s, limit: 500s", "id: d, vcpus: 2, runtime: 97s, limit: 97s") +
        machine(6) +
        under("conservative"),
      // Two processors are free from 3 to 100.
      starts: { a: 0, d: 3, b: 100, c: 150 },
    },
    {
      rule: "a job that ends early lets all move up",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 4, runtime: 20s, limit: 100s",
          "id: b, vcpus: 4, runtime: 10s, limit: 50s, submit: 1s",
          "id: c, vcpus: 4, runtime: 10s, limit: 50s, submit: 2s",
        ) +
        machine(4) +
        under("conservative"),
      // Reserved for 100 and 150; a ends at 20, b at 30.
      starts: { a: 0, b: 20, c: 30 },
    },
    {
      rule: "nobody passes a job before it into a place that lasts too long by its limit",
      section: SECTION,
      scenario:
        jobs(
          "id: a, vcpus: 3, runtime: 100s, limit: 100s",
          "id: b, vcpus: 4, runtime: 10s, limit: 10s, submit: 1s",
          "id: c, vcpus: 1, runtime: 5s, limit: 99s, submit: 2s",
        ) +
        machine(4) +
        under("conservative"),
      // 2 + 99 > 100.
      starts: { a: 0, b: 100, c: 110 },
    },
  ]);
});

describe("slurm-fair-share", () => {
  /** A ran 0..40, B 100..130, somebody else otherwise; at 200 both have a job, and B's is older. */
  const HISTORY = jobs(
    "id: a0, shareIdentifier: A, vcpus: 1, runtime: 40s",
    "id: c0, shareIdentifier: C, vcpus: 1, runtime: 60s, submit: 1s",
    "id: b0, shareIdentifier: B, vcpus: 1, runtime: 30s, submit: 41s",
    "id: c1, shareIdentifier: C, vcpus: 1, runtime: 70s, submit: 101s",
    ten("b1", "shareIdentifier: B, submit: 140s"),
    ten("a1", "shareIdentifier: A, submit: 141s"),
  );
  checkStarts([
    {
      rule: "usage decays by half-life: 100 s",
      section: "§ 2.11 Slurm",
      scenario: HISTORY + machine(1) + under("slurm-fair-share", "fairShareHalfLife: 100s"),
      // At 200, with h = 100 s: a job from s to e counts (h / ln 2) (2^-((200 - e) / h) - 2^-((200 - s) / h)).
      // A: 144.3 (0.330 - 0.250) = 11.5. B: 144.3 (0.616 - 0.5) = 16.7. A, though it ran for longer.
      starts: { a0: 0, c0: 40, b0: 100, c1: 130, a1: 200, b1: 210 },
    },
    {
      rule: "the default half-life of 7 days hardly forgets: 40 s are more than 30 s",
      section: "§ 2.11 Slurm",
      scenario: HISTORY + machine(1) + under("slurm-fair-share"),
      starts: { c1: 130, b1: 200, a1: 210 },
    },
    {
      rule: "what has just been placed has no past yet: of equal shares the oldest job (model)",
      section: "§ 2.11 Slurm",
      scenario:
        jobs(ten("a1", "shareIdentifier: A"), ten("a2", "shareIdentifier: A"), ten("b1", "shareIdentifier: B")) +
        machine(2) +
        under("slurm-fair-share"),
      // At 0 nobody has used anything, nor has A by placing a1.
      starts: { a1: 0, a2: 0, b1: 10 },
    },
  ]);
});

describe("disciplines by queue", () => {
  const EACH = ["one", "two"].flatMap((queue) => [
    `id: ${queue}a, jobQueue: ${queue}, vcpus: 3, runtime: 60s`,
    `id: ${queue}b, jobQueue: ${queue}, vcpus: 2, runtime: 10s, submit: 1s`,
    `id: ${queue}c, jobQueue: ${queue}, vcpus: 1, runtime: 10s, submit: 2s`,
  ]);
  checkStarts([
    {
      rule: "queueDisciplines names queues that are served in another order",
      section: SECTION,
      scenario:
        jobs(...EACH) +
        machines({ left: 4, right: 4 }) +
        queues({ one: { environments: ["left"] }, two: { environments: ["right"] } }) +
        under("fifo", "queueDisciplines: { two: fifo-skip }"),
      starts: { onea: 0, oneb: 60, onec: 60, twoa: 0, twob: 60, twoc: 2 },
    },
    {
      rule: "strategies serve the same queue each in its own order",
      section: SECTION,
      scenario:
        jobs(...EACH.slice(0, 3)) +
        machine(4) +
        queues({ one: {} }) +
        "strategies: [{ name: strict, queueDiscipline: fifo }, { name: skipping, queueDiscipline: fifo-skip }]",
      run: "skipping",
      starts: { onea: 0, oneb: 60, onec: 2 },
    },
  ]);
});
