// JSON values one after another in one text: one reply, JSON Lines, or the pages of a reply as the AWS CLI prints them, with
// nothing between them. JSON.parse takes one value only and does not always say where it failed; this reader does both.

/** A JSON value and where it began in its text. */
export interface JsonValue {
  readonly value: unknown;
  readonly offset: number;
}

/** The text is no JSON: `offset` is the first character that cannot be. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Replies nest about ten levels; the reader recurses, and a hostile text must not exhaust the stack. */
const DEEPEST_NESTING = 100;

const SPACE = /[ \t\n\r]*/y;
/** Commas between the values are tolerated: pages joined by hand often have them. */
const BETWEEN_VALUES = /[ \t\n\r,]*/y;
const LITERAL = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\p{Cc}]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;

/** All JSON values of a text. Throws JsonError at the first character that cannot be. */
export function readJsonValues(text: string): JsonValue[] {
  const reader = new Reader(text);
  const values: JsonValue[] = [];
  for (let offset = reader.next(BETWEEN_VALUES); offset < text.length; offset = reader.next(BETWEEN_VALUES)) {
    values.push({ value: reader.value(0), offset });
  }
  return values;
}

/** 1-based line and column of an offset. */
export function linePosition(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

class Reader {
  private readonly text: string;
  private at: number;

  constructor(text: string) {
    this.text = text;
    // A byte order mark, as Windows' shells put before their output.
    this.at = text.startsWith("\uFEFF") ? 1 : 0;
  }

  /** Skips what `space` matches; the offset behind it. */
  next(space: RegExp): number {
    this.take(space);
    return this.at;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST_NESTING) throw new JsonError(`nested more than ${DEEPEST_NESTING} levels deep`, this.at);
    this.take(SPACE);
    switch (this.text[this.at]) {
      case "{":
        return Object.fromEntries(this.entries("}", () => this.pair(depth)));
      case "[":
        return this.entries("]", () => this.value(depth + 1));
      case '"':
        return this.string();
      default: {
        const literal = this.take(LITERAL);
        return literal === undefined ? this.fail("a value") : (JSON.parse(literal) as unknown);
      }
    }
  }

  private pair(depth: number): [string, unknown] {
    this.take(SPACE);
    const key = this.string();
    this.take(SPACE);
    if (this.text[this.at] !== ":") this.fail('":"');
    this.at++;
    return [key, this.value(depth + 1)];
  }

  /** The entries of a map or a list, from its opening bracket to `close`. */
  private entries<T>(close: "}" | "]", entry: () => T): T[] {
    const found: T[] = [];
    this.at++;
    this.take(SPACE);
    if (this.text[this.at] === close) {
      this.at++;
      return found;
    }
    for (;;) {
      found.push(entry());
      this.take(SPACE);
      const mark = this.text[this.at];
      if (mark !== "," && mark !== close) this.fail(`"," or "${close}"`);
      this.at++;
      if (mark === close) return found;
    }
  }

  private string(): string {
    const literal = this.take(STRING);
    return literal === undefined ? this.fail("a text in double quotes") : (JSON.parse(literal) as string);
  }

  /** The text that `pattern` matches here, which is then behind us. */
  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.at += match.length;
    return match;
  }

  private fail(expected: string): never {
    const found = this.text[this.at];
    throw new JsonError(
      found === undefined
        ? `the text ends where ${expected} was expected`
        : `expected ${expected}, got ${JSON.stringify(found)}`,
      this.at,
    );
  }
}
