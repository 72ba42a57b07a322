// The tables that look into one run or into the trace: where the money went, who waited longest, which rows were refused.

import type { RowTally } from "../model/ingest.js";
import type { LongWait, ResultFile, RunSummary } from "../model/run-result.js";
import { CATEGORY_DEFINITIONS, NO_QUEUE, NO_SHARE, OTHER_NAMES, OTHER_SHARES } from "./definitions.js";
import { formatCount, formatDuration, formatInstant, formatPercent, formatUsd, MISSING } from "./format.js";
import { LINE_BREAK, numberColumn, type Table, textColumn } from "./table.js";
import { placeOf } from "./trace-lines.js";

/** Cost categories of every run side by side, with what each category means. Rework is there where anything failed. */
export function categoryTable(result: ResultFile): Table {
  const categories = result.runs[0]!.cost.byCategory.map((row) => row.category);
  const rows = categories.flatMap((category, index) => {
    const amounts = result.runs.map((run) => run.cost.byCategory[index]!.microUsd);
    if (category === "rework" && amounts.every((amount) => amount === 0)) return [];
    const { label, definition } = CATEGORY_DEFINITIONS[category];
    return [[label, ...amounts.map(formatUsd), definition]];
  });
  const totals = ["Total", ...result.runs.map((run) => formatUsd(run.cost.totalMicroUsd)), "The whole bill."];
  return {
    title: "Cost categories",
    caption: "The categories partition the bill: they add up to the total of each run.",
    columns: [textColumn("Category"), ...result.runs.map((run) => numberColumn(run.name)), textColumn("Meaning")],
    rows: [...rows, totals],
  };
}

/** What a run paid for each instance type and market. */
export function instanceTypeTable(run: RunSummary): Table {
  return {
    title: `Cost by instance type: ${run.name}`,
    caption: "",
    columns: [
      textColumn("Instance type"),
      textColumn("Market"),
      ...["Instances", "Instance-hours", "Cost", "Share"].map(numberColumn),
    ],
    rows: run.cost.byInstanceType.map((row) => [
      row.instanceType,
      row.market,
      formatCount(row.instances),
      formatCount(row.instanceHours, 1),
      formatUsd(row.microUsd),
      shareOf(row.microUsd, run),
    ]),
  };
}

/** What a run paid for the jobs of each queue. */
export function queueTable(run: RunSummary): Table {
  return {
    title: `Cost by queue: ${run.name}`,
    caption: "Every instance's cost is divided among the jobs that it ran.",
    columns: [textColumn("Queue"), ...["Jobs", "Cost", "Share", "Cost per job"].map(numberColumn)],
    rows: run.cost.byQueue.map((row) => [
      row.queue ?? NO_QUEUE,
      formatCount(row.jobs),
      formatUsd(row.microUsd),
      shareOf(row.microUsd, run),
      perJob(row.microUsd, row.jobs),
    ]),
  };
}

/** What a run paid for the jobs of each name, dearest first. */
export function jobNameTable(run: RunSummary): Table {
  return {
    title: `Cost by job name: ${run.name}`,
    caption: "",
    columns: [
      textColumn("Job name"),
      textColumn("Queue"),
      ...["Jobs", "Cost", "Share", "Cost per job"].map(numberColumn),
    ],
    rows: run.cost.byJobName.map((row) => [
      row.name ?? OTHER_NAMES,
      row.queue ?? MISSING,
      formatCount(row.jobs),
      formatUsd(row.microUsd),
      shareOf(row.microUsd, run),
      perJob(row.microUsd, row.jobs),
    ]),
  };
}

/** What the jobs of each share of a run got; no rows when there are no shares. */
export function shareTable(run: RunSummary): Table {
  return {
    title: `Shares: ${run.name}`,
    caption: "vCPU-hours that the jobs of each shareIdentifier held, and how long they waited.",
    columns: [
      textColumn("shareIdentifier"),
      ...["Jobs", "vCPU-hours", "Share", "Wait p50", "Wait p95"].map(numberColumn),
    ],
    rows: run.shares.map(({ shareIdentifier, jobs, vcpuHours, waitMs }) => [
      shareName(shareIdentifier),
      formatCount(jobs),
      formatCount(vcpuHours, 1),
      partOf(
        vcpuHours,
        run.shares.reduce((total, share) => total + share.vcpuHours, 0),
      ),
      formatDuration(waitMs.p50),
      formatDuration(waitMs.p95),
    ]),
  };
}

function shareName(shareIdentifier: string | null): string {
  if (shareIdentifier === null) return OTHER_SHARES;
  return shareIdentifier === "" ? NO_SHARE : shareIdentifier;
}

/** The jobs of a run that waited longest, and why where that is known. */
export function longestWaitsTable(result: ResultFile, run: RunSummary): Table {
  const explained = run.longestWaits.some((wait) => wait.why.length > 0);
  return {
    title: `Longest waits: ${run.name}`,
    caption: "From submission, or from the end of the last dependency, to the first container start.",
    columns: [
      textColumn("Job"),
      textColumn("Name"),
      textColumn("Queue"),
      textColumn("Submitted"),
      numberColumn("Wait"),
      ...(explained ? [textColumn("Why")] : []),
    ],
    rows: run.longestWaits.map((wait, index) => [
      wait.job,
      wait.name,
      wait.queue,
      formatInstant(result.workload.originMs, wait.submitMs),
      formatDuration(wait.waitMs),
      ...(explained ? [whyCell(wait, run.longestWaits[index - 1])] : []),
    ]),
  };
}

/** A line per reason; jobs that wait together often wait for the same. */
function whyCell({ why }: LongWait, before: LongWait | undefined): string {
  const text = why.join(LINE_BREAK);
  return text !== "" && text === before?.why.join(LINE_BREAK) ? "as above" : text;
}

/** The rows of the trace that were refused, by reason, with the first few. */
export function rejectedTable(result: ResultFile): Table {
  return tallyTable("Rejected rows", "These rows are not part of any run.", result.trace.rejected);
}

/** The rows of the trace that were changed on the way in, by reason, with the first few. */
export function adjustedTable(result: ResultFile): Table {
  return tallyTable("Adjusted rows", "These rows were changed before they were used.", result.trace.adjusted);
}

/** The records that only say more about other rows, by reason, with the first few. */
export function foldedTable(result: ResultFile): Table {
  return tallyTable("Folded records", "These records only say more about rows of other records.", result.trace.folded);
}

function tallyTable(title: string, caption: string, tallies: readonly RowTally[]): Table {
  return {
    title,
    caption,
    columns: [textColumn("Reason"), numberColumn("Rows"), textColumn("First rows")],
    rows: tallies.map((tally) => [
      `${tally.reason} (${tally.code})`,
      formatCount(tally.count),
      tally.examples.map((example) => `${placeOf(example)}: ${example.detail}`).join("; "),
    ]),
  };
}

function shareOf(microUsd: number, run: RunSummary): string {
  return partOf(microUsd, run.cost.totalMicroUsd);
}

function partOf(part: number, total: number): string {
  return total === 0 ? MISSING : formatPercent(part / total);
}

function perJob(microUsd: number, jobs: number): string {
  return jobs === 0 ? MISSING : formatUsd(microUsd / jobs);
}
