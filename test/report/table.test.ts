import { expect, it } from "vitest";
import { cellLines } from "../../src/report/table.js";

it("lines of a cell keep their indentation where spaces are dropped", () => {
  expect(cellLines("queue main: behind a\nce: no room\n  short by 4")).toEqual([
    "queue main: behind a",
    "ce: no room",
    "\u00a0\u00a0\u00a0\u00a0short by 4",
  ]);
});
