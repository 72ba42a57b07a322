import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvOf, inspected } from "./inspected.js";

const ROW = { submit_ms: 1_000, runtime_s: 5, vcpus: 1, memory_mib: 512, wait_s: 1 };

describe("what rows give", () => {
  it("keeps nothing, zero and nonsense apart", async () => {
    const rows = [
      ROW,
      { ...ROW, memory_mib: "", wait_s: "" },
      { ...ROW, memory_mib: 0, wait_s: 0 },
      { ...ROW, memory_mib: 0, wait_s: "soon" },
      { ...ROW, memory_mib: "lots" }, // rejected: bad-memory
      { ...ROW, memory_mib: "-1" }, // the sign for nothing
    ];
    const { fields, records } = await inspected(csvOf(rows));
    const account = (name: string) => fields.find(({ field }) => field === name);
    expect(records).toMatchObject({ rowsRead: 6, accepted: 5 });
    expect(account("memory")).toEqual({ field: "memory", given: 1, zero: 2, absent: 2, unreadable: 1 });
    // The wait of the rejected row is not looked at.
    expect(account("wait")).toEqual({ field: "wait", given: 2, zero: 1, absent: 1, unreadable: 1 });
    expect(account("limit")).toEqual({ field: "limit", given: 0, zero: 0, absent: 5, unreadable: 0 });
  });

  it("tells jobs that ran for 0 s from those that never ran and those without a run time", async () => {
    const rows = [
      { ...ROW, runtime_s: 0, status: "SUCCEEDED" },
      { ...ROW, runtime_s: "", status: "NEVER_RAN" },
      { ...ROW, runtime_s: "", status: "" },
      { ...ROW, runtime_s: "", status: "RUNNING" },
      { ...ROW, runtime_s: 7, status: "SUCCEEDED" },
    ];
    const { fields, unfinished, runtimes, records } = await inspected(csvOf(rows));
    expect(fields.find(({ field }) => field === "runtime")).toEqual({
      ...{ field: "runtime", given: 1, zero: 1, absent: 1, unreadable: 0 },
    });
    expect(unfinished).toEqual({ neverRan: 1, stillRunning: 1, stillQueued: 0, incompleteWindow: 0 });
    expect(runtimes).toMatchObject({ count: 2, zero: 1 });
    expect(records.accepted).toBe(2);
  });

  it("counts every accepted row once in every field", async () => {
    const cell = fc.constantFrom("", "0", "-1", "-7", "3", "x", "NaN");
    const row = fc.record({ vcpus: cell, memory_mib: cell, gpus: cell, wait_s: cell, limit_s: cell, name: cell });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
        const { fields, records } = await inspected(csvOf(rows.map((cells) => ({ ...ROW, ...cells }))));
        const rejectedFor = (code: string) => records.rejected.find((tally) => tally.code === code)?.count ?? 0;
        for (const { field, given, zero, absent, unreadable } of fields) {
          const own = rejectedFor(`bad-${field}`);
          expect(given + (zero ?? 0) + absent + unreadable, field).toBe(records.accepted + own);
        }
      }),
      { numRuns: 60 },
    );
  });
});
