// A lease in a folder of one host, for those who want nothing set up. Each version is a file of its own, `PATH.1`, `PATH.2`, ...,
// and the highest number is the lease. A version is written beside it and then linked to its number: linking fails when the number
// is taken, on every local file system, so that of two who swap one loses. Nothing is ever locked, and nobody can die with a lock.
//
// Two hosts on one network file system are not what this is for.

import { link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type LeaseRecord, type LeaseStore, recordOf, type StoredLease, swapKillModes, textOf } from "./lease-store.js";

/** Only whoever runs the controller has a business with it. */
const MODE = 0o600;
/** A version may vanish between listing and reading when it was replaced twice meanwhile. */
const MOST_READS = 20;

/** `newId`: tells apart what is being written at once. */
export function fileStore(path: string, newId: () => string): LeaseStore {
  return new FileStore(path, newId);
}

class FileStore implements LeaseStore {
  readonly name: string;
  private readonly path: string;
  private readonly newId: () => string;

  constructor(path: string, newId: () => string) {
    this.path = path;
    this.newId = newId;
    this.name = `file ${path}`;
  }

  async read(): Promise<StoredLease | null> {
    const { number, text } = await this.latest();
    if (number === 0) return null;
    return { record: recordOf(text, `${this.path}.${number}`), version: String(number) };
  }

  async create(record: LeaseRecord): Promise<StoredLease | null> {
    await mkdir(dirname(this.path), { recursive: true });
    const { number } = await this.latest();
    return number === 0 ? this.put(record, 1) : null;
  }

  async replace(record: LeaseRecord, ifVersion: string): Promise<StoredLease | null> {
    const was = Number(ifVersion);
    // Linking tells when somebody has put another version there, but not when somebody has deleted ours.
    const { number } = await this.latest();
    return number === was ? this.put(record, was + 1) : null;
  }

  setKillModes(modes: readonly string[]): Promise<void> {
    return swapKillModes(this, modes);
  }

  private async put(record: LeaseRecord, number: number): Promise<StoredLease | null> {
    return (await this.link(textOf(record), number)) ? { record, version: String(number) } : null;
  }

  /** Makes the text the version of this number; false: it, or a later one, is there. */
  private async link(text: string, number: number): Promise<boolean> {
    const target = `${this.path}.${number}`;
    const draft = `${target}.${this.newId()}.draft`;
    const file = await open(draft, "wx", MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(draft, target);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      // ENOENT: somebody who is ahead has tidied our draft away.
      if (code === "EEXIST" || code === "ENOENT") return false;
      throw thrown;
    } finally {
      await rm(draft, { force: true });
    }
    const numbers = await this.numbers();
    // We were asleep for some versions, and this number was free because it is past.
    if (numbers.some((each) => each > number)) {
      await rm(target, { force: true });
      return false;
    }
    await this.syncFolder();
    await this.tidy(number);
    return true;
  }

  private async latest(): Promise<{ readonly number: number; readonly text: string }> {
    for (let tries = 0; tries < MOST_READS; tries++) {
      const number = Math.max(0, ...(await this.numbers()));
      if (number === 0) return { number, text: "" };
      try {
        return { number, text: await readFile(`${this.path}.${number}`, "utf8") };
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "ENOENT") throw thrown;
      }
    }
    throw new Error(`${this.name} changes faster than it can be read`);
  }

  private async numbers(): Promise<number[]> {
    const prefix = `${basename(this.path)}.`;
    const names = await this.names();
    return names
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
      .filter((rest) => /^[1-9]\d*$/.test(rest))
      .map(Number);
  }

  /** Versions that are past, and drafts for them: their writers are dead or have lost. */
  private async tidy(number: number): Promise<void> {
    const prefix = `${basename(this.path)}.`;
    for (const name of await this.names()) {
      const match = name.startsWith(prefix) ? /^(\d+)(\..+\.draft)?$/.exec(name.slice(prefix.length)) : null;
      const isPast = match !== null && Number(match[1]) < number;
      if (isPast) await rm(join(dirname(this.path), name), { force: true });
    }
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(dirname(this.path));
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw thrown;
    }
  }

  /** A name is as durable as the folder that holds it. */
  private async syncFolder(): Promise<void> {
    const folder = await open(dirname(this.path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
