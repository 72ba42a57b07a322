// @ts-check
// Sees to it that the browser tests have a browser: looks for one, else installs Debian's where that is allowed. Without
// one the tests are skipped, which in CI (CI=1) is a failure.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { findChromium } from "./find-chromium.mjs";

const APT = "/usr/bin/apt-get";

if (findChromium() === undefined && process.getuid?.() === 0 && existsSync(APT)) {
  process.stdout.write("installing chromium with apt-get\n");
  const quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", "chromium"]]) {
    const { status, stdout, stderr } = spawnSync(APT, [...quiet, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      encoding: "utf8",
    });
    if (status === 0) continue;
    process.stderr.write(`apt-get ${args[0]} failed:\n${stdout}${stderr}\n`);
    break;
  }
}

const path = findChromium();
if (path === undefined) {
  process.stdout.write("no Chromium: the browser tests will be skipped. Install one, or set CHROMIUM_PATH.\n");
  process.exitCode = process.env.CI === undefined ? 0 : 1;
} else {
  process.stdout.write(`browser: ${path}\n`);
}
