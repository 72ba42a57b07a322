// The calibrations of docs/fidelity.md: made from the scenarios beside this file, never by hand. After a change that moves them:
//   UPDATE_CALIBRATIONS=1 npx vitest run test/calibration/fidelity.test.ts

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { renderCalibrationMarkdown } from "../../src/report/calibration/markdown.js";
import { calibrate } from "../../src/run/calibrate/calibrate.js";
import { loadReplay } from "../../src/run/load-replay.js";

const DOCUMENT = fileURLToPath(new URL("../../docs/fidelity.md", import.meta.url));
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const absent = !existsSync(fileURLToPath(new URL("../../../shared/data/traces", import.meta.url)));
const because = absent ? " (skipped: ../shared/data/traces is absent)" : "";

describe.skipIf(absent)(`docs/fidelity.md${because}`, () => {
  // The log of KTH is long: with fewer replays its fit is hardly worse.
  it.each([
    ["kth-sp2", 10],
    ["nextflow-report", 25],
    ["nextflow-trace", 25],
  ])(
    "has the calibration of %s, effort %i, as it is",
    async (name, effort) => {
      const { resolved, trace, header } = await loadReplay(here(`./${name}.yaml`));
      const options = { run: null, effort, billUsd: null, instanceHours: null };
      // Where the trace lies is nobody's business.
      const calibration = calibrate(resolved, trace, header, options);
      const source = calibration.source.split("/").at(-1)!;
      const made = `\n${renderCalibrationMarkdown({ ...calibration, source })}`;
      if (process.env.UPDATE_CALIBRATIONS !== undefined) replaceBlock(name, made);
      expect(blockOf(name)).toBe(made);
    },
    300_000,
  );
});

function markersOf(name: string): readonly [begin: string, end: string] {
  return [`<!-- calibration ${name} -->`, `<!-- end of calibration ${name} -->`];
}

/** What stands between the markers. */
function blockOf(name: string): string {
  const [begin, end] = markersOf(name);
  const text = readFileSync(DOCUMENT, "utf8");
  const [, after] = text.split(`${begin}\n`);
  return after?.split(end)[0] ?? `no markers of ${name}`;
}

function replaceBlock(name: string, made: string): void {
  const [begin, end] = markersOf(name);
  const text = readFileSync(DOCUMENT, "utf8");
  writeFileSync(
    DOCUMENT,
    text.replace(`${begin}\n${blockOf(name)}${end}`, () => `${begin}\n${made}${end}`),
  );
}
