// The gate: every limit that stands between a decision and AWS. It decides nothing; it lets through, cuts or denies, by the rules
// of rules.ts. What it remembers: launches and ends of this tick and lately, what was spent today, and its breakers.

import { Spending, type SpendingState } from "../../engine/spending.js";
import type { LiveSettings } from "../../model/live-settings.js";
import type { Command, LaunchCommand, Outcome, Verdict } from "../command.js";
import { isWholeLook } from "../observation.js";
import type { Clock, Gate, GateView } from "../ports.js";
import { AskedLaunches } from "./asked-launches.js";
import { Breakers } from "./breakers.js";
import { largest } from "./caps.js";
import { CountedFleet, sumsOf } from "./counted-fleet.js";
import type { Objection, Rule, RuleContext } from "./rule.js";
import { RULES } from "./rules.js";

export interface LiveGate extends Gate {
  /** Once a tick, whether or not anything is to be judged. */
  look(view: GateView): void;
  /**
   * Goes on counting what was spent, from what `spending` was: call it before the first look. `dayStartMs`: midnight UTC, epoch
   * ms; of another day than the first look's it is dropped. `asOfMs`: when it was written down; what ran since is counted then.
   */
  restore(spentTodayMicroUsd: number, dayStartMs: number, asOfMs?: number): void;
  /** The process before had spent so much: as it stands in a lease that was taken over. */
  inherit(spent: SpendingState): void;
  /** To be written down after each tick. Never restored: what runs is counted from its launch or midnight. */
  readonly spending: SpendingState;
}

/** The executor's word for a launch whose answer was lost: it may have been done. Every other failure was not. */
const UNKNOWN_OUTCOME = "unknown-outcome";
const NOTHING: ReadonlySet<number> = new Set();

/** The gate of one process. Durations come from the clock; days, and the ages of instances, from AWS's time in the view. */
export function makeGate(settings: LiveSettings, clock: Clock): LiveGate {
  return new RuleGate(settings, clock);
}

class RuleGate implements LiveGate {
  private readonly settings: LiveSettings;
  private readonly breakers: Breakers;
  private readonly asked: AskedLaunches;
  private readonly fleet: CountedFleet;
  private readonly money = new Spending();
  /** Instance numbers of our fleet in the last look. */
  private ours: ReadonlySet<number> = NOTHING;
  private tick = Number.NaN;
  private ended = new Set<number>();
  private lastLook: GateView["observation"] | null = null;

  constructor(settings: LiveSettings, clock: Clock) {
    this.settings = settings;
    this.breakers = new Breakers(settings.health, clock);
    this.asked = new AskedLaunches(clock, settings.health.missingMs);
    this.fleet = new CountedFleet(this.asked);
  }

  get open(): readonly string[] {
    return this.breakers.open;
  }

  get spentTodayMicroUsd(): number {
    return this.money.state.microUsd;
  }

  get spending(): SpendingState {
    return this.money.state;
  }

  restore(spentTodayMicroUsd: number, dayStartMs: number, asOfMs?: number): void {
    this.money.restore(spentTodayMicroUsd, dayStartMs, asOfMs);
  }

  inherit(spent: SpendingState): void {
    this.money.inherit(spent);
  }

  look(view: GateView): void {
    this.ours = new Set(view.fleet.filter((member) => member.ours).map(({ instance }) => instance));
    this.fleet.learn(view);
    this.asked.look(view);
    this.breakers.unhealthy.look(view.fleet);
    this.breakers.failed.look((instance) => this.isOurs(instance));
    if (view.observation !== this.lastLook && isWholeLook(view.observation.problems))
      this.breakers.unplaced.look(view.observation);
    this.lastLook = view.observation;
    this.money.look(this.fleet.count(view, priceIn(view), NOTHING), view.nowMs);
    if (view.ticksSinceStart === this.tick) return;
    this.tick = view.ticksSinceStart;
    this.ended = new Set();
  }

  judge(commands: readonly Command[], view: GateView): readonly Verdict[] {
    this.look(view);
    this.breakers.unauthorized.begin();
    // Whoever asks again for the same instances does not ask for more of them.
    const own = new Set(commands.flatMap((command) => (command.kind === "launch" ? command.instances : [])));
    for (const instance of own) this.asked.refused(instance);
    const judgement = new Judgement(this.contextOf(view, own));
    return commands.flatMap((command) => {
      const objection = judgement.objectionTo(command);
      const [allowed, denied] = parts(command, objection);
      const verdicts: Verdict[] = [];
      if (allowed !== null) {
        this.allow(allowed, judgement, view);
        verdicts.push({ allowed: true, command: allowed });
      }
      if (denied !== null)
        verdicts.push({ allowed: false, command: denied, rule: objection!.rule, why: objection!.why });
      return verdicts;
    });
  }

