// What tells the ids of copies from those of their originals: one or more "~" that no id has yet.

import { textAt } from "../../base/text-column.js";
import type { Workload } from "../../model/job.js";

const MARK = "~".charCodeAt(0);

/** The shortest run of "~" that is in no id of the workload. */
export function freeSuffix({ ids, jobCount, arrays }: Workload): string {
  let longest = 0;
  const see = (id: string) => {
    for (const run of id.match(/~+/g) ?? []) longest = Math.max(longest, run.length);
  };
  // Most ids have none: bytes are looked at, texts only where there is one.
  if (ids.bytes.includes(MARK)) for (let job = 0; job < jobCount; job++) see(textAt(ids, job));
  arrays.ids.forEach(see);
  return "~".repeat(longest + 1);
}
