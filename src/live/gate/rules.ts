// Every rule of the gate, in the order of GATE_RULES: which commands it is about, and what it has against one, in words that name
// the limit, the value and what would exceed it.
//
// Setting an instance back to ACTIVE is the safe direction: what only speaks against change (settling, an incomplete or old look,
// a kill switch) says nothing against an undrain.

import { LEAST_AGE_MS } from "../../engine/launch-caps.js";
import type { Command } from "../command.js";
import { NEEDED_PARTS } from "../observation.js";
import { duration } from "../operate/words.js";
import type { GateView, KillMode } from "../ports.js";
import { END_CAP, LAUNCH_CAPS } from "./caps.js";
import { allOrNothing, endRule, launchRule, type Rule, type RuleContext } from "./rule.js";

const EVERY: readonly Command["kind"][] = ["launch", "drain", "undrain", "end"];
const CHANGES: readonly Command["kind"][] = ["launch", "drain", "end"];
/** The executor begins no call with less of the lease left; a short lease of a test has less to spare. */
const LEASE_MARGIN_MS = 5_000;
const LEASE_MARGIN_SHARE = 1 / 6;

const LAUNCH_STOPS: readonly KillMode[] = ["pause-launch", "pause-all", "drain-all"];
const SCALE_IN_STOPS: readonly KillMode[] = ["pause-scale-in", "pause-all"];

export const RULES: readonly Rule[] = [
  allOrNothing("dry-run", EVERY, (_, { view }) => (view.applies ? null : "a dry run: nothing is sent without --apply")),
  allOrNothing("no-lease", EVERY, (_, { view, settings }) => {
    const marginMs = Math.min(LEASE_MARGIN_MS, settings.lease.durationMs * LEASE_MARGIN_SHARE);
    if (view.leaseLeftMs > marginMs) return null;
    if (view.leaseLeftMs <= 0) return "the lease is not ours";
    return `${duration(view.leaseLeftMs)} of the lease are left, and a call may take ${duration(marginMs)}`;
  }),
  allOrNothing("identity", EVERY, (_, { view }) =>
    view.identityOk ? null : "the account, region or compute environment is not the one of the settings",
  ),
  allOrNothing("settling", CHANGES, (_, { view, settings }) => {
    const { settleTicks } = settings.timing;
    if (view.ticksSinceStart >= settleTicks) return null;
    return `tick ${view.ticksSinceStart + 1} since the start: the first ${settleTicks} only observe`;
  }),
  allOrNothing("incomplete", CHANGES, (_, { view }) => incomplete(view)),
  allOrNothing("stale", CHANGES, (_, { view, settings }) => {
    const { freshMs } = settings.timing;
    if (view.observationAgeMs <= freshMs) return null;
    return `the look is ${duration(view.observationAgeMs)} old, and no older than ${duration(freshMs)} is acted upon`;
  }),
  allOrNothing("deadline", EVERY, (_, { view, settings }) =>
    view.deadlineLeftMs > 0 ? null : `the tick has taken longer than its ${duration(settings.timing.deadlineMs)}`,
  ),
  allOrNothing("kill-switch", CHANGES, (command, { view }) => {
    const stops = command.kind === "launch" ? LAUNCH_STOPS : SCALE_IN_STOPS;
    const mode = stops.find((each) => view.kill.modes.has(each));
    return mode === undefined ? null : `kill switch: ${mode} (${view.kill.sources.join("; ")})`;
  }),
  launchRule("environment-closed", (_, { view }) => {
    const why = view.observation.environmentClosed;
    return why === undefined ? null : { left: 0, why: `${why}: AWS Batch places nothing there` };
  }),
  ...LAUNCH_CAPS,
  END_CAP,
  allOrNothing("not-ours", ["drain", "undrain", "end"], notOurs),
  endRule("busy", ({ instance, instanceId, containerInstanceArn: arn }, { members, seen, busyArns }) => {
    const { runningTasks = 0, pendingTasks = 0 } = seen.get(instanceId) ?? {};
    if (runningTasks + pendingTasks > 0) return `${instanceId} has ${runningTasks + pendingTasks} tasks`;
    if (arn !== "" && busyArns.has(arn)) return `a STARTING or RUNNING job is on ${instanceId}`;
    return members.get(instance)?.busy === true ? `${instanceId} is busy` : null;
  }),
  endRule("too-young", ({ instance, instanceId }, { view, members, seen }) => {
    const launchTimeMs = seen.get(instanceId)?.launchTimeMs ?? Number.NaN;
    const ageMs = Number.isNaN(launchTimeMs) ? (members.get(instance)?.ageMs ?? 0) : view.nowMs - launchTimeMs;
    if (ageMs >= LEAST_AGE_MS) return null;
    return `${instanceId} is ${duration(ageMs)} old, and EC2 bills ${duration(LEAST_AGE_MS)} at least`;
  }),
  launchRule("unhealthy-fleet", (_, { breakers }) => {
    const why = breakers.unhealthy.open;
    return why === "" ? null : { left: 0, why };
  }),
  launchRule("failed-launches", ({ instances }, { breakers }) => {
    const left = breakers.failed.left(instances);
    return left >= instances.length ? null : { left, why: breakers.failed.open };
  }),
  launchRule("unplaced-demand", ({ instances }, { breakers, sums }) => {
    const left = breakers.unplaced.left(sums.onTheirWay);
    return left >= instances.length ? null : { left, why: breakers.unplaced.open.join("; ") };
  }),
  allOrNothing("unauthorized", EVERY, (command, { breakers }) => breakers.unauthorized.why(command)),
  launchRule("not-allowed", (command, context) => {
    const why = notAllowed(command, context);
    return why === null ? null : { left: 0, why };
  }),
];

