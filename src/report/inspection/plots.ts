// The pictures of the page: SVG written by hand, without a script. Positions are shares of the width, so that bars stretch
// with the page and text does not; colours come from the style sheet, so that they follow light and dark.

import { formatCount } from "../format.js";
import { escapeHtml } from "../html-blocks.js";
import type { Table } from "../table.js";
import type { Tick } from "./axis.js";
import type { BarTable } from "./tables.js";
import { WEEKDAYS } from "./wording.js";

export interface Plot {
  readonly title: string;
  readonly explanation: string;
}

/** Columns of equal width. `labels` say of each what it stands for, without its value. */
export interface ColumnPlot extends Plot {
  readonly values: readonly number[];
  readonly labels: readonly string[];
  readonly ticks: readonly Tick[];
}

/** Three digits after the point are a tenth of a pixel. */
function percent(share: number): string {
  return `${Math.round(share * 1e5) / 1e3}%`;
}

/** Columns over an axis, with the largest value at the left. */
export function columnPlot({ title, explanation, values, labels, ticks }: ColumnPlot): string {
  if (values.length === 0) return "";
  const most = Math.max(...values, 1);
  const width = 1 / values.length;
  const columns = values.map((value, i) =>
    value === 0
      ? ""
      : `<rect x="${percent(i * width)}" width="${percent(width)}" y="${percent(1 - value / most)}" ` +
        `height="${percent(value / most)}"><title>${escapeHtml(`${labels[i]!}: ${formatCount(value)} jobs`)}</title></rect>`,
  );
  const lines = ticks.map(({ at }) => `<line x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%"/>`);
  return figure(
    { title, explanation },
    `<div class="plot"><div class="scale"><span>${formatCount(most)}</span><span>0</span></div>` +
      `<svg class="columns" ${imageLabel({ title, explanation })}>${lines.join("")}${columns.join("")}</svg>` +
      `<svg class="axis" aria-hidden="true">${ticks.map(tickText).join("")}</svg></div>`,
  );
}

/** Labels near an end would reach beyond it. */
const NEAR_END = 0.08;

function tickText({ at, label }: Tick): string {
  const anchor = at < NEAR_END ? "start" : at > 1 - NEAR_END ? "end" : "middle";
  return `<text x="${percent(at)}" y="13" text-anchor="${anchor}">${escapeHtml(label)}</text>`;
}

/** Height of one weekday. */
const DAY_PIXELS = 24;

/** Jobs by weekday and hour: the stronger the colour, the more. */
export function weekPlot(plot: Plot, week: readonly (readonly number[])[]): string {
  const most = Math.max(...week.flat(), 1);
  const cells = week.flatMap((row, day) =>
    row.map((jobs, hour) => {
      const place = `x="${percent(hour / 24)}" width="${percent(1 / 24)}" y="${day * DAY_PIXELS}" height="${DAY_PIXELS - 2}"`;
      const opacity = jobs === 0 ? 0 : Math.round((0.08 + 0.92 * (jobs / most)) * 1_000) / 1_000;
      const label = `${WEEKDAYS[day]!} ${String(hour).padStart(2, "0")}:00: ${formatCount(jobs)} jobs`;
      return `<rect ${place} fill-opacity="${opacity}"><title>${label}</title></rect>`;
    }),
  );
  const days = WEEKDAYS.map((day) => `<span>${day.slice(0, 3)}</span>`).join("");
  const hours = [0, 6, 12, 18].map((hour) => tickText({ at: hour / 24, label: `${String(hour).padStart(2, "0")}:00` }));
  return figure(
    plot,
    `<div class="plot week"><div class="days">${days}</div>` +
      `<svg class="cells" height="${week.length * DAY_PIXELS}" ${imageLabel(plot)}>${cells.join("")}</svg>` +
      `<svg class="axis" aria-hidden="true">${hours.join("")}</svg></div>`,
  );
}

function figure({ title, explanation }: Plot, body: string): string {
  const caption = `<h3>${escapeHtml(title)}</h3><p>${escapeHtml(explanation)}</p>`;
  return `<figure><figcaption>${caption}</figcaption>${body}</figure>`;
}

function imageLabel({ title, explanation }: Plot): string {
  return `role="img" aria-label="${escapeHtml(`${title}. ${explanation}`)}"`;
}

/** A table with its heading and a bar at the end of each row; empty when it has no rows. */
export function barTableBlock(table: BarTable): string {
  if (table.rows.length === 0) return "";
  const caption = table.caption === "" ? "" : `<p class="caption">${escapeHtml(table.caption)}</p>`;
  const label = escapeHtml(table.title);
  const head = table.columns.map((column) => `<th scope="col"${kindOf(column)}>${escapeHtml(column.title)}</th>`);
  const rows = table.rows.map((row, i) => {
    const cells = row.map((cell, column) =>
      column === 0
        ? `<th scope="row">${escapeHtml(cell)}</th>`
        : `<td${kindOf(table.columns[column]!)}>${escapeHtml(cell)}</td>`,
    );
    const bar = `<svg class="bar" aria-hidden="true"><rect width="${percent(table.bars[i]!)}" height="100%"/></svg>`;
    return `<tr>${cells.join("")}<td class="bar-cell">${bar}</td></tr>`;
  });
  return (
    `<h3>${label}</h3>${caption}<div class="scroll" role="region" aria-label="${label}" tabindex="0">` +
    `<table class="bars" aria-label="${label}"><thead><tr>${head.join("")}<td></td></tr></thead>\n` +
    `<tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function kindOf(column: Table["columns"][number]): string {
  return column.align === "right" ? ' class="number"' : ' class="text"';
}
