import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNREADABLE } from "../../../src/trace/text/cells.js";
import type { JsonLimits, JsonRecord } from "../../../src/trace/text/json-record.js";
import { readJsonRecords } from "../../../src/trace/text/json-records.js";
import { field, listOf, numberOf, objectOf, textOf } from "../../../src/trace/text/json-values.js";

const KEYS: ReadonlySet<string> = new Set(["jobs", "Records"]);

async function* chunked(text: string | Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function recordsOf(text: string | Uint8Array, size = 1 << 18, limits?: JsonLimits): Promise<JsonRecord[]> {
  const records: JsonRecord[] = [];
  await readJsonRecords(chunked(text, size), KEYS, (record) => records.push(record), limits);
  return records;
}

/** Values as they are, faults by their kind, each with its line. */
async function linesOf(text: string, size?: number): Promise<[unknown, number][]> {
  const records = await recordsOf(text, size);
  return records.map((record) => [record.kind === "value" ? record.value : record.kind, record.line]);
}

const A = { id: "a", list: [1, { b: [] }], text: 'quote " and { [ \\' };
const B = { id: "b" };
const C = { id: "c", ключ: "värde 🙂" };
const a = JSON.stringify(A);
const b = JSON.stringify(B);
const c = JSON.stringify(C);
const pretty = (value: unknown) => JSON.stringify(value, undefined, 2);

describe("JSON records", () => {
  it.each<[string, string, number[]]>([
    ["one value a line", `${a}\n${b}\r\n\n${c}\n`, [1, 2, 4]],
    ["no last line break", `${a}\n${b}\n${c}`, [1, 2, 3]],
    ["run together, counted in place of lines", a + b + c, [1, 2, 3]],
    ["behind record separators", `\x1e${a}\n\x1e${b}\n\x1e${c}\n`, [1, 2, 3]],
    ["pretty-printed, one after the other", [A, B, C].map(pretty).join("\n"), [1, 11, 14]],
    ["one list", JSON.stringify([A, B, C]), [1, 2, 3]],
    ["one list, pretty-printed", pretty([A, B, C]), [2, 12, 15]],
    ["one list, one element a line", `[\n${a},\n${b},\n${c}\n]\n`, [2, 3, 4]],
    ["one list that begins with its first element", `[${a},\n${b},\n${c}]\n`, [1, 2, 3]],
    ["commas first", `[ ${a}\n, ${b}\n, ${c}\n]`, [1, 2, 3]],
    ["lists in lists", JSON.stringify([[A], [], [[B, C]]]), [1, 2, 3]],
    ["a reply", JSON.stringify({ meta: { jobs: [1] }, jobs: [A, B, C], next: [1] }), [1, 2, 3]],
    ["a reply, pretty-printed", pretty({ meta: { jobs: [1] }, jobs: [A, B, C], next: [1] }), [8, 18, 21]],
    ["a reply with two lists", JSON.stringify({ jobs: [A], x: 1, Records: [B, C] }), [1, 2, 3]],
    ["replies, one a line", `${JSON.stringify({ jobs: [A, B] })}\n${JSON.stringify({ jobs: [C] })}\n`, [1, 2, 2]],
    ["replies in a list", pretty([{ jobs: [A] }, { jobs: [] }, { jobs: [B, C] }]), [4, 21, 24]],
    ["a time before each value", `2024-01-01T00:00:00.000Z ${a}\n2024-01-01T00:00:01.000Z ${b}\n2024 ${c}`, [1, 2, 3]],
    [
      "a compact reply, then a pretty-printed one",
      `${JSON.stringify({ jobs: [A] })}\n${pretty({ jobs: [B, C] })}`,
      [1, 4, 7],
    ],
    ["no indentation", pretty([A, B, C]).replace(/^ +/gm, ""), [2, 12, 15]],
    ["blanks around everything", ` \t\n  [ ${a} ,\n\t${b} , ${c}\t]  \n `, [2, 3, 3]],
  ])("%s", async (_, text, lines) => {
    for (const size of [1 << 18, 7, 1]) {
      expect(await linesOf(text, size)).toEqual([A, B, C].map((value, index) => [value, lines[index]]));
    }
  });

  it.each(["", " \n\n", "[]", '{"jobs": []}', '[{"jobs":[]}\n,[]]'])("no record in %j", async (text) => {
    expect(await linesOf(text)).toEqual([]);
  });

  it("takes elements of a reply's list as they are, and values that are neither object nor list", async () => {
    expect(await linesOf('{"jobs":[[1,[2]],{"jobs":[3]},null,"x, ]{",-1e3]}\ntrue\n')).toEqual([
      [[1, [2]], 1],
      [{ jobs: [3] }, 2],
      [null, 3],
      ["x, ]{", 4],
      [-1000, 5],
      [true, 2],
    ]);
    expect(await linesOf('{"jobs": null}')).toEqual([[{ jobs: null }, 1]]);
  });

  const bad = "malformed";
  it.each<[string, string, [unknown, number][]]>([
    [
      "a line cut short",
      `${a}\n{"x": 1\n${b}\n`,
      [
        [A, 1],
        [bad, 2],
        [B, 3],
      ],
    ],
    [
      "the first line cut short",
      `{"x": 1\n${b}\n${c}\n`,
      [
        [bad, 1],
        [B, 2],
        [C, 3],
      ],
    ],
    [
      "a line cut in a string",
      `{"x": "y\n${b}\n`,
      [
        [bad, 1],
        [B, 2],
      ],
    ],
    [
      "a line cut behind an escape",
      `${a}\n{"x": "y\\\n${b}\n`,
      [
        [A, 1],
        [bad, 2],
        [B, 3],
      ],
    ],
    [
      "a line cut in a list",
      `${a}\n{"x": [1,\n${b}\n`,
      [
        [A, 1],
        [bad, 2],
        [B, 3],
      ],
    ],
    [
      "the first line cut behind a comma",
      `{"x": 1,\n${b}\n`,
      [
        [bad, 1],
        [B, 2],
      ],
    ],
    [
      "a reply's line cut short",
      `{"jobs":[${a},{"x"\n{"jobs":[${b}]}\n`,
      [
        [A, 1],
        [bad, 2],
        [B, 2],
      ],
    ],
    [
      "an element cut short in a list of lines",
      `[\n${a},\n{"x": 1,\n${b}\n]`,
      [
        [A, 2],
        [bad, 3],
        [B, 4],
      ],
    ],
    [
      "garbage lines",
      `hello world\n${a}\nSTART\n\n${b}\n`,
      [
        [bad, 1],
        [A, 2],
        [bad, 3],
        [B, 5],
      ],
    ],
    [
      "one bracket too many",
      `${a}}\n${b}\n`,
      [
        [A, 1],
        [bad, 2],
        [B, 2],
      ],
    ],
    [
      "brackets of the wrong kind",
      `{"x": [1}]\n${b}\n`,
      [
        [bad, 1],
        [B, 2],
      ],
    ],
    [
      "a comma missing",
      `${a}\n{"x": 1 "y": 2}\n${b}`,
      [
        [A, 1],
        [bad, 2],
        [B, 3],
      ],
    ],
    [
      "a value missing in a pretty-printed list",
      `[\n  ${a},\n  {\n    "x":\n  },\n  ${b}\n]`,
      [
        [A, 2],
        [bad, 3],
        [B, 6],
      ],
    ],
    [
      "a pretty-printed reply that cannot be understood",
      `{\n  "jobs": [\n    ${a},\n    }\n  "x": {\n  }\n${b}\n`,
      [
        [A, 3],
        [bad, 4],
        [B, 7],
      ],
    ],
    [
      "the end inside a value",
      `${a}\n{"x": [`,
      [
        [A, 1],
        [bad, 2],
      ],
    ],
    [
      "the end inside a list",
      `[${a},`,
      [
        [A, 1],
        [bad, 2],
      ],
    ],
    [
      "the end inside a reply",
      `{"jobs": [${a}]`,
      [
        [A, 1],
        [bad, 2],
      ],
    ],
    ["a lone bracket", "]", [[bad, 1]]],
    ["quotes only", '"', [[bad, 1]]],
  ])("%s", async (_, text, expected) => {
    for (const size of [1 << 18, 5, 1]) expect(await linesOf(text, size)).toEqual(expected);
  });

  it("does not hold what is too long, and reads on behind it", async () => {
    const limits = { maxBytes: 40, maxDepth: 5 };
    const long = JSON.stringify({ text: "x".repeat(50) });
    const kinds = async (text: string, size: number) =>
      (await recordsOf(text, size, limits)).map(({ kind, line }) => [kind, line]);
    for (const size of [1 << 18, 9]) {
      expect(await kinds(`${b}\n${long}\n${b}\n`, size)).toEqual([
        ["value", 1],
        ["too-long", 2],
        ["value", 3],
      ]);
      expect(await kinds(`[${b},${long},${b}]`, size)).toEqual([
        ["value", 1],
        ["too-long", 2],
        ["value", 3],
      ]);
      expect(await kinds(`${"x".repeat(50)}\n${b}`, size)).toEqual([
        ["too-long", 1],
        ["value", 2],
      ]);
      // Whatever else a reply holds
      expect(await kinds(`{"meta":"${"x".repeat(50)}","jobs":[${b}],"y":"${"x".repeat(50)}"}`, size)).toEqual([
        ["value", 1],
      ]);
    }
  });

  it("rejects the record that is too deep, not the file", async () => {
    const limits = { maxBytes: 1e6, maxDepth: 5 };
    const nested = (depth: number) => `${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`;
    const kinds = async (text: string) =>
      (await recordsOf(text, 1 << 18, limits)).map(({ kind, line }) => [kind, line]);
    expect(await kinds(`${nested(5)}\n${nested(6)}\n${nested(5)}`)).toEqual([
      ["value", 1],
      ["too-deep", 2],
      ["value", 3],
    ]);
    expect(await kinds(`[${nested(4)},${nested(5)},${b}]`)).toEqual([
      ["value", 1],
      ["too-deep", 2],
      ["value", 3],
    ]);
    expect(await kinds(`${"[".repeat(1e5)}${"]".repeat(1e5)}`)).toEqual([["too-deep", 1]]);
    expect(await kinds(`${"[".repeat(1e5)}`)).toEqual([["malformed", 1]]);
  });

  it("hidden keys and halves of characters do no harm", async () => {
    const [proto, half, twice] = await recordsOf('{"__proto__":{"id":1}}\n{"x":"\\ud800"}\n{"x":1,"x":2}\n');
    expect(field(objectOf(proto?.kind === "value" && proto.value), "id")).toBeUndefined();
    expect(half).toEqual({ kind: "value", value: { x: "\ud800" }, line: 2 });
    expect(twice).toEqual({ kind: "value", value: { x: 2 }, line: 3 });
  });

  it("reads what JSON.stringify wrote, in any layout and chunks", async () => {
    const value = fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }));
    const layouts: readonly ((values: readonly unknown[]) => string)[] = [
      (values) => values.map((one) => JSON.stringify(one)).join("\n"),
      (values) => values.map((one) => JSON.stringify(one)).join(""),
      (values) => values.map(pretty).join("\n"),
      (values) => JSON.stringify({ jobs: values }),
      (values) => pretty({ n: 1, jobs: values, m: values }),
      (values) => pretty(values),
      (values) => pretty(values).replace(/\n +/g, "\n"),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        fc.constantFrom(...layouts),
        fc.constantFrom(1, 3, 64, 1 << 18),
        async (values, layout, size) => {
          fc.pre(values.every((one) => !Object.keys(one).some((key) => KEYS.has(key))));
          const records = await recordsOf(layout(values), size);
          expect(records.map((record) => (record.kind === "value" ? record.value : record.detail))).toEqual(
            JSON.parse(JSON.stringify(values)),
          );
        },
      ),
      { numRuns: 400 },
    );
  });

  it("gives the same for any chunks, and as many records as lines are good, whatever else the text holds", async () => {
    const line = fc.oneof(fc.constantFrom(a, b, c), fc.string({ unit: fc.constantFrom(...'{}[]",:1\\ x') }));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.constantFrom(1, 2, 5, 30), async (lines, size) => {
        const text = lines.join("\n");
        const whole = await recordsOf(text);
        expect(await recordsOf(text, size)).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });
});

describe("parts of JSON values", () => {
  it("finds keys in either case, own ones only", () => {
    expect(field({ jobId: 1, JobId: 2 }, "jobId")).toBe(1);
    expect(field({ JobId: 2 }, "jobId")).toBe(2);
    expect(field({}, "toString")).toBeUndefined();
  });

  it("keeps missing, zero and unreadable apart", () => {
    expect([undefined, null, "", "-"].map(numberOf)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect([0, "0", 1.5, "0.25"].map(numberOf)).toEqual([0, 0, 1.5, 0.25]);
    expect([true, {}, [], "x", JSON.parse("1e999")].map(numberOf)).toEqual(Array(5).fill(UNREADABLE));
    expect([1, "x", null, {}].map(textOf)).toEqual(["1", "x", "", ""]);
    expect([listOf(null), listOf({}), listOf([1])]).toEqual([[], [], [1]]);
  });
});
