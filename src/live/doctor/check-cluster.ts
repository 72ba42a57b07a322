// The cluster behind the compute environment, and what is in it now.

import { counted } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkCluster(facts: Facts, report: Report): Promise<void> {
  const cluster = await facts.cluster();
  if (cluster === undefined || cluster.status !== "ACTIVE") {
    const hint = "somebody has deleted it: make the compute environment anew";
    report.error(`the cluster is ${cluster?.status ?? "not there"}`, hint);
    return;
  }
  const containers = await facts.containerInstances();
  const own = await facts.ownInstances();
  const registered = new Set(containers.map(({ ec2InstanceId }) => ec2InstanceId));
  const ours = own.filter(({ InstanceId }) => registered.has(InstanceId)).length;
  report.ok(
    `the cluster is ACTIVE with ${counted(containers.length, "container instance")}, ${ours} of them ours; ` +
      `${counted(own.length, "instance")} with our tag`,
  );
}
