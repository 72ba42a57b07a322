// What live mode sends to AWS: the engine's actions with the ids and names that AWS knows, what the gate says of each, and how
// each came out.

import type { SeenRefusal } from "./observation.js";

/** Launch as many instances as there are numbers, in any of the pools, the first liked best. */
export interface LaunchCommand {
  readonly kind: "launch";
  /** Engine's instance numbers. */
  readonly instances: readonly number[];
  /** Indexes into the run's pools, of one market, in order of preference. */
  readonly pools: readonly number[];
  /** CreateFleet's ClientToken, and the value of the tag `stowage:launch`. */
  readonly token: string;
}

/** Set a container instance to DRAINING, or back to ACTIVE. Its jobs go on. */
export interface DrainCommand {
  readonly kind: "drain" | "undrain";
  readonly instance: number;
  readonly instanceId: string;
  readonly containerInstanceArn: string;
}

/** Begin to end an instance: DRAINING, verify, deregister, terminate; over several ticks. */
export interface EndCommand {
  readonly kind: "end";
  readonly instance: number;
  readonly instanceId: string;
  /** "" when it never registered: then it is terminated without the steps before. */
  readonly containerInstanceArn: string;
  readonly reason: string;
}

export type Command = LaunchCommand | DrainCommand | EndCommand;

/** What became of one engine instance of a launch. */
export type LaunchAnswer =
  | { readonly instance: number; readonly granted: true; readonly instanceId: string; readonly pool: number }
  | { readonly instance: number; readonly granted: false };

export type Outcome =
  | {
      readonly kind: "launched";
      readonly answers: readonly LaunchAnswer[];
      /** In the order in which EC2 named them. */
      readonly refusals: readonly SeenRefusal[];
    }
  | { readonly kind: "drained"; readonly instance: number; readonly draining: boolean }
  /** The end of an instance has begun. */
  | { readonly kind: "ending"; readonly instance: number }
  /** TerminateInstances was accepted. */
  | { readonly kind: "terminated"; readonly instance: number }
  /** A task has come in between: the instance is ACTIVE again. */
  | { readonly kind: "kept"; readonly instance: number; readonly why: string }
  /** AWS has refused a later step of an end. It is asked for again after a pause, or "kept" follows. */
  | { readonly kind: "not-ended"; readonly instance: number; readonly code: string; readonly message: string }
  /** Nothing was sent, or what was sent failed; the command may be given again. */
  | { readonly kind: "failed"; readonly command: Command; readonly code: string; readonly message: string };

/** Rules of the gate, by name: metrics and logs count denials by them. */
export const GATE_RULES = [
  "dry-run",
  "no-lease",
  "identity",
  "settling",
  "incomplete",
  "stale",
  "deadline",
  "kill-switch",
  "environment-closed",
  "max-instances",
  "max-vcpus",
  "max-spend-per-hour",
  "max-spend-per-day",
  "price-unknown",
  "launches-per-tick",
  "launches-per-ten-minutes",
  "terminations-per-tick",
  "not-ours",
  "busy",
  "too-young",
  "unhealthy-fleet",
  "failed-launches",
  "unplaced-demand",
  "unauthorized",
  "not-allowed",
] as const;
export type GateRule = (typeof GATE_RULES)[number];

/** The rules that cut launches to what a cap leaves. */
export const LAUNCH_CAP_RULES: readonly GateRule[] = [
  ...(["max-instances", "max-vcpus", "max-spend-per-hour", "max-spend-per-day"] as const),
  ...(["launches-per-tick", "launches-per-ten-minutes"] as const),
];

export type Verdict =
  | { readonly allowed: true; readonly command: Command }
  | { readonly allowed: false; readonly command: Command; readonly rule: GateRule; readonly why: string };
