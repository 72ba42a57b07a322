// A table before it is Markdown, HTML or a terminal: columns with an alignment, rows of finished text. The first column
// names the row.

/** Separates the lines of a cell that has several. */
export const LINE_BREAK = "\n";

/** The lines of a cell, indented by spaces that neither HTML nor Markdown drops. */
export function cellLines(cell: string): string[] {
  return cell.split(LINE_BREAK).map((line) => line.replace(/^ +/, (spaces) => "\u00a0".repeat(2 * spaces.length)));
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export interface Table {
  /** Heading above the table. */
  readonly title: string;
  /** A sentence or two under the heading; empty when the title says it all. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

/** A left-aligned column: names and sentences. */
export function textColumn(title: string): Column {
  return { title, align: "left" };
}

/** A right-aligned column: figures. */
export function numberColumn(title: string): Column {
  return { title, align: "right" };
}
