// Damaged copies of real trace files, as many as asked for, the same ones every time.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { randomStream } from "../../src/base/random.js";
import { realPath } from "./real-files.js";

/**
 * Larger files of lines are cut: their head and a window somewhere behind it. Of larger JSON the lists are: a document is still one,
 * and changes meet more of what matters. HTML stays whole.
 */
const WHOLE_BYTES = 40_000;
const HEAD_BYTES = 6_000;
const WINDOW_BYTES = 10_000;
const MOST_ELEMENTS = 40;

/** Bytes and texts that mean something to one parser or another. */
const TROUBLE = [
  ...[
    '"',
    '""',
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ";",
    "|",
    "\t",
    ":",
    "=",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    " ",
    "\0",
    "\u00a0",
  ],
  ...[
    "\ufeff",
    "é",
    "\u2028",
    "-",
    "-1",
    "0",
    "NaN",
    "null",
    "Infinity",
    "1e999",
    "-0",
    "999999999999999999999",
    "0x10",
  ],
  ...[
    "__proto__",
    "constructor",
    "1970-01-01T00:00:00Z",
    "2024-03-31 02:30:00",
    "[[[[[[[[",
    "{{{{{{{{",
    "\ud83d\ude00",
    "#",
    "%s",
  ],
];

export interface Mutant {
  readonly bytes: Uint8Array;
  readonly what: string;
}

/** The text of a real file, unpacked. */
export function realBytes(file: string): Uint8Array {
  const bytes = readFileSync(realPath(file));
  return file.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/** Values of JSON where another one is expected. */
const VALUES = [
  ...[
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1e300",
    "-0.5",
    "1",
    "9007199254740993",
    '""',
    '"x"',
    '"-"',
    '"1e9"',
    '"0.25"',
  ],
  ...[
    "[]",
    "{}",
    "[[]]",
    "[null]",
    "[{}]",
    '{"a":[1]}',
    '"2024-02-30T00:00:00Z"',
    '"2147483647"',
    '"arn:aws:batch:::job/#1"',
  ],
  ...[
    "1511981321000",
    '"__proto__"',
    '{"__proto__":{"x":1}}',
    '"SUCCEEDED"',
    '"FAILED"',
    '"RUNNING"',
    "[[[[[[[[]]]]]]]]",
  ],
];
const MOST_CHANGES = 4;
/** Of ten changes to a document so many leave it JSON. */
const GENTLE_OF_TEN = 8;

/** Yields `count` mutants; each has one to four changes. */
export function* mutantsOf(original: Uint8Array, count: number, seed: number): Generator<Mutant> {
  const random = randomStream(seed, "mutants");
  const below = (limit: number) => Math.floor(random.uniform() * limit);
  const start = Buffer.from(original.subarray(0, 8)).toString("utf8");
  const isDocument = /^(\ufeff)?[{[<]/.test(start);
  const document = /^[{[]/.test(start) && original.length > WHOLE_BYTES ? withShortLists(original) : original;
  for (let number = 0; number < count; number++) {
    let bytes: Buffer = Buffer.from(isDocument ? document : cut(original, below));
    const changes: string[] = [];
    const times = 1 + below(MOST_CHANGES);
    for (let change = 0; change < times; change++) {
      const isGentle = isDocument && below(10) < GENTLE_OF_TEN;
      const [name, mutate] = isGentle ? SWAP_A_VALUE : MUTATIONS[below(MUTATIONS.length)]!;
      bytes = mutate(bytes, below);
      changes.push(name);
    }
    yield { bytes, what: `mutant ${number} of seed ${seed}: ${changes.join(", ")}` };
  }
}

type Below = (limit: number) => number;

/** Files of several documents are left as they are. */
function withShortLists(original: Uint8Array): Uint8Array {
  try {
    const short = (_: string, value: unknown) => (Array.isArray(value) ? value.slice(0, MOST_ELEMENTS) : value);
    return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(original).toString("utf8"), short), null, 1));
  } catch {
    return original;
  }
}

function cut(original: Uint8Array, below: Below): Uint8Array {
  if (original.length <= WHOLE_BYTES) return original;
  const start = HEAD_BYTES + below(original.length - HEAD_BYTES - WINDOW_BYTES);
  return Buffer.concat([original.subarray(0, HEAD_BYTES), original.subarray(start, start + WINDOW_BYTES)]);
}

/** Looking for a value in a whole document would take longer than reading it. */
const SWAP_WINDOW_BYTES = 2_000;

const SWAP_A_VALUE = [
  "swap a value",
  (bytes: Buffer, below: Below) => {
    const from = below(bytes.length);
    const window = bytes.toString("latin1", from, from + SWAP_WINDOW_BYTES);
    const found = [...window.matchAll(/(?<=[:,[]\s*)(?:"(?:[^"\\]|\\.){0,200}"|-?\d+(?:\.\d+)?)(?=\s*[,\]}])/g)];
    const chosen = found[below(found.length)];
    if (chosen === undefined) return bytes;
    const start = from + chosen.index;
    const value = Buffer.from(VALUES[below(VALUES.length)]!);
    return Buffer.concat([bytes.subarray(0, start), value, bytes.subarray(start + chosen[0].length)]);
  },
] as const;

const MUTATIONS: readonly (readonly [string, (bytes: Buffer, below: Below) => Buffer])[] = [
  [
    "flip a bit",
    (bytes, below) => {
      if (bytes.length === 0) return bytes;
      const at = below(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << below(8));
      return bytes;
    },
  ],
  [
    "replace a digit",
    (bytes, below) => {
      const from = below(bytes.length + 1);
      for (let at = from; at < bytes.length; at++) {
        if (bytes[at]! < 48 || bytes[at]! > 57) continue;
        bytes[at] = 48 + below(10);
        break;
      }
      return bytes;
    },
  ],
  [
    "insert trouble",
    (bytes, below) => {
      const at = below(bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(TROUBLE[below(TROUBLE.length)]!), bytes.subarray(at)]);
    },
  ],
  [
    "put trouble in place of a word",
    (bytes, below) => {
      const at = below(bytes.length + 1);
      const end = Math.min(bytes.length, at + 1 + below(12));
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(TROUBLE[below(TROUBLE.length)]!), bytes.subarray(end)]);
    },
  ],
  [
    "delete a range",
    (bytes, below) => {
      const at = below(bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(200))]);
    },
  ],
  [
    "repeat a range",
    (bytes, below) => {
      const at = below(bytes.length + 1);
      const end = Math.min(bytes.length, at + below(2_000));
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end)]);
    },
  ],
  ["cut the end", (bytes, below) => bytes.subarray(0, below(bytes.length + 1))],
  ["cut the beginning", (bytes, below) => bytes.subarray(below(Math.min(bytes.length, 400) + 1))],
  [
    "a byte of no text",
    (bytes, below) => {
      // Rarely: most such files are refused as no text, and nothing else of them is tried.
      if (bytes.length > 0 && below(8) === 0) bytes[below(bytes.length)] = 0x80 + below(128);
      return bytes;
    },
  ],
];
