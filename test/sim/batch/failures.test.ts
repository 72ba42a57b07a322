// The seeded failure model: what it does to an attempt, how often, and that it is the same in whatever order jobs run.

import { describe, expect, it } from "vitest";
import type { FailureRule } from "../../../src/model/world.js";
import { FailureModel } from "../../../src/sim/batch/failure-model.js";
import { job, jobs, s, shape, world } from "../../builders.js";
import { ends, exits, jobEvents, outcomeName, roomy, rows, withParts } from "./batch-story.js";

const rule = (kind: FailureRule["kind"], more: Partial<FailureRule> = {}): FailureRule => ({
  kind,
  probability: 1,
  exitCode: 1,
  jobName: "*",
  ...more,
});
const many = roomy(jobs(20_000, job(0, s(10), shape(1, 1)))).workload;

describe("a failure", () => {
  it("of kind exit ends the attempt with its code, at some point of the run", () => {
    const [event] = jobEvents(withParts(roomy(rows([0, 100])), { failures: [rule("exit", { exitCode: 42 })] })).slice(
      1,
    );
    expect(outcomeName(event!.packed)).toBe("Exited 42");
    expect(event!.startedMs).toBe(0);
    expect(event!.atMs).toBeGreaterThan(0);
    expect(event!.atMs).toBeLessThan(s(100));
  });

  it("of kind out-of-memory exits with 137", () => {
    const events = jobEvents(withParts(roomy(rows([0, 100])), { failures: [rule("out-of-memory")] }));
    expect(outcomeName(events[1]!.packed)).toBe("OutOfMemory 137");
  });

  it("of kind image-pull ends the attempt in STARTING when the image would have been there", () => {
    const input = roomy(rows([0, 100]), { world: world({ pull: s(7) }) });
    expect(ends(withParts(input, { failures: [rule("image-pull")] }))).toEqual(["7 ended j0 unstarted CannotPull"]);
  });

  it("is what rules the retries, as any other", () => {
    const events = jobEvents(
      withParts(roomy(rows([0, 100])), {
        failures: [rule("image-pull")],
        retry: { 0: { attempts: 3, evaluateOnExit: [] } },
      }),
    );
    expect(events.map(({ kind }) => kind)).toEqual(["submitted", "ended", "retried", "ended", "retried", "ended"]);
  });

  it("comes before the end that the trace gives, and not to an attempt that does not start", () => {
    const scripts = { 0: [exits(9, 50)], 1: [{ cannotStart: true }] };
    const [first, second] = jobEvents(
      withParts(roomy(rows([0, 100], [0, 100])), { scripts, failures: [rule("exit", { exitCode: 42 })] }),
    )
      .filter(({ kind }) => kind === "ended")
      .sort((a, b) => a.job - b.job);
    expect(outcomeName(first!.packed)).toBe("Exited 42");
    expect(first!.atMs).toBeLessThan(s(50));
    expect(outcomeName(second!.packed)).toBe("CannotPull");
  });

  it("that comes after the timeout is none", () => {
    // Both run 1000 s; the timeout is at 1 s. That a uniform point of 1000 s falls before it has a chance of 1 in 1000.
    const input = withParts(roomy(rows([0, 1000], [0, 1000])), {
      timeoutS: { 0: 1, 1: 1 },
      failures: [rule("exit")],
    });
    expect(ends(input)).toEqual(["1 ended j0 from 0 TimedOut", "1 ended j1 from 0 TimedOut"]);
  });

  it("strikes jobs of the given name only", () => {
    const named = ["align", "align-1", "sort"].map((name) => job(0, s(10), shape(1, 1), { name }));
    const failing = (jobName: string) =>
      jobEvents(withParts(roomy(named), { failures: [rule("image-pull", { jobName })] }))
        .filter(({ kind, packed }) => kind === "ended" && packed !== 0)
        .map((event) => event.job);
    expect([failing("align"), failing("align*"), failing("*"), failing("none")]).toEqual([[0], [0, 1], [0, 1, 2], []]);
  });
});

describe("the failure model", () => {
  it("strikes as often as its rule says, at points all over the run", () => {
    // 20000 draws at 0.2: 4000 +- 4 x sqrt(20000 x 0.2 x 0.8) = 226. Mean of 4000 points: 0.5 +- 4 x 0.2887 / 63 = 0.018.
    const model = new FailureModel([rule("exit", { probability: 0.2 })], many, 7);
    const shares = Array.from({ length: 20_000 }, (_, number) => model.failureOf(number, 1)?.share).filter(
      (share) => share !== undefined,
    );
    expect(Math.abs(shares.length - 4000)).toBeLessThan(226);
    expect(Math.abs(shares.reduce((sum, share) => sum + share, 0) / shares.length - 0.5)).toBeLessThan(0.018);
  });

  it("lets the first rule that strikes decide", () => {
    // The second strikes where the first does not: 0.5 and 0.5 x 0.4, of 20000; 4 standard errors are 283 and 226.
    const rules = [rule("exit", { probability: 0.5 }), rule("out-of-memory", { probability: 0.4 })];
    const model = new FailureModel(rules, many, 7);
    const kinds = Array.from({ length: 20_000 }, (_, number) => model.failureOf(number, 1)?.rule.kind);
    expect(Math.abs(kinds.filter((kind) => kind === "exit").length - 10_000)).toBeLessThan(283);
    expect(Math.abs(kinds.filter((kind) => kind === "out-of-memory").length - 4000)).toBeLessThan(226);
  });

  it("draws anew for every attempt and seed, and the same again for the same", () => {
    const struck = (attempt: number, seed: number) => {
      const model = new FailureModel([rule("exit", { probability: 0.5 })], many, seed);
      return Array.from({ length: 100 }, (_, number) => (model.failureOf(number, attempt) ? "x" : ".")).join("");
    };
    expect(new Set([struck(1, 1), struck(2, 1), struck(3, 1), struck(1, 2)]).size).toBe(4);
    expect(struck(2, 1)).toBe(struck(2, 1));
  });

  it("strikes the same attempts under another order of placement", () => {
    const list = Array.from({ length: 60 }, (_, index) => job(0, s(10 + index), shape(1 + (index % 3), 1)));
    const outcomes = (queueDiscipline: "fifo" | "fifo-skip", count: number) => {
      const input = roomy(list, { strategy: { queueDiscipline } });
      const fleet = [{ pool: 0, count }];
      const environments = input.tables.environments.map((each) => ({ ...each, fixedFleet: fleet }));
      const retry = Object.fromEntries(list.map((_, number) => [number, { attempts: 3, evaluateOnExit: [] }]));
      const parts = { failures: [rule("exit", { probability: 0.4 })], retry };
      const perJob = new Map<number, number[]>();
      const run = withParts({ ...input, tables: { ...input.tables, environments } }, parts);
      for (const { kind, job: number, packed, startedMs, atMs } of jobEvents(run)) {
        if (kind !== "ended") continue;
        perJob.set(number, [...(perJob.get(number) ?? []), packed, atMs - startedMs]);
      }
      return [...perJob].sort(([a], [b]) => a - b);
    };
    const roomyFifo = outcomes("fifo", 10);
    expect(roomyFifo.some(([, attempts]) => attempts.length > 2)).toBe(true);
    expect(outcomes("fifo-skip", 1)).toEqual(roomyFifo);
  });
});
