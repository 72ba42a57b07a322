// Local times to epoch times. Most logs give local time without a zone; in autumn such a time may mean two instants, in
// spring none. Which it was is told, so that a reader can count it.

import { MS_PER_DAY, MS_PER_MINUTE } from "../base/units.js";

/** Zones change their offset at a quarter of an hour of universal time (those of all years that have logs do). */
const QUARTER_MS = 15 * MS_PER_MINUTE;

/** More than the days of a century; only nonsense has more, and then all are asked for again. */
const MAX_KNOWN_OFFSETS = 50_000;

/** How the last local time could be placed. */
type Placing = "plain" | "ambiguous" | "skipped";

export interface Zone {
  readonly name: string;
  /** How epochMs placed its last time. */
  readonly placing: Placing;
  /**
   * Epoch milliseconds of a local time, given as if it were UTC. Of two instants that the clocks showed alike it takes the
   * first that is not before `notBeforeMs`; a time that the clocks skipped is taken as so much later as they skipped.
   */
  epochMs(localMs: number, notBeforeMs?: number): number;
}

/** Up to 14 hours, which is as far as any place is from Greenwich. */
const FIXED_OFFSET = /^([+-])(0\d|1[0-4]):([0-5]\d)$/;

/** The zone of a name: "UTC", a fixed offset such as "+02:00", or one of the tz database; undefined: there is none such. */
export function zoneOf(name: string): Zone | undefined {
  if (name === "UTC" || name === "Z") return new FixedZone(name, 0);
  const match = FIXED_OFFSET.exec(name);
  if (match !== null) {
    const minutes = Number(match[2]) * 60 + Number(match[3]);
    return new FixedZone(name, (match[1] === "-" ? -minutes : minutes) * MS_PER_MINUTE);
  }
  try {
    return new NamedZone(name);
  } catch {
    return undefined; // Intl knows no zone of that name
  }
}

class FixedZone implements Zone {
  readonly name: string;
  readonly placing = "plain";
  private readonly offsetMs: number;

  constructor(name: string, offsetMs: number) {
    this.name = name;
    this.offsetMs = offsetMs;
  }

  epochMs(localMs: number): number {
    return localMs - this.offsetMs;
  }
}

class NamedZone implements Zone {
  readonly name: string;
  placing: Placing = "plain";
  private readonly format: Intl.DateTimeFormat;
  /** Offsets by quarter of an hour since the epoch. */
  private readonly offsets = new Map<number, number>();

  constructor(name: string) {
    this.name = name;
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    this.format = new Intl.DateTimeFormat("en-US", { ...fields, timeZone: name, hourCycle: "h23", era: "short" });
  }

  epochMs(localMs: number, notBeforeMs = Number.NEGATIVE_INFINITY): number {
    // No zone is a day away from universal time: these two instants lie before and after the one looked for.
    const day = Math.floor(localMs / MS_PER_DAY) * MS_PER_DAY;
    let before = this.offsetMs(day - MS_PER_DAY);
    let after = this.offsetMs(day + 2 * MS_PER_DAY);
    if (before !== after) {
      before = this.offsetMs(localMs - MS_PER_DAY);
      after = this.offsetMs(localMs + MS_PER_DAY);
    }
    this.placing = "plain";
    if (before === after) return localMs - before;
    const first = localMs - before;
    const second = localMs - after;
    const isFirst = this.offsetMs(first) === before;
    const isSecond = this.offsetMs(second) === after;
    if (isFirst && isSecond) {
      this.placing = "ambiguous";
      return first >= notBeforeMs ? first : second;
    }
    if (!isFirst && !isSecond) this.placing = "skipped";
    return isSecond ? second : first;
  }

  /** Local minus universal time at an instant. */
  private offsetMs(epochMs: number): number {
    const quarter = Math.floor(epochMs / QUARTER_MS);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      offset = this.computeOffsetMs(quarter * QUARTER_MS);
      if (this.offsets.size === MAX_KNOWN_OFFSETS) this.offsets.clear();
      this.offsets.set(quarter, offset);
    }
    return offset;
  }

  private computeOffsetMs(wholeMs: number): number {
    const parts = new Map(this.format.formatToParts(wholeMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type)!;
    const localMs = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"));
    return localMs - wholeMs;
  }
}
