// HTML that cannot forget to escape: what is put into an `html` template is text, unless it is markup itself.

import { printable } from "../words.js";

export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Piece = string | number | Markup | readonly Markup[];

/** The template's own text as it is; every value escaped for element text and quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  let text = parts[0]!;
  values.forEach((value, i) => {
    text += textOf(value) + parts[i + 1]!;
  });
  return new Markup(text);
}

export const NOTHING = new Markup("");

function textOf(value: Piece): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map((piece) => piece.text).join("");
  return escapeHtml(String(value));
}

function escapeHtml(text: string): string {
  return printable(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}
