// The compute environment: UNMANAGED, on ECS, in use.

import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export async function checkEnvironment(facts: Facts, report: Report): Promise<void> {
  const { computeEnvironment: name, region, account } = facts.context.settings.identity;
  const environment = await facts.environment();
  if (environment === undefined) {
    const hint =
      "make one: aws batch create-compute-environment --type UNMANAGED --service-role ... (it needs a service role)";
    report.error(`there is no compute environment ${name} in ${region}`, hint);
    return;
  }
  const {
    type,
    state,
    status,
    statusReason = "",
    containerOrchestrationType = "ECS",
    ecsClusterArn = "",
  } = environment;
  if (type !== "UNMANAGED") {
    report.error(`${name} is ${type}: AWS Batch scales it by itself`, "make one of type UNMANAGED");
  }
  if (containerOrchestrationType !== "ECS") {
    report.error(`${name} runs on ${containerOrchestrationType}`, "live mode serves ECS alone");
  }
  if (state !== "ENABLED") {
    report.error(`${name} is ${state}: no job is placed there`, "aws batch update-compute-environment --state ENABLED");
  }
  if (status !== "VALID") {
    const why = statusReason === "" ? "" : `: ${statusReason}`;
    report.error(
      `${name} is ${status}${why}`,
      "usually its service role: repair the role, or make the environment anew",
    );
  }
  if (!ecsClusterArn.includes(`:${region}:${account}:cluster/`)) {
    report.error(`the cluster of ${name} is "${ecsClusterArn}": not of this account and region`, "name the right one");
  }
  if (report.findings.length === 0)
    report.ok(`${name} is UNMANAGED, ENABLED and VALID; its cluster is ${ecsClusterArn}`);
}
