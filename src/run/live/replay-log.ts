// `stowage live replay`: a recorded session played to a new engine.

import { errorIssue, InputError } from "../../base/issues.js";
import { replaySession, SessionFormatError, type SessionReplay } from "../../live/session/replay-session.js";
import { sessionLines } from "../../live/session/session-file.js";
import { readingFailed } from "../errors.js";
import { loadHighsSolver } from "../solver/highs.js";

/** Plays a log; `same` is false where the engine decided otherwise. Throws InputError when it cannot be read or is none. */
export async function replayLog(path: string): Promise<{ text: string; same: boolean }> {
  try {
    const replay = await replaySession(sessionLines(path), await loadHighsSolver());
    if (replay.sessions === 0) throw new SessionFormatError("it holds no session");
    return { text: words(path, replay), same: replay.difference === null };
  } catch (error) {
    if (error instanceof SessionFormatError) {
      const hint = "a session is the session-*.jsonl that `stowage live` writes into its folder";
      throw new InputError([errorIssue("not-a-session", error.message, { file: path, hint })]);
    }
    throw new InputError([errorIssue("cannot-read", readingFailed(error), { file: path })]);
  }
}

function words(path: string, { sessions, events, decisions, actions, version, difference }: SessionReplay): string {
  const played = `${events} events, ${decisions} decisions, ${actions} actions in ${sessions} sessions, recorded by ${version}`;
  if (difference === null) return `${path}: the same actions (${played})\n`;
  return [
    `${path}: line ${difference.line}, at ${difference.atMs} ms, the engine decides otherwise (${played} up to there)`,
    `  recorded: ${difference.recorded}`,
    `  replayed: ${difference.replayed}`,
    "",
  ].join("\n");
}
