// A table as lines that fit a terminal: where it is too wide, the widest column of text is cut, never a figure.

import { printable } from "../format.js";
import type { Table } from "../table.js";

const GAP = 2;

/** A column of text keeps at least this much. */
const NARROWEST = 10;

/** Header and rows. */
export function tableLines(
  { columns, rows }: Table,
  width: number,
): { readonly head: string; readonly rows: string[] } {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column]!))));
  let excess = widths.reduce((sum, columnWidth) => sum + columnWidth + GAP, -GAP) - width;
  while (excess > 0) {
    const texts = widths.map((columnWidth, i) => (columns[i]!.align === "left" ? columnWidth : 0));
    const widest = Math.max(...texts);
    if (widest <= NARROWEST) break;
    const next = Math.max(NARROWEST, ...texts.filter((columnWidth) => columnWidth < widest), widest - excess);
    widths[texts.indexOf(widest)] = next === widest ? widest - 1 : next;
    excess -= widest - widths[texts.indexOf(widest)]!;
  }
  const drawn = lines.map((line) => {
    const cells = line.map((cell, i) => fitted(cell, widths[i]!, columns[i]!.align));
    return cells.join(" ".repeat(GAP)).trimEnd();
  });
  return { head: drawn[0]!, rows: drawn.slice(1) };
}

/** Cut or filled up to exactly this many characters. */
function fitted(cell: string, width: number, align: "left" | "right"): string {
  const characters = [...cell];
  if (characters.length > width) return `${characters.slice(0, width - 1).join("")}…`;
  const space = " ".repeat(width - characters.length);
  return align === "left" ? cell + space : space + cell;
}

function lengthOf(text: string): number {
  return [...text].length;
}

/** Words on lines of at most this many characters; a longer word has a line of its own. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
