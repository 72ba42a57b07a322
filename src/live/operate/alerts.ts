// What a person should know before anything else, for the page and the terminal.

import type { LiveStatus } from "./status.js";
import { counted } from "./words.js";

export interface Alert {
  readonly level: "bad" | "warn" | "note";
  readonly title: string;
  readonly text: string;
}

/** What a person should know before anything else, the worst first. */
export function alertsOf({ mode, lease, tick, kill, breakers, warnings, denials }: LiveStatus): Alert[] {
  const alerts: Alert[] = [];
  const add = (level: Alert["level"], title: string, text: string) => alerts.push({ level, title, text });
  if (lease.state === "unreachable") add("bad", "Lease", "its store does not answer: nothing is sent");
  if (kill.modes.length > 0) {
    const sources = kill.sources.length === 0 ? "" : `, by ${kill.sources.join(", ")}`;
    add("bad", "Kill switch", `${kill.modes.join(", ")}${sources}`);
  }
  for (const { part, code, message } of tick.problems) {
    add("bad", `Not read: ${part}`, `${code}: ${message}. Nothing is launched or ended on a look with a hole.`);
  }
  for (const breaker of breakers) add("bad", "Breaker open", breaker);
  if ((denials.identity ?? 0) > 0) add("bad", "Identity", "credentials are of another account or region");
  for (const warning of warnings) add("warn", "Warning", warning);
  if (lease.state === "standby")
    add("note", "Standby", "another controller acts; this one takes over when its lease ends");
  if (tick.settleTicksLeft > 0 && mode === "apply") {
    add("note", "Settling", `${counted(tick.settleTicksLeft, "tick")} more will only observe`);
  }
  return alerts;
}
