// Times of the week in one line: "Mon-Fri 18:00-06:00" (each of these days, into the next morning), "Sat,Sun" (whole days),
// "22:00-04:00" (daily), "Fri 18:00-Mon 06:00" (from one to the other). UTC, as the simulated clock has no zone.

import type { DisruptionWindow } from "../model/policy.js";
import { describeValue } from "./finding.js";
import type { Parsed } from "./quantities.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTES_PER_DAY = 1_440;
const MINUTES_PER_WEEK = DAYS.length * MINUTES_PER_DAY;

const DAY = DAYS.join("|");
const TIME = "[0-9]{1,2}:[0-9]{2}";
const DAY_LIST = `(?:${DAY})(?:[-,](?:${DAY}))*`;
const DAILY = new RegExp(`^(?:(${DAY_LIST}) +)?(${TIME}) ?- ?(${TIME})$`, "i");
const WHOLE_DAYS = new RegExp(`^(${DAY_LIST})$`, "i");
const SPAN = new RegExp(`^(${DAY}) +(${TIME}) ?- ?(${DAY}) +(${TIME})$`, "i");

/** One line as windows of the week; a line of several days gives one for each. */
export function parseWindows(input: unknown): Parsed<DisruptionWindow[]> {
  const text = typeof input === "string" ? input.trim() : "";
  const windows = spanOf(text) ?? daysOf(text);
  if (windows !== undefined) return { value: windows };
  return {
    code: "invalid-window",
    message: `expected times of the week such as Mon-Fri 18:00-06:00, got ${describeValue(input)}`,
    hint: "days Mon to Sun, times 00:00 to 24:00 in UTC; also Sat,Sun or 22:00-04:00 or Fri 18:00-Mon 06:00",
  };
}

function spanOf(text: string): DisruptionWindow[] | undefined {
  const match = SPAN.exec(text);
  if (match === null) return undefined;
  const [, firstDay, from, lastDay, to] = match as unknown as [string, string, string, string, string];
  const [fromMinute, toMinute] = [startOf(from), minuteOf(to)];
  if (fromMinute === undefined || toMinute === undefined) return undefined;
  const startMinute = dayOf(firstDay) * MINUTES_PER_DAY + fromMinute;
  const endMinute = dayOf(lastDay) * MINUTES_PER_DAY + toMinute;
  return startMinute === endMinute ? undefined : [within(startMinute, endMinute)];
}

function daysOf(text: string): DisruptionWindow[] | undefined {
  const whole = WHOLE_DAYS.exec(text);
  const daily = DAILY.exec(text);
  if (whole === null && daily === null) return undefined;
  const days = listedDays(whole?.[1] ?? daily?.[1] ?? "mon-sun");
  const from = whole === null ? startOf(daily![2]!) : 0;
  const to = whole === null ? minuteOf(daily![3]!) : MINUTES_PER_DAY;
  if (from === undefined || to === undefined || from === to) return undefined;
  return days.map((day) => {
    const start = day * MINUTES_PER_DAY;
    return within(start + from, start + to + (to < from ? MINUTES_PER_DAY : 0));
  });
}

/** A window whose end may lie beyond the week: it goes on at its beginning. */
function within(startMinute: number, end: number): DisruptionWindow {
  return { startMinute, endMinute: end > MINUTES_PER_WEEK ? end - MINUTES_PER_WEEK : end };
}

/** "Mon-Wed,Sat" as numbers of days, Monday 0, in the order of the week. */
function listedDays(text: string): number[] {
  const listed = new Set<number>();
  for (const part of text.split(",")) {
    const [first, last = first] = part.split("-");
    const end = dayOf(last!);
    for (let day = dayOf(first!); ; day = (day + 1) % DAYS.length) {
      listed.add(day);
      if (day === end) break;
    }
  }
  return [...listed].sort((a, b) => a - b);
}

function dayOf(word: string): number {
  return DAYS.indexOf(word.toLowerCase());
}

/** A window may end at 24:00, but not begin there. */
function startOf(text: string): number | undefined {
  const minute = minuteOf(text);
  return minute === MINUTES_PER_DAY ? undefined : minute;
}

/** Minutes after midnight, up to 24:00. */
function minuteOf(text: string): number | undefined {
  const [hours, minutes] = text.split(":").map(Number);
  const minute = hours! * 60 + minutes!;
  return minutes! < 60 && minute <= MINUTES_PER_DAY ? minute : undefined;
}
