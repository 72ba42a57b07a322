// What was spent today outlives a restart, and is never taken for another pool's.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { makeGate } from "../../../src/live/gate/gate.js";
import type { LiveLogger } from "../../../src/live/operate/logger.js";
import { SpendingFile } from "../../../src/run/live/spending-file.js";
import { HandClock, NOON, settingsOf, viewOf } from "../gate/views.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-spending-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const gate = () => makeGate(settingsOf({}), new HandClock());
const warnings: unknown[] = [];
const log = { warn: (...words: unknown[]) => warnings.push(words) } as unknown as LiveLogger;
const DAY_MS = Math.floor(NOON / 86_400_000) * 86_400_000;

it("is written and read back", () => {
  const before = gate();
  const file = new SpendingFile(folder, "night");
  file.write(before); // nothing is known yet: nothing is written
  expect(readdirSync(folder)).toEqual([]);
  before.restore(7_000_000, DAY_MS, NOON - 60_000);
  before.look(viewOf());
  file.write(before);
  expect(readdirSync(folder)).toEqual(["spending.json"]);
  const after = gate();
  file.restore(after, log);
  after.look(viewOf());
  expect(after.spentTodayMicroUsd).toBe(7_000_000);
  expect(after.spending).toEqual(before.spending);
  expect(warnings).toEqual([]);
});

it("of another pool stops the start", () => {
  expect(() => new SpendingFile(folder, "day").restore(gate(), log)).toThrow(InputError);
});

it("that is damaged is told of", () => {
  writeFileSync(join(folder, "spending.json"), "{");
  new SpendingFile(folder, "night").restore(gate(), log);
  expect(warnings).toHaveLength(1);
});
