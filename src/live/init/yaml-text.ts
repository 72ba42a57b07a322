// Plain data as YAML in block style. Only what the templates need: maps, lists, texts, numbers and booleans.

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Texts that mean themselves without quotes in every version of YAML. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./ -]*[A-Za-z0-9_/]$|^[A-Za-z]$/;
/** What older readers take for something else. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** A text as one line of YAML. */
export function yamlScalar(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  return PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}

/** The lines of a value, each with a line break at its end. */
export function yamlText(value: Plain, indent = ""): string {
  if (typeof value !== "object") return `${indent}${yamlScalar(value)}\n`;
  if (Array.isArray(value)) return value.map((item: Plain) => `${indent}- ${inner(item, `${indent}  `)}`).join("");
  const entries = Object.entries(value);
  return entries.map(([key, item]) => `${indent}${yamlScalar(key)}:${below(item, indent)}`).join("");
}

/** A list's entry: its first line stands behind the dash. */
function inner(value: Plain, indent: string): string {
  return isEmpty(value) ? `${emptyOf(value)}\n` : yamlText(value, indent).slice(indent.length);
}

function below(value: Plain, indent: string): string {
  if (isEmpty(value)) return ` ${emptyOf(value)}\n`;
  return typeof value === "object" ? `\n${yamlText(value, `${indent}  `)}` : ` ${yamlScalar(value)}\n`;
}

function isEmpty(value: Plain): boolean {
  return typeof value === "object" && Object.keys(value).length === 0;
}

function emptyOf(value: Plain): string {
  return Array.isArray(value) ? "[]" : "{}";
}
