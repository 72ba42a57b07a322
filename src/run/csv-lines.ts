// Lines of CSV as text chunks: a million lines are not one string.

/** Lines handed out together. */
const LINES_PER_CHUNK = 4_096;

export type CsvCell = string | number | null;

/** Yields a header and rows as RFC 4180 text; null is an empty cell. */
export function* csvText(header: readonly string[], rows: Iterable<readonly CsvCell[]>): Generator<string> {
  let lines = [header.join(",")];
  for (const row of rows) {
    lines.push(row.map(cell).join(","));
    if (lines.length === LINES_PER_CHUNK) {
      yield `${lines.join("\n")}\n`;
      lines = [];
    }
  }
  if (lines.length > 0) yield `${lines.join("\n")}\n`;
}

/** Text is quoted when it has to be. */
function cell(value: CsvCell): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
