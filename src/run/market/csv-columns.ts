// The columns of a small CSV file by the words of its header.

import { didYouMean, errorIssue, type Issue, throwIfErrors } from "../../base/issues.js";

/** Finds cells by what they mean. Headers are compared without regard to case. */
export class CsvColumns<Key extends string> {
  private readonly indexes: Readonly<Record<Key, number>>;
  private readonly length: number;

  /** `words`: the headers of each column, the best first. Throws InputError when one that is not optional is missing. */
  constructor(
    words: Readonly<Record<Key, readonly string[]>>,
    optional: readonly Key[],
    header: readonly string[],
    where: { readonly file: string; readonly line: number },
  ) {
    const found = header.map((cell) => cell.trim().toLowerCase());
    const keys = Object.keys(words) as Key[];
    const issues: Issue[] = [];
    const entries = keys.map((key): [Key, number] => {
      const index = words[key].map((word) => found.indexOf(word)).find((at) => at >= 0);
      if (index === undefined && !optional.includes(key)) {
        const hint = words[key].map((word) => didYouMean(word, found)).find((text) => text !== undefined);
        const message = `no column ${words[key].map((word) => `"${word}"`).join(" or ")}`;
        issues.push(errorIssue("missing-column", message, { ...where, hint: hint ?? `columns: ${header.join(", ")}` }));
      }
      return [key, index ?? -1];
    });
    throwIfErrors(issues);
    this.indexes = Object.fromEntries(entries) as Record<Key, number>;
    this.length = header.length;
  }

  /** Whether a row has as many cells as the header. */
  hasAll(cells: readonly string[]): boolean {
    return cells.length === this.length;
  }

  /** "" when the file has no such column. */
  cell(key: Key, cells: readonly string[]): string {
    return cells[this.indexes[key]]?.trim() ?? "";
  }
}
