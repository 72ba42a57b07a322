// What the terminal we write to can do.

import type { TerminalOptions } from "../report/terminal.js";

/** Width when stdout is no terminal: wide enough for the comparison table. */
const DEFAULT_WIDTH = 160;

/** `verbose`: the longest waits and their reasons too. */
export function terminalOptions(verbose: boolean): TerminalOptions {
  return { colour: wantsColour(process.stdout), width: process.stdout.columns || DEFAULT_WIDTH, verbose };
}

/** Colours only on a terminal, and not when the user forbids them (no-color.org: NO_COLOR set to anything but nothing). */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR, TERM } = process.env;
  return stream.isTTY === true && (NO_COLOR === undefined || NO_COLOR === "") && TERM !== "dumb";
}
