// The lease of the one process that may write: a record that its holder swaps for a new one, again and again. Nobody looks at another
// machine's clock: whoever waits takes it over only after their own monotonic clock has seen the record unchanged for all of its
// duration, and the holder counts it as theirs only for that long from before a swap was sent. So at no time two of them do, but
// for how differently two clocks run within half a minute.
//
// An answer that was lost is found out by reading: a record with our name can only be written by us.

import { assert } from "../../base/assert.js";
import type { SpendingState } from "../../engine/spending.js";
import type { Clock, Lease, PendingLaunch } from "../ports.js";
import type { LeaseRecord, LeaseStore, StoredLease } from "./lease-store.js";

export interface LeaseOptions {
  readonly clock: Clock;
  readonly durationMs: number;
  /** Who we are, for people: "host-1 pid 4242". */
  readonly name: string;
  /** A new unique id each time: randomUUID. */
  readonly newId: () => string;
}

export interface HeldLease extends Lease {
  /** Who holds it, as last seen; "": nobody, or not known yet. */
  readonly holder: string;
  /** What the holder before had spent in the day; once after each take-over, null otherwise. */
  takeInherited(): SpendingState | null;
  /** What was spent until now, for whoever holds it next: written with the next renewal. */
  note(spent: SpendingState): void;
  /**
   * Renews it until the signal aborts, beside the ticks: a tick may take longer than the lease lasts. `failed` is told when the
   * store cannot be reached; it goes on trying.
   */
  keep(signal: AbortSignal, failed: (error: Error) => void): Promise<void>;
}

/** What is to be written was not, because the lease is not ours. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

/** Renewed three times while it lasts: two renewals may fail. */
const RENEWALS = 3;
/** After a renewal that failed the next is tried sooner. */
const RETRIES = 10;
/** People change kill modes between our read and our swap; not this often in a row. */
const MOST_SWAPS = 5;
const MS_PER_EPOCH_SECOND = 1_000;

/** A lease over a store. Nothing is read or written before `hold`. */
export function storeLease(store: LeaseStore, options: LeaseOptions): HeldLease {
  return new StoreLease(store, options);
}

type Content = Pick<LeaseRecord, "owner" | "epoch" | "pending">;

class StoreLease implements HeldLease {
  private readonly store: LeaseStore;
  private readonly options: LeaseOptions;
  /** Nobody else has it: what carries it was written by this process. */
  private readonly owner: string;
  epoch = 0;
  /** What we wrote last, while it is ours. */
  private mine: StoredLease | null = null;
  /** By the monotonic clock. */
  private heldUntilMs = Number.NEGATIVE_INFINITY;
  /** Somebody else's record, and since when it is the same. */
  private watched: { readonly rvn: string; readonly sinceMs: number } | null = null;
  private seen: LeaseRecord | null = null;
  private inherited: SpendingState | null = null;
  /** Null: as it stands in the record. */
  private spent: SpendingState | null = null;
  private writing: Promise<unknown> = Promise.resolve();

  constructor(store: LeaseStore, options: LeaseOptions) {
    this.store = store;
    this.options = options;
    this.owner = `${options.name} ${options.newId()}`;
  }

  get pending(): readonly PendingLaunch[] {
    return this.seen?.pending ?? [];
  }

  get killModes(): readonly string[] {
    return this.seen?.killModes ?? [];
  }

  get holder(): string {
    return this.seen?.owner ?? "";
  }

  leftMs(): number {
    if (this.mine === null) return 0;
    return Math.max(0, this.heldUntilMs - this.options.clock.monotonicMs());
  }

  takeInherited(): SpendingState | null {
    const { inherited } = this;
    this.inherited = null;
    return inherited;
  }

  note(spent: SpendingState): void {
    if (this.mine !== null) this.spent = spent;
  }

