import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "../../../src/trace/text/lines.js";

async function* inChunks(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut > start) yield bytes.subarray(start, cut);
    start = Math.max(start, cut);
  }
}

type Line = readonly [text: string | undefined, line: number];

async function linesOf(text: string, cuts: readonly number[] = [], maxBytes?: number): Promise<Line[]> {
  const lines: Line[] = [];
  await readLines(
    inChunks(new TextEncoder().encode(text), cuts),
    (line, number) => lines.push([line, number]),
    maxBytes,
  );
  return lines;
}

describe("readLines", () => {
  it.each<[string, string, readonly string[]]>([
    ["no text", "", []],
    ["no last line end", "a\nb", ["a", "b"]],
    ["LF", "a\nb\n", ["a", "b"]],
    ["CRLF", "a\r\nb\r\n", ["a", "b"]],
    ["CR", "a\rb\r", ["a", "b"]],
    ["all of them", "a\r\n\rb\n\r\nc\r", ["a", "", "b", "", "c"]],
    ["blank lines", "\n\na\n\n", ["", "", "a", ""]],
    ["blanks and tabs", " a\t\n\t\n", [" a\t", "\t"]],
    ["characters of several bytes", "å\u2028ß\n🚢", ["å\u2028ß", "🚢"]],
  ])("%s", async (_, text, expected) => {
    expect(await linesOf(text)).toEqual(expected.map((line, index) => [line, index + 1]));
  });

  it("gives the same lines however the text is cut", async () => {
    const piece = fc.constantFrom("a", "bc", "\n", "\r", "\r\n", "å", "🚢", " ");
    const input = fc.record({ text: fc.array(piece).map((pieces) => pieces.join("")), cuts: fc.array(fc.nat(60)) });
    await fc.assert(
      fc.asyncProperty(input, fc.integer({ min: 1, max: 8 }), async ({ text, cuts }, maxBytes) => {
        const inOrder = cuts.sort((a, b) => a - b);
        const expected = text.split(/\r\n|\n|\r/);
        if (expected.at(-1) === "") expected.pop();
        expect((await linesOf(text, inOrder)).map(([line]) => line)).toEqual(expected);
        const fits = (line: string) => new TextEncoder().encode(line).length <= maxBytes;
        expect((await linesOf(text, inOrder, maxBytes)).map(([line]) => line)).toEqual(
          expected.map((line) => (fits(line) ? line : undefined)),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("gives no text of a line that is too long, and goes on behind it", async () => {
    expect(await linesOf("12345\n123456\r\n1\n123456", [3, 9], 5)).toEqual([
      ["12345", 1],
      [undefined, 2],
      ["1", 3],
      [undefined, 4],
    ]);
  });

  it("never holds a line of 100 MB", async () => {
    const chunk = new Uint8Array(256 * 1024).fill(97);
    async function* long(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 400; i++) yield chunk;
      yield new TextEncoder().encode("\nend");
    }
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const lines: Line[] = [];
    const begin = process.cpuUsage();
    const watched = async function* () {
      for await (const part of long()) {
        yield part;
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    };
    await readLines(watched(), (...line) => lines.push(line));
    expect(lines).toEqual([
      [undefined, 1],
      ["end", 2],
    ]);
    expect(process.cpuUsage(begin).user).toBeLessThan(1_000_000);
    expect(most).toBeLessThan(8 * 1024 * 1024);
  });
});
