// `stowage doctor`: is everything there that live mode needs, and nothing that stands in its way? All checks run, whatever fails;
// nothing is changed.

import { deadlineAfter } from "../clock.js";
import { CallFailed, hintOf, NotThere } from "./ask.js";
import { checkAccount } from "./check-account.js";
import { checkClock } from "./check-clock.js";
import { checkCluster } from "./check-cluster.js";
import { checkEnvironment } from "./check-environment.js";
import { checkEvents } from "./check-events.js";
import { checkFolder } from "./check-folder.js";
import { checkImages } from "./check-images.js";
import { checkJobs } from "./check-jobs.js";
import { checkLease } from "./check-lease.js";
import { checkNetwork } from "./check-network.js";
import { checkOthers } from "./check-others.js";
import { checkPermissions } from "./check-permissions.js";
import { checkPrices } from "./check-prices.js";
import { checkQueues } from "./check-queues.js";
import { checkQuotas } from "./check-quotas.js";
import { checkRoles } from "./check-roles.js";
import { checkSettings } from "./check-settings.js";
import { type DoctorContext, Facts } from "./facts.js";
import { type Finding, Report } from "./finding.js";

type Check = (facts: Facts, report: Report) => Promise<void> | void;

/** In the order in which people should read them. */
export const CHECKS: Readonly<Record<string, Check>> = {
  account: checkAccount,
  "compute environment": checkEnvironment,
  "job queues": checkQueues,
  cluster: checkCluster,
  permissions: checkPermissions,
  quotas: checkQuotas,
  roles: checkRoles,
  images: checkImages,
  network: checkNetwork,
  prices: checkPrices,
  jobs: checkJobs,
  "other autoscalers": checkOthers,
  events: checkEvents,
  lease: checkLease,
  settings: checkSettings,
  folder: checkFolder,
  clock: checkClock,
};

/** All of it takes seconds; an endpoint that never answers must not take for ever. */
const DOCTOR_MS = 120_000;

/** Runs every check. Never throws for what AWS answers. */
export async function runDoctor(context: DoctorContext): Promise<Finding[]> {
  const deadline = deadlineAfter(context.clock, DOCTOR_MS);
  const facts = await Facts.make(context, deadline);
  const findings: Finding[] = [];
  const told = new Set<CallFailed>();
  for (const [name, check] of Object.entries(CHECKS)) {
    const report = new Report(name);
    try {
      await check(facts, report);
    } catch (thrown) {
      tellOf(thrown, report, told);
    }
    findings.push(...report.findings);
  }
  deadline.cancel();
  return findings;
}

/** A call that has failed is told of where it failed first. */
function tellOf(thrown: unknown, report: Report, told: Set<CallFailed>): void {
  if (thrown instanceof NotThere) {
    report.note(`not checked: ${thrown.message}`);
  } else if (!(thrown instanceof CallFailed)) {
    throw thrown;
  } else if (told.has(thrown)) {
    report.note(`not checked: ${thrown.operation} failed, see above`);
  } else {
    told.add(thrown);
    report.error(thrown.message, hintOf(thrown));
  }
}