function incomplete({ observation }: GateView): string | null {
  const problem = observation.problems.find(({ part }) => NEEDED_PARTS.includes(part));
  return problem === undefined ? null : `${problem.part} were not read whole: ${problem.code}: ${problem.message}`;
}

/** Only what is known to be ours; and to take something away, only what this look has shown with our tag. */
function notOurs(command: Command, { members, seen, settings }: RuleContext): string | null {
  if (command.kind === "launch") return null;
  const { instance, instanceId, kind } = command;
  const member = members.get(instance);
  if (member === undefined || !member.ours || member.instanceId !== instanceId || instanceId === "") {
    return `${instanceId || `instance ${instance}`} is not one of ours`;
  }
  if (kind === "undrain") return null;
  const shown = seen.get(instanceId);
  if (shown === undefined) return `${instanceId} was not seen in this look`;
  return shown.ours ? null : `${instanceId} does not carry our tag stowage:pool=${settings.identity.pool}`;
}

function notAllowed(command: { instances: readonly number[]; pools: readonly number[] }, context: RuleContext) {
  const { view, settings, taken } = context;
  const { instances, pools } = command;
  if (instances.length === 0 || pools.length === 0) return "a launch without instances or without pools";
  const twice = instances.find((instance, i) => taken.has(instance) || instances.indexOf(instance) !== i);
  if (twice !== undefined) return `instance ${twice} is asked for a second time`;
  const unknown = pools.find((pool) => !(view.vcpuMilliOf(pool) > 0));
  if (unknown !== undefined) return `pool ${unknown} is not one of the scenario`;
  const { zoneIdOf } = view;
  if (zoneIdOf === undefined) return null;
  const zones = new Set(settings.launch.subnets.map(({ zoneId }) => zoneId));
  const elsewhere = pools.find((pool) => !zones.has(zoneIdOf(pool)));
  return elsewhere === undefined ? null : `pool ${elsewhere} is in ${zoneIdOf(elsewhere)}, which has no subnet`;
}
