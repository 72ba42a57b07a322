// How an instance is ended without ever ending a job: DRAINING, so that nothing new is placed; some time later, and after another
// look, verify that nothing runs; deregister without force, which ECS refuses when a task has come in between (its compare and
// set); only then terminate. Whatever does not fit makes the instance ACTIVE again.
//
// Each step may be repeated: a process that dies between two of them finds a DRAINING instance, which is ended at once when it is
// idle, or one that runs and is not registered, which is ended as such.
//
// An end that AWS refuses is told as such. One that has no way back goes behind the others, and is asked for again ever more
// seldom.

import type { ContainerInstance } from "@aws-sdk/client-ecs";
import type { LiveSettings } from "../../model/live-settings.js";
import type { EndCommand, Outcome } from "../command.js";
import type { SeenInstance } from "../observation.js";
import type { Clock, EndView } from "../ports.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { setStates } from "./container-states.js";
import { type End, pause } from "./end.js";
import { type Failure, isOpen } from "./failure.js";
import { containerInstances, unregistered } from "./registrations.js";
import { NOT_LISTED, terminate } from "./terminations.js";

export interface ScaleInParts {
  readonly api: Api;
  readonly settings: Pick<LiveSettings, "identity" | "drainMs">;
  readonly clusterArn: string;
  readonly clock: Clock;
  /** Instances that one tick may terminate; default: any number. */
  readonly mostPerTick?: number;
}

type EndOutcome = Outcome & { readonly instance: number };

const TASK = "a task has come in between";
/** What DeregisterContainerInstance answers where a task runs: nothing that anybody would have to mend. */
const TASK_CODE = "InvalidParameterException";
/** Well above ECS's own least wait for a drain to be seen; live-mode settings may only ask for more. */
const LEAST_DRAIN_MS = 15_000;

export class ScaleIn {
  private readonly parts: ScaleInParts;
  private readonly ends = new Map<number, End>();
  /** The instances of `ends`. */
  readonly ending = new Set<number>();
  /** What was last seen. */
  private look: EndView = { seen: new Map(), busy: new Set(), mayEnd: false };
  /** Instances that carried our tag when they were last seen. */
  private readonly ours = new Set<string>();
  /** Terminations that this tick has left. The gate caps ends as they begin; those that had to wait come to their end together. */
  private left: number;

  constructor(parts: ScaleInParts) {
    this.parts = parts;
    this.left = parts.mostPerTick ?? Number.POSITIVE_INFINITY;
  }

  /** Begins ends: DRAINING, or for what never registered the end itself. Outcomes in the order of the commands. */
  async begin(commands: readonly EndCommand[], limits: CallLimits): Promise<Outcome[]> {
    const { api, clusterArn } = this.parts;
    const fresh = commands.filter(({ instance }) => !this.ends.has(instance));
    const arns = fresh.map(({ containerInstanceArn }) => containerInstanceArn).filter((arn) => arn !== "");
    const states = await setStates(api, clusterArn, arns, "DRAINING", limits);
    const outcomes = new Map<number, Outcome>();
    for (const command of fresh) {
      const { instance, containerInstanceArn: arn } = command;
      const failure = arn === "" ? null : (states.get(arn) ?? null);
      const isGone = failure !== null && isNotThere(failure);
      if (failure?.isRefused && !isGone) {
        outcomes.set(instance, { kind: "failed", command, code: failure.code, message: failure.message });
        continue;
      }
      // An answer that was lost: it may drain by now, and the verification tells.
      this.enter(command, arn === "" || isGone ? "unregistered" : "draining");
      outcomes.set(instance, { kind: "ending", instance });
    }
    const begun = new Set(fresh.map(({ instance }) => instance));
    const ends = this.of("unregistered").filter(({ instance }) => begun.has(instance));
    const ended = [...(await this.endUnregistered(ends, limits)), ...(await this.endLeaving(ends, limits))];
    for (const outcome of ended) outcomes.set(outcome.instance, outcome);
    return commands.map(({ instance }) => outcomes.get(instance) ?? { kind: "ending", instance });
  }

  /**
   * Makes it ACTIVE again; false when it is deregistered, or was never registered. Where the call fails the next advance tries
   * again, and the instance does not end.
   */
  async undo(instance: number, limits: CallLimits): Promise<boolean> {
    const end = this.ends.get(instance);
    if (end === undefined || end.phase === "unregistered" || end.phase === "leaving") return false;
    this.keep(end, "it is wanted again");
    await this.makeActive([end], limits);
    return true;
  }

