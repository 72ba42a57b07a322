// Ids that are unique in the whole import: several runs in one folder all begin with task 1.

import { MOST_TEXT_CHARACTERS } from "../raw-job.js";

/**
 * Ids beyond so many are taken as given, so that memory stays bounded (some 300 MB). The largest workflow runs known have
 * tens of thousands of tasks.
 */
const MOST_TRACKED = 4_000_000;

export class UniqueIds {
  /** The ids given out, each with the number of the last one made of it. */
  private readonly lastNumber = new Map<string, number>();

  /** True when further ids are no longer compared. */
  get isFull(): boolean {
    return this.lastNumber.size >= MOST_TRACKED;
  }

  /** The id itself when it is new, else with a number: "7", "7#2", "7#3". An empty id stays empty. */
  take(id: string): string {
    if (id === "" || id.length > MOST_TEXT_CHARACTERS || this.isFull) return id; // (too long a one is rejected)
    const last = this.lastNumber.get(id);
    if (last === undefined) {
      this.lastNumber.set(id, 1);
      return id;
    }
    let number = last + 1;
    while (this.lastNumber.has(`${id}#${number}`)) number++;
    this.lastNumber.set(id, number);
    this.lastNumber.set(`${id}#${number}`, 1);
    return `${id}#${number}`;
  }
}

/** An id as a dependency can name it: ";" separates ids there, and outer blanks are lost. */
export function dependableId(id: string): string {
  const trimmed = id.trim();
  return trimmed.includes(";") ? trimmed.replaceAll(";", ",") : trimmed;
}
