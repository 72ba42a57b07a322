// Reads text with a format under options of one's own, whole and damaged, for the tests of batch systems.

import { existsSync } from "node:fs";
import { expect } from "vitest";
import { randomStream } from "../../../src/base/random.js";
import type { TraceFormat } from "../../../src/trace/format.js";
import type { FormatOptions } from "../../../src/trace/options.js";
import { recordCount, type Taken, take } from "./aws-rows.js";

export function takeText(format: TraceFormat, text: string, overrides: Partial<FormatOptions> = {}): Promise<Taken> {
  return take({ ...format, open: (sink, options) => format.open(sink, { ...options, ...overrides }) }, text);
}

export const hasDelivered = existsSync("../shared/data/traces");

/** Lines that are neither blank nor comments. */
export function linesIn(text: string): number {
  return text.split(/\r\n|\n|\r/).filter((line) => !/^\s*(#|$)/.test(line)).length;
}

const NOISE = [..."\n\r\t |,;:=\"'()[]{}.+-%#0159TZax\u0000\ufeffå", "||", "99999999999999999999", "\r\n", "__proto__"];

/**
 * Damages the text in `mutants` ways, a few places each, and expects every record to be taken once. What `start` begins with
 * stays whole, so that the format is known. `records` counts the records of a damaged text.
 */
export async function surviveDamage(
  format: TraceFormat,
  start: string,
  text: string,
  mutants: number,
  records: (damaged: string) => number,
): Promise<void> {
  const stream = randomStream(1, "damage");
  const below = (count: number) => Math.floor(stream.uniform() * count);
  for (let mutant = 0; mutant < mutants; mutant++) {
    const from = below(text.length);
    let damaged = text.slice(from, from + 4_000);
    for (let place = below(6); place >= 0; place--) {
      const at = below(damaged.length);
      const cut = [0, 1, 1, 30][below(4)]!;
      damaged = damaged.slice(0, at) + NOISE[below(NOISE.length)] + damaged.slice(at + cut);
    }
    const whole = start + damaged;
    expect(recordCount(await takeText(format, whole))).toBe(records(whole));
  }
}
