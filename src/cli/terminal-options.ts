// What the terminal we write to can do.

import type { TerminalOptions } from "../report/terminal.js";

/** Width when stdout is no terminal: wide enough for the comparison table. */
const DEFAULT_WIDTH = 160;

export function terminalOptions(): TerminalOptions {
  return {
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    width: process.stdout.columns ?? DEFAULT_WIDTH,
  };
}