  hold(): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.mine !== null) return this.renew(this.mine.record.pending);
      this.spent = null;
      if (!(await this.take())) return false;
      this.inherited = this.mine!.record.spent;
      return true;
    });
  }

  write(launches: readonly PendingLaunch[]): Promise<void> {
    return this.change((pending) => [...pending, ...launches]);
  }

  clear(tokens: readonly string[]): Promise<void> {
    const cleared = new Set(tokens);
    return this.change((pending) => pending.filter(({ token }) => !cleared.has(token)));
  }

  /** It is nobody's from now on (end `keep` before: it would take it again); its epoch, and what is pending, stay for whoever is next. */
  release(): Promise<void> {
    return this.inTurn(async () => {
      const { mine } = this;
      this.heldUntilMs = Number.NEGATIVE_INFINITY;
      if (mine === null) return;
      await this.swap({ ...mine.record, owner: "" }, mine);
      this.mine = null;
    });
  }

  async keep(signal: AbortSignal, failed: (error: Error) => void): Promise<void> {
    const { clock, durationMs } = this.options;
    while (!signal.aborted) {
      let nextMs = durationMs / RENEWALS;
      try {
        await this.hold();
      } catch (thrown) {
        if (!(thrown instanceof Error)) throw thrown;
        failed(thrown);
        nextMs = durationMs / RETRIES;
      }
      await clock.sleep(nextMs, signal);
    }
  }

  /** One after the other: the heartbeat and the tick use the same record. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.writing.then(work, work);
    this.writing = turn.catch(() => {}); // whoever asked for the turn is told; the next one's turn comes all the same
    return turn;
  }

  private change(next: (pending: readonly PendingLaunch[]) => readonly PendingLaunch[]): Promise<void> {
    return this.inTurn(async () => {
      if (this.mine === null || this.leftMs() === 0)
        throw new LeaseLostError("the lease is not ours: nothing is written");
      if (await this.renew(next(this.mine.record.pending))) return;
      throw new LeaseLostError(`the lease was taken by ${this.holder || "somebody else"}: nothing is written`);
    });
  }

  private async renew(pending: readonly PendingLaunch[]): Promise<boolean> {
    const { mine } = this;
    assert(mine !== null, "a lease is renewed that is not held");
    if (await this.swap({ ...mine.record, pending }, mine)) return true;
    this.mine = null;
    this.heldUntilMs = Number.NEGATIVE_INFINITY;
    return false;
  }

  private async take(): Promise<boolean> {
    const { clock } = this.options;
    const askedMs = clock.monotonicMs();
    const found = await this.store.read();
    if (found === null) {
      // Epochs are part of client tokens, and EC2 answers a token that it knows with the old instances: an epoch must not come
      // again when somebody has removed the record. Seconds since 1970 never do.
      const epoch = Math.floor(clock.wallMs() / MS_PER_EPOCH_SECOND);
      return this.swap({ owner: this.owner, epoch, pending: [] }, null);
    }
    const { record } = found;
    this.seen = record;
    const { pending } = record;
    // Ours by a swap whose answer was lost.
    if (record.owner === this.owner) return this.swap({ owner: this.owner, epoch: record.epoch, pending }, found);
    const isFree = record.owner === "" || this.isDead(record, askedMs);
    if (!isFree) return false;
    const epoch = record.epoch === 0 ? Math.floor(clock.wallMs() / MS_PER_EPOCH_SECOND) : record.epoch + 1;
    return this.swap({ owner: this.owner, epoch, pending }, found);
  }

  /** Whether the record is unchanged for all of its duration; the read was sent at `askedMs`, and answered just now. */
  private isDead({ rvn, durationMs }: LeaseRecord, askedMs: number): boolean {
    const longestMs = Math.max(durationMs, this.options.durationMs);
    if (this.watched?.rvn === rvn) return askedMs - this.watched.sinceMs >= longestMs;
    this.watched = { rvn, sinceMs: this.options.clock.monotonicMs() };
    return false;
  }

  /**
   * Writes content over what was read; false: somebody else was first. A record that differs in its kill modes alone is the same,
   * and one with our name is ours, whether or not we heard so.
   */
  private async swap({ owner, epoch, pending }: Content, base: StoredLease | null): Promise<boolean> {
    const { clock, durationMs, newId } = this.options;
    let over = base;
    for (let tries = 0; tries < MOST_SWAPS; tries++) {
      const killModes = over?.record.killModes ?? [];
      const spent = this.spent ?? over?.record.spent ?? null;
      const record: LeaseRecord = { owner, rvn: newId(), durationMs, epoch, pending, spent, killModes };
      const sentMs = clock.monotonicMs();
      const written = over === null ? await this.store.create(record) : await this.store.replace(record, over.version);
      if (written !== null) return this.wrote(written, sentMs);
      const found = await this.store.read();
      const isSame = found !== null && (found.record.owner === this.owner || found.record.rvn === over?.record.rvn);
      if (!isSame) {
        this.lostTo(found);
        return false;
      }
      over = found;
    }
    throw new Error(`${this.store.name} changes faster than the lease can be renewed`);
  }

  private wrote(written: StoredLease, sentMs: number): true {
    this.mine = written;
    this.epoch = written.record.epoch;
    this.seen = written.record;
    this.watched = null;
    this.heldUntilMs =
      written.record.owner === this.owner ? sentMs + this.options.durationMs : Number.NEGATIVE_INFINITY;
    return true;
  }

  private lostTo(found: StoredLease | null): void {
    this.seen = found?.record ?? null;
    if (found === null) this.watched = null;
    else this.watched = { rvn: found.record.rvn, sinceMs: this.options.clock.monotonicMs() };
  }
}
