// What became of commands, as events for the engine. What was not sent, or failed, is as if AWS had refused it: the engine asks
// again after a pause.

import type { HeardEvent } from "../../engine/heard-events.js";
import { EventKind } from "../../model/event.js";
import { RefusalReason } from "../../model/market.js";
import type { Command, Outcome } from "../command.js";

/** The events of what was carried out. */
export function heardOf(outcomes: readonly Outcome[]): HeardEvent[] {
  return outcomes.flatMap(heardOfOne).filter(isOfEngine);
}

/** Instances of no pool have numbers below 0, and the engine does not know them. */
function isOfEngine({ subject }: HeardEvent): boolean {
  return subject >= 0;
}

function heardOfOne(outcome: Outcome): HeardEvent[] {
  switch (outcome.kind) {
    case "launched": {
      const order = outcome.answers[0]?.instance ?? 0;
      return [
        ...outcome.refusals.map(({ pool, reason }) => now(EventKind.PoolRefused, pool, reason, order)),
        ...outcome.answers
          .filter(({ granted }) => !granted)
          .map(({ instance }) => now(EventKind.LaunchRefused, instance, 0, instance)),
      ];
    }
    case "terminated":
      return [now(EventKind.InstanceTerminated, outcome.instance, 0, outcome.instance)];
    case "kept":
      return [now(EventKind.InstanceKept, outcome.instance, 0, outcome.instance)];
    case "failed":
      return undone(outcome.command, RefusalReason.Throttled);
    case "drained":
    case "ending":
    case "not-ended":
      return [];
  }
}

/** The events of a command that has not been carried out; `reason`: of a launch. */
export function undone(command: Command, reason: RefusalReason): HeardEvent[] {
  switch (command.kind) {
    case "launch": {
      const [pool] = command.pools;
      const refusals = command.instances.map((instance) => now(EventKind.LaunchRefused, instance, 0, instance));
      return [now(EventKind.PoolRefused, pool!, reason, command.instances[0]!), ...refusals];
    }
    case "end":
      return [now(EventKind.InstanceKept, command.instance, 0, command.instance)].filter(isOfEngine);
    case "drain":
      return [now(EventKind.InstanceDrained, command.instance, 0, command.instance)];
    case "undrain":
      return [now(EventKind.InstanceDrained, command.instance, 1, command.instance)];
  }
}

function now(kind: EventKind, subject: number, a: number, order: number): HeardEvent {
  return { kind, timeMs: Number.NaN, subject, a, b: 0, attempt: 0, order };
}
