// Opens report.html in Chromium, from the file system, and looks: every chart drawn, nothing logged, nothing requested.
// Screenshots are left in .cache/report-test for the eye.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResultFile } from "../../src/model/run-result.js";
import { buildCharts } from "../../src/report/charts/all-charts.js";
import { renderHtml } from "../../src/report/html.js";
import { fixtureResult } from "./fixture.js";
import { emptyResult, HOSTILE, hostileResult, stormyResult } from "./fixture-variants.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const hasChromium = existsSync(CHROMIUM);
/** In CI a missing browser is a failure, not a skip. */
const skip = !hasChromium && process.env.CI === undefined;

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = `${root}.cache/report-test`;
const sha256Base64 = (text: string): string => createHash("sha256").update(text).digest("base64");

interface Visit {
  readonly page: Page;
  /** Console warnings and errors, uncaught errors. */
  readonly complaints: string[];
  readonly requests: string[];
  readonly url: string;
}

describe.skipIf(skip)(`report.html in Chromium${skip ? ` (skipped: no ${CHROMIUM}; set CHROMIUM_PATH)` : ""}`, () => {
  let browser: Browser;
  let runtimeJs: string;

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    await promisify(execFile)(process.execPath, [`${root}tools/build-report-runtime.mjs`, `${folder}/runtime.js`]);
    runtimeJs = await readFile(`${folder}/runtime.js`, "utf8");
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        ...["--disable-component-update", "--disable-sync"],
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function visit(result: ResultFile, name: string, width: number): Promise<Visit> {
    const file = `${folder}/${name}.html`;
    await writeFile(file, renderHtml(result, buildCharts(result), runtimeJs, sha256Base64));
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => requests.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await page.waitForSelector('html[data-charts="drawn"]', { state: "attached", timeout: 20_000 });
    return { page, complaints, requests, url };
  }

  it.each([
    { name: "dated-1200", width: 1200, result: fixtureResult() },
    { name: "dated-420", width: 420, result: fixtureResult() },
    { name: "elapsed-1200", width: 1200, result: fixtureResult(0) },
    { name: "hostile-1200", width: 1200, result: hostileResult() },
    { name: "stormy-420", width: 420, result: stormyResult() },
    { name: "stormy-1200", width: 1200, result: stormyResult(0) },
  ])("$name: draws every chart, silently and offline", async ({ name, width, result }) => {
    const { page, complaints, requests, url } = await visit(result, name, width);
    for (const chart of buildCharts(result)) {
      const svg = page.locator(`#chart-${chart.name} svg.marks`);
      expect(await svg.count(), chart.name).toBe(1);
      const box = await svg.boundingBox();
      expect(box?.width, chart.name).toBeGreaterThan(width * 0.6);
      expect(box?.height, chart.name).toBeGreaterThan(100);
      expect(await svg.locator("path[d], rect, line").count(), chart.name).toBeGreaterThan(5);
    }
    await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
    const pageWidth = await page.evaluate<number>("document.documentElement.scrollWidth");
    expect(pageWidth, "no sideways scrolling of the page").toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([url]);
    await page.close();
  });

  it("draws empty charts of an empty result, silently", async () => {
    const { page, complaints } = await visit(emptyResult(), "empty-1200", 1200);
    expect(await page.locator(".chart svg.marks").count()).toBe(buildCharts(emptyResult()).length);
    await page.screenshot({ path: `${folder}/empty-1200.png`, fullPage: true });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("shows the figures of a time step under the pointer", async () => {
    const { page, complaints } = await visit(fixtureResult(), "tooltip", 1200);
    await page.locator("#chart-fleet-best-fit").scrollIntoViewIfNeeded();
    const box = (await page.locator("#chart-fleet-best-fit svg.marks").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
    const tooltip = page.locator("#vg-tooltip-element.visible");
    await tooltip.waitFor({ timeout: 5_000 });
    const text = (await tooltip.textContent()) ?? "";
    expect(text).toContain("m6i.4xlarge");
    expect(text).toContain("Busy vCPUs");
    await page.screenshot({ path: `${folder}/tooltip.png` });
    expect(complaints).toEqual([]);
    await page.close();
  });

  it("runs no markup out of names", async () => {
    const { page } = await visit(hostileResult(), "hostile", 1200);
    expect(await page.evaluate<string>("String(globalThis.stowageHacked)")).toBe("undefined");
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toBe(HOSTILE);
    await page.close();
  });
});
