// Side by side in time: when instances came and went in the account, and when a simulated run would have had them come and go.

import { assert } from "../../base/assert.js";
import { clockTime, count, poolWords, printable } from "../operate/words.js";
import type { InstanceLife } from "./shadow-rows.js";

/** Instances of one pool that came or left at one time. */
export interface FleetStep {
  readonly atMs: number;
  readonly change: "came" | "left";
  readonly instances: number;
  readonly instanceType: string;
  readonly zoneId: string;
  readonly market: "spot" | "on-demand";
  /** In words; "" where nobody says. */
  readonly why: string;
}

export interface TimelineEntry extends FleetStep {
  readonly side: "actual" | "simulated";
  /** Instances on each side after it. */
  readonly actualInstances: number;
  readonly simulatedInstances: number;
}

/** What happened in the account, as steps. Instances that were there before the watch come at its beginning. */
export function actualSteps(lives: readonly InstanceLife[], fromMs: number): FleetStep[] {
  const steps: FleetStep[] = [];
  for (const life of lives) {
    const { instanceType, zoneId, market, launchedMs, beforeWatch, endedMs, interrupted } = life;
    const pool = { instances: 1, instanceType, zoneId, market };
    const why = beforeWatch ? "there already" : "";
    steps.push({ ...pool, atMs: Math.max(launchedMs, fromMs), change: "came", why });
    if (Number.isNaN(endedMs)) continue;
    steps.push({ ...pool, atMs: endedMs, change: "left", why: interrupted ? "taken back by EC2" : "" });
  }
  return steps;
}

/** Both sides by time; like steps of a side that lie within `togetherMs` after the first of them are told as one. */
export function shadowTimeline(
  actual: readonly FleetStep[],
  simulated: readonly FleetStep[],
  togetherMs: number,
): TimelineEntry[] {
  const steps = [
    ...together(actual, togetherMs).map((step) => ({ ...step, side: "actual" as const })),
    ...together(simulated, togetherMs).map((step) => ({ ...step, side: "simulated" as const })),
  ].sort((a, b) => a.atMs - b.atMs);
  const instances = { actual: 0, simulated: 0 };
  return steps.map((step) => {
    instances[step.side] += step.change === "came" ? step.instances : -step.instances;
    return { ...step, actualInstances: instances.actual, simulatedInstances: instances.simulated };
  });
}

function together(steps: readonly FleetStep[], togetherMs: number): FleetStep[] {
  assert(togetherMs >= 0, "time does not run backwards");
  const open = new Map<string, { step: FleetStep; instances: number }>();
  const groups: { step: FleetStep; instances: number }[] = [];
  for (const step of [...steps].sort((a, b) => a.atMs - b.atMs)) {
    const key = [step.change, step.instanceType, step.zoneId, step.market, step.why].join("\n");
    const group = open.get(key);
    if (group !== undefined && step.atMs - group.step.atMs <= togetherMs) {
      group.instances += step.instances;
      continue;
    }
    const begun = { step, instances: step.instances };
    open.set(key, begun);
    groups.push(begun);
  }
  return groups.map(({ step, instances }) => ({ ...step, instances }));
}

/** A line per entry, with the instances of both sides after it. Ends in a newline; empty without entries. */
export function renderTimeline(entries: readonly TimelineEntry[]): string {
  if (entries.length === 0) return "";
  const lines = entries.map(({ atMs, side, change, instances, why, actualInstances, simulatedInstances, ...pool }) => {
    const what = `${change === "came" ? "+" : "-"}${count(instances)} ${poolWords(pool)}${why === "" ? "" : `: ${why}`}`;
    return printable(
      `${clockTime(atMs)}${cell(count(actualInstances))}${cell(count(simulatedInstances))}  ${side.padEnd(9)}  ${what}`,
    );
  });
  return `${[`UTC     ${cell("actual")}${cell("simulated")}  side       change`, ...lines].join("\n")}\n`;
}

function cell(text: string): string {
  return text.padStart(11);
}
