import { describe, expect, it } from "vitest";
import { COST_CATEGORIES } from "../../src/model/billing.js";
import { CATEGORY_DEFINITIONS } from "../../src/report/definitions.js";
import { renderMarkdown } from "../../src/report/markdown.js";
import { fixtureResult } from "./fixture.js";
import {
  changedResult,
  emptyResult,
  eventsResult,
  failingResult,
  HOSTILE,
  hostileResult,
  stormyResult,
} from "./fixture-variants.js";

/** The cells of every table row, by heading. */
function tablesOf(markdown: string): Map<string, string[][]> {
  const tables = new Map<string, string[][]>();
  let heading = "";
  for (const line of markdown.split("\n")) {
    if (line.startsWith("## ")) heading = line.slice(3);
    if (!line.startsWith("| ")) continue;
    const cells = line.slice(2, -2).split(/ \| /);
    tables.set(heading, [...(tables.get(heading) ?? []), cells]);
  }
  return tables;
}

describe("renderMarkdown", () => {
  const markdown = renderMarkdown(fixtureResult());
  const tables = tablesOf(markdown);

  it("has a row per run", () => {
    expect(
      tables
        .get("Cost")!
        .slice(2)
        .map(([name]) => name),
    ).toEqual(fixtureResult().runs.map((run) => run.name));
    expect(tables.get("Cost")![2]).toEqual(["best-fit", "$1,234.56", "68 %", "+42 % spot", "0.45×", "1.42×"]);
  });

  it("defines every cost category in one sentence", () => {
    const rows = tablesOf(renderMarkdown(failingResult())).get("Cost categories")!;
    for (const category of COST_CATEGORIES) {
      const { label, definition } = CATEGORY_DEFINITIONS[category];
      expect(rows.find(([name]) => name === label)!.at(-1)).toBe(definition);
      expect(definition).toMatch(/^[^.]+\.$/);
    }
  });

  it("has every breakdown, the waits, the rows refused and the provenance", () => {
    expect([...tables.keys()]).toEqual(
      expect.arrayContaining([
        ...["Cost by instance type: best-fit", "Cost by instance type: on-demand", "Cost by queue: best-fit"],
        ...["Cost by job name: best-fit", "Longest waits: best-fit", "Rejected rows", "Adjusted rows", "Provenance"],
      ]),
    );
    expect(tables.get("Rejected rows")![2]).toEqual([
      ...["The job ends before it starts. (negative-runtime)", "45"],
      "line 17: started 100, ended 90; line 230: started 400, ended 399",
    ]);
    expect(markdown).toContain("hash 0f1e2d3c4b5a6978");
    expect(tables.get("Longest waits: best-fit")![2]!.slice(3)).toEqual(["2026-01-07T06:00:00Z", "8 h 20 min"]);
  });

  it("tells of changes, of records that are part of others, and of the reader's notes", () => {
    const changed = renderMarkdown(changedResult());
    expect(changed).toContain("- Trace: 48,210 jobs after the changes, 57 rows rejected\n");
    expect(changed).toContain("- Changed: keep jobs with name a\\*\\_b; scale load x2, seed 1\n");
    const events = renderMarkdown(eventsResult());
    expect(events).toContain("48,210 accepted, 57 rejected\n  - times without a zone are taken as UTC\n");
    expect(tablesOf(events).get("Folded records")![2]).toEqual([
      ...["An earlier event of the same job. (earlier-event)", "1,000", "day\\_1.jsonl:3: RUNNABLE"],
    ]);
    expect(tables.has("Folded records")).toBe(false);
    expect(markdown).not.toContain("Changed");
  });

  it("tells of rework, outcomes, shares and reasons only where there are any", () => {
    for (const absent of ["Outcomes", "Shares: best-fit"]) expect(tables.has(absent)).toBe(false);
    expect(markdown).not.toMatch(/Rework|\| Why/);
    const failing = tablesOf(renderMarkdown(failingResult()));
    expect(failing.get("Cost categories")!.find(([name]) => name === "Rework")![1]).toBe("$25.00");
    expect(failing.get("Outcomes")!.slice(2)[0]).toEqual(["best-fit", "48,173", "30", "7", "48,710"]);
    expect(
      failing
        .get("Shares: on-demand")!
        .slice(2)
        .map(([name]) => name),
    ).toEqual([...["team-a", "(none)", "(other shares)"]]);
    const [head, , first, second] = failing.get("Longest waits: best-fit")!;
    expect(head!.at(-1)).toBe("Why");
    expect(first!.at(-1)).toBe("memory short by 569 MiB on m6i.2xlarge<br>maxvCpus 256 reached");
    expect(second!.at(-1)).toBe("");
  });

  it("tells what spot saved, and what the market took where it took anything", () => {
    // Half of 1,234.56, and three times as much; on-demand runs have no row.
    expect(tables.get("Spot against on-demand")!.slice(2)).toHaveLength(3);
    expect(tables.get("Spot against on-demand")![2]).toEqual(["best-fit", "$617.28", "$1,851.84", "$1,234.56", "67 %"]);
    expect(tables.get("Spot pools: best-fit")![2]).toEqual([
      ...["m6i.4xlarge", "use1-az1", "spot", "60", "900.5", "$308.64"],
    ]);
    const absent = ["Spot", "Refusals", "Retries", "Rework by job name: best-fit", "Spot pools: on-demand"];
    for (const heading of absent) expect(tables.has(heading), heading).toBe(false);
    const stormy = tablesOf(renderMarkdown(stormyResult()));
    expect(stormy.get("Spot")!.slice(2, 5)).toEqual([
      ["best-fit", "37", "2", "5", "61.5", "$1.50", "$4.20"],
      ["first-fit", "37", "2", "0", "61.5", "$1.50", "$4.20"],
      ["spread", "0", "0", "0", "0.0", "$0.00", "$0.00"],
    ]);
    expect(stormy.get("Spot pools: best-fit")!.slice(2)).toEqual([
      ["m6i.4xlarge", "use1-az1", "spot", "30", "410.3", "$90.00", "30", "9", "60.0", "$1.40"],
      ["c6a.8xlarge", "use1-az4", "spot", "30", "410.3", "$90.00", "7", "3", "1.5", "$0.1000"],
      ["(other pools)", "–", "–", "30", "410.3", "$90.00", "0", "0", "0.0", "$0.00"],
    ]);
    expect(stormy.get("Refusals")!.slice(0, 4)).toEqual([
      ["Run", "No capacity", "API throttled"],
      ["---", "---:", "---:"],
      ["best-fit", "9", "3"],
      ["first-fit", "0", "0"],
    ]);
    expect(stormy.get("Retries")!.slice(2)[0]).toEqual(["best-fit", "3", "35"]);
    expect(stormy.get("Rework by job name: best-fit")!.slice(2)).toEqual([
      ["align-reads", "genomics", "31", "51.0", "$1.25"],
      ["(other names)", "–", "4", "10.5", "$0.2500"],
    ]);
  });

  it("gives every table rows of one length, whatever the names", () => {
    const result = hostileResult();
    const rows = tablesOf(renderMarkdown({ ...result, notes: ["a | b\n# c"] }));
    for (const [heading, [head, ...others]] of rows) {
      for (const row of others) expect(row.length, heading).toBe(head!.length);
    }
  });

  it("shows markup as text", () => {
    const text = renderMarkdown(hostileResult());
    expect(text).not.toContain(HOSTILE);
    expect(text).toContain(String.raw`\</script\>\<img src=x onerror="stowageHacked=1"\>`);
    expect(text).toContain(String.raw`\[a\](b)`);
  });

  it("leaves empty tables out", () => {
    const text = renderMarkdown(emptyResult());
    expect(text).not.toContain("Rejected rows");
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("is the same for the same result", () => {
    expect(renderMarkdown(fixtureResult())).toBe(markdown);
  });
});
