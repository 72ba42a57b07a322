import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventHeap } from "../../src/base/event-heap.js";

describe("EventHeap", () => {
  it("is empty at first, and crashes rather than invent an event", () => {
    const heap = new EventHeap();
    expect(heap.size).toBe(0);
    expect(heap.nextTime).toBe(Number.POSITIVE_INFINITY);
    expect(() => heap.pop()).toThrow("empty");
    expect(() => heap.push(Number.NaN, 1)).toThrow("NaN");
  });

  it("gives events in order of time, those of one instant in order of arrival, like a stably sorted list", () => {
    // Few distinct times, so that ties are the rule; a capacity of 1, so that it has to grow.
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ timeMs: fc.integer({ min: 0, max: 5 }) }) },
      { weight: 2, arbitrary: fc.constant("pop" as const) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200, size: "max" }), (operations) => {
        const heap = new EventHeap(1);
        let reference: { timeMs: number; payload: number }[] = [];
        operations.forEach((step, payload) => {
          if (step === "pop") {
            const first = reference[0];
            if (first === undefined) return;
            expect(heap.nextTime).toBe(first.timeMs);
            expect(heap.pop()).toBe(first.payload);
            reference.shift();
          } else {
            heap.push(step.timeMs, payload);
            reference.push({ timeMs: step.timeMs, payload });
            reference = reference.toSorted((a, b) => a.timeMs - b.timeMs);
          }
          expect(heap.size).toBe(reference.length);
        });
        for (const { payload } of reference) expect(heap.pop()).toBe(payload);
      }),
    );
  });
});
