// When the bursts of a generated trace begin. Blocks of days of the original are dealt, shuffled, to the days of the new
// trace, and dealt again when all are used (resampling in blocks as in Künsch, Annals of Statistics 17(3), 1989, but without
// replacement, so that the mean rate stays). A block goes to days of the same weekday, so that the week stays a week; a
// burst stays in its hour, so that the day stays a day; within the hour the bursts and the pauses between them are shuffled.

import { type RandomStream, randomStream } from "../../base/random.js";
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import { type Bin, shuffleBin } from "./bin-shuffle.js";
import type { Bursts } from "./bursts.js";
import type { LikeParameter } from "./like-parameters.js";
import type { Values } from "./parameters.js";

/** Fewer days cannot stand for each other: the trace is taken as one block. */
const FEWEST_DAYS = 2;
const DAYS_PER_WEEK = 7;
/** From so many days on there are several weeks to deal. */
const DAYS_WITH_WEEKS = 28;
/** A last day that is broken by less than this counts as whole: a trace seldom begins and ends with the clock. */
const BROKEN_DAY = 0.1;
/** A block is not repeated more often: one of a second would not end for a month. What is left of the time stays empty. */
const MOST_REPEATS = 10_000;
/** Bins of a trace of less than FEWEST_DAYS: as many as there are hours in them. */
const BINS_OF_SHORT_TRACE = 48;

/** How the original is cut up. */
export interface TimeGrid {
  /** What is dealt: days, or one block of the original's length when it is shorter than two days. */
  readonly isOneBlock: boolean;
  readonly dayMs: number;
  readonly days: number;
  readonly blockDays: number;
  readonly binMs: number;
}

/** For a trace of `durationMs` like one of `spanMs`. */
export function timeGrid(spanMs: number, durationMs: number, settings: Values<LikeParameter>): TimeGrid {
  const days = Math.floor(spanMs / MS_PER_DAY + BROKEN_DAY);
  const isOneBlock = days < FEWEST_DAYS;
  const autoBinMs = isOneBlock ? Math.max(1, Math.ceil(spanMs / BINS_OF_SHORT_TRACE)) : MS_PER_HOUR;
  const binMs = settings.binMinutes === 0 ? autoBinMs : settings.binMinutes * MS_PER_MINUTE;
  if (isOneBlock) {
    const dayMs = Math.ceil(Math.max(spanMs + 1, durationMs / MOST_REPEATS) / binMs) * binMs;
    return { isOneBlock, dayMs, days: 1, blockDays: 1, binMs };
  }
  const blockDays = settings.blockDays === 0 ? (days >= DAYS_WITH_WEEKS ? DAYS_PER_WEEK : 1) : settings.blockDays;
  return { isOneBlock, dayMs: MS_PER_DAY, days, blockDays: Math.min(blockDays, days), binMs };
}

/** Bursts of the original, each with the instant at which it begins anew, after the first submission. */
export interface Timeline {
  readonly bursts: readonly number[];
  readonly startMs: readonly number[];
}

/** Draws timelines of `durationMs`; each is independent of the others. At least one burst begins in each. */
export class Timelines {
  private readonly source: Bursts;
  private readonly grid: TimeGrid;
  private readonly durationMs: number;
  private readonly seed: number;
  /** Per day of the original. */
  private readonly bins: readonly (readonly Bin[])[];
  private drawn = 0;

  constructor(source: Bursts, grid: TimeGrid, durationMs: number, seed: number) {
    this.source = source;
    this.grid = grid;
    this.durationMs = durationMs;
    this.seed = seed;
    this.bins = listBins(source, grid);
  }

  next(): Timeline {
    const number = ++this.drawn;
    const { days, blockDays } = this.grid;
    const stream = randomStream(this.seed, `like/timeline/${number}`);
    const timeline = this.place(dayDealer(days, blockDays, stream), number, stream, false);
    // All days dealt may be empty ones; in their own order the first one is not.
    return timeline.bursts.length > 0 ? timeline : this.place((day) => day % days, number, stream, true);
  }

  /** `movesBack`: what would begin after the end begins at it, instead of being left out. */
  private place(dealDay: (day: number) => number, number: number, stream: RandomStream, movesBack: boolean): Timeline {
    const { isOneBlock, dayMs, binMs } = this.grid;
    // A run of hours has no time of the day to keep: a second one of the same course begins at any time in it.
    const shiftMs = isOneBlock && number > 1 && dayMs < MS_PER_DAY ? Math.floor(stream.uniform() * dayMs) : 0;
    const bursts: number[] = [];
    const startMs: number[] = [];
    for (let day = 0; day * dayMs <= this.durationMs; day++) {
      const from = dealDay(day);
      for (const bin of this.bins[from]!) {
        shuffleBin(this.source, bin, binMs, stream, (burst, sourceMs) => {
          const movedMs = day * dayMs + Math.floor((sourceMs - from * dayMs + shiftMs) % dayMs);
          if (movedMs > this.durationMs && !movesBack) return;
          bursts.push(burst);
          startMs.push(Math.min(movedMs, this.durationMs));
        });
      }
    }
    return { bursts, startMs };
  }
}

/** Bins of the days that are dealt, those without bursts left out; a broken last day is not among them. */
function listBins({ count, starts, groupMs }: Bursts, { dayMs, binMs, days }: TimeGrid): Bin[][] {
  const lists = Array.from({ length: days }, (): { fromMs: number; bursts: number[] }[] => []);
  for (let burst = 0; burst < count; burst++) {
    const startMs = groupMs[starts[burst]!]!;
    const day = Math.floor(startMs / dayMs);
    if (day >= days) break;
    const fromMs = day * dayMs + Math.floor((startMs - day * dayMs) / binMs) * binMs;
    const last = lists[day]!.at(-1);
    if (last?.fromMs === fromMs) last.bursts.push(burst);
    else lists[day]!.push({ fromMs, bursts: [burst] });
  }
  return lists;
}

/** The day of the original that stands for each day of the new trace, asked for in order. */
function dayDealer(days: number, blockDays: number, stream: RandomStream): (day: number) => number {
  const blocks = Array.from({ length: Math.ceil(days / blockDays) }, (_, block) => block * blockDays);
  let unused = new Set<number>();
  let from = 0;
  let offset = blockDays;
  const drawOf = (choice: readonly number[]) => choice[Math.floor(stream.uniform() * choice.length)]!;
  const drawBlock = (day: number) => {
    const fits = (block: number) => days < DAYS_PER_WEEK || block % DAYS_PER_WEEK === day % DAYS_PER_WEEK;
    if (![...unused].some(fits)) unused = new Set(blocks);
    // No block at all begins on this weekday when the user sets blocks that are no whole weeks.
    const choice = [...unused].some(fits) ? [...unused].filter(fits) : [...unused];
    const block = drawOf(choice);
    unused.delete(block);
    return block;
  };
  return (day) => {
    if (offset === blockDays) {
      from = drawBlock(day);
      offset = 0;
    }
    // The last block may be shorter: another one goes on in its place.
    if (from + offset >= days) from = drawOf(blocks.filter((block) => block + offset < days));
    return from + offset++;
  };
}
