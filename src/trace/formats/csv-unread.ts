// Columns of a table that nothing is read from: said once, for a name that is slightly wrong is lost otherwise.

import type { CsvColumns } from "./csv-columns.js";

/** Longest list of names in a note. */
const MAX_SHOWN = 300;

/** A sentence on the columns that are not read; undefined: all are. */
export function unreadNote(columns: CsvColumns): string | undefined {
  const read = new Set(Object.values(columns).flatMap(cellsOf));
  const unread = columns.headers.filter((name, index) => name !== "" && !read.has(index));
  if (unread.length === 0) return undefined;
  const names = unread.map((name) => JSON.stringify(name)).join(", ");
  return `columns that are not read: ${names.length > MAX_SHOWN ? `${names.slice(0, MAX_SHOWN)}...` : names}`;
}

/** The cells that one part of the columns reads. */
function cellsOf(part: CsvColumns[keyof CsvColumns]): readonly number[] {
  if (typeof part === "number") return [part];
  return typeof part === "object" && "cells" in part ? part.cells : [];
}
