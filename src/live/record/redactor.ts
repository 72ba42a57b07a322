// Takes out of texts what is nobody's business. The same id, account number or name becomes the same replacement throughout a
// recording, so that answers and later requests still belong together.

import { type Leaf, READ_NAMES, type Shape } from "./shapes.js";

/** Account numbers, EC2's ids, UUIDs and the 32 hexadecimal digits of ECS. */
const IDS =
  /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|\d{12}|[a-z]{1,8}-(?:[0-9a-f]{17}|[0-9a-f]{8}))\b/g;

/** How AWS begins its reasons: Batch and ECS user guides, troubleshooting; EC2's StateReason. What follows may be anybody's words. */
const REASONS = [
  /^Host EC2 \(instance i-[0-9a-f]+\) (?:terminated|stopped)\.?/,
  /^(?:Essential container in task exited|Task failed to start|Job attempt duration exceeded timeout)/,
  /^(?:Dependent Job failed|Array Child Job failed|Canceled by JobStateTimeLimit|Canceled|Terminated|ClientRequest)/,
  /^(?:CAPACITY|MISCONFIGURATION)(?::[A-Z_]+)?/,
  /^(?:Server|Client)\.[A-Za-z]+/,
  /^[A-Za-z]+(?:Error|Exception)/,
  /^User initiated/,
  /^(?:MISSING|INACTIVE)$/,
];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export class Redactor {
  private readonly replacements = new Map<string, string>();

  /** The text with every id in another's place. */
  ids(text: string): string {
    return text.replace(IDS, (id) => this.replacement(id, idLike(id)));
  }

  /** Of a JSON text what the shape has. Throws SyntaxError when it is none. */
  json(text: string, shape: Shape): string {
    return JSON.stringify(this.jsonPart(JSON.parse(text) as Json, shape) ?? {});
  }

  /** Of an XML text what the shape has below its root, without attributes. */
  xml(text: string, shape: Shape): string {
    return redactXml(text, shape, (leaf, value) => this.leaf(leaf, value));
  }

  /** A text of a request: one that an answer had is what it has become there; of others the ids are replaced. */
  asked(text: string): string {
    return this.replacements.get(text) ?? this.ids(text);
  }

  private jsonPart(value: Json, shape: Shape): Json | undefined {
    if (value === null) return undefined;
    if (Array.isArray(value))
      return value.map((each) => this.jsonPart(each, shape)).filter((each) => each !== undefined);
    if (typeof shape === "string") {
      if (typeof value === "object") return undefined;
      return typeof value === "string" ? this.leaf(shape, value) : value;
    }
    if (typeof value !== "object") return undefined;
    const parts = value as { readonly [key: string]: Json };
    if ("name" in shape && "value" in shape && !READ_NAMES.test(String(parts.name))) return undefined;
    const kept: [string, Json][] = [];
    for (const [key, part] of Object.entries(parts)) {
      const partShape = Object.hasOwn(shape, key) ? shape[key] : undefined;
      const redacted = partShape === undefined ? undefined : this.jsonPart(part, partShape);
      if (redacted !== undefined) kept.push([key, redacted]);
    }
    return Object.fromEntries(kept);
  }

  private leaf(leaf: Leaf, value: string): string {
    switch (leaf) {
      case "keep":
        return value;
      case "ids":
        return this.ids(value);
      case "name":
        return value === "" ? "" : this.replacement(value, (number) => `name-${number}`);
      case "reason":
        return this.ids(reasonOf(value));
      case "arn":
        return this.ids(value.replace(/^((?:[^:]*:){5}[^/]*).*$/s, "$1/recorded"));
    }
  }

  private replacement(value: string, make: (number: number) => string): string {
    const known = this.replacements.get(value);
    if (known !== undefined) return known;
    const made = make(this.replacements.size + 1);
    this.replacements.set(value, made);
    return made;
  }
}

function reasonOf(value: string): string {
  for (const pattern of REASONS) {
    const [begin] = pattern.exec(value) ?? [];
    if (begin !== undefined) return begin;
  }
  return "";
}

/** Makes ids of the same form: digits, or a prefix with hexadecimal digits, or those of a UUID. */
function idLike(id: string): (number: number) => string {
  return (number) => {
    if (/^\d{12}$/.test(id)) return String(number).padStart(12, "0");
    const digits = number.toString(16);
    const [prefix = ""] = /^[a-z]{1,8}-(?=[0-9a-f]+$)/.exec(id) ?? [];
    if (prefix !== "") return prefix + digits.padStart(id.length - prefix.length, "0");
    const padded = digits.padStart(id.replaceAll("-", "").length, "0");
    if (!id.includes("-")) return padded;
    return [padded.slice(0, 8), padded.slice(8, 12), padded.slice(12, 16), padded.slice(16, 20), padded.slice(20)].join(
      "-",
    );
  };
}

const XML_TOKENS = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([\w:.-]+)[^>]*?(\/?)>|([^<]+)/g;

interface OpenElement {
  readonly name: string;
  /** Undefined: it is left out with all that is in it. */
  readonly shape: Shape | undefined;
  readonly parts: string[];
  /** Text of the element that says what the one beside it is of. */
  key: string;
}

/** AWS's XML: elements and text, no mixed content. */
function redactXml(text: string, shape: Shape, leaf: (leaf: Leaf, value: string) => string): string {
  const top: OpenElement = { name: "", shape: undefined, parts: [], key: "" };
  const open: OpenElement[] = [top];
  for (const [, closes, name, empty, content] of text.matchAll(XML_TOKENS)) {
    const last = open.at(-1)!;
    if (content !== undefined) {
      if (typeof last.shape === "string") last.parts.push(leaf(last.shape, content.trim()));
      continue;
    }
    if (name === undefined) continue;
    if (closes === "/") {
      if (open.length > 1) close(open);
      continue;
    }
    const part = typeof last.shape === "object" && Object.hasOwn(last.shape, name) ? last.shape[name] : undefined;
    open.push({ name, shape: open.length === 1 ? shape : part, parts: [], key: "" });
    if (empty === "/") close(open);
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${top.parts.join("")}`;
}

function close(open: OpenElement[]): void {
  const { name, shape, parts, key } = open.pop()!;
  const above = open.at(-1)!;
  if (shape === undefined) return;
  if (name === "key") above.key = parts.join("");
  // A name with its value: only those that are read.
  if (typeof shape === "object" && "key" in shape && "value" in shape && !READ_NAMES.test(key)) return;
  above.parts.push(`<${name}>${parts.join("")}</${name}>`);
}