  /** Takes notice of a look: a tick begins. */
  saw(look: EndView): void {
    const { seen, mayEnd } = look;
    this.left = this.parts.mostPerTick ?? Number.POSITIVE_INFINITY;
    this.look = look;
    this.learn(seen, mayEnd);
    for (const { instance, instanceId } of this.ends.values()) {
      // Gone of itself, or by our call whose answer was lost: the mirror has told.
      const state = seen.get(instanceId)?.ec2State;
      if (state === "shutting-down" || state === "terminated") this.forget(instance);
    }
  }

  /** One step further, for all; once a tick. */
  async advance(limits: CallLimits): Promise<Outcome[]> {
    if (!this.look.mayEnd) return this.makeActive(this.of("keeping"), limits);
    return [
      ...(await this.verify(limits)),
      ...(await this.makeActive(this.of("keeping"), limits)),
      ...(await this.endUnregistered(this.of("unregistered"), limits)),
      ...(await this.endLeaving(this.ends.values(), limits)),
    ];
  }

  private enter({ instance, instanceId, containerInstanceArn }: EndCommand, phase: End["phase"]): void {
    const sinceMs = this.parts.clock.monotonicMs();
    const fresh = { why: "", refusals: 0, retryAtMs: Number.NEGATIVE_INFINITY };
    this.ends.set(instance, { instance, instanceId, containerInstanceArn, phase, sinceMs, ...fresh });
    this.ending.add(instance);
  }

  private learn(seen: ReadonlyMap<string, SeenInstance>, isWhole: boolean): void {
    for (const [id, { ours }] of seen) if (ours) this.ours.add(id);
    if (!isWhole) return;
    const needed = new Set([...this.ends.values()].map(({ instanceId }) => instanceId));
    for (const id of this.ours) if (!seen.has(id) && !needed.has(id)) this.ours.delete(id);
  }

  /** Those that have drained for long enough leave the cluster, or are to be kept. It is a later look than theirs: time passed. */
  private async verify(limits: CallLimits): Promise<Outcome[]> {
    const { api, settings, clusterArn, clock } = this.parts;
    const { seen, busy } = this.look;
    const drainMs = Math.max(settings.drainMs, LEAST_DRAIN_MS);
    // Those that were refused have what is left when all others have gone.
    const room = this.left - this.ready().filter(({ refusals }) => refusals === 0).length;
    const due: End[] = [];
    for (const end of this.of("draining")) {
      if (clock.monotonicMs() - end.sinceMs < drainMs) continue;
      const { runningTasks = 0, pendingTasks = 0 } = seen.get(end.instanceId) ?? {};
      if (busy.has(end.containerInstanceArn)) this.keep(end, "a job has been placed on it");
      else if (runningTasks + pendingTasks > 0) this.keep(end, TASK);
      else if (due.length < room) due.push(end);
    }
    const arns = due.map(({ containerInstanceArn }) => containerInstanceArn);
    const found = await containerInstances(api, clusterArn, arns, limits);
    if (!found.ok) return [];
    const byArn = new Map(found.value.map((each) => [each.containerInstanceArn, each]));
    const outcomes: Outcome[] = [];
    for (const end of due) {
      const outcome = await this.verifyOne(end, byArn.get(end.containerInstanceArn), limits);
      if (outcome !== null) outcomes.push(outcome);
    }
    return outcomes;
  }

  /** What has come of it; null: it is in another phase now, or the same one still. */
  private async verifyOne(end: End, found: ContainerInstance | undefined, limits: CallLimits): Promise<Outcome | null> {
    const { api, clusterArn: cluster } = this.parts;
    const { containerInstanceArn: containerInstance } = end;
    if (found === undefined || found.status === "INACTIVE") {
      end.phase = "unregistered"; // deregistered before, by us or by somebody else
      return null;
    }
    const kept = (why: string) => this.done({ kind: "kept", instance: end.instance, why });
    if (found.ec2InstanceId !== end.instanceId) return kept("the container instance is of another instance");
    if (found.status === "ACTIVE") return kept("it is ACTIVE: its drain was lost, or somebody has undone it");
    if (found.status !== "DRAINING") return null;
    if ((found.runningTasksCount ?? 0) + (found.pendingTasksCount ?? 0) > 0) return this.keep(end, TASK);
    const tasks = await api.listTasks({ cluster, containerInstance }, limits);
    if (!tasks.ok) return this.notVerified(end, tasks.failure);
    if ((tasks.value.taskArns ?? []).length > 0) return this.keep(end, TASK);
    const left = await api.deregisterContainerInstance({ cluster, containerInstance, force: false }, limits);
    if (!left.ok) return this.notVerified(end, left.failure);
    end.phase = "leaving";
    return null;
  }

