import { describe, expect, it } from "vitest";
import { type Palette, PLAIN, renderTerminalStatus } from "../../../src/live/operate/terminal.js";
import { busyStatus, emptyStatus, NOW_MS } from "./fixture.js";

const wrap = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
const COLOURS: Palette = {
  bold: wrap(1),
  dim: wrap(2),
  red: wrap(31),
  green: wrap(32),
  yellow: wrap(33),
  cyan: wrap(36),
};

describe("the terminal view", () => {
  it("shows everything at 100 columns", async () => {
    const status = busyStatus({ breakers: ["5 launches in a row did not register: look at the instance profile"] });
    await expect(renderTerminalStatus(status, { width: 100, paint: PLAIN })).toMatchFileSnapshot("terminal-100.txt");
  });

  it("shows what a dry run would do, on a narrow terminal", async () => {
    await expect(
      renderTerminalStatus(busyStatus({ mode: "dry-run" }), { width: 56, paint: PLAIN }),
    ).toMatchFileSnapshot("terminal-56.txt");
  });

  it("shows a controller that found nothing", async () => {
    await expect(renderTerminalStatus(emptyStatus(), { width: 80, paint: PLAIN })).toMatchFileSnapshot(
      "terminal-empty.txt",
    );
  });

  it.each([20, 40, 56, 80, 120, 300])("never exceeds %d columns, coloured or not", (width) => {
    const lines = (paint: Palette) => renderTerminalStatus(busyStatus(), { width, paint }).trimEnd().split("\n");
    const plain = lines(PLAIN);
    expect(plain.filter((line) => [...line].length > width)).toEqual([]);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences are what is taken out
    expect(lines(COLOURS).map((line) => line.replace(/\u001b\[\d+m/g, ""))).toEqual(plain);
  });

  it("fits into the lines that there are, leaving one for the prompt", () => {
    const text = renderTerminalStatus(busyStatus(), { width: 80, height: 24, paint: PLAIN });
    expect(text.split("\n")).toHaveLength(24);
    expect(text).toContain("genomics-unmanaged");
  });

  it("obeys no control characters of names", () => {
    const status = busyStatus({ warnings: ["\u001b]0;owned\u0007 \u202eevil"] });
    const text = renderTerminalStatus({ ...status, atMs: NOW_MS }, { width: 80, paint: PLAIN });
    expect(text).toContain("\uFFFD]0;owned\uFFFD \uFFFDevil");
  });
});
