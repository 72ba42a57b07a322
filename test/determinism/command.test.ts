// `stowage replay` writes the same bytes, file by file: again, on other Node lines, and whatever the time zone, the language
// and the folder are.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NODES, runNode, skips } from "./engines.js";
import { buildProductCopy } from "./product-copy.js";
import { replayFile, SCENARIOS, sha256 } from "./scenarios.js";

const ELSEWHERE = { TZ: "Asia/Kathmandu", LANG: "de_DE.UTF-8", LC_ALL: "de_DE.UTF-8", CI: "1", FORCE_COLOR: "1" };
const THIS_NODE = NODES[0]!.path;

let product: string;
let workspace: string;
beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), "stowage-determinism-"));
  product = await buildProductCopy();
}, 60_000);
afterAll(() => {
  rmSync(product, { recursive: true, force: true });
  rmSync(workspace, { recursive: true, force: true });
});

interface Output {
  /** What the terminal shows. */
  readonly shown: string;
  /** SHA-256 of every file of the report folder, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Replays in a new folder. */
async function runCommand(
  node: string | undefined,
  scenario: string,
  env: Record<string, string> = {},
): Promise<Output> {
  const cwd = mkdtempSync(join(workspace, "run-"));
  const shown = await runNode(node, [join(product, "dist/cli/main.js"), "replay", scenario, "--out", "report"], {
    cwd,
    env,
  });
  const report = join(cwd, "report");
  const paths = readdirSync(report, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return {
    shown,
    files: Object.fromEntries(paths.map((path) => [relative(report, path), sha256(readFileSync(path))])),
  };
}

describe.each(SCENARIOS)("the report of $name", ({ file }) => {
  let first: Output;
  beforeAll(async () => {
    first = await runCommand(THIS_NODE, file);
  }, 60_000);

  it("has the bytes that are computed here in result.json and jobs.csv", async () => {
    const { resultJson, jobsCsv } = await replayFile(file);
    expect(first.files).toMatchObject({ "result.json": sha256(resultJson), "jobs.csv": sha256(jobsCsv) });
    expect(Object.keys(first.files)).toEqual(
      expect.arrayContaining(["report.html", "report.md", "charts/cost-categories.vl.json"]),
    );
  });

  it("is the same the second time", async () => {
    expect(await runCommand(THIS_NODE, file)).toEqual(first);
  });

  it("is the same in another time zone and language", async () => {
    // The table on the terminal may have colours there.
    expect((await runCommand(THIS_NODE, file, ELSEWHERE)).files).toEqual(first.files);
  });

  for (const node of NODES.slice(1)) {
    it.skipIf(skips(node))(`is the same on ${node.name}`, async () => {
      expect(await runCommand(node.path, file)).toEqual(first);
    });
  }
});
