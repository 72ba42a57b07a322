// Opens the page of an inspection in Chromium, from the file system, and looks: nothing logged, nothing requested, no
// sideways scrolling, readable in light and dark. Screenshots are left in .cache/inspection-test for the eye.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderInspectionHtml } from "../../../src/report/inspection/html.js";
import { inspectionOf, soundFindings, tally } from "./fixture.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** In CI a missing browser is a failure, not a skip. */
const skip = !existsSync(CHROMIUM) && process.env.CI === undefined;

const folder = fileURLToPath(new URL("../../../.cache/inspection-test/", import.meta.url));
const sha256Base64 = (text: string): string => createHash("sha256").update(text).digest("base64");

describe.skipIf(skip)(`the page in Chromium${skip ? ` (skipped: no ${CHROMIUM}; set CHROMIUM_PATH)` : ""}`, () => {
  let browser: Browser;
  const file = `${folder}inspection.html`;
  const url = pathToFileURL(file).href;

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    const findings = soundFindings();
    const long = { ...tally("bad-vcpus", 3), examples: [{ line: 7, detail: "x".repeat(200) }] };
    const records = { ...findings.records, source: `${"folder/".repeat(30)}jobs.csv`, rejected: [long] };
    writeFileSync(file, renderInspectionHtml(inspectionOf({ ...findings, records }), sha256Base64));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  });
  afterAll(async () => {
    await browser?.close();
  });

  it.each([
    { width: 1200, colorScheme: "light" },
    { width: 1200, colorScheme: "dark" },
    { width: 400, colorScheme: "light" },
    { width: 400, colorScheme: "dark" },
  ] as const)("$width pixels, $colorScheme", async ({ width, colorScheme }) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(url);
    await page.screenshot({ path: `${folder}${width}-${colorScheme}.png`, fullPage: true });
    expect(complaints).toEqual([]);
    expect(requests).toEqual([url]);
    expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    const plots = await page.locator("svg.columns").all();
    expect(plots.length).toBe(3);
    for (const plot of plots) expect((await plot.boundingBox())!.width).toBeGreaterThan(width * 0.7);
    const style = (selector: string, property: string) =>
      page.evaluate<string>(`getComputedStyle(document.querySelector("${selector}")).${property}`);
    const isDark = (colour: string) =>
      colour
        .match(/\d+/g)!
        .slice(0, 3)
        .every((value) => Number(value) < 128);
    expect(isDark(await style("body", "backgroundColor"))).toBe(colorScheme === "dark");
    expect(isDark(await style("body", "color"))).toBe(colorScheme === "light");
    expect(await style(".columns rect", "fill")).not.toBe(await style("body", "backgroundColor"));
    await page.close();
  });
});
