// Doubts about the records: what was left out, what may be there twice, what the trace's window cut off.

import { formatCount, formatCounted, formatPercent } from "../../format.js";
import { countOf, type Doubt, doubt, partOf, sentence, shareOf } from "./doubt.js";

/** From here on a replay is one of another workload. */
const SERIOUS_SHARE = 0.2;
/** A few bad rows are in every log. */
const DOUBTFUL_SHARE = 0.01;

/** Rejections that other rules speak of. */
const EXPLAINED = new Set(["never-ran", "still-running", "still-queued", "incomplete-window", "cached"]);

export const nothingUsable: Doubt = ({ jobs, records }) =>
  jobs === 0
    ? doubt(
        "serious",
        "nothing-usable",
        records.rowsRead === 0
          ? "The trace has no jobs."
          : `Not one of the trace's rows can be replayed (${formatCounted(records.rowsRead, "row")} read).`,
        records.rowsRead === 0
          ? ""
          : "Look at the reasons below: most come from one wrong setting (columns, units, --from).",
      )
    : undefined;

export const rejectedRows: Doubt = ({ records }) => {
  const reasons = records.rejected.filter(({ code }) => !EXPLAINED.has(code));
  const count = reasons.reduce((sum, tally) => sum + tally.count, 0);
  const share = shareOf(count, records.rowsRead);
  if (count === 0) return undefined;
  const weight = share >= SERIOUS_SHARE ? "serious" : share >= DOUBTFUL_SHARE ? "doubt" : "note";
  const most = reasons[0]!;
  return doubt(
    weight,
    "rejected-rows",
    `${sentence(partOf(count, records.rowsRead, "rows"))} are not replayed because something is wrong with them; ` +
      `most often ${most.reason} (${formatCount(most.count)}).`,
    "The reasons with line numbers are below.",
  );
};

export const neverRan: Doubt = ({ unfinished, records }) => {
  const count = unfinished.neverRan;
  if (count === 0) return undefined;
  const weight = shareOf(count, records.rowsRead) >= DOUBTFUL_SHARE ? "doubt" : "note";
  return doubt(
    weight,
    "never-ran",
    `${sentence(partOf(count, records.rowsRead, "rows"))} are jobs that never started (cancelled in their queue, or waiting ` +
      "for a job that failed). They are not replayed: nobody knows how long they would have run, and they are not jobs " +
      "that ran for 0 s.",
    "The demand on the queue was larger than what is replayed.",
  );
};

export const cutOff: Doubt = ({ unfinished, records }) => {
  const { stillRunning, stillQueued, incompleteWindow } = unfinished;
  const count = stillRunning + stillQueued + incompleteWindow;
  if (count === 0) return undefined;
  const share = shareOf(count, records.rowsRead);
  const weight = share >= SERIOUS_SHARE ? "serious" : share >= DOUBTFUL_SHARE ? "doubt" : "note";
  const parts = [
    [stillRunning, "still running"],
    [stillQueued, "still waiting"],
    [incompleteWindow, "only partly in its window"],
  ] as const;
  const told = parts.filter(([rows]) => rows > 0).map(([rows, what]) => `${formatCount(rows)} ${what}`);
  return doubt(
    weight,
    "cut-off",
    `The trace's end cuts off ${partOf(count, records.rowsRead, "rows")} (${told.join(", ")}). It is the longest jobs that ` +
      "are missing, so run times look shorter than they are.",
    "Take a longer window, or fetch the jobs again after they have ended.",
  );
};

export const cachedRows: Doubt = ({ records }) => {
  const count = countOf(records.rejected, "cached");
  return count === 0
    ? undefined
    : doubt(
        "note",
        "cached",
        `${sentence(partOf(count, records.rowsRead, "rows"))} took their result from an earlier run: they are no work and ` +
          "are not replayed.",
        "To plan for a first run, take the trace of a run without cached results.",
      );
};

export const repeatedIds: Doubt = ({ records, jobs }) => {
  const count = countOf(records.adjusted, "repeated-id");
  if (count === 0) return undefined;
  return doubt(
    shareOf(count, jobs) >= SERIOUS_SHARE ? "doubt" : "note",
    "repeated-ids",
    `${sentence(partOf(count, records.accepted, "accepted rows"))} have the id of another row. They are kept as jobs of ` +
      "their own: they may be children of arrays, or tries of one job.",
    "If they are copies (the same log twice), import each file once.",
  );
};

export const chainedRetries: Doubt = ({ records }) => {
  const count = countOf(records.adjusted, "chained-retry");
  return count === 0
    ? undefined
    : doubt(
        "note",
        "chained-retries",
        `${sentence(partOf(count, records.accepted, "accepted rows"))} try an earlier row's work again: each waits for the ` +
          "end of the one before, as it did when it was recorded.",
      );
};

export const foldedRecords: Doubt = ({ records }) => {
  const duplicates = countOf(records.folded, "duplicate");
  return duplicates === 0
    ? undefined
    : doubt(
        "note",
        "duplicates",
        `${formatCount(duplicates)} records are second copies of others (${formatPercent(
          shareOf(duplicates, records.recordsRead),
        )} of all) and count once.`,
      );
};

export const lostDependencies: Doubt = ({ records }) => {
  const lost = ["dependency-outside", "dependency-on-child", "dependency-ambiguous"];
  const count = lost.reduce((sum, code) => sum + countOf(records.adjusted, code), 0);
  return count === 0
    ? undefined
    : doubt(
        "doubt",
        "lost-dependencies",
        `${formatCount(count)} dependencies could not be kept as they are, mostly because the job that they name is not in ` +
          "the trace: whoever waited for it is replayed as if it had not.",
        "Take a window that begins before the first of the workflow's jobs.",
      );
};
