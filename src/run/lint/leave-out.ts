// Leaving parts out of a document without losing where the others stood: every map and list of the copy remembers its path.

import { type PathKey, valueAt } from "../../scenario/finding.js";

const PATHS = new WeakMap<object, readonly PathKey[]>();

/** A copy of a plain value whose maps and lists remember their paths. */
export function traced(value: unknown, path: readonly PathKey[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy = Array.isArray(value)
    ? value.map((item, index) => traced(item, [...path, index]))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => [key, traced(item, [...path, key])]));
  PATHS.set(copy, path);
  return copy;
}

/** The path in the original of what stands at `path` of the copy now. */
export function tracedPath(document: unknown, path: readonly PathKey[]): PathKey[] {
  for (let depth = path.length; depth >= 0; depth--) {
    const node = valueAt(document, path.slice(0, depth));
    const original = typeof node === "object" && node !== null ? PATHS.get(node) : undefined;
    if (original !== undefined) return [...original, ...path.slice(depth)];
  }
  return [...path];
}

/**
 * Takes what stands at these paths out of the copy; where a path leads nowhere (a key is missing), what is around it.
 * Returns whether anything was taken out; never the document itself.
 */
export function leaveOut(document: unknown, paths: readonly (readonly PathKey[] | undefined)[]): boolean {
  const doomed = new Map<object, Set<PathKey>>();
  for (const path of paths) {
    const target = path === undefined ? undefined : deepest(document, path);
    if (target === undefined) continue;
    const keys = doomed.get(target.parent) ?? new Set();
    doomed.set(target.parent, keys.add(target.key));
  }
  for (const [parent, keys] of doomed) {
    if (Array.isArray(parent)) parent.splice(0, parent.length, ...parent.filter((_, index) => !keys.has(index)));
    else for (const key of keys) delete (parent as Record<PathKey, unknown>)[key];
  }
  return doomed.size > 0;
}

/** The entry of a map or list that a path names, or the nearest around it that there is. */
function deepest(document: unknown, path: readonly PathKey[]): { parent: object; key: PathKey } | undefined {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = valueAt(document, path.slice(0, depth - 1));
    const key = path[depth - 1]!;
    if (typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key)) continue;
    return { parent, key };
  }
  return undefined;
}

/** The keys of a path as formatPath writes it: `trace.queueMap["queue-1"]`, `jobQueues[0].priority`. */
export function pathKeys(text: string): PathKey[] {
  const steps = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([A-Za-z_$][\w$]*)/g);
  return [...steps].map(([, index, quoted, plain]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? plain! : (JSON.parse(quoted) as string);
  });
}
