import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { OutputFile } from "../../src/run/traces/output-file.js";

it.each(["trace.csv", "trace.csv.gz"])("%s that is given up while it is written leaves nothing", async (name) => {
  const folder = mkdtempSync(join(tmpdir(), "stowage-output-"));
  try {
    // Whether a write is under way when the file is destroyed is a matter of timing: some of these are.
    for (const waits of [0, 1, 2, 3, 5, 8]) {
      const file = new OutputFile(join(folder, name), false);
      for (let chunk = 0; chunk < 20; chunk++) file.write("0,1,1,1024\n".repeat(20_000));
      for (let turn = 0; turn < waits; turn++) await new Promise((resolve) => setImmediate(resolve));
      await file.discard();
      expect(readdirSync(folder)).toEqual([]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it("a Ctrl-C removes what is unfinished and ends the process; a finished file does not listen", async () => {
  const folder = mkdtempSync(join(tmpdir(), "stowage-output-"));
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const listeners = () => process.listenerCount("SIGINT");
  const before = listeners();
  try {
    const file = new OutputFile(join(folder, "a.csv"), false);
    file.write("id\n");
    await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1));
    expect(listeners()).toBe(before + 1);
    process.emit("SIGINT", "SIGINT");
    expect(readdirSync(folder)).toEqual([]);
    expect(kill).toHaveBeenCalledWith(process.pid, "SIGINT");
    expect(listeners()).toBe(before);
    const whole = new OutputFile(join(folder, "b.csv"), false);
    whole.write("id\n");
    await whole.finish();
    expect(readdirSync(folder)).toEqual(["b.csv"]);
    expect(listeners()).toBe(before);
    await file.discard();
  } finally {
    kill.mockRestore();
    rmSync(folder, { recursive: true, force: true });
  }
});
