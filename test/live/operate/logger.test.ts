import { describe, expect, it } from "vitest";
import { makeLogger } from "../../../src/live/operate/logger.js";
import { NOW_MS } from "./fixture.js";
import { ManualClock } from "./manual-clock.js";

function logged(write: (logger: ReturnType<typeof makeLogger>) => void): string[] {
  const lines: string[] = [];
  write(makeLogger({ level: "info", clock: new ManualClock(NOW_MS), to: { write: (line) => lines.push(line) } }));
  return lines;
}

describe("log lines", () => {
  it("are JSON with level, time of the clock, part and message; lower levels are left out", () => {
    const lines = logged((logger) => {
      logger.child({ part: "gate" }).warn({ rule: "stale" }, "denied");
      logger.debug("not this");
    });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "warn", time: "2026-03-04T14:05:10.000Z", part: "gate", rule: "stale", message: "denied" },
    ]);
  });

  it("keep of an error what helps, with its causes, and not its request", () => {
    const cause = Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    const error = Object.assign(new Error("no answer", { cause }), {
      name: "TimeoutError",
      $metadata: { requestId: "r-1", attempts: 3 },
      $response: { headers: { authorization: "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/x" } },
    });
    const [line] = logged((logger) => logger.error({ error }, "look failed"));
    expect(JSON.parse(line!).error).toEqual({
      ...{ name: "TimeoutError", message: "no answer", requestId: "r-1", stack: expect.stringContaining("no answer") },
      cause: { name: "Error", message: "socket hang up", code: "ECONNRESET", stack: expect.any(String) },
    });
  });

  it("end with a circle of causes", () => {
    const error: Error = new Error("a");
    error.cause = error;
    expect(logged((logger) => logger.error({ error }))).toHaveLength(1);
  });

  it("hold no secrets, however deep they are", () => {
    const key = "AKIAIOSFODNN7EXAMPLE";
    const secret = 'wJalrXUtnFEMI/K7MDENG"bPxRfiCYEXAMPLEKEY';
    const [line] = logged((logger) =>
      logger.info(
        {
          config: { credentials: { accessKeyId: key, secretAccessKey: secret }, other: { secretAccessKey: secret } },
          headers: [{ Authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260304, Signature=deadbeef`, host: "ec2" }],
          url: `https://sqs/?X-Amz-Credential=${key}%2F2026&X-Amz-Signature=deadbeef&X-Amz-Security-Token=tok3n&a=1`,
          sessionToken: "tok3n",
        },
        `signed with Signature=deadbeef by ${key}`,
      ),
    );
    for (const word of ["AKIA", "wJalr", "bPxRf", "deadbeef", "tok3n"]) expect(line).not.toContain(word);
    const parsed = JSON.parse(line!);
    expect(parsed.headers[0].host).toBe("ec2");
    expect(parsed.url).toContain("&a=1");
    expect(parsed.config.other).toEqual({ secretAccessKey: "[redacted]" });
  });
});
