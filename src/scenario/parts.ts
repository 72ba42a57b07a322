// The parts of a raw document that are right by themselves, as the schema reads them: so that a mistake in one job does not
// hide those in the others, nor a wrong compute environment those in the jobs.

import type { z } from "zod";
import { asList, type PathKey, valueAt } from "./finding.js";

export interface Part<T> {
  readonly value: T;
  readonly path: readonly PathKey[];
}

/** The entries of the list at `path` that `schema` accepts, each with its place. */
export function partsOf<S extends z.ZodType>(root: unknown, path: readonly PathKey[], schema: S): Part<z.output<S>>[] {
  return asList(valueAt(root, path)).flatMap((item, index) => {
    const result = schema.safeParse(item);
    return result.success ? [{ value: result.data, path: [...path, index] }] : [];
  });
}
