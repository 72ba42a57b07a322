// How long an attempt is expected to run, from the attempts that have ended before it: the mean over those of the same name
// and class, else of the same name, else over all. Where users give limits, what is learned is the share of the limit that was
// used: users overestimate, each in a way of their own (Tsafrir, Etsion, Feitelson: TPDS 18(6), 2007). An attempt that failed
// counts like one that succeeded: it held its place for as long. The mean, not a quantile: money is lost on both sides.
//
// Means are rows of columns, each with the wider one that it is part of: a kind of attempts (name, class, with or without a
// limit) within its name's within that of all. A job's kind is looked up once, when it is queued.

import { MS_PER_HOUR } from "../../base/units.js";
import { NONE } from "../../model/tables.js";

/** Fewer attempts say nothing of a name yet. */
const FEWEST_RUNS = 5;

/** What an attempt is expected to run as long as nothing has ended and nobody has said anything. */
const FIRST_GUESS_MS = MS_PER_HOUR;

/** Rows of the means over all attempts without and with a limit. */
const WITHOUT_LIMIT = 0;
const WITH_LIMIT = 1;

export class ExpectedRuns {
  private readonly classCount: number;
  /** Rows by name, class and whether there is a limit, and by name and whether there is a limit. */
  private readonly rowOfKind = new Map<number, number>();
  private readonly rowOfName = new Map<number, number>();
  /** Per row: the row that it is part of; NONE for the widest. */
  private wider = new Int32Array(64).fill(NONE);
  /** Per row: attempts so far, and the sum of their run times in ms, or of the shares of their limits. */
  private runs = new Float64Array(64);
  private sum = new Float64Array(64);
  private rows = 2;

  // One run of an hour stands for what is not known before the first attempt has ended.
  private runsInAll = 1;
  private totalMs = FIRST_GUESS_MS;

  /** `classCount`: classes are numbered below it. */
  constructor(classCount: number) {
    this.classCount = classCount;
  }

  /** The kind of an attempt. `limitMs`: NaN without a limit; `name`: NONE where nobody names jobs. */
  kindOf(name: number, jobClass: number, limitMs: number): number {
    const limited = limitMs > 0 ? WITH_LIMIT : WITHOUT_LIMIT;
    const key = 2 * (name * this.classCount + jobClass) + limited;
    return this.rowOfKind.get(key) ?? this.addKind(key, name, limited);
  }

  /** An attempt of a kind has run so long, ms. */
  add(kind: number, limitMs: number, runMs: number): void {
    const { runs, sum, wider } = this;
    this.runsInAll++;
    this.totalMs += runMs;
    const amount = limitMs > 0 ? runMs / limitMs : runMs;
    for (let row = kind; row !== NONE; row = wider[row]!) {
      runs[row] = runs[row]! + 1;
      sum[row] = sum[row]! + amount;
    }
  }

  /** Over all attempts, whatever they are, ms. */
  get meanMs(): number {
    return this.totalMs / this.runsInAll;
  }

  /** How long an attempt of a kind is expected to run, ms; with a limit never longer than that. */
  expectedMs(kind: number, limitMs: number): number {
    const { runs, sum, wider } = this;
    let row = kind;
    while (row !== NONE && runs[row]! < FEWEST_RUNS) row = wider[row]!;
    if (row === NONE) return limitMs > 0 ? limitMs : FIRST_GUESS_MS;
    const amount = sum[row]! / runs[row]!;
    return limitMs > 0 ? Math.min(limitMs, amount * limitMs) : amount;
  }

  private addKind(key: number, name: number, limited: number): number {
    const nameKey = 2 * name + limited;
    let ofName = this.rowOfName.get(nameKey);
    if (ofName === undefined) {
      ofName = this.addRow(limited);
      this.rowOfName.set(nameKey, ofName);
    }
    const row = this.addRow(ofName);
    this.rowOfKind.set(key, row);
    return row;
  }

  private addRow(wider: number): number {
    if (this.rows === this.runs.length) this.grow();
    const row = this.rows++;
    this.wider[row] = wider;
    return row;
  }

  private grow(): void {
    const capacity = 2 * this.runs.length;
    const wider = new Int32Array(capacity).fill(NONE);
    wider.set(this.wider);
    this.wider = wider;
    const runs = new Float64Array(capacity);
    runs.set(this.runs);
    this.runs = runs;
    const sum = new Float64Array(capacity);
    sum.set(this.sum);
    this.sum = sum;
  }
}
