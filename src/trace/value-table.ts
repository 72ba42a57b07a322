// Small plain values (definitions, scripts, sets of consumables) to dense indexes: equal ones are kept once.

import type { Hasher } from "../base/hash.js";

export class ValueTable<Value> {
  readonly values: Value[] = [];
  private readonly ids = new Map<string, number>();

  /** The index of a value equal to this one, new if there was none. */
  indexOf(value: Value): number {
    const key = JSON.stringify(value);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    this.ids.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** A table with an entry for every job would be longer as one text than a string can be. */
const ENTRIES_AT_ONCE = 4_096;

/** Mixes a table of plain values into a hash. */
export function hashTable(hasher: Hasher, table: readonly unknown[]): void {
  hasher.word(table.length);
  for (let start = 0; start < table.length; start += ENTRIES_AT_ONCE) {
    hasher.text(JSON.stringify(table.slice(start, start + ENTRIES_AT_ONCE)));
  }
}