  learn(outcomes: readonly Outcome[]): void {
    for (const outcome of outcomes) {
      this.breakers.unauthorized.learn(outcome);
      if (outcome.kind === "launched") {
        for (const { granted, instance } of outcome.answers) if (!granted) this.asked.refused(instance);
      }
      if (outcome.kind !== "failed" || outcome.command.kind !== "launch") continue;
      if (outcome.code === UNKNOWN_OUTCOME) this.asked.lostAnswer(outcome.command.token);
      else for (const instance of outcome.command.instances) this.asked.refused(instance);
    }
  }

  registered(instance: number): void {
    if (this.isOurs(instance)) this.breakers.failed.registered();
  }

  neverRegistered(instance: number): void {
    this.breakers.failed.neverRegistered(instance);
  }

  private isOurs(instance: number): boolean {
    return this.ours.has(instance) || this.asked.has(instance);
  }

  private allow(command: Command, judgement: Judgement, view: GateView): void {
    this.breakers.unauthorized.allowed(command);
    if (command.kind === "end") this.ended.add(command.instance);
    if (command.kind !== "launch") return;
    const vcpuMilli = largest(command, view.vcpuMilliOf);
    const microUsdPerHour = largest(command, judgement.context.priceOf);
    this.asked.add(command, vcpuMilli, microUsdPerHour, this.tick);
    this.breakers.failed.launched(command.instances[0]!);
    judgement.add(command.instances, vcpuMilli, microUsdPerHour);
  }

  private contextOf(view: GateView, own: ReadonlySet<number>): RuleContext {
    const priceOf = priceIn(view);
    const { observation } = view;
    const launched = this.asked.launchedIn(this.tick);
    const active = observation.jobs.filter(({ status }) => status !== "RUNNABLE");
    return {
      view,
      settings: this.settings,
      breakers: this.breakers,
      sums: sumsOf(this.fleet.count(view, priceOf, own)),
      spentTodayMicroUsd: this.money.state.microUsd,
      launchedThisTick: launched.tick,
      launchedLately: launched.lately,
      endedThisTick: this.ended,
      taken: new Set(),
      members: new Map([...view.fleet, ...(view.strays ?? [])].map((member) => [member.instance, member])),
      seen: new Map(observation.instances.map((seen) => [seen.instanceId, seen])),
      busyArns: new Set(active.map(({ containerInstanceArn }) => containerInstanceArn)),
      priceOf,
    };
  }
}

/** One call of `judge`: its context grows with what is allowed. */
class Judgement {
  context: RuleContext;

  constructor(context: RuleContext) {
    this.context = context;
  }

  /** What lets the least of it through; of several the first. */
  objectionTo(command: Command): (Objection & Pick<Verdict & { allowed: false }, "rule">) | null {
    let least: (Objection & { rule: Rule["name"] }) | null = null;
    for (const { name, about, judge } of RULES) {
      if (!about.includes(command.kind)) continue;
      const objection = judge(command, this.context);
      if (objection === null || (least !== null && objection.left >= least.left)) continue;
      least = { ...objection, rule: name };
      if (least.left === 0) break;
    }
    return least;
  }

  add(instances: readonly number[], vcpuMilli: number, microUsdPerHour: number): void {
    const { sums, taken, launchedThisTick, launchedLately } = this.context;
    const more = instances.length;
    this.context = {
      ...this.context,
      sums: {
        ...sums,
        instances: sums.instances + more,
        vcpuMilli: sums.vcpuMilli + more * vcpuMilli,
        microUsdPerHour: sums.microUsdPerHour + more * microUsdPerHour,
        onTheirWay: sums.onTheirWay + more,
      },
      launchedThisTick: launchedThisTick + more,
      launchedLately: launchedLately + more,
      taken: new Set([...taken, ...instances]),
    };
  }
}

/** What is let through of a command, and what is not. */
function parts(command: Command, objection: Objection | null): [Command | null, Command | null] {
  if (objection === null) return [command, null];
  if (command.kind !== "launch" || objection.left === 0) return [null, command];
  const { left } = objection;
  const part = (instances: readonly number[]): LaunchCommand => ({ ...command, instances });
  return [part(command.instances.slice(0, left)), part(command.instances.slice(left))];
}

/** The live price of a pool, or the on-demand price of its type. A price of nothing is none. */
function priceIn({ priceOf, onDemandPriceOf }: GateView): (pool: number) => number {
  return (pool) => {
    const price = priceOf(pool);
    if (price > 0) return price;
    const onDemand = onDemandPriceOf?.(pool) ?? Number.NaN;
    return onDemand > 0 ? onDemand : Number.NaN;
  };
}
