// Circuit breakers: what stops launching, or a kind of command, when the fleet or the account does not behave. Each has a mark at
// which it opens, another at which it closes, and a way to be tried again; a restart closes all of them.
//
// | breaker          | opens                                             | closes                                                     |
// |------------------|---------------------------------------------------|------------------------------------------------------------|
// | unhealthy-fleet  | more than `unhealthyShare`, and `unhealthyCount`, | at half of either                                          |
// |                  | of our instances are unhealthy or overdue         |                                                            |
// | failed-launches  | `failedLaunches` instances in a row never         | one registers; a single instance may be launched to try it |
// |                  | registered                                        | after `registrationTimeoutMs`, doubled with each failure   |
// | unplaced-demand  | see unplaced-demand.ts                            |                                                            |
// | unauthorized     | AWS says that we may not, or has refused to end   | a command of the kind succeeds (an end: terminated); one   |
// |                  | `REFUSED_ENDS` instances, and none since          | may be tried after ten minutes, doubled with each failure  |

import { MS_PER_HOUR, MS_PER_MINUTE } from "../../base/units.js";
import type { LiveHealth } from "../../model/live-settings.js";
import type { Command, Outcome } from "../command.js";
import { errorClass } from "../execute/error-codes.js";
import { count, duration } from "../operate/words.js";
import type { Clock, FleetMember } from "../ports.js";
import { UnplacedDemand } from "./unplaced-demand.js";

/** A fleet is well again at half of what made it unwell: at the mark itself it would open and close with every instance. */
const WELL_AGAIN = 0.5;
/** Policies are changed by people: asking more often only fills CloudTrail. */
const UNAUTHORIZED_RETRY_MS = 10 * MS_PER_MINUTE;
const MOST_RETRY_MS = 2 * MS_PER_HOUR;
/** One or two may be protected by somebody; of more, what ends next is likely to be refused as well, and billed on. */
const REFUSED_ENDS = 3;
/** What keeps an ECS agent from registering, the commonest first (AWS re:Post and the ECS guide's troubleshooting). */
const WHY_NOT_REGISTERED =
  "probable causes: the instance profile lacks AmazonEC2ContainerServiceforEC2Role, the subnet has no route to ECS " +
  "(no NAT, public address or VPC endpoint), the security group lets nothing out, ECS_CLUSTER names another cluster " +
  "(own user data?), or the AMI has no ECS agent";

/** (a) Too many of our instances are not well. */
export class UnhealthyFleet {
  private readonly health: LiveHealth;
  private why = "";

  constructor(health: LiveHealth) {
    this.health = health;
  }

  /** In words; "": closed. */
  get open(): string {
    return this.why;
  }

  look(fleet: readonly FleetMember[]): void {
    const { unhealthyShare, unhealthyCount } = this.health;
    const ours = fleet.filter((member) => member.ours && member.state !== "ending");
    const unwell = ours.filter((member) => this.isUnwell(member)).length;
    const share = ours.length === 0 ? 0 : unwell / ours.length;
    const factor = this.why === "" ? 1 : WELL_AGAIN;
    const isOpen = unwell > unhealthyCount * factor && share > unhealthyShare * factor;
    const marks = `more than ${percent(unhealthyShare * factor)} and ${count(unhealthyCount * factor, 1)}`;
    this.why = isOpen ? `${unwell} of our ${ours.length} instances are unhealthy or overdue: ${marks}` : "";
  }

  /** An instance that boots is not unwell: it is overdue when it takes longer than one may. */
  private isUnwell({ healthy, state, ageMs }: FleetMember): boolean {
    return !healthy || (state !== "registered" && ageMs > this.health.registrationTimeoutMs);
  }
}

/** (b) Launches that never come to anything. */
export class FailedLaunches {
  private readonly health: LiveHealth;
  private readonly clock: Clock;
  private readonly failed = new Set<number>();
  private inARow = 0;
  private pauseMs: number;
  private retryAtMs = Number.POSITIVE_INFINITY;
  /** The instance that tries it again; null: none. */
  private probe: number | null = null;

  constructor(health: LiveHealth, clock: Clock) {
    this.health = health;
    this.clock = clock;
    this.pauseMs = health.registrationTimeoutMs;
  }

  get open(): string {
    if (this.inARow < this.health.failedLaunches) return "";
    const leftMs = this.retryAtMs - this.clock.monotonicMs();
    const next = leftMs > 0 ? `one is tried in ${duration(leftMs)}` : "one is tried now";
    return `the last ${this.inARow} instances never registered with ECS; ${next}; ${WHY_NOT_REGISTERED}`;
  }

  /** How many of these instances may be launched. */
  left(instances: readonly number[]): number {
    if (this.open === "") return Number.POSITIVE_INFINITY;
    if (this.probe !== null) return this.probe === instances[0] ? 1 : 0;
    return this.clock.monotonicMs() >= this.retryAtMs ? 1 : 0;
  }

  launched(instance: number): void {
    if (this.open !== "") this.probe = instance;
  }

  /** `isThere`: whether an instance is in the fleet, or may be. */
  look(isThere: (instance: number) => boolean): void {
    if (this.probe !== null && !isThere(this.probe)) this.probe = null;
    for (const instance of this.failed) if (!isThere(instance)) this.failed.delete(instance);
  }

