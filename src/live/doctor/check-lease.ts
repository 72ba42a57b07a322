// The lease: can it be read, who holds it, and what is written in it? Nothing is written: whoever holds it would lose it.

import type { LeaseSettings } from "../../model/live-settings.js";
import { count } from "../operate/words.js";
import { ask } from "./ask.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

const READS: Readonly<Record<LeaseSettings["kind"], string>> = {
  dynamodb: "DynamoDB.GetItem",
  s3: "S3.GetObject",
  file: "Lease.Read",
};

/** What a controller needs besides; "" where check-folder.ts tells enough. */
const WRITES: Readonly<Record<LeaseSettings["kind"], string>> = {
  dynamodb: "dynamodb:UpdateItem",
  s3: "s3:PutObject",
  file: "",
};

export async function checkLease(facts: Facts, report: Report): Promise<void> {
  const { leaseStore, settings } = facts.context;
  const stored = await ask(READS[settings.lease.kind], () => leaseStore.read());
  if (settings.lease.kind === "file") {
    report.note(
      "the lease is a file: no other host may run a controller of this pool",
      "use dynamodb or s3 where one might",
    );
  }
  if (stored === null || stored.record.owner === "") {
    report.ok(`${leaseStore.name}: nobody holds it`);
  } else {
    const { owner, epoch } = stored.record;
    report.note(
      `${leaseStore.name}: ${owner} holds it (epoch ${epoch})`,
      "another controller stands by until it is given up",
    );
  }
  const { pending = [], killModes = [] } = stored?.record ?? {};
  if (pending.length > 0) {
    const hint = "normal while a controller runs; after a crash the next one finds out what became of them";
    report.note(`launches under way that are written in it: ${count(pending.length)}`, hint);
  }
  if (killModes.length > 0) {
    const hint = "`stowage live kill SCENARIO none` takes it away";
    report.warning(`a kill mode is set in it: ${killModes.join(", ")}`, hint);
  }
  const writes = WRITES[settings.lease.kind];
  const hint =
    writes === "" ? "" : `the controller needs ${writes} as well: policy.json of \`stowage live init\` has them`;
  report.note("it was read, not written", hint);
}
