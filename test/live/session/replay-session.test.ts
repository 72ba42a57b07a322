// A recorded session gives the same actions again; one that was tampered with does not, and says where.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { RecordingEngine } from "../../../src/live/session/recording-engine.js";
import { replaySession, SessionFormatError } from "../../../src/live/session/replay-session.js";
import { openSessionFile, sessionLines } from "../../../src/live/session/session-file.js";
import { type SessionLine, sessionText } from "../../../src/live/session/session-log.js";
import { EventKind } from "../../../src/model/event.js";
import { instanceType, job, jobs, pool, s, shape, simulationInput } from "../../builders.js";

const folder = mkdtempSync(join(tmpdir(), "stowage-session-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A session in which two jobs come, are served, and go. */
function session(): SessionLine[] {
  const { tables } = simulationInput({
    types: [instanceType("m", 4, 16)],
    pools: [pool(0, 1)],
    jobs: jobs(2, job(0, s(10), shape(2, 4))),
  });
  const lines: SessionLine[] = [];
  const it = new RecordingEngine({ ...tables, placedBy: "batch" }, "1.2.3", (line) => lines.push(line));
  it.evaluate(0);
  for (const number of [0, 1]) it.ingest(EventKind.JobSubmitted, s(1), number, 0, Number.NaN);
  it.evaluate(s(15));
  it.ingest(EventKind.InstanceRunning, s(20), 0, 0, 0);
  it.ingest(EventKind.InstanceRegistered, s(25), 0, 0, 16384);
  for (const number of [0, 1]) it.ingest(EventKind.JobPlaced, s(30), number, 0, 0);
  it.evaluate(s(30));
  for (const number of [0, 1]) it.ingest(EventKind.JobEnded, s(40), number, s(31), 0);
  it.evaluate(s(45));
  it.evaluate(s(105));
  return lines;
}

const textsOf = (lines: readonly SessionLine[]) => lines.map(sessionText);

describe("a recorded session", () => {
  it("gives the same actions again", async () => {
    const texts = textsOf(session());
    expect(texts.some((text) => text.includes('"actions":[[2,'))).toBe(true); // it terminates
    expect(await replaySession(texts)).toMatchObject({
      ...{ sessions: 1, events: 8, decisions: 5, version: "1.2.3" },
      difference: null,
    });
  });

  it("says at which line an engine decides otherwise", async () => {
    const texts = textsOf(session());
    const line = texts.findIndex((text) => text.includes('"actions":[[0,'));
    texts[line] = texts[line]!.replace('"actions":[[0,0,', '"actions":[[0,1,');
    const { difference } = await replaySession(texts);
    expect(difference).toMatchObject({ line: line + 1, atMs: s(15) });
    expect(difference!.recorded).not.toBe(difference!.replayed);
  });

  it("notices an event that is missing", async () => {
    const texts = textsOf(session());
    const submitted = texts.findIndex((text) => text.startsWith(`[${EventKind.JobSubmitted},`));
    texts.splice(submitted, 1);
    // Without its submission the placement is of a job that the engine does not know.
    await expect(replaySession(texts)).rejects.toThrow();
  });

  it("is read from a file, gzipped too, after a kill in the middle of a line, and with a second session behind it", async () => {
    const path = join(folder, "session.jsonl");
    const file = openSessionFile(path);
    for (const line of session()) file.write(line);
    file.close();
    writeFileSync(path, '[1,2000,"brok', { flag: "a" });
    const again = openSessionFile(path);
    file.flush();
    again.write(session()[0]!);
    again.close();
    // The header that follows the broken line stands in the same line: the file must be told apart by its own line.
    const texts = readFileSync(path, "utf8");
    expect(texts).toContain("brok");
    writeFileSync(`${path}.gz`, gzipSync(texts.replace("brok{", "brok\n{")));
    expect(await replaySession(sessionLines(`${path}.gz`))).toMatchObject({ sessions: 2, difference: null });
  });

  it("is told from other files", async () => {
    await expect(replaySession(['{"hello":1}'])).rejects.toThrow(SessionFormatError);
    await expect(replaySession(["[1,2,3,4,5]"])).rejects.toThrow("comes before any session");
    await expect(replaySession(["not json", '{"at":1,"actions":[]}'])).rejects.toThrow("line 1 is broken");
  });
});
