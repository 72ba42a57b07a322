// @ts-check
// Where the browser of the browser tests is.

import { existsSync } from "node:fs";

/** CHROMIUM_PATH comes first: whoever sets it means it. */
const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * Path of a Chromium or Chrome, or undefined.
 * @returns {string | undefined}
 */
export function findChromium() {
  return [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path !== undefined && path !== "" && existsSync(path));
}
