// Progress on a terminal's stderr; silent everywhere else, so that logs and pipes stay clean.

import { Presets, SingleBar } from "cli-progress";

/** Short, so that bar and name fit in 80 columns: a wrapped bar is drawn again on every update. */
const BAR_CELLS = 20;

export interface Progress {
  /** The trace: bytes read of bytes in all, and rows so far. */
  onTrace(bytesRead: number, totalBytes: number, rows: number): void;
  /** The runs: which one starts, how many are done of how many. */
  onRun(name: string, done: number, total: number): void;
  stop(): void;
}

/** A progress display for one command. */
export function makeProgress(): Progress {
  if (process.stderr.isTTY !== true) return { onTrace() {}, onRun() {}, stop() {} };
  let bar: SingleBar | undefined;
  let phase = "";
  const show = (wanted: string, total: number, value: number, detail: string) => {
    if (phase !== wanted) {
      bar?.stop();
      phase = wanted;
      bar = new SingleBar(
        {
          format: `${wanted} {bar} {percentage} % {detail}`,
          barsize: BAR_CELLS,
          clearOnComplete: true,
          // Ctrl-C ends the process on the spot: a terminal that was changed would stay so.
          hideCursor: false,
          linewrap: true,
          stream: process.stderr,
        },
        Presets.shades_grey,
      );
      bar.start(total, value, { detail });
    } else {
      bar?.update(value, { detail });
    }
    // A simulation does not yield to the event loop: draw now.
    bar?.render();
  };
  return {
    onTrace: (bytesRead, totalBytes, rows) => show("Reading", totalBytes, bytesRead, `${rows} rows`),
    onRun: (name, done, total) => show("Replaying", total, done, name),
    stop: () => bar?.stop(),
  };
}
