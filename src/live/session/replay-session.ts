// Plays a recorded session to a new engine, and says where it first does anything else than the recorded one did.

import { Engine } from "../../engine/engine.js";
import type { CoveringSolver } from "../../model/covering-solver.js";
import { type GrowingTables, teachClass } from "./recording-engine.js";
import {
  type DecisionLine,
  fromLogged,
  loggedActions,
  SESSION_FORMAT,
  type SessionHeader,
  type SessionLine,
  tablesOf,
} from "./session-log.js";

export interface SessionReplay {
  /** Sessions in the log: a controller that was started again begins another. */
  readonly sessions: number;
  readonly events: number;
  readonly decisions: number;
  readonly actions: number;
  /** The version that recorded the last session. */
  readonly version: string;
  /** Null: every decision came out the same. */
  readonly difference: SessionDifference | null;
  /** The engine after the last line that was played; null: the log is empty. */
  readonly engine: Engine | null;
}

export interface SessionDifference {
  /** 1-based line of the log. */
  readonly line: number;
  readonly atMs: number;
  readonly recorded: string;
  readonly replayed: string;
}

/** What a log may hold beside whole lines: a line that was being written when the process ended. */
export class SessionFormatError extends Error {}

/** Plays lines until their end or the first difference. Throws SessionFormatError where a line is none of a session. */
export async function replaySession(
  lines: AsyncIterable<string> | Iterable<string>,
  solver?: CoveringSolver,
): Promise<SessionReplay> {
  const player = new SessionPlayer(solver);
  let line = 0;
  let broken = 0;
  for await (const text of lines) {
    line++;
    if (text.trim() === "") continue;
    let parsed: SessionLine;
    try {
      parsed = JSON.parse(text) as SessionLine;
    } catch {
      broken = line; // the last line of a session that was killed; anything after it must be a new session
      continue;
    }
    if (broken > 0 && !isHeader(parsed)) throw new SessionFormatError(`line ${broken} is broken`);
    broken = 0;
    player.play(parsed, line);
    if (player.difference !== null) break;
  }
  return player;
}

class SessionPlayer implements SessionReplay {
  sessions = 0;
  events = 0;
  decisions = 0;
  actions = 0;
  version = "";
  difference: SessionDifference | null = null;
  engine: Engine | null = null;
  private tables: GrowingTables | null = null;
  private readonly solver: CoveringSolver | undefined;

  constructor(solver: CoveringSolver | undefined) {
    this.solver = solver;
  }

  play(line: SessionLine, number: number): void {
    if (isHeader(line)) {
      this.begin(line, number);
      return;
    }
    const { engine, tables } = this;
    if (engine === null || tables === null) throw new SessionFormatError(`line ${number} comes before any session`);
    if (isEvent(line)) {
      const [kind, timeMs, subject, a, b] = line;
      engine.ingest(kind, fromLogged(timeMs), subject, fromLogged(a), fromLogged(b));
      this.events++;
    } else if ("class" in line) {
      teachClass(engine, tables, line);
    } else if ("at" in line) {
      this.decide(engine, line, number);
    } else {
      throw new SessionFormatError(`line ${number} is none of a session`);
    }
  }

  private begin(header: SessionHeader, number: number): void {
    if (header.session !== SESSION_FORMAT) {
      throw new SessionFormatError(
        `line ${number} begins a session of format ${header.session}; this is ${SESSION_FORMAT}`,
      );
    }
    if (typeof header.tables !== "object")
      throw new SessionFormatError(`line ${number} begins a session without tables`);
    const tables = { ...tablesOf(header), ...(this.solver === undefined ? {} : { solver: this.solver }) };
    this.tables = tables as GrowingTables;
    this.engine = new Engine(tables);
    this.version = header.version;
    this.sessions++;
  }

  private decide(engine: Engine, { at, actions }: DecisionLine, number: number): void {
    const replayed = loggedActions(engine.evaluate(at));
    this.decisions++;
    this.actions += replayed.length;
    const [one, other] = [JSON.stringify(actions), JSON.stringify(replayed)];
    if (one !== other) this.difference = { line: number, atMs: at, recorded: one, replayed: other };
  }
}

function isHeader(line: SessionLine): line is SessionHeader {
  return !Array.isArray(line) && "session" in line;
}

function isEvent(line: SessionLine): line is Extract<SessionLine, readonly unknown[]> {
  return Array.isArray(line);
}
