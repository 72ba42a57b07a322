// What must hold whatever goes wrong: looked at in every call as it comes in, and after every tick, from the World's log of requests
// and from its account. None of it is taken from what the controller says of itself, except whether its look was whole.

import { expect } from "vitest";
import { MILLI, MS_PER_MINUTE } from "../../../src/base/units.js";
import type { TickReport } from "../../../src/live/loop/controller-parts.js";
import { type LiveCaps, TAG_LAUNCH, TAG_POOL } from "../../../src/model/live-settings.js";
import type { KnownInstance } from "../../world/ec2/instance-book.js";
import type { BeforeCall, WorldRequest } from "../../world/gateway.js";
import type { Rig } from "./rig.js";

export type CheckedCaps = Pick<
  LiveCaps,
  "maxInstances" | "maxVcpus" | "maxLaunchesPerTick" | "maxLaunchesPerTenMinutes" | "maxTerminationsPerTick"
>;

/** A tick that is over. */
export interface Ticked {
  readonly report: TickReport;
  /** Of the lease that the process has taken; 0: a dry run. For who does not set `acting`, and loses no lease within a tick. */
  readonly epoch?: number;
  /** Its first request, an index into the World's log. */
  readonly from: number;
}

/** An instance of ours, as the account has it. */
export interface OurInstance {
  readonly instanceId: string;
  readonly token: string;
  readonly pool: number;
  readonly alive: boolean;
  readonly registered: boolean;
}

/** Services in which something of ours could be changed. Messages that were read are deleted in a dry run too. */
const ACCOUNT = new Set(["ec2", "ecs", "batch"]);
const TEN_MINUTES = 10 * MS_PER_MINUTE;

export class Invariants {
  /** A scenario's own hook, called behind this one. */
  beforeCall: BeforeCall | undefined;
  /** Epoch of the lease of the process whose tick it is; 0: a dry run, or a start; null: nobody's, but a test's own calls. */
  acting: number | null = null;
  private readonly rig: Rig;
  private readonly caps: CheckedCaps;
  /** What did not hold, in words. */
  private readonly broken: string[] = [];
  /** Instances asked for, by token: a token counts once, however often it was sent. */
  private readonly asked = new Map<string, { readonly count: number; readonly atMs: number }>();

  constructor(rig: Rig, caps: CheckedCaps) {
    this.rig = rig;
    this.caps = caps;
    rig.world.beforeCall = (request) => {
      this.look(request);
      return this.beforeCall?.(request);
    };
  }

  /** After a tick of any process. */
  afterTick({ report, epoch, from }: Ticked): void {
    const { world, leaseStore } = this.rig;
    const requests = world.requests.slice(from);
    const { host } = new URL(world.url);
    for (const request of requests) {
      if (request.host !== host) this.broken.push(`a request to ${request.host}`);
    }
    const changes = requests.filter(isChange);
    if (epoch === 0) this.none(changes, "a dry run");
    else if ((epoch ?? leaseStore.epoch) !== leaseStore.epoch) this.none(changes, "a tick without the lease");
    const early = changes.filter((request) => !this.isSafeInTheDark(request, from));
    if (!report.isWhole) this.none(early, "a tick whose look was not whole");
    this.checkCaps(changes, from);
    const verdicts = report.judged.flatMap((judged) => judged.verdicts);
    const begun = verdicts.filter(({ allowed, command }) => allowed && command.kind === "end");
    this.atMost("ends begun in a tick", begun.length, this.caps.maxTerminationsPerTick);
    this.verify();
  }

  /** At the end of a scenario. `left`: instances of ours that are to be there. */
  atEnd(left = 0): void {
    const alive = ourInstances(this.rig).filter((each) => each.alive);
    const never = alive.filter(({ registered }) => !registered);
    for (const { instanceId } of never) this.broken.push(`${instanceId} is there and has never registered`);
    if (alive.length !== left) this.broken.push(`${alive.length} instances are left, not ${left}`);
    if (this.rig.leaseStore.pending.length > 0) this.broken.push("launches are left in the lease");
    this.verify();
  }

  /** A call as it comes in: the account's time stands still. */
  private look(request: WorldRequest): void {
    const { operation, body, service } = request;
    const { epoch } = this.rig.leaseStore;
    if (isChange(request) && this.acting !== null && (this.acting === 0 || this.acting !== epoch)) {
      this.broken.push(`${operation} in a dry run or without the lease`);
    }
    if (service === "ec2" && operation === "CreateFleet") this.lookAtLaunch(request);
    if (service === "ec2" && operation === "TerminateInstances") {
      for (const id of idsOf(request)) this.touched(id, operation, true);
    }
    if (service !== "ecs" || !request.mutating) return;
    const { containerInstances = [], containerInstance, force, status } = JSON.parse(body) as EcsChange;
    const arns = containerInstance === undefined ? containerInstances : [containerInstance];
    if (force === true) this.broken.push(`${operation} with force`);
    for (const arn of arns) {
      const known = instancesOf(this.rig).find((each) => arnOf(this.rig, each) === arn);
      if (known === undefined) this.broken.push(`${operation} ${status ?? ""} of ${arn}, which is nobody's`);
      else this.touched(known.instanceId, `${operation} ${status ?? ""}`, false);
    }
  }

  private lookAtLaunch({ body, atMs }: WorldRequest): void {
    const params = new URLSearchParams(body);
    if (params.get("DryRun") === "true") return;
    const token = params.get("ClientToken");
    const count = Number(params.get("TargetCapacitySpecification.TotalTargetCapacity"));
    if (token === null || !(count > 0)) this.broken.push("CreateFleet without a token or a count");
    else if (!body.includes(encodeURIComponent(TAG_LAUNCH))) this.broken.push("CreateFleet without the launch's tag");
    else if ((this.asked.get(token)?.count ?? count) !== count) this.broken.push(`token ${token} with another count`);
    else if (!this.asked.has(token)) this.asked.set(token, { count, atMs });
  }

