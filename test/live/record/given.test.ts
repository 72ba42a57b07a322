// A recording of a real account, where one is given: it plays AWS, and live mode must ask for what it asked for then.

import { spawn } from "node:child_process";
import { cpSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readRecording, startReplayServer } from "./replay-server.js";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const GIVEN = process.env.STOWAGE_RECORDING;

describe("a recording that is given (skipped without STOWAGE_RECORDING)", () => {
  it.skipIf(GIVEN === undefined)(
    "is asked for what it has",
    async () => {
      const exchanges = readRecording(GIVEN!);
      // Each look lists the cluster once, page by page.
      const looks = exchanges.filter(
        ({ operation, request, status }) =>
          operation === "ListContainerInstances" && status === 200 && !request.includes("nextToken"),
      ).length;
      const folder = mkdtempSync(join(tmpdir(), "stowage-recording-"));
      cpSync(join(GIVEN!, "scenario.yaml"), join(folder, "scenario.yaml"));
      const server = await startReplayServer(exchanges);
      const args = ["live", "scenario.yaml", "--ticks", String(looks), "--view", "log", "--port", "0"];
      const env = { ...process.env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
      const child = spawn(process.execPath, [MAIN, ...args, "--endpoint", server.url], { cwd: folder, env });
      child.stderr.pipe(process.stderr);
      const code = await new Promise((resolve) => child.on("close", resolve));
      expect(server.strange).toEqual([]);
      await server.close();
      expect(code).toBe(0);
    },
    3_600_000,
  );
});
