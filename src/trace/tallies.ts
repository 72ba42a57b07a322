// Counts of rows by reason, with the first few rows as examples.

import type { RowExample, RowTally } from "../model/ingest.js";

/** Enough to recognise a pattern in the file, few enough for a terminal. */
export const EXAMPLES_KEPT = 5;

/** Texts in examples are cut to this length. */
const MAX_SHOWN = 60;

/** A text of the trace as an example shows it. Escapes control characters: a trace must not steer the terminal. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text);
}

export class RowTallies<Code extends string> {
  private readonly reasons: Readonly<Record<Code, string>>;
  private readonly found = new Map<Code, { count: number; examples: RowExample[] }>();

  /** `reasons` holds one sentence for each code. */
  constructor(reasons: Readonly<Record<Code, string>>) {
    this.reasons = reasons;
  }

  /** Counts one row; `detail` is asked only when the row becomes an example. `file`: which of several. */
  add(code: Code, line: number, detail: () => string, file?: string): void {
    let tally = this.found.get(code);
    if (tally === undefined) {
      tally = { count: 0, examples: [] };
      this.found.set(code, tally);
    }
    tally.count++;
    if (tally.examples.length < EXAMPLES_KEPT) {
      tally.examples.push({ ...(file === undefined ? {} : { file }), line, detail: detail() });
    }
  }

  get total(): number {
    let sum = 0;
    for (const { count } of this.found.values()) sum += count;
    return sum;
  }

  /** Most frequent first, then by code. */
  list(): RowTally[] {
    return [...this.found]
      .map(([code, tally]) => ({ code, reason: this.reasons[code], ...tally }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
  }
}
