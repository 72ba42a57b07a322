import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationTicks, timeTicks } from "../../../src/report/inspection/axis.js";
import { renderInspection } from "../../../src/report/inspection/terminal.js";
import { axisLine, bar, columnLines, shade } from "../../../src/report/inspection/terminal-pictures.js";
import { tableLines, wrapped } from "../../../src/report/inspection/terminal-table.js";
import { numberColumn, textColumn } from "../../../src/report/table.js";
import { inspectionOf, soundFindings, tally } from "./fixture.js";

const plain = { colour: false };

describe("an inspection on the terminal", () => {
  it.each([80, 110, 200])("fits %d columns, apart from what the importer says of its records", (width) => {
    const text = renderInspection(inspectionOf(soundFindings()), { ...plain, width });
    const [pictures] = text.split("\nRecords\n");
    for (const line of pictures!.split("\n")) expect([...line].length, line).toBeLessThanOrEqual(Math.min(width, 110));
  });

  it("shows every part", () => {
    const findings = soundFindings();
    const records = { ...findings.records, rejected: [tally("bad-vcpus", 3)], rowsRead: 203, recordsRead: 203 };
    const text = renderInspection(inspectionOf({ ...findings, records }), { ...plain, width: 110 });
    for (const part of [
      ...["jobs.csv (csv)", "200 jobs, 100 vCPU-hours", "2026-01-05T01:00:00Z to 2026-01-25T01:00:00Z (20 d)"],
      ...[
        "What to doubt",
        "Arrivals most in 2 d: 39 jobs, UTC",
        "Week jobs by weekday",
        "4 vCPU, 16 GiB",
        "14 other shapes",
      ],
      ...[
        "Run times 200 jobs",
        "Recorded waits (for calibration)",
        "align",
        "137",
        "killed (SIGKILL)",
        "5 to 8",
        "high",
      ],
      ...["4 on success, 1 N_TO_N, 1 on the end", "3 x the reason of bad-vcpus [bad-vcpus]", "line 7: it says so"],
    ]) {
      expect(text).toContain(part);
    }
  });

  it("is the same text every time, and has colours only where they are wanted", () => {
    const draw = (colour: boolean) => renderInspection(inspectionOf(soundFindings()), { colour, width: 100 });
    expect(draw(false)).toBe(draw(false));
    expect(draw(false)).not.toContain("\u001b");
    expect(draw(true)).toContain("\u001b[");
  });

  it("does not let names steer the terminal", () => {
    const findings = soundFindings();
    const names = findings.work.names.map((row) => ({ ...row, name: row.name && "\u001b[2J\u0007" }));
    const records = { ...findings.records, source: "\u001b[31mjobs", notes: ["\u001b]0;x\u0007"] };
    const text = renderInspection(inspectionOf({ ...findings, records, work: { ...findings.work, names } }), {
      ...{ ...plain, width: 80 },
    });
    for (const character of ["\u001b", "\u0007"]) expect(text).not.toContain(character);
  });
});

describe("tables on the terminal", () => {
  const table = (name: string) => ({
    ...{ title: "", caption: "", columns: [textColumn("Name"), numberColumn("Jobs")], rows: [[name, "1,234,567"]] },
  });

  it("cuts text, never figures", () => {
    // 30 columns: 9 for the figure, 2 between, 19 for the name.
    const [row] = tableLines(table("a-very-long-name-of-a-job-of-somebody"), 30).rows;
    expect(row).toBe("a-very-long-name-o…  1,234,567");
  });

  it("cuts by characters, not by halves of them", () => {
    expect(tableLines(table("😀".repeat(30)), 30).rows[0]).toBe(`${"😀".repeat(18)}…  1,234,567`);
  });

  it("keeps all words when it wraps", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1 }),
        fc.integer({ min: 5, max: 40 }),
        (words, width) => {
          const lines = wrapped(words.join(" "), width);
          expect(lines.join(" ")).toBe(words.join(" "));
          for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
        },
      ),
    );
  });
});

describe("pictures of characters", () => {
  it.each([
    [0, ""],
    [0.0001, "▏"],
    [0.5, "██"],
    [0.53, "██▏"], // 0.53 x 4 x 8 = 17 eighths
    [1, "████"],
    [1.5, "████"],
  ])("draws %f as a bar of four cells", (share, drawn) => {
    expect(bar(share, 4)).toBe(drawn);
  });

  it("draws columns of three rows, each value a level", () => {
    // 24 levels: 24, 16, 8, 4, and the smallest that shows.
    expect(columnLines([24, 16, 8, 4, 0.1, 0], 6)).toEqual(["█     ", "██    ", "███▄▁ "]);
  });

  it("puts neighbours together where there is no room", () => {
    expect(columnLines([1, 1, 2, 2, 4, 4], 3).at(-1)).toBe("▆██"); // sums 2, 4, 8 of 24 levels: 6, 12, 24
  });

  it("shades by share", () => {
    expect([0, 1, 25, 50, 75, 100].map((value) => shade(value, 100)).join("")).toBe("·░░▒▓█");
  });

  it("leaves out labels that would touch", () => {
    const ticks = [0, 0.1, 0.5, 1].map((at) => ({ at, label: "12:00" }));
    expect(axisLine(ticks, 21)).toBe("12:00     12:00 12:00");
  });
});

/** No trace reaches beyond the year 2200. */
const LONGEST_MS = Date.UTC(2200, 0, 1);

describe("axes", () => {
  it("labels years by months, days by dates, hours by hours", () => {
    const day = 86_400_000;
    const ticks = (startMs: number, stepMs: number, bins: number) =>
      timeTicks({ startMs, stepMs, jobs: new Array(bins).fill(1) }, true).map(({ label }) => label);
    const start = Date.UTC(2026, 0, 5);
    expect(ticks(start, day, 365)).toEqual(["Apr 2026", "Jul 2026", "Oct 2026", "Jan 2027"]);
    expect(ticks(start, day, 4)).toEqual(["5 Jan", "6 Jan", "7 Jan", "8 Jan", "9 Jan"]);
    expect(ticks(start, 3_600_000, 24)).toEqual(["5 Jan", "06:00", "12:00", "18:00", "6 Jan"]);
  });

  it("has a handful of labels within the axis, whatever the span", () => {
    const bins = fc.integer({ min: 1, max: 400 });
    const step = fc.constantFrom(60_000, 300_000, 3_600_000, 86_400_000, 28 * 86_400_000, 364 * 86_400_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6e12 }), step, bins, fc.boolean(), (startMs, stepMs, count, isDated) => {
        fc.pre(stepMs * count <= LONGEST_MS);
        const ticks = timeTicks({ startMs: isDated ? startMs : 0, stepMs, jobs: new Array(count).fill(1) }, isDated);
        expect(ticks.length).toBeLessThanOrEqual(7);
        for (const { at } of ticks) expect(at >= 0 && at <= 1).toBe(true);
      }),
    );
  });

  it("places durations on a logarithmic axis", () => {
    const bucket = (fromMs: number, toMs: number) => ({ fromMs, toMs, count: 1 });
    const distribution = { ...soundFindings().runtimes, buckets: [bucket(500, 2_000), bucket(2_000, 8_000)] };
    // 1 s is half way (logarithmically) from 500 ms to 2 s.
    const [tick] = durationTicks(distribution);
    expect(tick!.label).toBe("1 s");
    expect(tick!.at).toBeCloseTo(0.25, 12);
    const between = { ...distribution, buckets: [bucket(2_000, 3_000)] };
    expect(durationTicks(between).map(({ label }) => label)).toEqual(["2 s", "3 s"]);
  });
});
