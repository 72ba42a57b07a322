// What must hold for every trace and every step: nothing is invented, nothing but the promised fields changes.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobFilter, TransformStep } from "../../../src/model/trace-transform.js";
import { applyStep } from "../../../src/trace/transform/transform.js";
import type { SealedTrace, Trace } from "../../../src/trace/workload-builder.js";
import { allJobs, edgesOf, idOf, idsOf, jobFacts, traces } from "./made-traces.js";

const RUNS = { numRuns: 100 };

const ANY: JobFilter = {
  ...{ queue: undefined, name: undefined, share: undefined, vcpuMilli: undefined, memoryMib: undefined },
  ...{ gpuMilli: undefined, runtimeMs: undefined, status: undefined },
};

const filters = fc.record({
  ...Object.fromEntries(Object.keys(ANY).map((key) => [key, fc.constant(undefined)])),
  queue: fc.constantFrom(undefined, ["cpu"], ["g*", "x"]),
  name: fc.constantFrom(undefined, ["a*"], ["s?rt"]),
  vcpuMilli: fc.constantFrom(undefined, { min: 3_000, max: undefined }, { min: undefined, max: 4_000 }),
  status: fc.constantFrom(undefined, "succeeded" as const, "failed" as const),
}) as fc.Arbitrary<JobFilter>;

const seeds = fc.integer({ min: 0, max: 1_000 });

/** Steps that choose or copy jobs. */
const choices: fc.Arbitrary<TransformStep> = fc.oneof(
  filters.map((jobs) => ({ kind: "filter" as const, jobs })),
  fc.tuple(fc.integer({ min: 0, max: 1e8 }), fc.integer({ min: 1, max: 1e9 })).map(
    ([fromMs, lengthMs]): TransformStep => ({
      kind: "window",
      from: { kind: "offset", offsetMs: fromMs },
      to: { kind: "offset", offsetMs: fromMs + lengthMs },
    }),
  ),
  fc.tuple(fc.constantFrom(0.1, 0.5, 1, 1.5, 2, 3), seeds).map(([factor, seed]) => ({
    kind: "scaleLoad" as const,
    factor,
    seed,
  })),
  fc.tuple(fc.constantFrom(0.3, 0.9), seeds).map(([fraction, seed]) => ({
    kind: "sample" as const,
    amount: { fraction },
    seed,
  })),
);

function step(trace: Trace, applied: TransformStep): Trace {
  return { ...trace, ...applyStep(trace, applied, undefined).trace };
}

const original = (id: string) => id.replace(/~+\d+/, "");

describe("steps that choose or copy jobs", () => {
  it("give jobs of the trace, each with its own facts", () => {
    fc.assert(
      fc.property(traces, choices, (trace, choice) => {
        const facts = new Map(idsOf(trace).map((id, job) => [id, jobFacts(trace, job)]));
        const result = step(trace, choice);
        for (let job = 0; job < result.workload.jobCount; job++) {
          // Children of arrays that lost others are still children of the same array.
          expect(jobFacts(result, job)).toEqual(facts.get(original(idOf(result, job))));
        }
        expect(new Set(idsOf(result)).size).toBe(result.workload.jobCount);
      }),
      RUNS,
    );
  });

  it("keep the dependencies among what is left, and no others", () => {
    fc.assert(
      fc.property(traces, choices, (trace, choice) => {
        const result = step(trace, choice);
        const units = new Set([...idsOf(result), ...result.workload.arrays.ids]);
        const copies = [...new Set([...units].map((id) => /~+\d+/.exec(id)?.[0] ?? ""))];
        const expected = copies.flatMap((suffix) =>
          edgesOf(trace)
            .map((edge) => edge.split(/ > | /) as [string, string, string])
            .filter(([dependent, on]) => units.has(dependent + suffix) && units.has(on + suffix))
            .map(([dependent, on, kind]) => `${dependent + suffix} > ${on + suffix} ${kind}`),
        );
        expect(edgesOf(result)).toEqual(expected.sort());
      }),
      RUNS,
    );
  });

  it("reproduce: equal steps give equal traces", () => {
    fc.assert(
      fc.property(traces, choices, (trace, choice) => {
        expect(step(trace, choice).workload.hash).toBe(step(trace, choice).workload.hash);
      }),
      RUNS,
    );
  });
});

describe("filter and exclude", () => {
  it("together give all jobs, each once", () => {
    fc.assert(
      fc.property(traces, filters, (trace, jobs) => {
        const kept = step(trace, { kind: "filter", jobs });
        const others = step(trace, { kind: "exclude", jobs });
        expect([...idsOf(kept), ...idsOf(others)].sort()).toEqual(idsOf(trace).sort());
      }),
      RUNS,
    );
  });
});

