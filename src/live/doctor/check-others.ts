// Does somebody else launch or end hosts of this cluster? Two autoscalers buy twice and fight over what is idle.

import type { Instance } from "@aws-sdk/client-ec2";
import { TAG_POOL } from "../../model/live-settings.js";
import { counted } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

/** Tags that autoscalers leave on what they launch. */
const OWNERS: readonly { readonly tag: RegExp; readonly who: string }[] = [
  { tag: /^aws:autoscaling:groupName$/, who: "an Auto Scaling group" },
  { tag: /^spotinst:/, who: "Spot's Elastigroup or Ocean" },
  { tag: /^karpenter\.(sh|k8s\.aws)\//, who: "Karpenter" },
  { tag: /^AWSBatchServiceTag$/, who: "a MANAGED compute environment of AWS Batch" },
];

export async function checkOthers(facts: Facts, report: Report): Promise<void> {
  const providers = (await facts.cluster())?.capacityProviders ?? [];
  if (providers.length > 0) {
    const hint = "AWS Batch starts no task before there is a host, so that they never scale from zero: take them away";
    report.warning(`the cluster has ECS capacity providers: ${providers.join(", ")}`, hint);
  }
  const { pool } = facts.context.settings.identity;
  const foreign = (await facts.clusterInstances()).filter((instance) => tagOf(instance, TAG_POOL) !== pool);
  const byOwner = new Map<string, number>();
  for (const instance of foreign) {
    const owner = ownerOf(instance);
    byOwner.set(owner, (byOwner.get(owner) ?? 0) + 1);
  }
  for (const [owner, count] of byOwner) {
    const what = `the cluster has ${counted(count, "instance")} from ${owner}`;
    if (owner === NOBODY) report.note(what, "jobs are placed there too; live mode never drains or ends them");
    else report.warning(what, "switch it off before --apply: `stowage live --shadow` compares with it first");
  }
  if (providers.length === 0 && foreign.length === 0) report.ok("nobody else has instances in the cluster");
}

const NOBODY = "somebody who cannot be told by tags";

function ownerOf(instance: Instance): string {
  const other = tagOf(instance, TAG_POOL);
  if (other !== undefined) return `another pool of Stowage, ${other}`;
  const keys = (instance.Tags ?? []).map(({ Key = "" }) => Key);
  return OWNERS.find(({ tag }) => keys.some((key) => tag.test(key)))?.who ?? NOBODY;
}

function tagOf({ Tags = [] }: Instance, key: string): string | undefined {
  return Tags.find(({ Key }) => Key === key)?.Value;
}
