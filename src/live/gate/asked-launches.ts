// Instances that were allowed and that the fleet may not show yet: until it does, until AWS has surely refused them, or, where
// the answer was lost, until their tag has been seen or EC2's lists have had time enough to show them.

import { LAUNCH_WINDOW_MS } from "../../engine/launch-caps.js";
import type { LaunchCommand } from "../command.js";
import type { Clock, GateView } from "../ports.js";

export interface Asked {
  readonly instance: number;
  readonly token: string;
  /** Of the largest and the dearest pool of its launch: any may answer. */
  readonly vcpuMilli: number;
  readonly microUsdPerHour: number;
  readonly askedMs: number;
}

export class AskedLaunches {
  private readonly clock: Clock;
  private readonly missingMs: number;
  private readonly asked = new Map<number, Asked>();
  /** Launches whose answer was lost, by token: instances that were seen with it. */
  private readonly lost = new Map<string, Set<string>>();
  /** By instance number: when it was allowed, and in which tick. Those that AWS has surely refused are taken out. */
  private readonly launched = new Map<number, { readonly atMs: number; readonly tick: number }>();
  /** Tokens of launches that this process has asked for lately, each with when it last did. */
  private readonly tokens = new Map<string, number>();
  /** Instances of ours that began lately and that somebody else asked for: the process before this one. */
  private inherited = 0;

  /** `missingMs`: what EC2's lists have not shown for so long is not there. */
  constructor(clock: Clock, missingMs: number) {
    this.clock = clock;
    this.missingMs = missingMs;
  }

  entries(): Iterable<Asked> {
    return this.asked.values();
  }

  has(instance: number): boolean {
    return this.asked.has(instance);
  }

  /** Launches of the tick, and of the last ten minutes. */
  launchedIn(tick: number): { readonly tick: number; readonly lately: number } {
    const sinceMs = this.clock.monotonicMs() - LAUNCH_WINDOW_MS;
    let ofTick = 0;
    for (const [instance, launch] of this.launched) {
      if (launch.tick === tick) ofTick++;
      else if (launch.atMs <= sinceMs) this.launched.delete(instance);
    }
    return { tick: ofTick, lately: this.launched.size + this.inherited };
  }

  add({ instances, token }: LaunchCommand, vcpuMilli: number, microUsdPerHour: number, tick: number): void {
    const askedMs = this.clock.monotonicMs();
    this.tokens.set(token, askedMs);
    for (const instance of instances) {
      this.asked.set(instance, { instance, token, vcpuMilli, microUsdPerHour, askedMs });
      this.launched.set(instance, { atMs: askedMs, tick });
    }
  }

  /** It is not there and never was. */
  refused(instance: number): void {
    this.asked.delete(instance);
    this.launched.delete(instance);
  }

  /** Nobody knows what became of the launch. */
  lostAnswer(token: string): void {
    if (!this.lost.has(token)) this.lost.set(token, new Set());
  }

  /** What a look and the fleet show is counted there. */
  look({ fleet, observation, nowMs }: GateView): void {
    this.countInherited(observation, nowMs);
    for (const { instance, instanceId } of fleet) if (instanceId !== "") this.asked.delete(instance);
    for (const { launchToken, instanceId, ours } of observation.instances) {
      const seen = ours ? this.lost.get(launchToken) : undefined;
      if (seen === undefined || seen.has(instanceId)) continue;
      seen.add(instanceId);
      this.takeOneOf(launchToken);
    }
    const sinceMs = this.clock.monotonicMs() - this.missingMs;
    for (const { instance, askedMs } of this.asked.values()) if (askedMs <= sinceMs) this.asked.delete(instance);
    if (this.lost.size === 0) return;
    const tokens = new Set([...this.asked.values()].map(({ token }) => token));
    for (const token of this.lost.keys()) if (!tokens.has(token)) this.lost.delete(token);
  }

  private countInherited({ instances }: GateView["observation"], nowMs: number): void {
    const sinceMs = this.clock.monotonicMs() - LAUNCH_WINDOW_MS;
    for (const [token, askedMs] of this.tokens) if (askedMs <= sinceMs) this.tokens.delete(token);
    this.inherited = 0;
    for (const { ours, launchToken, launchTimeMs } of instances) {
      if (ours && !this.tokens.has(launchToken) && launchTimeMs > nowMs - LAUNCH_WINDOW_MS) this.inherited++;
    }
  }

  private takeOneOf(token: string): void {
    for (const asked of this.asked.values()) {
      if (asked.token !== token) continue;
      this.asked.delete(asked.instance);
      return;
    }
  }
}