describe("steps on groups", () => {
  const groupsIn = (trace: SealedTrace) =>
    edgesOf(trace).map((edge) => edge.split(/ > | /) as [string, string, string]);

  it("scaling and sampling never part an array, or jobs that wait for each other", () => {
    fc.assert(
      fc.property(traces, fc.constantFrom(0.2, 0.5), seeds, fc.boolean(), (trace, factor, seed, scales) => {
        const result = step(
          trace,
          scales ? { kind: "scaleLoad", factor, seed } : { kind: "sample", amount: { fraction: factor }, seed },
        );
        const kept = new Set([...idsOf(result), ...result.workload.arrays.ids]);
        for (const [dependent, on] of groupsIn(trace)) expect(kept.has(dependent)).toBe(kept.has(on));
        for (const [array, id] of result.workload.arrays.ids.entries()) {
          const before = trace.workload.arrays;
          const old = before.ids.indexOf(id);
          const sizeOf = (starts: Int32Array, index: number) => starts[index + 1]! - starts[index]!;
          expect(sizeOf(result.workload.arrays.starts, array)).toBe(sizeOf(before.starts, old));
        }
      }),
      RUNS,
    );
  });
});

describe("steps on time", () => {
  it("shifting there and back changes nothing; only times change on the way", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 1e11 }), (trace, byMs) => {
        fc.pre(trace.workload.originMs > 0);
        const there = step(trace, { kind: "shift", byMs });
        expect(allJobs(there)).toEqual(allJobs(trace).map((job) => ({ ...job, atMs: job.atMs + byMs })));
        const back = step(there, { kind: "shift", byMs: -byMs });
        expect(allJobs(back)).toEqual(allJobs(trace));
        expect(back.workload.interventions).toEqual(trace.workload.interventions);
        expect(edgesOf(back)).toEqual(edgesOf(trace));
      }),
      RUNS,
    );
  });

  it("stretching by a whole number and back changes nothing", () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 2, max: 9 }), (trace, factor) => {
        const longer = step(trace, { kind: "stretchTime", factor });
        expect([...longer.workload.submitMs]).toEqual([...trace.workload.submitMs].map((timeMs) => timeMs * factor));
        const back = step(longer, { kind: "stretchTime", factor: 1 / factor });
        expect(allJobs(back)).toEqual(allJobs(trace));
        expect(edgesOf(back)).toEqual(edgesOf(trace));
      }),
      RUNS,
    );
  });
});

describe("anonymise", () => {
  const anonymous = (trace: Trace, key: string) =>
    step(trace, { kind: "anonymise", key, fields: ["ids", "names", "queues", "shares", "definitions"] });

  it("leaves times, amounts, run times and structure alone, and no text", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const result = anonymous(trace, "a long secret");
        const bare = (of: SealedTrace) =>
          allJobs(of).map(
            ({ id: _, name: _name, queue: _queue, share: _share, definition: _definition, ...rest }) => rest,
          );
        expect(bare(result)).toEqual(bare(trace));
        expect(edgesOf(result)).toHaveLength(edgesOf(trace).length);
        for (const { id, name, queue, share, definition } of allJobs(result)) {
          expect(id).toMatch(/^job-[0-9a-f]{20}(:\d+)?$/);
          expect(name).toMatch(/^name-[0-9a-f]{20}$/);
          expect(queue).toMatch(/^queue-[0-9a-f]{20}$/);
          expect(share).toMatch(/^$|^share-[0-9a-f]{20}$/);
          expect(definition.name).toMatch(/^$|^definition-[0-9a-f]{20}$/);
        }
      }),
      RUNS,
    );
  });

  it("gives equal texts equal hashes and different texts different ones, by key", () => {
    fc.assert(
      fc.property(traces, (trace) => {
        const pairs = (of: SealedTrace) => idsOf(of).map((id, job) => ({ id, ...jobFacts(of, job) }));
        const before = pairs(trace);
        const after = pairs(anonymous(trace, "a long secret"));
        for (const field of ["id", "name", "queue", "share"] as const) {
          const hashes = new Map(before.map((job, index) => [job[field], after[index]![field]]));
          expect(after.map((job) => job[field])).toEqual(before.map((job) => hashes.get(job[field])));
          expect(new Set(hashes.values()).size).toBe(hashes.size);
        }
        expect(idsOf(anonymous(trace, "another secret"))).not.toEqual(idsOf(anonymous(trace, "a long secret")));
      }),
      RUNS,
    );
  });
});
