// What a lease promises, over any store: the same assertions for all of them.

import { describe, expect, it } from "vitest";
import { type LeaseStore, NOBODY } from "../../../src/live/lease/lease-store.js";
import { type HeldLease, LeaseLostError, storeLease } from "../../../src/live/lease/store-lease.js";
import type { PendingLaunch } from "../../../src/live/ports.js";
import { HandClock } from "../gate/views.js";
import { FaultyStore } from "./memory-store.js";

const T = 30_000;
let ids = 0;

function launch(token: string): PendingLaunch {
  return { token, request: `{"ClientToken":"${token}"}`, count: 3, writtenAtMs: 1 };
}

/** Of a place that nobody has used. */
export interface Place {
  readonly store: LeaseStore;
  /** Another client's view of the same place. */
  readonly again: () => LeaseStore;
  /** Somebody deletes the lease by hand. */
  readonly deleteByHand: () => Promise<unknown>;
}

/**
 * `inTurn`: those who ask at the same time do so one right behind the other. moto checks a condition and writes in two steps, in
 * several threads: under load two may win there, as on AWS they cannot.
 */
export function leaseContract(what: string, newPlace: () => Place, { inTurn = false } = {}): void {
  const place = () => {
    const clock = new HandClock();
    const { store, again, deleteByHand } = newPlace();
    const faulty = new FaultyStore(store);
    const contender = (name: string, own: HandClock = clock, over: LeaseStore = again()): HeldLease =>
      storeLease(over, { clock: own, durationMs: T, name, newId: () => `id-${++ids}` });
    return { clock, store, deleteByHand, faulty, a: contender("a", clock, faulty), b: contender("b"), contender };
  };

  describe(what, () => {
    it("is taken when nobody has it, and by one only", async () => {
      const { a, b, clock } = place();
      expect([a.leftMs(), a.epoch, a.pending, a.killModes]).toEqual([0, 0, [], []]);
      expect(await a.hold()).toBe(true);
      expect([a.leftMs(), a.epoch]).toEqual([T, Math.floor(clock.wallMs() / 1_000)]);
      expect(await b.hold()).toBe(false);
      expect([b.leftMs(), b.epoch]).toEqual([0, 0]);
      expect(b.holder).toMatch(/^a id-/);
    });

    it("counts from before the request was sent", async () => {
      const { a, faulty, clock } = place();
      faulty.slow = () => {
        clock.nowMs += 2_000;
      };
      await a.hold(); // a read of 2 s, then a write of 2 s
      expect(a.leftMs()).toBe(T - 2_000);
      await a.hold();
      expect(a.leftMs()).toBe(T - 2_000);
      clock.nowMs += T - 2_000;
      expect(a.leftMs()).toBe(0);
    });

    it("stays whose it is as long as they renew it, and changes with every renewal", async () => {
      const { a, b, clock, store } = place();
      await a.hold();
      const seen = new Set<string>();
      for (let i = 0; i < 8; i++) {
        clock.nowMs += T / 2;
        expect(await a.hold()).toBe(true);
        expect(await b.hold()).toBe(false);
        seen.add((await store.read())!.record.rvn);
      }
      expect(seen.size).toBe(8);
      expect(a.epoch).toBe((await store.read())!.record.epoch);
    });

    it("carries what was spent to whoever holds it next, who hears of it once", async () => {
      const { a, b, clock, store } = place();
      const spent = (microUsd: number) => ({ microUsd, dayStartMs: 0, asOfMs: 5 });
      b.note(spent(99)); // not the holder: nobody cares
      await a.hold();
      expect(a.takeInherited()).toBeNull();
      a.note(spent(7));
      await a.hold();
      a.note(spent(8));
      expect((await store.read())!.record.spent).toEqual(spent(7));
      await a.release();
      await store.setKillModes(["pause-launch"]);
      clock.nowMs += 1;
      expect(await b.hold()).toBe(true);
      expect([b.takeInherited(), b.takeInherited()]).toEqual([spent(8), null]);
      await b.write([launch("t")]);
      expect((await store.read())!.record).toMatchObject({ spent: spent(8), pending: [{ token: "t" }] });
    });

    it("is taken over only after its whole duration has been seen to pass without a change", async () => {
      const { a, b, clock } = place();
      await a.hold();
      clock.nowMs += 10 * T; // nobody has watched
      expect(await b.hold()).toBe(false);
      clock.nowMs += T - 1;
      expect(await b.hold()).toBe(false);
      clock.nowMs += 1;
      expect(await b.hold()).toBe(true);
      expect(b.epoch).toBe(a.epoch + 1);
      expect(b.leftMs()).toBe(T);
      expect(a.leftMs()).toBe(0);
      expect(await a.hold()).toBe(false);
    });

    it("is not taken from somebody with a longer one before theirs is over", async () => {
      const { b, clock, faulty } = place();
      const long = storeLease(faulty, { clock, durationMs: 3 * T, name: "long", newId: () => `id-${++ids}` });
      await long.hold();
      await b.hold();
      clock.nowMs += 3 * T - 1;
      expect(await b.hold()).toBe(false);
      clock.nowMs += 1;
      expect(await b.hold()).toBe(true);
    });

    it("was still theirs if nobody has taken it while they were paused", async () => {
      const { a, clock } = place();
      await a.hold();
      const { epoch } = a;
      clock.nowMs += 5 * T;
      expect(a.leftMs()).toBe(0);
      await expect(a.write([launch("x")])).rejects.toThrow(LeaseLostError); // first it is to be held again
      expect(await a.hold()).toBe(true);
      expect([a.leftMs(), a.epoch]).toEqual([T, epoch]);
    });

    it("is lost by who was paused, and they write nothing", async () => {
      const { a, b, clock, store, faulty } = place();
      await a.hold();
      await b.hold();
      clock.nowMs += T;
      expect(await b.hold()).toBe(true);
      const before = await store.read();
      const { writes } = faulty;
      await expect(a.write([launch("x")])).rejects.toThrow(LeaseLostError);
      expect(faulty.writes).toBe(writes); // it has not even tried
      expect(await store.read()).toEqual(before);
    });

    it("is lost even by who has not noticed how late it is: in a split brain one of them writes", async () => {
      const slow = new HandClock(); // the clock of a process that sleeps
      const { b, clock, store, contender } = place();
      const sleeper = contender("sleeper", slow);
      await sleeper.hold();
      await b.hold();
      clock.nowMs += T;
      expect(await b.hold()).toBe(true);
      await b.write([launch("of-b")]);
      const before = await store.read();
      expect(sleeper.leftMs()).toBe(T); // so it thinks
      await expect(sleeper.write([launch("x")])).rejects.toThrow(/taken by b id-/);
      expect(sleeper.leftMs()).toBe(0); // at once
      expect(await store.read()).toEqual(before);
      expect(await sleeper.hold()).toBe(false);
      await expect(sleeper.clear(["of-b"])).rejects.toThrow(LeaseLostError);
      expect(b.pending).toEqual([launch("of-b")]);
    });

    it("survives a renewal whose answer is lost", async () => {
      const { a, b, clock, faulty } = place();
      await a.hold();
      const { epoch } = a;
      clock.nowMs += 10_000;
      faulty.faults = ["after"];
      await expect(a.hold()).rejects.toThrow("ECONNRESET");
      expect(a.leftMs()).toBe(T - 10_000); // nothing is taken for granted
      clock.nowMs += 5_000;
      expect(await a.hold()).toBe(true);
      expect([a.leftMs(), a.epoch]).toEqual([T, epoch]);
      // The SDK sends it again, and meets what it has written itself.
      faulty.faults = ["retried"];
      expect(await a.hold()).toBe(true);
      expect(await b.hold()).toBe(false);
    });

    it("survives a taking whose answer is lost", async () => {
      const { a, faulty } = place();
      faulty.faults = ["none", "after"];
      await expect(a.hold()).rejects.toThrow("ECONNRESET");
      expect(a.leftMs()).toBe(0);
      expect(await a.hold()).toBe(true);
      expect(a.leftMs()).toBe(T);
      const { a: other, faulty: otherFaulty } = place();
      otherFaulty.faults = ["none", "retried"];
      expect(await other.hold()).toBe(true);
    });

    it("is not kept by renewals that do not arrive", async () => {
      const { a, b, clock, faulty } = place();
      await a.hold();
      await b.hold();
      for (let i = 0; i < 3; i++) {
        clock.nowMs += 10_000;
        faulty.faults = ["before"];
        await expect(a.hold()).rejects.toThrow("ECONNREFUSED");
      }
      expect(a.leftMs()).toBe(0);
      expect(await b.hold()).toBe(true);
    });

    it("is won by one of many who ask at the same time", async () => {
      const { contender, clock } = place();
      const many = [1, 2, 3, 4, 5, 6].map((i) => contender(`c${i}`));
      const winners = async () => {
        const asking: Promise<boolean>[] = [];
        for (const each of many) {
          asking.push(each.hold());
          if (inTurn) await asking.at(-1);
        }
        return (await Promise.all(asking)).filter(Boolean).length;
      };
      expect(await winners()).toBe(1);
      const first = many.findIndex((each) => each.leftMs() > 0);
      const [dead] = many.splice(first, 1);
      await winners();
      clock.nowMs += T;
      expect(await winners()).toBe(1);
      expect(many.filter((each) => each.leftMs() > 0).map(({ epoch }) => epoch)).toEqual([dead!.epoch + 1]);
    });

    it("keeps what is pending for whoever takes over, until it is cleared", async () => {
      const { a, b, clock, store } = place();
      await a.hold();
      await a.write([launch("one"), launch("two")]);
      await a.write([launch("three")]);
      await a.clear(["two"]);
      expect(a.pending).toEqual([launch("one"), launch("three")]);
      expect((await store.read())!.record.pending).toEqual(a.pending);
      await b.hold();
      clock.nowMs += T; // a has died
      expect(await b.hold()).toBe(true);
      expect(b.pending).toEqual([launch("one"), launch("three")]);
      await b.clear(["one", "three", "unknown"]);
      expect((await store.read())!.record.pending).toEqual([]);
    });

    it("renews with every write", async () => {
      const { a, clock } = place();
      await a.hold();
      clock.nowMs += 20_000;
      await a.write([launch("one")]);
      expect(a.leftMs()).toBe(T);
    });

    it("says that a write failed, and forgets it with the next", async () => {
      const { a, faulty, store } = place();
      await a.hold();
      faulty.faults = ["after"]; // it is written, and nobody knows
      await expect(a.write([launch("lost")])).rejects.toThrow("ECONNRESET");
      expect(a.pending).toEqual([]);
      await a.hold();
      expect((await store.read())!.record.pending).toEqual([]);
    });

    it("does one thing at a time: a heartbeat between two writes loses nothing", async () => {
      const { a, store } = place();
      await a.hold();
      await Promise.all([a.write([launch("1")]), a.hold(), a.write([launch("2")]), a.clear(["1"]), a.hold()]);
      expect((await store.read())!.record.pending).toEqual([launch("2")]);
      expect(a.leftMs()).toBe(T);
    });

    it("is free at once when it is released, with its epoch and what is pending", async () => {
      const { a, b } = place();
      await a.hold();
      await a.write([launch("one")]);
      await b.hold();
      await a.release();
      expect(a.leftMs()).toBe(0);
      expect(await b.hold()).toBe(true);
      expect([b.epoch, b.pending]).toEqual([a.epoch + 1, [launch("one")]]);
      await a.release(); // it is not theirs to release
      expect(b.leftMs()).toBe(T);
      expect(await b.hold()).toBe(true);
    });

    it("shows kill modes to whoever holds it and whoever waits, and no renewal undoes them", async () => {
      const { a, b, store, clock } = place();
      await store.setKillModes(["pause-launch"]); // before there is a lease
      expect((await store.read())!.record).toMatchObject({ ...NOBODY, killModes: ["pause-launch"] });
      expect(await a.hold()).toBe(true);
      expect(a.killModes).toEqual(["pause-launch"]);
      await store.setKillModes(["drain-all", "pause-all"]);
      expect(await a.hold()).toBe(true);
      expect([...a.killModes].sort()).toEqual(["drain-all", "pause-all"]);
      await b.hold();
      expect([...b.killModes].sort()).toEqual(["drain-all", "pause-all"]);
      clock.nowMs += T;
      await store.setKillModes(["drain-all"]); // is no sign of life
      expect(await b.hold()).toBe(true);
      expect(b.killModes).toEqual(["drain-all"]);
      await b.release();
      expect((await store.read())!.record.killModes).toEqual(["drain-all"]);
      await store.setKillModes([]);
      expect((await store.read())!.record.killModes).toEqual([]);
    });

    it("does not take kill modes that change between a read and a swap for another holder", async () => {
      const { a, store, faulty } = place();
      await a.hold();
      await store.setKillModes(["pause-all"]);
      const { writes } = faulty;
      await a.write([launch("one")]);
      expect(faulty.writes - writes).toBeLessThanOrEqual(2);
      expect(a.pending).toEqual([launch("one")]);
      expect((await store.read())!.record).toMatchObject({ pending: [launch("one")], killModes: ["pause-all"] });
    });

    it("takes over from the dead though people set kill modes at that moment", async () => {
      const { a, b, clock, store, faulty } = place();
      await b.hold();
      await a.hold();
      clock.nowMs += T;
      faulty.between = () => store.setKillModes(["pause-all"]);
      expect(await a.hold()).toBe(true);
      expect(a.killModes).toEqual(["pause-all"]);
    });

    it("has no epoch again when somebody has deleted it", async () => {
      const { a, b, clock, store, deleteByHand, contender } = place();
      await a.hold();
      await a.release();
      await b.hold();
      await b.release();
      expect(b.epoch).toBe(a.epoch + 1);
      await deleteByHand();
      expect(await store.read()).toBeNull();
      clock.nowMs += 10_000;
      const c = contender("c");
      expect(await c.hold()).toBe(true);
      expect(c.epoch).toBeGreaterThan(b.epoch);
    });

    it("refuses a swap over another version, and one over what is not there", async () => {
      const { store, deleteByHand } = place();
      const record = { ...NOBODY, owner: "x", rvn: "r1", durationMs: T, epoch: 7 };
      const first = (await store.create(record))!;
      expect(first.record).toEqual(record);
      expect(await store.create({ ...record, rvn: "r2" })).toBeNull();
      const second = (await store.replace({ ...record, rvn: "r2" }, first.version))!;
      expect(await store.replace({ ...record, rvn: "r3" }, first.version)).toBeNull();
      expect(await store.read()).toEqual(second);
      await deleteByHand();
      expect(await store.replace({ ...record, rvn: "r4" }, second.version)).toBeNull();
      expect(await store.read()).toBeNull();
    });
  });
}
