// Cells of a row to one quantity each: how a number, a time or a duration is written, and in which unit.

import { MS_PER_HOUR, MS_PER_MINUTE, MS_PER_SECOND } from "../../base/units.js";
import type { DurationColumn, MemoryUnit, TimeColumn, TimeUnit } from "../options.js";
import { readClockMs, readIsoMs, readNumber, UNREADABLE } from "../text/cells.js";
import type { Zone } from "../zone.js";

type Cells = readonly string[];

/** A quantity of one row: NaN when missing, UNREADABLE when it is neither. */
export interface CellReader {
  /** Indexes of the cells it reads. */
  readonly cells: readonly number[];
  read(cells: Cells): number;
}

/** What no column gives. */
export const ABSENT: CellReader = { cells: [], read: () => Number.NaN };

const MS_PER_UNIT: Readonly<Record<TimeUnit, number>> = {
  ms: 1,
  s: MS_PER_SECOND,
  min: MS_PER_MINUTE,
  h: MS_PER_HOUR,
};

const MIB = 1_048_576;
export const MIB_PER_UNIT: Readonly<Record<MemoryUnit, number>> = {
  ...{ B: 1 / MIB, KiB: 1 / 1_024, MiB: 1, GiB: 1_024 },
  ...{ KB: 1_000 / MIB, MB: 1_000_000 / MIB, GB: 1_000_000_000 / MIB },
};

/** How a table writes numbers. */
export interface NumberStyle {
  /** "1,234" is 1.234: cells are separated by semicolons because commas are taken. */
  readonly hasDecimalCommas: boolean;
}

export function timeReader(index: number, unit: TimeColumn["unit"], style: NumberStyle, zone: Zone): CellReader {
  if (unit !== "iso") return scaledReader(index, MS_PER_UNIT[unit], style);
  return { cells: [index], read: (cells) => readIsoMs(cells[index]!, zone) };
}

export function durationReader(index: number, unit: DurationColumn["unit"], style: NumberStyle): CellReader {
  if (unit !== "clock") return scaledReader(index, MS_PER_UNIT[unit], style);
  return { cells: [index], read: (cells) => readClockMs(cells[index]!) };
}

/** The cell's number times `scale`. */
export function scaledReader(index: number, scale: number, style: NumberStyle): CellReader {
  return { cells: [index], read: (cells) => readAnyNumber(cells[index]!, style) * scale };
}

/** The product of two readers. Without any amount the share means nothing; an amount without a readable share is no number. */
export function productReader(amount: CellReader, share: CellReader): CellReader {
  return {
    cells: [...amount.cells, ...share.cells],
    read: (cells) => {
      const value = amount.read(cells);
      if (!(value > 0)) return value;
      const factor = share.read(cells);
      return Number.isNaN(factor) ? UNREADABLE : value * factor;
    },
  };
}

/** `to` minus `from`; missing when either is, unreadable when either is. */
export function differenceReader(from: CellReader, to: CellReader): CellReader {
  return {
    cells: [...from.cells, ...to.cells],
    read: (cells) => {
      const fromMs = from.read(cells);
      const toMs = to.read(cells);
      return fromMs === UNREADABLE || toMs === UNREADABLE ? UNREADABLE : toMs - fromMs;
    },
  };
}

/** A sign, digits, and the last separator with what follows it; what stands before may hold groups of three. */
const SEPARATED = /^([+-]?)(\d[\d.,]*)([.,])(\d+)$/;

/**
 * A number as people write it: besides what readNumber takes, decimal commas and groups of thousands where they can mean
 * only one thing. "3,5", "1.234,5", "1,234.5" and "1,234,567" do; "1,234" does only where commas are known to be decimal.
 */
export function readAnyNumber(cell: string, style: NumberStyle): number {
  const value = readNumber(cell);
  return value === UNREADABLE ? readSeparated(cell.trim(), style) : value;
}

function readSeparated(text: string, { hasDecimalCommas }: NumberStyle): number {
  const match = SEPARATED.exec(text);
  if (match === null) return UNREADABLE;
  const [, sign, before, separator, last] = match as unknown as [string, string, string, string, string];
  const other = separator === "," ? "." : ",";
  if (!before.includes(separator)) {
    // The last separator stands alone. It is decimal, unless it might as well begin a group of thousands.
    const mayBeGroup =
      separator === "," && !before.includes(other) && last.length === 3 && /^[1-9]\d{0,2}$/.test(before);
    if (mayBeGroup && !hasDecimalCommas) return UNREADABLE;
    const whole = before.includes(other) ? withoutGroups(before, other) : before;
    return whole === undefined ? UNREADABLE : readNumber(`${sign}${whole}.${last}`);
  }
  const whole = withoutGroups(`${before}${separator}${last}`, separator);
  return whole === undefined ? UNREADABLE : readNumber(`${sign}${whole}`);
}

/** "1,234,567" as "1234567"; undefined when the groups are not of three digits. */
function withoutGroups(text: string, separator: string): string | undefined {
  const groups = text.split(separator);
  const isGrouped = groups.every((group, index) => (index === 0 ? /^[1-9]\d{0,2}$/ : /^\d{3}$/).test(group));
  return isGrouped ? groups.join("") : undefined;
}