  registered(): void {
    this.inARow = 0;
    this.probe = null;
    this.pauseMs = this.health.registrationTimeoutMs;
    this.retryAtMs = Number.POSITIVE_INFINITY;
  }

  /** Told as long as the instance is there; it counts once. */
  neverRegistered(instance: number): void {
    if (this.failed.has(instance)) return;
    this.failed.add(instance);
    this.inARow++;
    const isProbe = this.probe === instance;
    if (isProbe) {
      this.probe = null;
      this.pauseMs = Math.min(2 * this.pauseMs, Math.max(MOST_RETRY_MS, this.pauseMs));
    }
    if (this.inARow === this.health.failedLaunches || isProbe) {
      this.retryAtMs = this.clock.monotonicMs() + this.pauseMs;
    }
  }
}

type CommandClass = "launch" | "drain" | "end";
interface Denied {
  readonly why: string;
  readonly pauseMs: number;
  readonly retryAtMs: number;
  /** One is being tried again. */
  isTried: boolean;
  /** One has been tried, and what has come of it is not known yet. */
  readonly isUnderWay: boolean;
}

type Refused = Pick<Outcome & { readonly kind: "failed" }, "code" | "message">;

/** (d) AWS has said that we may not. */
export class Unauthorized {
  private readonly clock: Clock;
  private readonly denied = new Map<CommandClass, Denied>();
  /** Instances whose end was refused since the last one that was terminated. */
  private readonly refusedEnds = new Set<number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get open(): readonly string[] {
    return [...this.denied].map(([kind, { why, retryAtMs }]) => {
      const leftMs = Math.max(0, retryAtMs - this.clock.monotonicMs());
      return `AWS has denied ${kind === "end" ? "an" : "a"} ${kind}: ${why}; the next is tried in ${duration(leftMs)}`;
    });
  }

  why({ kind }: Command): string | null {
    const denied = this.denied.get(classOf(kind));
    if (denied === undefined || (!denied.isTried && this.clock.monotonicMs() >= denied.retryAtMs)) return null;
    return `AWS has denied it: ${denied.why}`;
  }

  /** A judgement begins: nothing of the last one is still being tried. */
  begin(): void {
    for (const denied of this.denied.values()) denied.isTried = false;
  }

  allowed({ kind }: Command): void {
    const denied = this.denied.get(classOf(kind));
    if (denied !== undefined) denied.isTried = true;
  }

  learn(outcome: Outcome): void {
    switch (outcome.kind) {
      case "launched":
        this.denied.delete("launch");
        break;
      case "drained":
        this.denied.delete("drain");
        break;
      case "terminated":
        this.denied.delete("end");
        this.refusedEnds.clear();
        break;
      case "ending":
        this.began();
        break;
      case "not-ended":
        this.refusedEnds.add(outcome.instance);
        if (isDenial(outcome) || this.refusedEnds.size >= REFUSED_ENDS) this.deny("end", outcome);
        break;
      case "failed":
        if (isDenial(outcome)) this.deny(classOf(outcome.command.kind), outcome);
        break;
      case "kept": // a job was in time: nothing is known of what an end may do
        break;
    }
  }

  /** Only "terminated" tells that an end is allowed, and that comes some ticks later: until then no other is tried. */
  private began(): void {
    const denied = this.denied.get("end");
    if (denied === undefined) return;
    this.denied.set("end", { ...denied, retryAtMs: this.clock.monotonicMs() + denied.pauseMs, isUnderWay: true });
  }

  private deny(kind: CommandClass, { code, message }: Refused): void {
    const nowMs = this.clock.monotonicMs();
    const before = this.denied.get(kind);
    const why = `${code}: ${message}`;
    // Of several that were denied together the first has told it all; nor is one denied anew that is merely asked for again.
    if (before !== undefined && nowMs < before.retryAtMs && !before.isUnderWay) return;
    const pauseMs = before === undefined ? UNAUTHORIZED_RETRY_MS : Math.min(2 * before.pauseMs, MOST_RETRY_MS);
    this.denied.set(kind, { why, pauseMs, retryAtMs: nowMs + pauseMs, isTried: false, isUnderWay: false });
  }
}

export class Breakers {
  readonly unhealthy: UnhealthyFleet;
  readonly failed: FailedLaunches;
  readonly unplaced: UnplacedDemand;
  readonly unauthorized: Unauthorized;

  constructor(health: LiveHealth, clock: Clock) {
    this.unhealthy = new UnhealthyFleet(health);
    this.failed = new FailedLaunches(health, clock);
    this.unplaced = new UnplacedDemand(health.unplacedMs, clock);
    this.unauthorized = new Unauthorized(clock);
  }

  /** Those that are open, in words. */
  get open(): readonly string[] {
    const { unhealthy, failed, unplaced, unauthorized } = this;
    const named = [unhealthy.open, failed.open].filter((why) => why !== "");
    return [...named, ...unplaced.open, ...unauthorized.open];
  }
}

function classOf(kind: Command["kind"]): CommandClass {
  return kind === "undrain" ? "drain" : kind;
}

function isDenial({ code }: Refused): boolean {
  return errorClass(code) === "unauthorized";
}

function percent(share: number): string {
  return `${count(share * 100)} %`;
}
