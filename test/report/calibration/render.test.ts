import { describe, expect, it } from "vitest";
import { renderCalibrationMarkdown } from "../../../src/report/calibration/markdown.js";
import { renderCalibration } from "../../../src/report/calibration/terminal.js";
import { calibration, comparison, run, waits } from "./calibrations.js";

const HOSTILE = "jobs\u001b[31m.csv|x";

describe("renderCalibration", () => {
  const lines = renderCalibration(calibration([run(1.5)], HOSTILE), { colour: false, width: 100 }).split("\n");

  it("has a row for every quantile, with the error in per cent", () => {
    // p90: 0.9 * 400 s = 6 min recorded; as given twice that, fitted 1.5 times.
    expect(
      lines
        .find((line) => line.startsWith("p90"))
        ?.trimEnd()
        .split(/ {2,}/),
    ).toEqual([...["p90", "6 min", "12 min", "+100 %", "9 min", "+50 %"], ...["6 min", "9 min", "+50 %"]]);
  });

  it("breaks sentences at the width of the terminal", () => {
    const words = lines.slice(lines.indexOf("In words: managed") + 1);
    expect(words.length).toBeGreaterThan(5);
    expect(Math.max(...words.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("shows control characters of file names instead of obeying them", () => {
    expect(lines.join("\n")).not.toContain("\u001b");
  });

  it("shows container starts where they were recorded", () => {
    expect(lines.join("\n")).not.toContain("Container starts");
    const started = run(1, { asGiven: comparison(2, { pull: waits(2) }), fitted: comparison(1, { pull: waits(1) }) });
    expect(renderCalibration(calibration([started]), { colour: false, width: 100 })).toContain(
      "Container starts: managed",
    );
  });
});

describe("renderCalibrationMarkdown", () => {
  it("escapes what Markdown would take for markup", () => {
    const text = renderCalibrationMarkdown(calibration([run(1.5, { name: "a|b" })], HOSTILE));
    expect(text).toContain("a\\|b");
    expect(text).toContain("csv\\|x");
  });

  it("shows the table of runs only where there are several", () => {
    expect(renderCalibrationMarkdown(calibration([run(1)]))).not.toContain("Which run explains");
    expect(renderCalibrationMarkdown(calibration([run(1), run(2)]))).toContain("Which run explains");
  });
});
