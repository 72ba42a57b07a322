// How an instance is ended without ever ending a job: DRAINING, so that nothing new is placed; some time later, and after another
// look, verify that nothing runs; deregister without force, which ECS refuses when a task has come in between (its compare and
// set); only then terminate. Whatever does not fit makes the instance ACTIVE again.
//
// Each step may be repeated: a process that dies between two of them finds a DRAINING instance, which is ended at once when it is
// idle, or one that runs and is not registered, which is ended as such.

import type { ContainerInstance } from "@aws-sdk/client-ecs";
import type { LiveSettings } from "../../model/live-settings.js";
import type { EndCommand, Outcome } from "../command.js";
import type { SeenInstance } from "../observation.js";
import type { Clock, EndView } from "../ports.js";
import type { Api } from "./api.js";
import type { CallLimits } from "./call-limits.js";
import { setStates } from "./container-states.js";
import { errorClass } from "./error-codes.js";
import type { Failure } from "./failure.js";
import { containerInstances, unregistered } from "./registrations.js";
import { terminate } from "./terminations.js";

export interface ScaleInParts {
  readonly api: Api;
  readonly settings: Pick<LiveSettings, "identity" | "drainMs">;
  readonly clusterArn: string;
  readonly clock: Clock;
  /** Instances that one tick may terminate; default: any number. */
  readonly mostPerTick?: number;
}

interface End {
  readonly instance: number;
  readonly instanceId: string;
  readonly containerInstanceArn: string;
  /**
   * draining: it may still be kept. keeping: it is to be ACTIVE again, and the call for it has not succeeded yet. unregistered:
   * it never had a container instance. leaving: deregistered, there is no way back.
   */
  phase: "draining" | "keeping" | "unregistered" | "leaving";
  /** Why it is kept. */
  why: string;
  readonly sinceMs: number;
}

const TASK = "a task has come in between";
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
    for (const outcome of await this.endUnregistered(limits)) outcomes.set(instanceOf(outcome), outcome);
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
      ...(await this.endUnregistered(limits)),
      ...(await this.endLeaving(limits)),
    ];
  }

  private enter({ instance, instanceId, containerInstanceArn }: EndCommand, phase: End["phase"]): void {
    const sinceMs = this.parts.clock.monotonicMs();
    this.ends.set(instance, { instance, instanceId, containerInstanceArn, phase, why: "", sinceMs });
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
    const room = this.left - this.of("leaving").length;
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
      const why = await this.verifyOne(end, byArn.get(end.containerInstanceArn), limits);
      if (why !== null) outcomes.push(this.done({ kind: "kept", instance: end.instance, why }));
    }
    return outcomes;
  }

  /** Why it is kept without any further call; null: it is in another phase now, or the same one still. */
  private async verifyOne(end: End, found: ContainerInstance | undefined, limits: CallLimits): Promise<string | null> {
    const { api, clusterArn: cluster } = this.parts;
    const { containerInstanceArn: containerInstance } = end;
    if (found === undefined || found.status === "INACTIVE") {
      end.phase = "unregistered"; // deregistered before, by us or by somebody else
      return null;
    }
    if (found.ec2InstanceId !== end.instanceId) return "the container instance is of another instance";
    if (found.status === "ACTIVE") return "it is ACTIVE: its drain was lost, or somebody has undone it";
    if (found.status !== "DRAINING") return null;
    if ((found.runningTasksCount ?? 0) + (found.pendingTasksCount ?? 0) > 0) return this.keep(end, TASK);
    const tasks = await api.listTasks({ cluster, containerInstance }, limits);
    if (!tasks.ok) return null;
    if ((tasks.value.taskArns ?? []).length > 0) return this.keep(end, TASK);
    const left = await api.deregisterContainerInstance({ cluster, containerInstance, force: false }, limits);
    if (left.ok) end.phase = "leaving";
    else if (left.failure.isRefused && !isLater(left.failure.code)) {
      this.keep(end, `${left.failure.code}: ${left.failure.message}`);
    }
    return null;
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

  /** What ECS surely knows nothing of goes at once; what has registered meanwhile is of use. */
  private async endUnregistered(limits: CallLimits): Promise<Outcome[]> {
    const { api, clusterArn } = this.parts;
    const ends = this.of("unregistered");
    if (ends.length === 0) return [];
    const ids = ends.map(({ instanceId }) => instanceId);
    const free = await unregistered(api, clusterArn, ids, limits);
    if (!free.ok) return [];
    const outcomes: Outcome[] = [];
    for (const end of ends) {
      if (free.value.has(end.instanceId)) end.phase = "leaving";
      else outcomes.push(this.done({ kind: "kept", instance: end.instance, why: "it has registered meanwhile" }));
    }
    return [...outcomes, ...(await this.endLeaving(limits))];
  }

  private async endLeaving(limits: CallLimits): Promise<Outcome[]> {
    const { api, settings } = this.parts;
    const free = this.of("leaving").filter(({ containerInstanceArn }) => !this.look.busy.has(containerInstanceArn));
    const ends = free.slice(0, this.left);
    if (ends.length === 0) return [];
    this.left -= ends.length;
    const ids = ends.map(({ instanceId }) => instanceId);
    const results = await terminate(api, settings.identity.pool, ids, (id) => this.ours.has(id), limits);
    const outcomes: Outcome[] = [];
    for (const { instance, instanceId } of ends) {
      const result = results.get(instanceId)!;
      if (result === "terminated") outcomes.push(this.done({ kind: "terminated", instance }));
      else if (result === "not-ours") {
        outcomes.push(this.done({ kind: "kept", instance, why: "it does not carry our tag" }));
      } else api.note("not-terminated", { instanceId, ...result });
    }
    return outcomes;
  }

  private done<T extends Outcome & { readonly instance: number }>(outcome: T): T {
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

/** Not refused for what it is: the next tick may do. */
function isLater(code: string): boolean {
  return code === "deadline" || code === "no-lease" || errorClass(code) === "throttled";
}

function instanceOf(outcome: Outcome): number {
  return "instance" in outcome ? outcome.instance : Number.NaN;
}
