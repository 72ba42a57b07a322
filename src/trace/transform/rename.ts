// The steps that change texts: `mapQueues` and `anonymise`.

import { createHmac } from "node:crypto";
import { assert } from "../../base/assert.js";
import type { AnonymisedField } from "../../model/trace-transform.js";
import type { JobRow, Trace } from "../workload-builder.js";
import { type JobCopy, type Rebuilt, rebuild } from "./rebuild.js";

/** The key of `mapQueues` for queues that are not named. */
const OTHERS = "*";

/** New queue names. */
export function mapQueues(trace: Trace, queues: Readonly<Record<string, string>>): Rebuilt {
  const given = new Map(Object.entries(queues));
  const others = given.get(OTHERS);
  const edit = (row: JobRow) => {
    row.queue = given.get(row.queue) ?? others ?? row.queue;
  };
  return rebuild([{ trace, edit }]);
}

/** 80 bits: among ten million texts two have the same hash with a chance of 4 in 10^11. */
const HASH_DIGITS = 20;

/** What the hashes of a field begin with, so that a table of them can still be read. */
const PREFIX: Readonly<Record<AnonymisedField, string>> = {
  ids: "job",
  names: "name",
  queues: "queue",
  shares: "share",
  definitions: "definition",
};

/**
 * Texts of the fields as HMAC-SHA256 of field and text, keyed with `key`: without the key nobody can test a guess. Equal
 * texts of a field stay equal, in this trace and in any other with the same key; missing ones stay missing.
 */
export function anonymise(trace: Trace, key: string, fields: readonly AnonymisedField[]): Rebuilt {
  const hashes = new Hashes(key);
  const chosen = new Set(fields);
  const copy: JobCopy = {
    trace,
    edit: (row) => {
      if (chosen.has("names")) row.name = hashes.kept("names", row.name);
      if (chosen.has("queues")) row.queue = hashes.kept("queues", row.queue);
      if (chosen.has("shares")) row.share = hashes.kept("shares", row.share);
    },
    ...(chosen.has("ids") ? { renameId: (id: string) => hashes.once("ids", id) } : {}),
    ...(chosen.has("definitions") ? { renameDefinition: (name: string) => hashes.kept("definitions", name) } : {}),
  };
  return rebuild([copy]);
}

class Hashes {
  private readonly key: string;
  /** Of texts that many jobs share. */
  private readonly known = new Map<string, string>();
  private readonly taken = new Map<string, string>();

  constructor(key: string) {
    this.key = key;
  }

  once(field: AnonymisedField, text: string): string {
    if (text === "") return "";
    const digits = createHmac("sha256", this.key).update(`${field}\0${text}`).digest("hex").slice(0, HASH_DIGITS);
    return `${PREFIX[field]}-${digits}`;
  }

  /** The same, remembered; two texts never become one. */
  kept(field: AnonymisedField, text: string): string {
    const name = `${field}\0${text}`;
    let hash = this.known.get(name);
    if (hash === undefined) {
      hash = this.once(field, text);
      assert(text === "" || !this.taken.has(hash), "two texts have the same hash");
      this.taken.set(hash, text);
      this.known.set(name, hash);
    }
    return hash;
  }
}
