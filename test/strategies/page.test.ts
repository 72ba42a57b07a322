// docs/strategies.md says what the program says: the tables of the shortest trace are made again and compared; those of the others
// take minutes and are made by `npm run strategies`.

import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { compareSeeds } from "../../src/plan/compare/compare-seeds.js";
import { renderComparisonMarkdown } from "../../src/report/comparison/render.js";
import { loadReplay } from "../../src/run/load-replay.js";
import { HAS_REAL_FILES } from "../real-traces/real-files.js";

const FOLDER = "test/strategies";
const page = readFileSync("docs/strategies.md", "utf8");
const SEEDS = Array.from({ length: 10 }, (_, index) => 1 + index);

function tableOf(name: string): string {
  const begin = `<!-- table ${name} -->`;
  return page.slice(page.indexOf(begin) + begin.length, page.indexOf(`<!-- end ${name} -->`)).trim();
}

describe("docs/strategies.md", () => {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"));

  it.each(names)("has a table for %s", (name) => {
    expect(tableOf(name)).toMatch(/^\| Run \|/m);
  });

  it.skipIf(!HAS_REAL_FILES)(
    "has the figures of a Nextflow run as they are today (skipped where ../shared/data/traces is absent)",
    { timeout: 300_000 },
    async () => {
      const comparison = compareSeeds(await loadReplay(`${FOLDER}/nextflow.yaml`), { seeds: SEEDS });
      expect(renderComparisonMarkdown(comparison).trim()).toBe(tableOf("nextflow"));
    },
  );
});
