// The recorded session of a live engine: its tables, every event it was told, every decision with its actions, one JSON array
// or object per line. Played back to a new engine, the events must give the same actions (replay-session.ts): that is how a
// session is proved, and looked at again.
//
// Lines: {"session": 1, ...} once; {"class": ...} a job class that the engine was taught; [kind, timeMs, subject, a, b] an event;
// {"at": ms, "actions": [...]} a decision. Numbers that JSON does not have are the texts "NaN", "Infinity" and "-Infinity".

import { type ActionBuffer, ActionKind } from "../../model/action.js";
import type { EventKind } from "../../model/event.js";
import type { JobClass, Shape } from "../../model/job.js";
import type { SystemTables } from "../../model/tables.js";

export const SESSION_FORMAT = 1;

type LoggedNumber = number | "NaN" | "Infinity" | "-Infinity";

export interface SessionHeader {
  readonly session: typeof SESSION_FORMAT;
  readonly version: string;
  /** Without its solver, which a program brings along. */
  readonly tables: SystemTables;
}

/** A class that the engine was taught: what its tables got. */
export interface ClassLine {
  readonly class: JobClass;
  /** Not given: the class has a shape or share that was there. */
  readonly shape?: Shape;
  readonly shareName?: string;
}

export type EventLine = readonly [EventKind, LoggedNumber, number, LoggedNumber, LoggedNumber];

/** kind, subject, a, b, timeMs, and of launches the pools that will do. */
export type LoggedAction = readonly [
  kind: ActionKind,
  subject: number,
  a: number,
  b: number,
  timeMs: LoggedNumber,
  pools?: readonly number[],
];

export interface DecisionLine {
  readonly at: number;
  readonly actions: readonly LoggedAction[];
}

export type SessionLine = SessionHeader | ClassLine | EventLine | DecisionLine;

export function logged(value: number): LoggedNumber {
  return Number.isFinite(value) ? value : (String(value) as LoggedNumber);
}

export function fromLogged(value: LoggedNumber): number {
  return Number(value);
}

/** The actions of one decision as they are logged and compared. */
export function loggedActions(actions: ActionBuffer): LoggedAction[] {
  return Array.from({ length: actions.length }, (_, i): LoggedAction => {
    const kind = actions.kind[i] as ActionKind;
    const action = [kind, actions.subject[i]!, actions.a[i]!, actions.b[i]!, logged(actions.timeMs[i]!)] as const;
    return kind === ActionKind.Launch ? [...action, [...actions.pools(i)]] : action;
  });
}

/** A line's text, without its end. */
export function sessionText(line: SessionLine): string {
  return JSON.stringify(line, (_, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The tables of a header as an engine takes them; their numbers that JSON does not have come back. */
export function tablesOf(header: SessionHeader): SystemTables {
  return revive(header.tables) as SystemTables;
}

const NOT_JSON = new Set(["NaN", "Infinity", "-Infinity"]);

function revive(value: unknown): unknown {
  if (typeof value === "string") return NOT_JSON.has(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]));
}