  /** There still is a way back: what ECS has refused is of use again, and the next end is the gate's to allow. */
  private notVerified(end: End, failure: Failure): Outcome | null {
    if (isOpen(failure)) return null;
    const { code, message } = failure;
    this.keep(end, `${code}: ${message}`);
    return code === TASK_CODE ? null : { kind: "not-ended", instance: end.instance, code, message };
  }

  private keep(end: End, why: string): null {
    end.phase = "keeping";
    end.why = why;
    return null;
  }

  private async makeActive(ends: readonly End[], limits: CallLimits): Promise<Outcome[]> {
    const { api, clusterArn } = this.parts;
    const arns = ends.map(({ containerInstanceArn }) => containerInstanceArn);
    const states = await setStates(api, clusterArn, arns, "ACTIVE", limits);
    const outcomes: Outcome[] = [];
    for (const end of ends) {
      const failure = states.get(end.containerInstanceArn) ?? null;
      if (failure === null) outcomes.push(this.done({ kind: "kept", instance: end.instance, why: end.why }));
      else if (isNotThere(failure)) end.phase = "unregistered"; // nothing is left to be kept
    }
    return outcomes;
  }

  /** What ECS surely knows nothing of may leave at once; what has registered meanwhile is of use. */
  private async endUnregistered(ends: readonly End[], limits: CallLimits): Promise<EndOutcome[]> {
    if (ends.length === 0) return [];
    const { api, clusterArn } = this.parts;
    const ids = ends.map(({ instanceId }) => instanceId);
    const free = await unregistered(api, clusterArn, ids, limits);
    if (!free.ok) return [];
    const outcomes: EndOutcome[] = [];
    for (const end of ends) {
      if (free.value.has(end.instanceId)) end.phase = "leaving";
      else outcomes.push(this.done({ kind: "kept", instance: end.instance, why: "it has registered meanwhile" }));
    }
    return outcomes;
  }

  /** Terminates those of `among` that may go now, as far as the tick lets them. */
  private async endLeaving(among: Iterable<End>, limits: CallLimits): Promise<EndOutcome[]> {
    const { api, settings } = this.parts;
    const ends = this.ready(among).slice(0, this.left);
    if (ends.length === 0) return [];
    this.left -= ends.length;
    const ids = ends.map(({ instanceId }) => instanceId);
    const results = await terminate(api, settings.identity.pool, ids, (id) => this.ours.has(id), limits);
    const outcomes: EndOutcome[] = [];
    for (const end of ends) {
      const { instance, instanceId } = end;
      const result = results.get(instanceId)!;
      if (result === "terminated") outcomes.push(this.done({ kind: "terminated", instance }));
      else if (result === "not-ours") {
        outcomes.push(this.done({ kind: "kept", instance, why: "it does not carry our tag" }));
      } else {
        const { code, message } = result;
        api.note("not-terminated", { instanceId, ...result });
        if (isOpen(result)) continue;
        pause(end, this.parts.clock.monotonicMs());
        if (code !== NOT_LISTED) outcomes.push({ kind: "not-ended", instance, code, message });
      }
    }
    return outcomes;
  }

  /** Those that nothing but TerminateInstances is left for, and may be asked for now: the least often refused first. */
  private ready(among: Iterable<End> = this.ends.values()): End[] {
    const nowMs = this.parts.clock.monotonicMs();
    const { busy } = this.look;
    return [...among]
      .filter((end) => end.phase === "leaving" && end.retryAtMs <= nowMs && !busy.has(end.containerInstanceArn))
      .sort((one, other) => one.refusals - other.refusals);
  }

  private done<T extends EndOutcome>(outcome: T): T {
    this.forget(outcome.instance);
    return outcome;
  }

  private forget(instance: number): void {
    this.ends.delete(instance);
    this.ending.delete(instance);
  }

  private of(phase: End["phase"]): End[] {
    return [...this.ends.values()].filter((end) => end.phase === phase);
  }
}

/** ECS does not know the container instance any more. */
function isNotThere({ code }: Failure): boolean {
  return code === "MISSING" || code === "INACTIVE";
}
