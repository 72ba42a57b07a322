// How long an attempt is expected to run, from the attempts that have ended before it: the mean over those of the same name
// and class, else of the same name, else over all. Where users give limits, what is learned is the share of the limit that was
// used: users overestimate, each in a way of their own (Tsafrir, Etsion, Feitelson: TPDS 18(6), 2007). An attempt that failed
// counts like one that succeeded: it held its place for as long. The mean, not a quantile: money is lost on both sides.

import { MS_PER_HOUR } from "../../base/units.js";

/** Fewer attempts say nothing of a name yet. */
const FEWEST_RUNS = 5;

/** What an attempt is expected to run as long as nothing has ended and nobody has said anything. */
const FIRST_GUESS_MS = MS_PER_HOUR;

interface Mean {
  runs: number;
  sum: number;
}

export class ExpectedRuns {
  private readonly classCount: number;
  /** By name, class and whether there is a limit. */
  private readonly byNameAndClass = new Map<number, Mean>();
  /** By name and whether there is a limit. */
  private readonly byName = new Map<number, Mean>();
  /** Without and with a limit. */
  private readonly overall: readonly [Mean, Mean] = [
    { runs: 0, sum: 0 },
    { runs: 0, sum: 0 },
  ];

  // One run of an hour stands for what is not known before the first attempt has ended.
  private runs = 1;
  private totalMs = FIRST_GUESS_MS;

  /** `classCount`: classes are numbered below it. */
  constructor(classCount: number) {
    this.classCount = classCount;
  }

  /** An attempt has run so long, ms. `limitMs`: NaN without a limit; `name`: NONE where nobody names jobs. */
  add(name: number, jobClass: number, limitMs: number, runMs: number): void {
    this.runs++;
    this.totalMs += runMs;
    const limited = limitMs > 0 ? 1 : 0;
    const amount = limited === 1 ? runMs / limitMs : runMs;
    for (const mean of [
      meanOf(this.byNameAndClass, 2 * (name * this.classCount + jobClass) + limited),
      meanOf(this.byName, 2 * name + limited),
      this.overall[limited],
    ]) {
      mean.runs++;
      mean.sum += amount;
    }
  }

  /** Over all attempts, whatever they are, ms. */
  get meanMs(): number {
    return this.totalMs / this.runs;
  }

  /** How long an attempt is expected to run, ms; with a limit never longer than that. */
  expectedMs(name: number, jobClass: number, limitMs: number): number {
    const limited = limitMs > 0 ? 1 : 0;
    const known = [
      this.byNameAndClass.get(2 * (name * this.classCount + jobClass) + limited),
      this.byName.get(2 * name + limited),
      this.overall[limited],
    ].find((mean) => mean !== undefined && mean.runs >= FEWEST_RUNS);
    if (known === undefined) return limited === 1 ? limitMs : FIRST_GUESS_MS;
    const amount = known.sum / known.runs;
    return limited === 1 ? Math.min(limitMs, amount * limitMs) : amount;
  }
}

function meanOf(means: Map<number, Mean>, key: number): Mean {
  let mean = means.get(key);
  if (mean === undefined) {
    mean = { runs: 0, sum: 0 };
    means.set(key, mean);
  }
  return mean;
}
