// The audit log on a real disk: what is flushed is there, whatever happens after; what a crash leaves is read past.

import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JournalFiles, openJournal } from "../../../src/live/journal/journal.js";
import { type JournalLine, readJournal } from "../../../src/live/journal/read-journal.js";

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stowage-journal-"));
});
afterAll(() => rm(folder, { recursive: true }));

function newPath(): string {
  return join(folder, `j${++files}`, "audit.jsonl");
}

async function all(path: string): Promise<{ lines: JournalLine[]; broken: number }> {
  const reader = readJournal(path);
  const lines: JournalLine[] = [];
  for await (const line of reader) lines.push(line);
  return { lines, broken: reader.broken };
}

const note = (n: number, more: object = {}): JournalLine => ({ kind: "note", n, ...more });

describe("a journal", () => {
  it("holds what was flushed, and nothing before", async () => {
    const path = newPath();
    const journal = await openJournal(path);
    journal.append(note(1));
    expect(await readFile(path, "utf8")).toBe("");
    await journal.flush();
    expect(await readFile(path, "utf8")).toBe('{"kind":"note","n":1}\n');
    journal.append(note(2));
    await journal.close();
    expect((await all(path)).lines).toEqual([note(1), note(2)]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("is appended to when it is opened again", async () => {
    const path = newPath();
    for (const n of [1, 2]) {
      const journal = await openJournal(path);
      journal.append(note(n));
      await journal.close();
    }
    expect(await all(path)).toEqual({ lines: [note(1), note(2)], broken: 0 });
  });

  it("keeps its lines in order when flushes overlap", async () => {
    const path = newPath();
    const journal = await openJournal(path);
    const flushes: Promise<void>[] = [];
    for (let n = 0; n < 50; n++) {
      journal.append(note(n));
      flushes.push(journal.flush());
    }
    await Promise.all(flushes);
    await journal.close();
    expect((await all(path)).lines.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it("writes sets and maps as what they hold", async () => {
    const path = newPath();
    const journal = await openJournal(path);
    journal.append({ kind: "kill", modes: new Set(["pause-all"]), by: new Map([["file", 1]]) });
    await journal.close();
    expect((await all(path)).lines).toEqual([{ kind: "kill", modes: ["pause-all"], by: { file: 1 } }]);
  });

  it("leaves a line that was cut in two as it is, and goes on behind it", async () => {
    const path = newPath();
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, '{"kind":"note","n":1}\n{"kind":"call","pha');
    const journal = await openJournal(path);
    journal.append(note(2));
    await journal.close();
    expect(await readFile(path, "utf8")).toBe('{"kind":"note","n":1}\n{"kind":"call","pha\n{"kind":"note","n":2}\n');
    expect(await all(path)).toEqual({ lines: [note(1), note(2)], broken: 1 });
  });

  it("begins a new file when one is full, and reads all of them in order", async () => {
    const path = newPath();
    const journal = await openJournal(path, { maxBytes: 50 }); // two lines of 22 bytes
    for (let n = 1; n <= 5; n++) {
      journal.append(note(n));
      await journal.flush();
    }
    await journal.close();
    expect((await readdir(join(path, ".."))).sort()).toEqual(["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
    expect(await readFile(`${path}.1`, "utf8")).toBe('{"kind":"note","n":1}\n{"kind":"note","n":2}\n');
    expect((await all(path)).lines.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
    // Opened again it goes on with the numbers, past nine in their order.
    for (let n = 6; n <= 30; n++) {
      const again = await openJournal(path, { maxBytes: 50 });
      again.append(note(n));
      await again.close();
    }
    expect((await all(path)).lines.map(({ n }) => n)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  });

  it("writes a line that is larger than a file", async () => {
    const path = newPath();
    const journal = await openJournal(path, { maxBytes: 50 });
    const long = "x".repeat(200);
    journal.append(note(1, { long }));
    await journal.flush();
    journal.append(note(2, { long }));
    await journal.close();
    expect((await all(path)).lines).toEqual([note(1, { long }), note(2, { long })]);
  });

  it("says that a flush failed, and writes all of it with the next: nothing is lost on a full disk", async () => {
    const path = newPath();
    let fails = 0;
    const fs = filesThat(async (write, text) => {
      if (fails === 0) return write(text);
      fails--;
      await write(text.subarray(0, 10)); // as much as had room
      throw new Error("ENOSPC");
    });
    const journal = await openJournal(path, { fs });
    journal.append(note(1));
    await journal.flush();
    fails = 2;
    journal.append(note(2));
    await expect(journal.flush()).rejects.toThrow("ENOSPC");
    journal.append(note(3));
    await expect(journal.flush()).rejects.toThrow("ENOSPC");
    await journal.flush();
    await journal.close();
    expect(await all(path)).toEqual({ lines: [note(1), note(2), note(3)], broken: 2 });
  });

  it("goes on after a change of files that failed", async () => {
    const path = newPath();
    let fails = 1;
    const fs: JournalFiles = {
      ...filesThat((write, text) => write(text)),
      rename: async (from, to) => {
        if (fails-- > 0) throw new Error("EACCES");
        return rename(from, to);
      },
    };
    const journal = await openJournal(path, { fs, maxBytes: 30 });
    journal.append(note(1));
    await journal.flush();
    journal.append(note(2));
    await expect(journal.flush()).rejects.toThrow("EACCES");
    await journal.close();
    expect(await all(path)).toEqual({ lines: [note(1), note(2)], broken: 0 });
  });

  it("does not take a flush for done before the disk has it", async () => {
    const done: string[] = [];
    const fs: JournalFiles = {
      ...filesThat(async (write, text) => {
        await write(text);
        done.push("written");
      }),
    };
    const journal = await openJournal(newPath(), {
      fs: {
        ...fs,
        open: async (...args) => {
          const file = await fs.open(...args);
          const datasync = file.datasync.bind(file);
          file.datasync = async () => {
            await datasync();
            done.push("synced");
          };
          return file;
        },
      },
    });
    journal.append(note(1));
    await journal.flush();
    expect(done).toEqual(["written", "synced"]);
    await journal.close();
  });

  it("takes no lines after it was closed", async () => {
    const journal = await openJournal(newPath());
    await journal.close();
    journal.append(note(1));
    await expect(journal.flush()).rejects.toThrow("is closed");
  });
});

describe("reading", () => {
  it("counts what is no line of a journal, and splits at newlines alone", async () => {
    const path = newPath();
    await mkdir(join(path, ".."), { recursive: true });
    const separators = "a\u2028b\u2029c\rd";
    await writeFile(path, `[1]\n"x"\nnull\n{"n":1}\n\n${JSON.stringify(note(1, { separators }))}\n{"kind":"no`);
    expect(await all(path)).toEqual({ lines: [note(1, { separators })], broken: 5 });
  });

  it("says when there is none", async () => {
    await expect(all(newPath())).rejects.toThrow("ENOENT");
  });

  it("gives back whatever was written, however files are cut", async () => {
    const line = fc.record({ kind: fc.constantFrom("look", "note"), text: fc.string({ unit: "grapheme" }) });
    const property = fc.asyncProperty(
      fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 300 }),
      async (batches, maxBytes) => {
        const path = newPath();
        const journal = await openJournal(path, { maxBytes });
        for (const batch of batches) {
          for (const each of batch) journal.append(each);
          await journal.flush();
        }
        await journal.close();
        expect(await all(path)).toEqual({ lines: batches.flat(), broken: 0 });
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});

/** Real files, whose appends go through `append`. */
function filesThat(append: (write: (text: Buffer) => Promise<void>, text: Buffer) => Promise<void>): JournalFiles {
  const openFile: typeof open = async (...args) => {
    const file = await open(...args);
    const appendFile = file.appendFile.bind(file);
    file.appendFile = (text) => append(appendFile, text as Buffer);
    return file;
  };
  return { open: openFile, mkdir, readdir, rename };
}
