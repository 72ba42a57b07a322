// The tables of the spot ledger: what the market took and refused, what was lost with it, what spot saved.

import { JOB_OUTCOMES, type ResultFile, type RunSummary } from "../model/run-result.js";
import { FAILURE_LABELS, OTHER_JOB_NAMES, OTHER_POOLS } from "./definitions.js";
import { formatCount, formatPercent, formatUsd, MISSING } from "./format.js";
import { numberColumn, type Table, textColumn } from "./table.js";

/** What the market did to every run; no rows when it did nothing to any. */
export function spotTable(result: ResultFile): Table {
  return {
    title: "Spot",
    caption:
      "Instances that EC2 took back or whose host failed, launches that no pool would have, the work of attempts lost with " +
      "their host (what checkpoints saved is not in it) and what it cost, and what EC2 did not charge for instances that it " +
      "took in their first hour.",
    columns: [
      textColumn("Run"),
      ...["Interruptions", "Hosts lost", "Launches refused", "Rework vCPU-h", "Rework cost", "Refunded"].map(
        numberColumn,
      ),
    ],
    rows: result.runs.some(isTroubled)
      ? result.runs.map(({ name, spot }) => [
          name,
          formatCount(spot.interruptions),
          formatCount(spot.hostFailures),
          formatCount(spot.launchesRefused),
          formatCount(spot.reworkVcpuHours, 1),
          formatUsd(spot.reworkMicroUsd),
          formatUsd(spot.refundedMicroUsd),
        ])
      : [],
  };
}

/** Whether anything was taken from the run or refused to it. */
function isTroubled({ spot }: RunSummary): boolean {
  return spot.byHour.length > 0;
}

/** What spot instances cost and would have cost on-demand, in the runs that used them. */
export function savingsTable(result: ResultFile): Table {
  return {
    title: "Spot against on-demand",
    caption:
      "The hours of spot instances, refunded ones included, at the on-demand prices of the same instance types; volumes and " +
      "addresses are left out of both.",
    columns: [textColumn("Run"), ...["Spot", "On-demand", "Saved", "Saved share"].map(numberColumn)],
    rows: result.runs.flatMap(({ name, spot: { savings } }) => {
      if (savings === null) return [];
      const { spotMicroUsd, onDemandMicroUsd } = savings;
      const saved = onDemandMicroUsd - spotMicroUsd;
      const share = onDemandMicroUsd === 0 ? MISSING : formatPercent(saved / onDemandMicroUsd);
      return [[name, formatUsd(spotMicroUsd), formatUsd(onDemandMicroUsd), formatUsd(saved), share]];
    }),
  };
}

/** The pools of a run that are on spot or had trouble; what they lost where anything was lost. */
export function spotPoolTable(run: RunSummary): Table {
  const troubled = isTroubled(run);
  const losses = troubled ? ["Interruptions", "Refusals", "Rework vCPU-h", "Rework cost"] : [];
  return {
    title: `Spot pools: ${run.name}`,
    caption: `Spot pools that were used${troubled ? ", and any pool that refused or lost instances" : ""}; dearest first.`,
    columns: [
      ...["Instance type", "Zone", "Market"].map(textColumn),
      ...["Instances", "Instance-hours", "Cost", ...losses].map(numberColumn),
    ],
    rows: run.spot.byPool.map((row) => [
      row.instanceType ?? OTHER_POOLS,
      row.zone ?? MISSING,
      row.market ?? MISSING,
      formatCount(row.instances),
      formatCount(row.instanceHours, 1),
      formatUsd(row.microUsd),
      ...(troubled
        ? [
            formatCount(row.interruptions),
            formatCount(row.refusals),
            formatCount(row.reworkVcpuHours, 1),
            formatUsd(row.reworkMicroUsd),
          ]
        : []),
    ]),
  };
}

/** Whose work was lost with its host in a run. */
export function reworkTable(run: RunSummary): Table {
  return {
    title: `Rework by job name: ${run.name}`,
    caption: "Attempts that were lost with their host, and the work that was lost with them.",
    columns: [
      ...["Job name", "Queue"].map(textColumn),
      ...["Attempts lost", "Rework vCPU-h", "Rework cost"].map(numberColumn),
    ],
    rows: run.spot.byJobName.map((row) => [
      row.name ?? OTHER_JOB_NAMES,
      row.queue ?? MISSING,
      formatCount(row.attemptsLost),
      formatCount(row.reworkVcpuHours, 1),
      formatUsd(row.reworkMicroUsd),
    ]),
  };
}

/** Why pools would not launch instances, in every run; no rows when none refused. */
export function refusalsTable(result: ResultFile): Table {
  const reasons = [...new Set(result.runs.flatMap(({ spot }) => spot.refusals.map((row) => row.reason)))];
  return {
    title: "Refusals",
    caption: "How often a pool would not launch an instance, by reason; a launch may have asked several.",
    columns: [textColumn("Run"), ...reasons.map((reason) => numberColumn(capitalised(reason)))],
    rows:
      reasons.length === 0
        ? []
        : result.runs.map(({ name, spot }) => [
            name,
            ...reasons.map((reason) => formatCount(spot.refusals.find((row) => row.reason === reason)?.refusals ?? 0)),
          ]),
  };
}

/** What attempts were tried again for, in every run; no rows when none was. */
export function retriesTable(result: ResultFile): Table {
  const outcomes = JOB_OUTCOMES.filter((outcome) => outcome !== "succeeded").filter((outcome) =>
    result.runs.some(({ spot }) => spot.retries.some((row) => row.outcome === outcome)),
  );
  return {
    title: "Retries",
    caption: "Attempts that another one of the same job came after, by how they ended.",
    columns: [textColumn("Run"), ...outcomes.map((outcome) => numberColumn(FAILURE_LABELS[outcome]))],
    rows:
      outcomes.length === 0
        ? []
        : result.runs.map(({ name, spot }) => [
            name,
            ...outcomes.map((outcome) =>
              formatCount(spot.retries.find((row) => row.outcome === outcome)?.attempts ?? 0),
            ),
          ]),
  };
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
