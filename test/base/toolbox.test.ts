// The small tools: columns, texts, names, hashes, hints, issues.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AssertionError, assert } from "../../src/base/assert.js";
import { closestMatch } from "../../src/base/closest.js";
import { Float64Column, Int32Column, Uint8Column } from "../../src/base/columns.js";
import { Hasher, hashText } from "../../src/base/hash.js";
import { Interner } from "../../src/base/interner.js";
import { didYouMean, errorIssue, formatIssue, InputError, throwIfErrors } from "../../src/base/issues.js";
import { TextColumn, textAt } from "../../src/base/text-column.js";

describe("columns", () => {
  it.each([Float64Column, Int32Column, Uint8Column])("keep what was pushed while they grow: %o", (Column) => {
    const column = new Column(0);
    for (let i = 0; i < 100; i++) column.push(i);
    expect(column.length).toBe(100);
    expect(Array.from(column.view())).toEqual(Array.from({ length: 100 }, (_, i) => i));
    column.reserve(1000);
    expect(column.data.length).toBeGreaterThanOrEqual(1000);
    expect(Array.from(column.view())).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe("text columns", () => {
  it("give back every text, whatever is in it", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.constant("\ufeffmark"))), (texts) => {
        const column = new TextColumn();
        for (const value of texts) column.push(value);
        const sealed = column.seal();
        expect(texts.map((_, i) => textAt(sealed, i))).toEqual(texts);
        expect(column.length).toBe(texts.length);
      }),
    );
  });
});

describe("interner", () => {
  it("numbers names in order of appearance", () => {
    const interner = new Interner();
    expect(["b", "a", "b", "c", "a"].map((name) => interner.intern(name))).toEqual([0, 1, 0, 2, 1]);
    expect(interner.names).toEqual(["b", "a", "c"]);
    expect(["a", "d"].map((name) => interner.find(name))).toEqual([1, -1]);
  });
});

describe("hasher", () => {
  it("tells texts apart and is sixteen hexadecimal digits", () => {
    const texts = ["", "a", "b", "ab", "ba", "a ", "\u0000", "\u0000\u0000"];
    expect(new Set(texts.map(hashText)).size).toBe(texts.length);
    for (const text of texts) expect(hashText(text)).toMatch(/^[0-9a-f]{16}$/);
  });

  it("sees bytes, not where they lie in memory", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 7 }), (bytes, offset) => {
        const shifted = new Uint8Array(bytes.length + offset);
        shifted.set(bytes, offset);
        const hash = new Hasher().bytes(bytes).digest();
        expect(new Hasher().bytes(shifted.subarray(offset)).digest()).toBe(hash);
      }),
    );
  });

  it("changes with any single bit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, where) => {
        const changed = bytes.slice();
        const bit = where % (8 * bytes.length);
        changed[bit >> 3] = changed[bit >> 3]! ^ (1 << (bit & 7));
        expect(new Hasher().bytes(changed).digest()).not.toBe(new Hasher().bytes(bytes).digest());
      }),
    );
  });

  it("keeps neighbouring arrays apart", () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(1, 1)];
    expect(new Hasher().bytes(one).bytes(two).digest()).not.toBe(new Hasher().bytes(two).bytes(one).digest());
  });
});

describe("hints", () => {
  it.each([
    // Edits: one inserted; two swapped count as two; case does not count.
    { word: "minvCpu", candidates: ["minvCpus", "maxvCpus"], match: "minvCpus" },
    { word: "lahtency", candidates: ["cost", "latency"], match: "latency" },
    { word: "SPOT", candidates: ["spot"], match: "spot" },
    // Nine letters: at most three edits.
    { word: "strategie", candidates: ["strateXYZ"], match: "strateXYZ" },
    { word: "strategie", candidates: ["strawXYZe"], match: undefined },
    { word: "x", candidates: [], match: undefined },
    // The first of equally near ones.
    { word: "cat", candidates: ["bat", "hat"], match: "bat" },
  ])("for $word among $candidates: $match", ({ word, candidates, match }) => {
    expect(closestMatch(word, candidates)).toBe(match);
    expect(didYouMean(word, candidates)).toBe(match === undefined ? undefined : `did you mean "${match}"?`);
  });
});

describe("issues", () => {
  it("are one line each, as much of the position as there is", () => {
    expect(formatIssue(errorIssue("x", "is wrong"))).toBe("is wrong");
    expect(
      formatIssue(errorIssue("x", "is wrong", { file: "a.yaml", line: 3, column: 5, path: "b.c", hint: "fix it" })),
    ).toBe("a.yaml:3:5 b.c: is wrong (fix it)");
    expect(formatIssue(errorIssue("x", "is wrong", { path: "b" }))).toBe("b: is wrong");
  });

  it("stop the run, all together", () => {
    const [first, second] = [errorIssue("a", "is wrong"), errorIssue("b", "is wrong too", { line: 2 })];
    expect(() => throwIfErrors([])).not.toThrow();
    expect(() => throwIfErrors([first, second])).toThrow(new InputError([first, second]));
    const message = "is wrong\n2: is wrong too";
    expect(new InputError([first, second])).toMatchObject({ issues: [first, second], message });
  });
});

describe("assert", () => {
  it("crashes on what cannot be", () => {
    expect(() => assert(true, "never")).not.toThrow();
    expect(() => assert(false, "cannot be")).toThrow(new AssertionError("cannot be"));
  });
});
