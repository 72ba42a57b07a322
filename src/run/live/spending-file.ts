// What was spent today, in a file: a controller that is restarted must not begin the day's budget anew.

import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorIssue, InputError } from "../../base/issues.js";
import type { LiveGate } from "../../live/gate/gate.js";
import type { LiveLogger } from "../../live/operate/logger.js";

const FILE = "spending.json";

export class SpendingFile {
  private readonly path: string;
  private readonly pool: string;

  /** `folder`: live.folder, from the root. */
  constructor(folder: string, pool: string) {
    this.path = join(folder, FILE);
    this.pool = pool;
  }

  /**
   * Tells the gate what was spent before. A file that cannot be read is told of, and what runs is counted from its launch. Throws
   * InputError when it is of another pool: two controllers share a folder.
   */
  restore(gate: LiveGate, log: LiveLogger): void {
    try {
      const { pool, microUsd, dayStartMs, asOfMs } = JSON.parse(readFileSync(this.path, "utf8"));
      if (pool !== this.pool) throw this.ofAnother(String(pool));
      gate.restore(microUsd, dayStartMs, asOfMs);
    } catch (error) {
      if (error instanceof InputError) throw error;
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      log.warn({ error }, "what was spent today before cannot be read: what runs is counted from its launch");
    }
  }

  write({ spending }: LiveGate): void {
    if (Number.isNaN(spending.asOfMs)) return;
    const temporary = `${this.path}.${randomUUID()}`;
    writeFileSync(temporary, JSON.stringify({ pool: this.pool, ...spending }));
    renameSync(temporary, this.path);
  }

  private ofAnother(pool: string): InputError {
    const message = `this is what pool ${pool} has spent, and we are pool ${this.pool}`;
    const hint = "give every scenario a live.folder of its own, or remove the file";
    return new InputError([
      errorIssue("folder-of-another-pool", message, { file: this.path, path: "live.folder", hint }),
    ]);
  }
}
