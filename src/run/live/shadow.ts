// Shadow mode's answer: what an account that somebody else scales cost and how long its jobs waited, beside what the scenario's
// first strategy would have made of the same jobs. docs/shadow.md says what the two sides have in common and what they have not.

import { errorIssue, InputError } from "../../base/issues.js";
import { MS_PER_MINUTE } from "../../base/units.js";
import { count, counted, duration } from "../../live/operate/words.js";
import { renderShadowComparison, type ShadowComparison, shadowComparison } from "../../live/shadow/comparison.js";
import type { ShadowRecorder, WatchQuality } from "../../live/shadow/recorder.js";
import type { InstanceLife, ShadowJob, ShadowSide } from "../../live/shadow/shadow-rows.js";
import { actualSteps, renderTimeline, shadowTimeline, type TimelineEntry } from "../../live/shadow/timeline.js";
import type { ResolvedScenario } from "../tables.js";
import { type LivePrices, type SimulatedShadow, simulateShadow } from "./shadow-run.js";
import { type ShadowWorkload, shadowWorkload } from "./shadow-workload.js";

export type { LivePrices } from "./shadow-run.js";

/** All that a watch has gathered. */
export interface ShadowRecord {
  /** Jobs that have ended and jobs that have not. */
  readonly jobs: readonly ShadowJob[];
  readonly lives: readonly InstanceLife[];
  readonly actual: ShadowSide;
  /** Says when the watch began and ended, too. */
  readonly quality: WatchQuality;
}

export interface ShadowInput {
  readonly resolved: ResolvedScenario;
  readonly record: ShadowRecord;
  /** Default: none, and the scenario's own prices hold. Those that the recorder charged make the sides comparable. */
  readonly prices?: LivePrices;
}

export interface ShadowResult {
  readonly comparison: ShadowComparison;
  readonly timeline: readonly TimelineEntry[];
  /** For a terminal. Ends in a newline. */
  readonly text: string;
  /** What shadow.json holds. Ends in a newline. */
  readonly json: string;
}

const FORMAT_VERSION = 1;

/** Fleets grow and shrink by several instances at a time, some seconds apart. */
const TOGETHER_MS = MS_PER_MINUTE;

/** What a recorder knows, rows of jobs taken out of it. `taken`: rows that were taken out before. */
export function shadowRecord(recorder: ShadowRecorder, taken: readonly ShadowJob[] = []): ShadowRecord {
  const jobs = [...taken, ...recorder.takeEndedJobs(), ...recorder.openJobs()];
  return { jobs, lives: recorder.lives, actual: recorder.actual(), quality: recorder.quality() };
}

/**
 * Compares. Pure: the same record gives the same result. The solver of a strategy that asks for one must be loaded. Throws
 * InputError when the record has no job that can be compared, or one that could never run in the scenario.
 */
export function compareShadow({ resolved, record, prices = new Map() }: ShadowInput): ShadowResult {
  const { jobs, lives, actual, quality } = record;
  const workload = shadowWorkload(resolved, jobs, quality);
  if (workload.trace.workload.jobCount === 0) throw nothingToCompare(workload);
  const simulated = simulateShadow(resolved, workload, quality, prices);
  const comparison = shadowComparison(actual, simulated.side, quality);
  const timeline = shadowTimeline(actualSteps(lives, quality.fromMs), simulated.steps, TOGETHER_MS);
  const { scenario } = resolved;
  const strategy = scenario.strategies[0]!.name;
  const notes = notesOf(workload, simulated);
  const title = `What the account did, and what ${strategy} of scenario ${scenario.name} would have done.`;
  const table = `${title}\n\n${renderShadowComparison(comparison)}${notes.map((note) => `- ${note}\n`).join("")}`;
  const steps = renderTimeline(timeline);
  const { leftOut, waitingAtStart, vcpuHours, leftOutVcpuHours, trace } = workload;
  const { refusedLaunches, withoutLivePrice, overrunMs } = simulated;
  const file = {
    ...{ formatVersion: FORMAT_VERSION, scenario: scenario.name, strategy, comparison },
    jobs: { leftOut, waitingAtStart, vcpuHours, leftOutVcpuHours, adjusted: trace.report.adjusted },
    simulated: { refusedLaunches, withoutLivePrice, overrunMs },
    timeline,
  };
  return {
    ...{ comparison, timeline, text: steps === "" ? table : `${table}\n${steps}` },
    json: `${JSON.stringify(file, null, 1)}\n`,
  };
}

function nothingToCompare({ leftOut }: ShadowWorkload): InputError {
  const reasons = leftOut.map(({ jobs, words }) => `${counted(jobs, "job")}: ${words}`).join("; ");
  const message = `the watch saw no job from its beginning to its end${reasons === "" ? "" : ` (${reasons})`}`;
  const hint = "watch for longer than the longest jobs take, at a time at which jobs are submitted";
  return new InputError([errorIssue("nothing-to-compare", message, { hint })]);
}

/** What the figures do not say, beside what the comparison itself tells. */
function notesOf(workload: ShadowWorkload, simulated: SimulatedShadow): string[] {
  const { leftOut, waitingAtStart, vcpuHours, leftOutVcpuHours } = workload;
  const { overrunMs, withoutLivePrice, refusedLaunches } = simulated;
  const all = vcpuHours + leftOutVcpuHours;
  const share = all === 0 ? 0 : leftOutVcpuHours / all;
  const told: [number, string][] = [
    ...leftOut.map(({ jobs, words }): [number, string] => [
      jobs,
      `not in the simulated run: ${counted(jobs, "job")}, since ${words}`,
    ]),
    [
      leftOutVcpuHours,
      `these ran for about ${count(leftOutVcpuHours, 2)} of ${count(all, 2)} vCPU-hours of jobs (${count(100 * share, 1)} %): the account paid for that, the simulated run did not`,
    ],
    [
      waitingAtStart,
      `${counted(waitingAtStart, "job")} waited already when the watch began, and came to the simulated run then; their waits are not compared`,
    ],
    [
      overrunMs,
      `the last simulated job ended ${duration(overrunMs)} after the watch: what the simulated fleet cost until then is counted`,
    ],
    [
      withoutLivePrice,
      `${counted(withoutLivePrice, "simulated instance")} of pools without a live price cost what the scenario says`,
    ],
    [
      refusedLaunches,
      `${counted(refusedLaunches, "simulated launch")} found no capacity in the scenario's model of EC2`,
    ],
  ];
  return told.filter(([matters]) => matters > 0).map(([, note]) => note);
}
