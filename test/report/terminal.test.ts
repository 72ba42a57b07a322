import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COST_CATEGORIES } from "../../src/model/billing.js";
import { moneyBar } from "../../src/report/money-bar.js";
import { renderTerminal } from "../../src/report/terminal.js";
import { fixtureResult, split } from "./fixture.js";
import { changedResult, emptyResult, eventsResult, failingResult, stormyResult } from "./fixture-variants.js";

const ESCAPE = "\u001b";

function lineOf(text: string, start: string): string {
  return text.split("\n").find((line) => line.startsWith(start)) ?? "";
}

describe("renderTerminal", () => {
  const plain = renderTerminal(fixtureResult(), { colour: false, width: 140 });

  it("has one row per run with its figures", () => {
    expect(lineOf(plain, "best-fit").split(/ {2,}/)).toEqual([
      ...["best-fit", "$1,234.56", "68 %", "+42 % spot", "1 min 35 s", "19 min", "1 h 31 min", "2.00", "6 d 6 h"],
      ...["78 %", "312"],
    ]);
    expect(lineOf(plain, "fixed-peak").split(/ {2,}/).slice(0, 4)).toEqual([
      ...["fixed-peak", "$9,114.72", "-135 %", "+236 % on-demand"],
    ]);
    for (const run of fixtureResult().runs) expect(lineOf(plain, run.name)).not.toBe("");
  });

  it("tells what was asked, of which jobs, and what became of the trace", () => {
    expect(plain).toContain("Does packing by best fit pay off");
    expect(plain).toContain("us-east-1, seed 42, stowage 0.1.0");
    expect(plain).toContain("2026-01-05T06:00:00Z to 2026-01-11T11:00:00Z");
    expect(plain).toContain("48,267 rows read, 48,210 accepted, 57 rejected");
    expect(plain).toContain("rejected 45: The job ends before it starts.\n    first at line 17: started 100, ended 90");
  });

  it("tells of records that are part of others, of the reader's notes, and of several files", () => {
    const events = renderTerminal(eventsResult(), { colour: false, width: 140 });
    // 48,210 accepted + 57 rejected = 48,267 rows, and 1,000 records more.
    expect(events).toContain("49,267 records read, 1,000 of them part of other rows; 48,267 rows, 48,210 accepted");
    expect(events).toContain("  folded 1,000: An earlier event of the same job.\n    first at day_1.jsonl:3: RUNNABLE");
    expect(events).toContain("    first at day_1.jsonl:17: started 100, ended 90");
    expect(events).toContain("  note: times without a zone are taken as UTC");
  });

  it("tells how the trace was changed", () => {
    const changed = renderTerminal(changedResult(), { colour: false, width: 140 });
    expect(changed).toContain("Trace      traces/genomics.csv.gz: 48,210 jobs after the changes, 57 rows rejected\n");
    expect(changed).toContain("Changed    keep jobs with name a*_b; scale load x2, seed 1\n");
    expect(plain).not.toContain("Changed");
  });

  it("names floors and notes", () => {
    expect(plain).toContain("spot $871.40: $0.00941 per vCPU-hour, $0.00110 per GiB-hour; ideal fleet c6a.8xlarge");
    expect(plain).toContain("  Spot prices are as of 2026-01-02");
  });

  it("says relative times instead of dates in 1970", () => {
    const relative = renderTerminal(fixtureResult(0), { colour: false, width: 140 });
    expect(relative).toContain("(relative times)");
    expect(relative).not.toContain("1970");
  });

  it("splits the table where the terminal is narrow", () => {
    const narrow = renderTerminal(fixtureResult(), { colour: false, width: 100 });
    const tables = narrow.split("\n").filter((line) => line.startsWith("best-fit") || line.startsWith("spread"));
    expect(tables.length).toBe(4);
    for (const line of tables) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("colours only when told to", () => {
    const coloured = renderTerminal(fixtureResult(), { colour: true, width: 140 });
    expect(plain).not.toContain(ESCAPE);
    expect(coloured).toContain(`${ESCAPE}[1mbest-fit`);
    expect(
      coloured
        .split(ESCAPE)
        .map((part, i) => (i === 0 ? part : part.replace(/^\[\d+m/, "")))
        .join(""),
    ).toBe(plain);
  });

  it("lets no escape sequence of a name through", () => {
    const result = fixtureResult();
    const [run, ...others] = result.runs;
    const evil = {
      ...result,
      header: { ...result.header, scenario: `${ESCAPE}[2Jgone`, question: `${ESCAPE}]0;title\u0007` },
      notes: [`${ESCAPE}[31mred`],
      runs: [{ ...run!, name: `${ESCAPE}[8mhidden` }, ...others],
    };
    expect(renderTerminal(evil, { colour: false, width: 140 })).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it("warns of runs that did not finish every job", () => {
    const result = fixtureResult();
    const byOutcome = [
      { outcome: "succeeded", jobs: 48_200 },
      { outcome: "exited", jobs: 10 },
    ] as const;
    const jobs = { total: 48_210, succeeded: 48_200, failed: 10, byOutcome, attempts: 48_210 };
    const failing = { ...result, runs: result.runs.map((run, i) => (i === 1 ? { ...run, jobs } : run)) };
    expect(renderTerminal(failing, { colour: false, width: 140 })).toContain(
      "first-fit: 48,200 of 48,210 jobs succeeded (10 failed), so its cost is not for the same work.",
    );
  });

  it("says once what failed in every run alike", () => {
    const result = fixtureResult();
    const jobs = { ...result.runs[0]!.jobs, total: 48_210, succeeded: 48_200, failed: 10 };
    const text = renderTerminal(
      { ...result, runs: result.runs.map((run) => ({ ...run, jobs })) },
      { colour: false, width: 140 },
    );
    expect(text).toContain("In every run 48,200 of 48,210 jobs succeeded (10 failed); the floors suppose");
    expect(text).not.toContain("not for the same work");
  });

  it("tells how jobs ended and what shares got, only where there is something to tell", () => {
    expect(plain).not.toMatch(/Outcomes|shareIdentifier|Rework/);
    const lines = renderTerminal(failingResult(), { colour: false, width: 140 }).split("\n");
    const at = lines.indexOf("Outcomes");
    expect(lines.slice(at + 1, at + 4).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["Run", "Succeeded", "Exited", "Timed out", "Attempts"],
      ["best-fit", "48,173", "30", "7", "48,710"],
      ["first-fit", "48,180", "30", "0", "48,710"],
    ]);
    const shares = lines.indexOf("Shares: best-fit");
    expect(lines.slice(shares + 1, shares + 5).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["shareIdentifier", "Jobs", "vCPU-hours", "Share", "Wait p50", "Wait p95"],
      ["team-a", "47,200", "800.0", "80 %", "1 min 35 s", "19 min"],
      ["(none)", "1,000", "150.0", "15 %", "1 min 35 s", "19 min"],
      ["(other shares)", "10", "50.0", "5.0 %", "1 min 35 s", "19 min"],
    ]);
  });

  it("tells what the market took, only where it took anything", () => {
    expect(plain).not.toMatch(/Interruptions|Refunded/);
    const lines = renderTerminal(stormyResult(), { colour: false, width: 100 }).split("\n");
    const at = lines.indexOf("Spot");
    expect(lines.slice(at + 1, at + 4).map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["Run", "Interruptions", "Hosts lost", "Launches refused", "Rework vCPU-h", "Rework cost", "Refunded"],
      ["best-fit", "37", "2", "5", "61.5", "$1.50", "$4.20"],
      ["first-fit", "37", "2", "0", "61.5", "$1.50", "$4.20"],
    ]);
    for (const line of lines.slice(at, at + 8)) expect(line.length).toBeLessThanOrEqual(100);
  });

  it("tells who waited longest and why when asked to be verbose", () => {
    const text = renderTerminal(failingResult(), { colour: false, width: 140, verbose: true });
    expect(text).toContain(
      "Longest waits: best-fit\n  job-10000 (align-reads) in genomics: 8 h 20 min\n" +
        "    memory short by 569 MiB on m6i.2xlarge\n    maxvCpus 256 reached\n  job-10001",
    );
    expect(renderTerminal(failingResult(), { colour: false, width: 140 })).not.toContain("Longest waits");
  });

  it("survives a result of nothing", () => {
    const text = renderTerminal(emptyResult(), { colour: false, width: 140 });
    expect(lineOf(text, "best-fit").split(/ {2,}/).slice(0, 4)).toEqual(["best-fit", "$0.00", "–", "–"]);
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("moneyBar", () => {
  it("shows the four dearest categories and the rest", () => {
    const bar = moneyBar(fixtureResult().runs[0]!, 100);
    expect(bar.segments.map((segment) => segment.legend)).toEqual([
      ...["Useful 71 %", "Unfilled 6.1 %", "Idle 4.8 %", "Tail 4.2 %", "Other 14 %"],
    ]);
    // 71.2, 6.1, 4.8, 4.2 and 13.7 cells: whole parts 71 + 6 + 4 + 4 + 13 = 98, the two largest remainders get one more.
    expect(bar.segments.map((segment) => segment.cells)).toEqual([71, 6, 5, 4, 14]);
  });
  it("fills the width exactly, whatever the bill", () => {
    const weights = fc.array(fc.nat(1_000), { minLength: COST_CATEGORIES.length, maxLength: COST_CATEGORIES.length });
    fc.assert(
      fc.property(weights, fc.integer({ min: 10, max: 200 }), (parts, width) => {
        fc.pre(parts.some((part) => part > 0));
        const run = fixtureResult().runs[0]!;
        const totalMicroUsd = 1_000_003;
        const amounts = split(totalMicroUsd, parts);
        const byCategory = COST_CATEGORIES.map((category, index) => ({ category, microUsd: amounts[index]! }));
        const { segments } = moneyBar({ ...run, cost: { ...run.cost, totalMicroUsd, byCategory } }, width);
        expect(segments.reduce((sum, segment) => sum + segment.cells, 0)).toBe(width);
      }),
    );
  });
});
