// Where a lease is kept: one record, read and swapped as a whole. All that makes a lease a lease is in store-lease.ts; a store only
// has to swap atomically.

import type { SpendingState } from "../../engine/spending.js";
import type { PendingLaunch } from "../ports.js";

export interface LeaseRecord {
  /** Who holds it; "": nobody. */
  readonly owner: string;
  /** Changes with every write of a holder: whoever waits sees by it that the holder lives. "" before the first. */
  readonly rvn: string;
  /** For so long without a change of `rvn` nobody else may take it. */
  readonly durationMs: number;
  readonly epoch: number;
  readonly pending: readonly PendingLaunch[];
  /** What was spent in the day, when it was last written; null: nobody has counted yet. */
  readonly spent: SpendingState | null;
  /** Written by people, never by a holder. */
  readonly killModes: readonly string[];
}

export interface StoredLease {
  readonly record: LeaseRecord;
  /** Changes with every write, of whomever. */
  readonly version: string;
}

/** Every method throws where the store cannot be reached; what it did then is not known. */
export interface LeaseStore {
  /** For people: "DynamoDB table stowage, item 123456789012/us-east-1/ce". */
  readonly name: string;
  /** Null: there is none. Sees every write that was answered before. */
  read(): Promise<StoredLease | null>;
  /** Null: there is one already. */
  create(record: LeaseRecord): Promise<StoredLease | null>;
  /** Null: the version is another one now. A store that can leave kill modes alone does; the others write the record's. */
  replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null>;
  /** Sets the kill modes, whoever holds it and without changing `rvn`; makes a record that nobody holds where there is none. */
  setKillModes(modes: readonly string[]): Promise<void>;
}

export const NOBODY: LeaseRecord = {
  owner: "",
  rvn: "",
  durationMs: 0,
  epoch: 0,
  pending: [],
  spent: null,
  killModes: [],
};

/** Kill modes by read and swap, for stores that cannot set one field. A holder that renews at the same time is in the way. */
export async function swapKillModes(store: LeaseStore, killModes: readonly string[]): Promise<void> {
  for (let tries = 0; tries < MOST_SWAPS; tries++) {
    const found = await store.read();
    const written =
      found === null
        ? await store.create({ ...NOBODY, killModes })
        : await store.replace({ ...found.record, killModes }, found.version);
    if (written !== null) return;
  }
  throw new Error(`${store.name} changes faster than its kill modes can be set`);
}

/** A holder renews it some times a minute: to be beaten by it twice in a row is bad luck enough. */
const MOST_SWAPS = 10;

/** The record as text, for stores that keep text. */
export function textOf(record: LeaseRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Throws when it is no record: somebody else's object is under our name, and is not to be written over. */
export function recordOf(text: string, name: string): LeaseRecord {
  const fields: unknown = parsed(text, name);
  if (isRecord(fields)) return { ...fields, spent: fields.spent ?? null }; // one of an older version has none
  throw new Error(`${name} holds something that is no lease: remove it or name another place`);
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Error(`${name} holds something that is no lease: remove it or name another place`, { cause: thrown });
  }
}

function isRecord(fields: unknown): fields is LeaseRecord {
  if (typeof fields !== "object" || fields === null) return false;
  const { owner, rvn, durationMs, epoch, pending, killModes } = fields as Partial<Record<keyof LeaseRecord, unknown>>;
  const isNamed = typeof owner === "string" && typeof rvn === "string";
  const isCounted = typeof durationMs === "number" && typeof epoch === "number";
  return isNamed && isCounted && Array.isArray(pending) && Array.isArray(killModes);
}
