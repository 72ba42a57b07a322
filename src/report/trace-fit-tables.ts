// How much a generated trace is like its original, as tables.

import type { ArrivalFigure, GoodnessOfFit, MarginalFit } from "../model/trace-fit.js";
import { formatCount, MISSING } from "./format.js";
import { numberColumn, type Table, textColumn } from "./table.js";

/** Figures below are shown with three decimals. */
const THREE_DECIMALS_BELOW = 10;

/** Distances of what jobs, submissions and arrays are. */
export function marginalTable({ marginals }: GoodnessOfFit): Table {
  return {
    title: "What jobs are",
    caption: "KS: Kolmogorov-Smirnov distance, 0 the same, 1 nothing in common; noise: what chance gives.",
    columns: [
      ...[textColumn(""), numberColumn("original p50"), numberColumn("p95")],
      ...[numberColumn("generated p50"), numberColumn("p95")],
      ...[numberColumn("KS"), numberColumn("noise"), textColumn("")],
    ],
    rows: marginals.map(marginalRow),
  };
}

function marginalRow({ name, unit, original, generated, distance, noise, verdict }: MarginalFit): string[] {
  const title = unit === "" ? name : `${name}, ${unit}`;
  const figures = [original.median, original.p95, generated.median, generated.p95].map(figure);
  return [title, ...figures, distance.toFixed(3), noise.toFixed(3), verdict];
}

/** When jobs come, and how they end. */
export function arrivalTable({ arrivals }: GoodnessOfFit): Table {
  return {
    title: "When they come",
    caption: "Submissions: an array job is one. Index of dispersion: 1 is a Poisson process, more is burstier.",
    columns: [textColumn(""), numberColumn("original"), numberColumn("generated"), textColumn("")],
    rows: arrivals.map(arrivalRow),
  };
}

function arrivalRow({ name, original, generated, verdict }: ArrivalFigure): string[] {
  const shown = (value: number | null) => (value === null ? MISSING : figure(value));
  return [name, shown(original), shown(generated), verdict ?? "the trace is too short"];
}

/** One sentence on what is poor, for people who do not read tables. */
export function fitSummary({ marginals, arrivals }: GoodnessOfFit): string {
  const poor = [...marginals, ...arrivals].filter(({ verdict }) => verdict === "poor").map(({ name }) => name);
  if (poor.length === 0) return "Nothing is poor.";
  return `Poor: ${poor.join("; ")}. Do not conclude from the generated trace what depends on these.`;
}

function figure(value: number): string {
  return Math.abs(value) < THREE_DECIMALS_BELOW ? value.toFixed(3) : formatCount(value);
}
