// One line with quotes to cells, when it is a record of its own by RFC 4180.

const QUOTE = '"';

/** The cells; undefined when a quote is left open at the end of the line or stands where none belongs. */
export function splitRecord(line: string, delimiter: string): readonly string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ; at += delimiter.length) {
    const isQuoted = line[at] === QUOTE;
    const end = isQuoted ? endOfQuoted(line, at) : endOfPlain(line, at, delimiter);
    if (end < 0) return undefined;
    const cell = isQuoted ? line.slice(at + 1, end - 1).replaceAll('""', QUOTE) : line.slice(at, end);
    if (!isQuoted && cell.includes(QUOTE)) return undefined;
    cells.push(cell);
    if (end === line.length) return cells;
    if (!line.startsWith(delimiter, end)) return undefined;
    at = end;
  }
}

/** Place behind the closing quote of the cell that begins at `start`; -1: there is none. */
function endOfQuoted(line: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = line.indexOf(QUOTE, at);
    if (at < 0) return -1;
    if (line[at + 1] !== QUOTE) return at + 1;
  }
}

/** Place behind the unquoted cell that begins at `start`. */
function endOfPlain(line: string, start: number, delimiter: string): number {
  const next = line.indexOf(delimiter, start);
  return next < 0 ? line.length : next;
}
