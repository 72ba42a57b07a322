// The engine's actions as commands to AWS. Launches that lie side by side and allow the same pools are one CreateFleet call.

import { assert } from "../../base/assert.js";
import { type ActionBuffer, ActionKind, launchesEnd } from "../../model/action.js";
import type { Command } from "../command.js";
import type { Host } from "../mirror/host.js";

export interface Decided {
  readonly commands: readonly Command[];
  /** Instances whose end, under way, is to be undone. */
  readonly undo: readonly number[];
  /** Per command: row of the ledger's decisions that says why. */
  readonly reasons: readonly number[];
  /** When the engine wants to decide again; Infinity: when something happens. */
  readonly wakeAtMs: number;
}

export interface CommandContext {
  readonly hostOf: (instance: number) => Host | undefined;
  readonly ending: ReadonlySet<number>;
  /** A client token for a launch: never the same twice. */
  readonly nextToken: (pools: readonly number[], count: number) => string;
}

/** In the order of the actions. */
export function commandsOf(actions: ActionBuffer, context: CommandContext): Decided {
  const commands: Command[] = [];
  const reasons: number[] = [];
  const undo: number[] = [];
  let wakeAtMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < actions.length; i++) {
    const subject = actions.subject[i]!;
    switch (actions.kind[i] as ActionKind) {
      case ActionKind.Launch: {
        const last = launchesEnd(actions, i);
        const instances = Array.from({ length: last - i }, (_, k) => actions.subject[i + k]!);
        const pools = [...actions.pools(i)];
        commands.push({ kind: "launch", instances, pools, token: context.nextToken(pools, instances.length) });
        reasons.push(actions.reason[i]!);
        i = last - 1;
        break;
      }
      case ActionKind.Terminate:
        commands.push({ kind: "end", ...idsOf(subject, context), reason: "idle" });
        reasons.push(actions.reason[i]!);
        break;
      case ActionKind.Drain:
        if (actions.a[i] === 0 && context.ending.has(subject)) {
          undo.push(subject);
          break;
        }
        commands.push({ kind: actions.a[i] === 1 ? "drain" : "undrain", ...idsOf(subject, context) });
        reasons.push(actions.reason[i]!);
        break;
      case ActionKind.WakeAt:
        wakeAtMs = Math.min(wakeAtMs, actions.timeMs[i]!);
        break;
      case ActionKind.Place:
      case ActionKind.CancelJob:
        assert(false, "an engine that does not place has placed");
    }
  }
  return { commands, reasons, undo, wakeAtMs };
}

function idsOf(instance: number, { hostOf }: CommandContext) {
  const host = hostOf(instance);
  assert(host !== undefined && host.instanceId !== "", "a command is about an instance that EC2 never named");
  return { instance, instanceId: host.instanceId, containerInstanceArn: host.containerInstanceArn };
}
