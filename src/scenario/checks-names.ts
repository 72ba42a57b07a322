// Names in the raw document: where they are given, which are defined, and what to say of one that is not.

import { didYouMean } from "../base/issues.js";
import { asList, asMap, describeValue, type Finding, type PathKey, valueAt } from "./finding.js";

/** A name and where it was written. */
export interface Mention {
  readonly name: string;
  readonly path: readonly PathKey[];
}

/** The texts under `key` in the maps of the list at `path`. */
export function mentions(root: unknown, path: readonly PathKey[], key: string): Mention[] {
  return asList(valueAt(root, path)).flatMap((item, index) => {
    const name = asMap(item)?.[key];
    return typeof name === "string" ? [{ name, path: [...path, index, key] }] : [];
  });
}

/** The names defined in the list at `path`; undefined when the list is missing or one of its names is. */
export function namedPart(root: unknown, path: readonly PathKey[], key: string): string[] | undefined {
  const list = asList(valueAt(root, path));
  const found = mentions(root, path, key);
  return list.length > 0 && found.length === list.length ? found.map((mention) => mention.name) : undefined;
}

/** Findings about names that are given twice. */
export function duplicateNames(found: readonly Mention[], what: string): Finding[] {
  const seen = new Set<string>();
  return found.flatMap((mention) => {
    if (!seen.has(mention.name)) {
      seen.add(mention.name);
      return [];
    }
    const message = `the ${what} ${describeValue(mention.name)} is defined twice`;
    return [{ code: "duplicate-name", message, path: mention.path }];
  });
}

/** How many defined names a hint lists. */
const NAMES_IN_HINT = 10;

/** A finding when the name is not among the defined ones. */
export function unknownName(
  what: string,
  { name, path }: Mention,
  defined: readonly string[],
  atKey = false,
): Finding[] {
  if (defined.includes(name)) return [];
  const more = defined.length > NAMES_IN_HINT ? ", …" : "";
  const all = defined.length === 0 ? undefined : `defined: ${defined.slice(0, NAMES_IN_HINT).join(", ")}${more}`;
  return [
    {
      code: `unknown-${what.replaceAll(" ", "-")}`,
      message: `there is no ${what} ${describeValue(name)}`,
      hint: didYouMean(name, defined) ?? all,
      path,
      atKey,
    },
  ];
}
