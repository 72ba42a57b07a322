// JSON.parse for text that may be anything. An error costs it a hundred times what a short value does, mostly for its stack
// trace: a file of broken lines would take minutes. What is plainly no JSON is told by its ends, of the rest no stack
// trace is taken.

/** Undefined: no JSON. */
export function parseJson(text: string): unknown {
  if (!mayBeJson(text)) return undefined; // the caller counts it as malformed and shows how it begins
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Longer texts are too few to matter. */
const SHORT = 64;

/** Characters that a value can begin with, one that can follow the bracket there, and one before the bracket at its end. */
const BEGINNINGS = '{["-0123456789tfn';
const FIRST_IN_OBJECT = '"}';
const FIRST_IN_LIST = `${BEGINNINGS}]`;
const LAST_INSIDE = '{["}]0123456789el';
const WORD_OR_NUMBER = /^(?:true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** False for what cannot be a value, by its first and last characters; true says nothing. */
function mayBeJson(text: string): boolean {
  const start = skipBlanks(text, 0, 1);
  const end = skipBlanks(text, text.length - 1, -1);
  if (start > end) return false;
  const first = text[start]!;
  const last = text[end]!;
  if (first === "{" || first === "[") {
    const second = text[skipBlanks(text, start + 1, 1)];
    const lastButOne = text[skipBlanks(text, end - 1, -1)];
    if (last !== (first === "{" ? "}" : "]") || second === undefined || lastButOne === undefined) return false;
    return (first === "{" ? FIRST_IN_OBJECT : FIRST_IN_LIST).includes(second) && LAST_INSIDE.includes(lastButOne);
  }
  if (first === '"') return last === '"' && end > start;
  return BEGINNINGS.includes(first) && (end - start > SHORT || WORD_OR_NUMBER.test(text.slice(start, end + 1)));
}

/** The place of the first character from `at` on, in steps of 1 or -1, that JSON does not skip. */
function skipBlanks(text: string, at: number, step: number): number {
  let place = at;
  while (isBlank(text.charCodeAt(place))) place += step;
  return place;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}
