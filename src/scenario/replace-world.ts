// A scenario file's text with other delays in its `world`. Everything else stays as the user wrote it, comments too.

import { type Document, isMap, isSeq, parseDocument } from "yaml";
import { assert } from "../base/assert.js";
import type { PathKey } from "./finding.js";

/** What takes the place of what stood in the file. */
export interface Replacement {
  /** Delays by key, in the scenario's language. */
  readonly world: Readonly<Record<string, unknown>>;
  /** The path of a trace as it must be written in the new file. */
  readonly movePath: (path: string) => string;
  /** Stands above the delays. */
  readonly comment: string;
}

/** The text with the replacement. The text must be that of a valid scenario. */
export function replaceWorld(text: string, { world, movePath, comment }: Replacement): string {
  const document = parseDocument(text, { merge: true });
  assert(document.errors.length === 0, "a scenario that was read is no YAML");
  // `ideal` and aliases are words for a whole world: the delays take their place.
  if (!isMap(document.get("world", true))) document.set("world", document.createNode({}));
  for (const [delay, value] of Object.entries(world)) {
    document.setIn(["world", delay], document.createNode(value, { flow: true }));
  }
  for (const path of pathsOfFiles(document)) {
    const file = document.getIn(path);
    if (typeof file === "string") document.setIn(path, movePath(file));
  }
  const node = document.get("world", true);
  assert(isMap(node), "the world was just made a map");
  node.commentBefore = ` ${comment}`;
  return document.toString({ lineWidth: 120 });
}

/** Where the names of files stand: of the trace, of those that are merged into it, and of the market's prices and capacity. */
function pathsOfFiles(document: Document): PathKey[][] {
  const steps = document.getIn(["trace", "transform"], true);
  const count = isSeq(steps) ? steps.items.length : 0;
  const merges = Array.from({ length: count }, (_, step): PathKey[] => ["trace", "transform", step, "merge"]);
  const market = [
    ["prices", "history"],
    ["prices", "fitted"],
    ["capacity", "trace"],
  ];
  const ofMarket = market.map((keys): PathKey[] => ["world", "spot", ...keys]);
  return [
    ["trace", "file"],
    ...ofMarket,
    ...merges.map((path) => (isMap(document.getIn(path, true)) ? [...path, "file"] : path)),
  ];
}
