// Opens the status page in Chromium, served by the real server: nothing logged, nothing requested from elsewhere, what the
// reader typed and opened stays over ticks, names from the account stay text. Screenshots are left in .cache/live-page.

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LiveMetrics } from "../../../src/live/operate/metrics.js";
import { type StatusServer, startStatusServer } from "../../../src/live/operate/server.js";
import type { LiveStatus } from "../../../src/live/operate/status.js";
import { busyStatus, emptyStatus, hourOfStatuses, NOW_MS } from "./fixture.js";
import { ManualClock } from "./manual-clock.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
/** In CI a missing browser is a failure, not a skip. */
const skip = !existsSync(CHROMIUM) && process.env.CI === undefined;
const folder = fileURLToPath(new URL("../../../.cache/live-page", import.meta.url));

describe.skipIf(skip)(
  `the status page in Chromium${skip ? ` (skipped: no ${CHROMIUM}; set CHROMIUM_PATH)` : ""}`,
  () => {
    let browser: Browser;
    let server: StatusServer;

    beforeAll(async () => {
      await mkdir(folder, { recursive: true });
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
      });
    });
    afterAll(async () => {
      await browser?.close();
    });
    beforeEach(async () => {
      const clock = new ManualClock(NOW_MS);
      server = await startStatusServer({
        host: "127.0.0.1",
        port: 0,
        clock,
        metrics: new LiveMetrics(),
        startupMs: 60_000,
      });
    });
    afterEach(() => server.close());

    interface Visit {
      readonly page: Page;
      readonly complaints: string[];
      readonly requests: string[];
    }

    async function visit(width = 1_200, colorScheme: "light" | "dark" = "light"): Promise<Visit> {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(server.url);
      return { page, complaints, requests };
    }

    function told(statuses: readonly LiveStatus[]): void {
      for (const status of statuses) server.publish(status);
    }

    for (const mode of ["apply", "dry-run"] as const) {
      for (const width of [1_200, 420]) {
        for (const scheme of ["light", "dark"] as const) {
          it(`${mode}, ${width} px, ${scheme}: fits, complains of nothing, asks nobody else`, async () => {
            told(hourOfStatuses(mode));
            const { page, complaints, requests } = await visit(width, scheme);
            await page.locator("#connection[title=connected]").waitFor();
            await page.screenshot({ path: `${folder}/${mode}-${width}-${scheme}.png`, fullPage: true });
            expect(complaints).toEqual([]);
            expect(requests.filter((url) => !url.startsWith(server.url) && url !== "data:,")).toEqual([]);
            expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
            await page.close();
          });
        }
      }
    }

    it("follows the ticks, and keeps what was typed, chosen and opened", async () => {
      told([busyStatus()]);
      const { page } = await visit();
      await page.fill("#find", "r6i");
      await page.click("#all-instances summary");
      const before = await page.locator("#decisions li:visible").count();
      const next = busyStatus();
      server.publish({ ...next, tick: { ...next.tick, number: 813 }, decisions: next.decisions.slice(0, 24) });
      await page.getByText("tick 813").waitFor();
      // 48 decisions, every sixth about an r6i: 8; then 24: 4.
      expect(before).toBe(8);
      expect(await page.locator("#decisions li:visible").count()).toBe(4);
      await page.screenshot({ path: `${folder}/filtered.png`, fullPage: true });
      expect(await page.inputValue("#find")).toBe("r6i");
      expect(await page.locator("#all-instances[open]").count()).toBe(1);
      expect(await page.locator("#instances tr[data-row]:visible").count()).toBe(4);
      await page.fill("#find", "");
      await page.selectOption("#verdict", "failed");
      expect(await page.locator("#decisions li:visible").count()).toBe(4);
      await page.fill("#find", "no such thing");
      expect(await page.getByText("No decision matches the filter.").isVisible()).toBe(true);
      await page.close();
    });

    it("begins before the first tick, and takes it up", async () => {
      const { page, complaints } = await visit();
      await page.getByText("The first look at the account is under way.").waitFor();
      told([emptyStatus()]);
      await page.getByText("Nothing to do now").waitFor();
      await page.screenshot({ path: `${folder}/empty.png`, fullPage: true });
      expect(complaints).toEqual([]);
      await page.close();
    });

    it("shows what is wrong first", async () => {
      const bad = busyStatus({
        lease: { state: "unreachable", owner: "", leftMs: 0, epoch: 7 },
        kill: { modes: ["pause-all"], sources: ["file /etc/stowage/kill"] },
        breakers: ["5 launches in a row did not register: instance profile, subnet route or ECS_CLUSTER"],
      });
      const problems = [{ part: "jobs", code: "TooManyRequestsException", message: "Rate exceeded" }] as const;
      told([{ ...bad, tick: { ...bad.tick, problems, settleTicksLeft: 2 } }]);
      const { page } = await visit();
      expect(await page.locator(".alerts .bad").allInnerTexts()).toEqual([
        "Lease its store does not answer: nothing is sent",
        "Kill switch pause-all, by file /etc/stowage/kill",
        "Not read: jobs TooManyRequestsException: Rate exceeded. Nothing is launched or ended on a look with a hole.",
        "Breaker open 5 launches in a row did not register: instance profile, subnet route or ECS_CLUSTER",
      ]);
      await page.screenshot({ path: `${folder}/bad.png`, fullPage: true });
      await page.close();
    });

    it("shows names as text, whatever they hold", async () => {
      const hostile = `<img src=x onerror="document.title='owned'">"'&</script><script>document.title='owned'</script>`;
      const status = busyStatus();
      told([
        {
          ...status,
          identity: { ...status.identity, computeEnvironment: hostile, pool: hostile },
          queues: status.queues.map((queue) => ({ ...queue, name: hostile })),
          instances: status.instances.map((instance) => ({ ...instance, instanceType: hostile, zoneId: hostile })),
          fleet: status.fleet.map((row) => ({ ...row, instanceType: hostile, zoneId: hostile })),
          decisions: status.decisions.map((decision) => ({
            ...decision,
            subject: hostile,
            reason: hostile,
            why: hostile,
          })),
          refusals: [{ pool: hostile, code: hostile, untilMs: NOW_MS }],
          warnings: [hostile],
          breakers: [hostile],
        },
      ]);
      const { page, complaints } = await visit();
      await page.locator("#connection[title=connected]").waitFor();
      expect(complaints).toEqual([]);
      expect(await page.locator("img, main script").count()).toBe(0);
      expect(await page.locator("h1").textContent()).toContain(hostile);
      await page.close();
    });

    it("says when the controller is gone", async () => {
      told([busyStatus()]);
      const { page } = await visit();
      await page.locator("#connection[title=connected]").waitFor();
      await server.close();
      await page.locator("body.lost").waitFor();
      expect(await page.locator("#connection").getAttribute("title")).toBe("connection lost: trying again");
      await page.close();
    });
  },
);
