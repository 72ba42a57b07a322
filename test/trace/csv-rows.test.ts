import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/issues.js";
import { splitRecord } from "../../src/trace/text/csv-line.js";
import { readCsvRows } from "../../src/trace/text/csv-rows.js";

async function* chunked(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const end = Math.min(bytes.length, at + sizes[i % sizes.length]!);
    yield bytes.subarray(at, end);
    at = end;
  }
}

interface Outcome {
  readonly rows: readonly (readonly [cells: readonly string[], line: number])[];
  readonly issues: readonly string[];
}

async function readBy(text: string, sizes: readonly number[], delimiter: string): Promise<Outcome> {
  const rows: [readonly string[], number][] = [];
  try {
    await readCsvRows(chunked(new TextEncoder().encode(text), sizes), delimiter, "f", (cells, line) => {
      rows.push([[...cells], line]);
    });
    return { rows, issues: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { rows, issues: error.issues.map(({ code }) => code) };
  }
}

/** Records of csv-parse alone, given everything at once; undefined when it finds a mistake. */
function parseAlone(text: string): readonly string[][] | undefined {
  try {
    return parse(text, {
      ...{ bom: true, comment: "#", comment_no_infix: true, skip_empty_lines: true, relax_column_count: true },
      ...{ record_delimiter: ["\r\n", "\n", "\r"], max_record_size: 1024 * 1024 },
    });
  } catch {
    return undefined;
  }
}

const piece = fc.constantFrom(
  ...["a", "ö", "1.5", " ", "#", ",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', '"a"', '"a,b"', '"x""y"', '"\n"'],
  ...[",\n", "\n#c\n", "\n\n", "\ufeff", '"",', ',"q"\n'],
);
const arbitraryText = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));
const arbitrarySizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe("readCsvRows", () => {
  it("gives what csv-parse alone gives, however the text is cut into chunks", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryText, arbitrarySizes, async (text, sizes) => {
        const { rows, issues } = await readBy(text, sizes, ",");
        const expected = parseAlone(text);
        expect(issues).toEqual(expected === undefined ? ["csv-syntax"] : []);
        if (expected !== undefined) expect(rows.map(([cells]) => cells)).toEqual(expected);
      }),
      { numRuns: 1_500 },
    );
  });

  it("numbers lines as if it had read the text by lines", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryText, arbitrarySizes, async (text, sizes) => {
        const whole = await readBy(text, [1_000], ",");
        expect(await readBy(text, sizes, ",")).toEqual(whole);
        if (text.includes('"')) return;
        const lines = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
        const expected = lines.flatMap((line, index) => (line === "" || line.startsWith("#") ? [] : [index + 1]));
        expect(whole.rows.map(([, line]) => line)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the delimiter although the first chunk ends within the header", async () => {
    const rows: unknown[] = [];
    await readCsvRows(
      chunked(new TextEncoder().encode("#,,,,\na;b\n1;2\n"), [1]),
      undefined,
      "f",
      (cells, _, delimiter) => {
        rows.push([...cells, delimiter]);
      },
    );
    expect(rows).toEqual([
      ["a", "b", ";"],
      ["1", "2", ";"],
    ]);
  });

  it.each([
    ["at once", 1_000],
    ["byte by byte", 1],
  ])("takes the delimiter from a first line for Excel, %s", async (_, size) => {
    const rows: unknown[] = [];
    const bytes = new TextEncoder().encode('\ufeffsep=;\r\na,b;c\r\n"1\r\n2";3\r\nsep=,;4\r\n');
    await readCsvRows(chunked(bytes, [size]), undefined, "f", (cells, line) => rows.push([line, ...cells]));
    expect(rows).toEqual([
      [2, "a,b", "c"],
      [3, "1\r\n2", "3"],
      [5, "sep=,", "4"],
    ]);
  });

  it.each([
    ["a line", "x".repeat(1_000)],
    ["a quote left open", `"${"x".repeat(1_000)}`],
  ])("gives up on %s of 100 MB at once", async (_, start) => {
    let given = 0;
    async function* endless() {
      yield new TextEncoder().encode(`a,b\n${start}`);
      for (; given < 100; given++) yield new Uint8Array(1024 * 1024).fill(120);
    }
    const reading = readCsvRows(endless(), ",", "f", () => {});
    await expect(reading).rejects.toThrow("longer than a million characters");
    expect(given).toBeLessThan(4);
  });

  it("skips a comment of any length", async () => {
    async function* long() {
      yield new TextEncoder().encode("a,b\n#");
      for (let i = 0; i < 4; i++) yield new Uint8Array(1024 * 1024).fill(120);
      yield new TextEncoder().encode("\n1,2\n");
    }
    const rows: unknown[] = [];
    await readCsvRows(long(), ",", "f", (cells, line) => rows.push([...cells, line]));
    expect(rows).toEqual([
      ["a", "b", 1],
      ["1", "2", 3],
    ]);
  });
});

it("splits a line of a hundred thousand cells with quotes at its end in no time", () => {
  const cells = splitRecord(`${"a,".repeat(100_000)}"b""c"`, ",");
  expect(cells).toHaveLength(100_001);
  expect(cells!.at(-1)).toBe('b"c');
  expect(splitRecord(`${"a,".repeat(100_000)}b"c`, ",")).toBeUndefined();
});
