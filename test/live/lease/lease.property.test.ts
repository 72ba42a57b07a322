// Whatever happens, in whatever order: of all who contend for a lease one at most may act, what is written down is never lost, and
// no epoch is held by two. And the heartbeat.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type HeldLease, LeaseLostError, storeLease } from "../../../src/live/lease/store-lease.js";
import type { Clock } from "../../../src/live/ports.js";
import { HandClock } from "../gate/views.js";
import { type Fault, FaultyStore, MemoryStore } from "./memory-store.js";

const T = 30_000;

type Step =
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "hold" | "write" | "clear" | "release"; readonly who: number; readonly faults: readonly Fault[] }
  | { readonly kind: "kill-modes" };

const fault = fc.constantFrom<Fault[]>("none", "none", "none", "before", "after", "retried");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1_000, 10_000, 29_999, T, 2 * T) }),
  fc.record({
    kind: fc.constantFrom(
      "hold" as const,
      "hold" as const,
      "hold" as const,
      "write" as const,
      "clear" as const,
      "release" as const,
    ),
    who: fc.integer({ min: 0, max: 2 }),
    faults: fc.array(fault, { maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant("kill-modes" as const) }),
);

describe("three who contend", () => {
  it("never act at once, never share an epoch, and lose nothing that was written down", async () => {
    const all = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new HandClock();
      const memory = new MemoryStore();
      let ids = 0;
      const stores = [0, 1, 2].map(() => new FaultyStore(memory));
      // A call takes a second: what is counted from its end would show.
      const second = () => {
        clock.nowMs += 1_000;
      };
      for (const store of stores) store.slow = second;
      const leases: HeldLease[] = stores.map((store, i) =>
        storeLease(store, { clock, durationMs: T, name: `l${i}`, newId: () => `id-${++ids}` }),
      );
      const ownerOf = new Map<number, number>();
      const written = new Set<string>();
      for (const each of steps) {
        if (each.kind === "pass") clock.nowMs += each.ms;
        else if (each.kind === "kill-modes") await memory.setKillModes([`mode-${++ids}`]);
        else {
          const lease = leases[each.who]!;
          stores[each.who]!.faults = [...each.faults];
          const token = `t-${++ids}`;
          const [first] = written;
          const work = {
            hold: () => lease.hold(),
            write: () => lease.write([{ token, request: "", count: 1, writtenAtMs: 0 }]),
            clear: () => lease.clear(first === undefined ? [] : [first]),
            release: () => lease.release(),
          }[each.kind];
          const done = await work().then(
            () => true,
            (error: Error) => {
              expect(error instanceof LeaseLostError || /ECONN/.test(error.message)).toBe(true);
              return false;
            },
          );
          stores[each.who]!.faults = [];
          if (done && each.kind === "write") written.add(token);
          // Whether a clear whose answer is lost was done, nobody knows.
          if (each.kind === "clear" && first !== undefined) written.delete(first);
        }
        const acting = leases.flatMap((lease, i) => (lease.leftMs() > 0 ? [i] : []));
        expect(acting.length).toBeLessThanOrEqual(1);
        for (const i of acting) {
          const { epoch } = leases[i]!;
          expect(ownerOf.get(epoch) ?? i).toBe(i);
          ownerOf.set(epoch, i);
        }
        const stored = new Set(memory.stored?.record.pending.map(({ token }) => token));
        for (const token of written) expect(stored.has(token)).toBe(true);
      }
    });
    await fc.assert(all, { numRuns: 2_000 });
  });
});

describe("the heartbeat", () => {
  it("renews three times while it lasts, sooner after a failure, and until the signal", async () => {
    const slept: number[] = [];
    const stop = new AbortController();
    const hand = new HandClock();
    const clock: Clock = {
      monotonicMs: () => hand.nowMs,
      wallMs: () => hand.nowMs,
      sleep: async (ms) => {
        slept.push(ms);
        hand.nowMs += ms;
        if (slept.length === 5) stop.abort();
      },
    };
    const store = new FaultyStore(new MemoryStore());
    let ids = 0;
    const lease = storeLease(store, { clock, durationMs: T, name: "a", newId: () => `id-${++ids}` });
    store.faults = ["none", "none", "before"]; // a read, a write; then a write that fails
    const failures: string[] = [];
    await lease.keep(stop.signal, (error) => failures.push(error.message));
    expect(slept).toEqual([10_000, 3_000, 10_000, 10_000, 10_000]);
    expect(failures).toEqual(["ECONNREFUSED"]);
    expect(lease.leftMs()).toBe(20_000);
  });
});
