// The folder of the logs: may we write there? Nothing is made.

import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkFolder(facts: Facts, report: Report): Promise<void> {
  const folder = resolve(facts.context.settings.folder);
  const there = await nearest(folder);
  const hint = "give the user that the controller runs under the right to write there, or set live.folder";
  if (!(await stat(there)).isDirectory()) {
    report.error(`${there} is no folder: logs cannot be written below it`, hint);
    return;
  }
  const isWritable = await access(there, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false, // whatever the reason, logs cannot be written
  );
  if (isWritable) report.ok(`logs go to ${folder}${there === folder ? "" : ", which will be made"}`);
  else report.error(`${there} cannot be written`, hint);
}

/** The folder itself, or the one above it that is there. */
async function nearest(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw thrown;
    return nearest(dirname(path));
  }
}
