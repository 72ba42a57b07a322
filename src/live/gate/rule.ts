// What a rule of the gate is, and what it looks at.

import type { LiveSettings } from "../../model/live-settings.js";
import type { Command, EndCommand, GateRule, LaunchCommand } from "../command.js";
import type { SeenInstance } from "../observation.js";
import type { FleetMember, GateView } from "../ports.js";
import type { Breakers } from "./breakers.js";
import type { FleetSums } from "./counted-fleet.js";

/** How much of a command a rule lets through, and why not more. */
export interface Objection {
  /** Instances of a launch that may go; 0 for every other command. */
  readonly left: number;
  readonly why: string;
}

/** The view of a judgement, with what is made of it once, and what earlier commands of it were allowed. */
export interface RuleContext {
  readonly view: GateView;
  readonly settings: LiveSettings;
  readonly breakers: Breakers;
  /** Our instances that are, may be or will be there: those allowed so far among them. */
  readonly sums: FleetSums;
  readonly spentTodayMicroUsd: number;
  /** Instances that were launched, or may have been: in this tick and in the last ten minutes. */
  readonly launchedThisTick: number;
  readonly launchedLately: number;
  /** Instances whose end was allowed in this tick. */
  readonly endedThisTick: ReadonlySet<number>;
  /** Instance numbers of launches allowed in this judgement. */
  readonly taken: ReadonlySet<number>;
  /** By instance number. */
  readonly members: ReadonlyMap<number, FleetMember>;
  /** By instance id. */
  readonly seen: ReadonlyMap<string, SeenInstance>;
  /** Container instances on which a STARTING or RUNNING job is. */
  readonly busyArns: ReadonlySet<string>;
  /** The price that counts for a pool, micro-USD per hour; NaN: not known. */
  readonly priceOf: (pool: number) => number;
}

export interface Rule {
  readonly name: GateRule;
  readonly about: readonly Command["kind"][];
  /** Null: the rule has nothing against it. */
  readonly judge: (command: Command, context: RuleContext) => Objection | null;
}

/** A rule that lets a command through or does not. `why`: null lets it. */
export function allOrNothing(
  name: GateRule,
  about: readonly Command["kind"][],
  why: (command: Command, context: RuleContext) => string | null,
): Rule {
  const judge = (command: Command, context: RuleContext) => {
    const text = why(command, context);
    return text === null ? null : { left: 0, why: text };
  };
  return { name, about, judge };
}

/** A rule about launches that may let a part of one through. */
export function launchRule(
  name: GateRule,
  judge: (command: LaunchCommand, context: RuleContext) => Objection | null,
): Rule {
  return {
    name,
    about: ["launch"],
    judge: (command, context) => (command.kind === "launch" ? judge(command, context) : null),
  };
}

/** A rule about ends. */
export function endRule(name: GateRule, why: (command: EndCommand, context: RuleContext) => string | null): Rule {
  return allOrNothing(name, ["end"], (command, context) => (command.kind === "end" ? why(command, context) : null));
}
