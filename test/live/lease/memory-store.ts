// A store in memory, and one that fails as it is told: for tests that need thousands of steps.

import {
  type LeaseRecord,
  type LeaseStore,
  type StoredLease,
  swapKillModes,
} from "../../../src/live/lease/lease-store.js";

export class MemoryStore implements LeaseStore {
  readonly name = "memory";
  stored: StoredLease | null = null;
  private writes = 0;

  async read(): Promise<StoredLease | null> {
    return this.stored;
  }

  async create(record: LeaseRecord): Promise<StoredLease | null> {
    return this.stored === null ? this.put(record) : null;
  }

  async replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null> {
    return this.stored?.version === ifVersion ? this.put(record) : null;
  }

  setKillModes(modes: readonly string[]): Promise<void> {
    return swapKillModes(this, modes);
  }

  private put(record: LeaseRecord): StoredLease {
    this.stored = { record, version: String(++this.writes) };
    return this.stored;
  }
}

/** before: nothing was done. after: it was done, and the answer is lost. retried: so, and sent again by the SDK. */
export type Fault = "none" | "before" | "after" | "retried";

/** Any store; the next writes and reads have faults, in their order. */
export class FaultyStore implements LeaseStore {
  readonly name: string;
  faults: Fault[] = [];
  /** Called before each answer. */
  slow: () => void = () => {};
  /** Happens once, after the next read. */
  between: () => Promise<void> = async () => {};
  writes = 0;
  private readonly inner: LeaseStore;

  constructor(inner: LeaseStore) {
    this.inner = inner;
    this.name = inner.name;
  }

  async read(): Promise<StoredLease | null> {
    const found = await this.faulty(() => this.inner.read());
    const { between } = this;
    this.between = async () => {};
    await between();
    return found;
  }

  create(record: LeaseRecord): Promise<StoredLease | null> {
    this.writes++;
    return this.faulty(() => this.inner.create(record));
  }

  replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null> {
    this.writes++;
    return this.faulty(() => this.inner.replace(record, ifVersion));
  }

  setKillModes(modes: readonly string[]): Promise<void> {
    return this.inner.setKillModes(modes);
  }

  private async faulty<T>(call: () => Promise<T>): Promise<T> {
    const fault = this.faults.shift() ?? "none";
    if (fault === "before") throw new Error("ECONNREFUSED");
    const answer = await call();
    this.slow();
    if (fault === "after") throw new Error("ECONNRESET");
    return fault === "retried" ? call() : answer;
  }
}
