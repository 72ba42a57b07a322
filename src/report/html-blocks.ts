// Building blocks of report.html. Every text that comes from a result passes through `escapeHtml`.

import type { Chart } from "./charts/chart.js";
import { printable } from "./format.js";
import { type Column, cellLines, type Table } from "./table.js";

/** Text as HTML text or attribute value. */
export function escapeHtml(text: string): string {
  return printable(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

/** JSON inside a script element: no "<" can end the element or open a comment. */
export function escapeJson(value: unknown): string {
  return JSON.stringify(value).replace(/</g, "\\u003c");
}

/** Code inside a script element, changed only inside its strings, comments and patterns. */
export function escapeScript(code: string): string {
  return code.replace(/<\/script/gi, "<\\/script").replace(/<!--/g, "<\\!--");
}

/** A table with its heading; empty when the table has no rows. */
export function tableBlock(table: Table): string {
  if (table.rows.length === 0) return "";
  const caption = table.caption === "" ? "" : `<p class="caption">${escapeHtml(table.caption)}</p>`;
  return `<h3>${escapeHtml(table.title)}</h3>${caption}${bareTable(table)}`;
}

/** Further tables, folded away behind one line; empty when none of them has rows. */
export function foldedTables(summary: string, tables: readonly Table[]): string {
  const blocks = tables.map(tableBlock).filter((block) => block !== "");
  return blocks.length === 0 ? "" : `<details><summary>${escapeHtml(summary)}</summary>${blocks.join("\n")}</details>`;
}

/** A table without heading, in a box that scrolls sideways (and with the keyboard) where the page is narrow. */
export function bareTable(table: Table): string {
  const label = escapeHtml(table.title);
  const head = table.columns.map((column) => `<th scope="col"${cellClass(column)}>${escapeHtml(column.title)}</th>`);
  const rows = table.rows.map(
    (row) => `<tr>${row.map((cell, i) => tableCell(table.columns[i]!, cell, i)).join("")}</tr>`,
  );
  return (
    `<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table aria-label="${label}">` +
    `<thead><tr>${head.join("")}</tr></thead>\n<tbody>${rows.join("\n")}</tbody></table></div>`
  );
}

function tableCell(column: Column, cell: string, index: number): string {
  const text = cellLines(cell).map(escapeHtml).join("<br>");
  return index === 0 ? `<th scope="row">${text}</th>` : `<td${cellClass(column)}>${text}</td>`;
}

function cellClass(column: Column): string {
  return column.align === "right" ? ' class="number"' : ' class="text"';
}

/** The element that a chart is drawn into. */
export function chartElementId(chart: Chart): string {
  return `chart-${chart.name}`;
}

/** A chart's place on the page, with its title and explanation. */
export function chartBlock(chart: Chart): string {
  return (
    `<figure><figcaption><h3>${escapeHtml(chart.title)}</h3><p>${escapeHtml(chart.explanation)}</p></figcaption>` +
    `<div class="chart" id="${escapeHtml(chartElementId(chart))}" role="img" ` +
    `aria-label="${escapeHtml(`${chart.title}. ${chart.explanation}`)}"></div></figure>`
  );
}

/** A section with a heading that the navigation can point at; empty when nothing is in it. */
export function section(id: string, heading: string, blocks: readonly string[]): string {
  const body = blocks.filter((block) => block !== "");
  return body.length === 0
    ? ""
    : `<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${escapeHtml(heading)}</h2>\n` +
        `${body.join("\n")}</section>`;
}