  private touched(instanceId: string, what: string, isEnd: boolean): void {
    const known = instancesOf(this.rig).find((each) => each.instanceId === instanceId);
    if (known === undefined || !isOurs(known)) {
      this.broken.push(`${what} of ${instanceId}, which is not ours`);
      return;
    }
    if (!isEnd || known.backing.kind !== "host") return;
    const { jobs } = this.rig.account.host(known.backing.host);
    if (jobs.size > 0) this.broken.push(`${what} of ${instanceId}, on which are ${jobs.size} jobs`);
  }

  /** What a controller may do that does not see everything: undo a drain, and send again what was let through before. */
  private isSafeInTheDark({ operation, body }: WorldRequest, from: number): boolean {
    if (operation === "UpdateContainerInstancesState") return (JSON.parse(body) as EcsChange).status === "ACTIVE";
    if (operation !== "CreateFleet") return false;
    const before = this.rig.world.requests.slice(0, from);
    const token = new URLSearchParams(body).get("ClientToken");
    const tokens = before.filter((each) => each.operation === "CreateFleet");
    return tokens.some((each) => new URLSearchParams(each.body).get("ClientToken") === token);
  }

  private checkCaps(changes: readonly WorldRequest[], from: number): void {
    const { caps, rig } = this;
    const ours = ourInstances(rig);
    const alive = ours.filter((each) => each.alive);
    const vcpuMilli = alive.reduce((sum, { pool }) => sum + vcpuMilliOf(rig, pool), 0);
    this.atMost("instances", alive.length, caps.maxInstances);
    this.atMost("vCPUs", vcpuMilli / MILLI, caps.maxVcpus);
    const tokens = new Set(rig.world.requests.slice(0, from).map(tokenOf));
    const fresh = new Set(changes.map(tokenOf).filter((token) => token !== "" && !tokens.has(token)));
    const launched = [...fresh].reduce((sum, token) => sum + (this.asked.get(token)?.count ?? 0), 0);
    this.atMost("launches in a tick", launched, caps.maxLaunchesPerTick);
    const sinceMs = rig.account.nowMs - TEN_MINUTES;
    const lately = [...this.asked.values()].filter(({ atMs }) => atMs > sinceMs);
    const inTenMinutes = lately.reduce((sum, { count }) => sum + count, 0);
    this.atMost("launches in ten minutes", inTenMinutes, caps.maxLaunchesPerTenMinutes);
    const ended = new Set(changes.filter(({ operation }) => operation === "TerminateInstances").flatMap(idsOf));
    this.atMost("terminations in a tick", ended.size, caps.maxTerminationsPerTick);
    const most = [...this.asked.values()].reduce((sum, { count }) => sum + count, 0);
    this.atMost("instances that were ever made", ours.length, most);
  }

  private atMost(what: string, is: number, cap: number): void {
    if (is > cap) this.broken.push(`${is} ${what}: more than ${cap}`);
  }

  private none(changes: readonly WorldRequest[], when: string): void {
    for (const { operation } of changes) this.broken.push(`${operation} in ${when}`);
  }

  private verify(): void {
    const when = `after ${this.rig.account.nowMs / 1000} s`;
    expect(this.broken, [when, ...this.broken].join("; ")).toEqual([]);
  }
}

/** Whether something of ours could be changed by it. */
function isChange({ mutating, service }: WorldRequest): boolean {
  return mutating && ACCOUNT.has(service);
}

interface EcsChange {
  readonly containerInstances?: readonly string[];
  readonly containerInstance?: string;
  readonly force?: boolean;
  readonly status?: string;
}

/** Everything of ours that there is or ever was. */
export function ourInstances(rig: Rig): OurInstance[] {
  return instancesOf(rig)
    .filter(isOurs)
    .flatMap(({ instanceId, tags, backing }) => {
      const token = tags.find(({ key }) => key === TAG_LAUNCH)?.value ?? "";
      if (backing.kind === "other") return [];
      if (backing.kind === "dud") {
        return { instanceId, token, pool: backing.pool, alive: Number.isNaN(backing.endedMs), registered: false };
      }
      const { pool, goneMs, registeredMs } = rig.account.host(backing.host);
      return { instanceId, token, pool, alive: Number.isNaN(goneMs), registered: !Number.isNaN(registeredMs) };
    });
}

/** The World shows no list of instances but over HTTP, where asking for it would be in its log. */
function instancesOf({ world }: Rig): KnownInstance[] {
  // biome-ignore lint/complexity/useLiteralKeys: private to the World
  return [...world["ec2"].book.all];
}

function isOurs({ tags }: KnownInstance): boolean {
  return tags.some(({ key }) => key === TAG_POOL);
}

function arnOf({ world }: Rig, { backing }: KnownInstance): string | undefined {
  return backing.kind === "host" ? world.containerInstanceArn(backing.host) : undefined;
}

function vcpuMilliOf({ input }: Rig, pool: number): number {
  const { pools, instanceTypes } = input.tables;
  return instanceTypes[pools[pool]!.instanceType]!.vcpuMilli;
}

function tokenOf({ operation, body }: WorldRequest): string {
  return operation === "CreateFleet" ? (new URLSearchParams(body).get("ClientToken") ?? "") : "";
}

function idsOf({ body }: WorldRequest): string[] {
  const params = new URLSearchParams(body);
  if (params.get("DryRun") === "true") return [];
  return [...params].filter(([name]) => name.startsWith("InstanceId.")).map(([, id]) => id);
}
