// The kill switch: modes that people set in a file, an SSM parameter, the lease, or by a signal, read anew at every tick.
//
//   pause-launch     nothing is launched
//   pause-scale-in   nothing is drained or ended
//   pause-all        both
//   drain-all        everything idle is ended, nothing is launched; a pause of scale-in goes before it
//
// A file or a parameter holds modes, apart by spaces, commas or lines; "none" is none; the rest of a line after # is a comment. It
// need not be there: then it says nothing. An empty file is pause-all (`touch`), and so is a word that is not a mode.
//
// A source that cannot be read counts as pause-all for as long as it cannot be read: nobody knows what it says.

import { readFile } from "node:fs/promises";
import type { SSMClient } from "@aws-sdk/client-ssm";
import type { KillMode, KillState } from "../ports.js";

export const KILL_MODES: readonly KillMode[] = ["pause-launch", "pause-scale-in", "pause-all", "drain-all"];

export interface KillSources {
  /** Path; null: none. */
  readonly file: string | null;
  /** Reads the SSM parameter: its value, or null when there is none. Throws when that cannot be known. Null: no parameter. */
  readonly readParameter: (() => Promise<string | null>) | null;
  /** Modes that signals have set. */
  readonly signals: Iterable<KillMode>;
  /** Those of the lease, as they stand there. */
  readonly leaseModes: readonly string[];
}

interface Said {
  readonly source: string;
  readonly modes: readonly KillMode[];
  /** Why it says so, where it does not say it itself. */
  readonly why: string;
}

/** What all sources say together. Never throws. */
export async function readKillState({ file, readParameter, signals, leaseModes }: KillSources): Promise<KillState> {
  const [inFile, inParameter] = await Promise.all([
    file === null ? null : read(`file ${file}`, () => readOrNull(file)),
    readParameter === null ? null : read("SSM parameter", readParameter),
  ]);
  const bySignal: Said = { source: "signal", modes: [...signals], why: "" };
  const inLease = leaseModes.length === 0 ? null : said("lease", leaseModes.join(" "));
  const all = [inFile, inParameter, bySignal, inLease].filter(
    (each) => each !== null && each.modes.length > 0,
  ) as Said[];
  return {
    modes: new Set(all.flatMap(({ modes }) => modes)),
    sources: all.map(({ source, modes, why }) => `${source}: ${modes.join(", ")}${why === "" ? "" : ` (${why})`}`),
  };
}

/** The reader of an SSM parameter. */
export function parameterReader(client: SSMClient, name: string, signal?: AbortSignal): () => Promise<string | null> {
  return async () => {
    const { GetParameterCommand, ParameterNotFound } = await import("@aws-sdk/client-ssm");
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    try {
      const answer = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      return answer.Parameter?.Value ?? null;
    } catch (thrown) {
      if (thrown instanceof ParameterNotFound) return null;
      throw thrown;
    }
  };
}

async function read(source: string, text: () => Promise<string | null>): Promise<Said | null> {
  try {
    const found = await text();
    return found === null ? null : said(source, found);
  } catch (thrown) {
    const { message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { source, modes: ["pause-all"], why: `it cannot be read: ${message}` };
  }
}

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw thrown;
  }
}

function said(source: string, text: string): Said {
  const words = text
    .replace(/#.*/g, "")
    .split(/[\s,]+/)
    .filter((word) => word !== "");
  if (words.length === 0) return { source, modes: ["pause-all"], why: "it is there and empty" };
  const modes = words.filter(isMode);
  const unknown = words.find((word) => !isMode(word) && word !== "none");
  if (unknown === undefined) return { source, modes, why: "" };
  return { source, modes: [...modes, "pause-all"], why: `"${unknown.slice(0, 40)}" is no mode` };
}

function isMode(word: string): word is KillMode {
  return (KILL_MODES as readonly string[]).includes(word);
}
