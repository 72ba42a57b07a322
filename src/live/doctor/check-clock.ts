// This machine's clock against AWS's, as the answers to the other checks have told it.

import { WARN_SKEW_MS } from "../aws/server-time.js";
import { duration } from "../operate/words.js";
import type { Facts } from "./facts.js";
import type { Report } from "./finding.js";

export function checkClock(facts: Facts, report: Report): void {
  const { time } = facts.context.clients;
  if (!time.isKnown) {
    report.note("not checked: no answer has told AWS's time", "it comes with the answers to the other checks");
    return;
  }
  const skewMs = time.skewMs();
  const what = `this machine's clock is ${duration(Math.abs(skewMs))} ${skewMs > 0 ? "behind" : "ahead of"} AWS's`;
  if (Math.abs(skewMs) > WARN_SKEW_MS) report.warning(what, "let NTP set it: times in logs are wrong by as much");
  else report.ok("this machine's clock agrees with AWS's");
}
