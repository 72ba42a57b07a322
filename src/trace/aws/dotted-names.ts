// Fields named by their path, as Logs Insights names them: "detail.container.resourceRequirements.0.value".

import type { JsonObject } from "../text/json-values.js";

/** Deeper paths, and lists longer than this, are no job's. */
const MAX_DEPTH = 12;
const PLACE = /^\d{1,3}$/;

interface Node {
  readonly children: Map<string, Node>;
  value: string;
}

/** The object with these values; empty ones and names that are no path are left out. */
export function objectOfPaths(fields: readonly (readonly [name: string, value: string])[]): JsonObject {
  const root: Node = { children: new Map(), value: "" };
  for (const [name, value] of fields) {
    const path = name.split(".", MAX_DEPTH + 1);
    if (value === "" || path.length > MAX_DEPTH) continue;
    let node = root;
    for (const step of path) {
      const next = node.children.get(step) ?? { children: new Map(), value: "" };
      node.children.set(step, next);
      node = next;
    }
    node.value = value;
  }
  return objectOfNodes(root.children);
}

function objectOfNodes(children: ReadonlyMap<string, Node>): JsonObject {
  return Object.fromEntries([...children].map(([step, node]) => [step, valueOfNode(node)]));
}

/** A list when its steps are places; at most MAX_DEPTH calls deep. */
function valueOfNode({ children, value }: Node): unknown {
  if (children.size === 0) return value;
  const steps = [...children.keys()];
  if (!steps.every((step) => PLACE.test(step))) return objectOfNodes(children);
  const list: unknown[] = [];
  for (const step of steps.sort((a, b) => Number(a) - Number(b))) list.push(valueOfNode(children.get(step)!));
  return list;
}
