// Times of the week, in minutes after Monday 00:00 UTC: a day has 1,440, the week 10,080.

import { expect, it } from "vitest";
import { parseWindows } from "../../src/scenario/windows.js";

it.each<[string, [number, number][]]>([
  // Friday's night goes on into Saturday: 4 x 1440 + 1080 = 6840 to 5 x 1440 + 360 = 7560.
  [
    "Mon-Fri 18:00-06:00",
    [
      [1080, 1800],
      [2520, 3240],
      [3960, 4680],
      [5400, 6120],
      [6840, 7560],
    ],
  ],
  // Sunday's night goes on at the beginning of the week.
  ["Sun 18:00-06:00", [[9720, 360]]],
  ["sun 00:00-24:00", [[8640, 10_080]]],
  [
    "Sat,Sun",
    [
      [7200, 8640],
      [8640, 10_080],
    ],
  ],
  ["Wed", [[2880, 4320]]],
  ["Tue 9:00-17:30", [[1980, 2490]]],
  // Over the end of the week, and each day once.
  [
    "Sun-Mon,Mon 12:00-13:00",
    [
      [720, 780],
      [9360, 9420],
    ],
  ],
  ["Fri 18:00-Mon 06:00", [[6840, 360]]],
  ["Mon 06:00 - Mon 07:00", [[360, 420]]],
  ["22:00 - 04:00", Array.from({ length: 7 }, (_, day) => [day * 1440 + 1320, day === 6 ? 240 : day * 1440 + 1680])],
])("%s", (text, windows) => {
  const value = windows.map(([startMinute, endMinute]) => ({ startMinute, endMinute }));
  expect(parseWindows(text)).toEqual({ value });
});

it.each([
  "",
  "weekends",
  "Mon-",
  "Mon 25:00-26:00",
  "Mon 10:60-11:00",
  "Mon 24:00-06:00",
  "Mon 18:00",
  "18:00-18:00",
  "Fri 18:00-Fri 18:00",
  "Mon-Fri 18:00 - Sat 06:00",
  7,
])("not %j", (text) => {
  expect(parseWindows(text)).toMatchObject({ code: "invalid-window" });
});
