// The vocabulary of waiting: which constraint keeps a job from starting, and which change would let it.

import type { Shape } from "../../model/job.js";

/** What keeps the job from being the next of its queue, or the queue from starting anything. */
export type QueueBlock =
  /** Another job is first in the queue's order, and nobody may pass it. */
  | { readonly kind: "behind-head"; readonly head: number }
  /** Its share is not the one that is served next: its weighted usage is higher, or equal and its job younger. */
  | {
      readonly kind: "share-order";
      readonly share: number;
      readonly vcpuMilli: number;
      readonly servedShare: number;
      readonly servedVcpuMilli: number;
      readonly equal: boolean;
      readonly head: number;
      /** The largest weightFactor under which its share would be served next; NaN when there is none. */
      readonly largestWeight: number;
    }
  /** The active shares together are at the limit that the compute reservation leaves them. */
  | {
      readonly kind: "reservation";
      readonly share: number;
      readonly usedVcpuMilli: number;
      readonly limitVcpuMilli: number;
      readonly wantedVcpuMilli: number;
      /** The largest computeReservation, in per cent, under which it could start. */
      readonly largestPercent: number;
    }
  | {
      readonly kind: "consumable";
      readonly resource: number;
      readonly available: number;
      readonly wanted: number;
    }
  /**
   * It fits, but starting it now would delay a job before it (backfilling). `longestLimitMs`: with at most this run-time limit
   * it would not (Infinity: with any); NaN where that is not known.
   */
  | { readonly kind: "would-delay"; readonly head: number; readonly longestLimitMs: number }
  /** It fits, but sharing an instance would cost more than waiting for one of its own; jobs that are not like it may pass. */
  | { readonly kind: "held-back" }
  /** It fits, and no decision has been since; `unlessDelayed`: it starts unless that delays this job (NONE: in any case). */
  | { readonly kind: "next-decision"; readonly unlessDelayed: number };

/** Amounts by which something is too small; 0 where it is not. */
export interface Shortage {
  readonly vcpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

export type TypeBlock =
  /** Even an empty instance of the type is too small. What a request cut by `short` would have: a launch, or the nearest. */
  | {
      readonly kind: "too-small";
      readonly short: Shortage;
      readonly mayLaunch: boolean;
      readonly nearest: NearestInstance | null;
    }
  /** Instances of the type are registered; the nearest one lacks this much now. */
  | ({ readonly kind: "no-room" } & NearestInstance)
  /** Instances of the type are on their way. */
  | { readonly kind: "in-flight"; readonly instances: number }
  /** One more would exceed maxvCpus. */
  | { readonly kind: "max-vcpus" }
  /** Nothing but the next decision is in the way. */
  | { readonly kind: "may-launch" }
  /** EC2 has refused all its pools, or takes from them: none is asked before this time. */
  | { readonly kind: "refused"; readonly untilMs: number }
  /** The fleet is fixed, without an instance of the type that has room. */
  | { readonly kind: "fixed-fleet" }
  /** Of a multi-node job: empty instances and those on their way are too few, and the missing ones may not be launched. */
  | { readonly kind: "nodes-missing"; readonly empty: number; readonly inFlight: number };

/** The registered instance that lacks least for a request, and what it lacks. */
export interface NearestInstance {
  readonly instance: number;
  readonly short: Shortage;
}

export interface TypeReason {
  readonly instanceType: number;
  readonly pool: number;
  readonly block: TypeBlock;
}

export interface EnvironmentReason {
  readonly environment: number;
  readonly block:
    | { readonly kind: "max-vcpus"; readonly vcpuMilli: number; readonly maxVcpuMilli: number }
    /** No instance type of the environment is large enough. */
    | { readonly kind: "too-small" }
    | { readonly kind: "in-flight"; readonly instances: number }
    /** EC2 has nothing that is large enough; it is asked again at this time. */
    | { readonly kind: "refused"; readonly untilMs: number }
    | { readonly kind: "no-room" }
    | { readonly kind: "multi-node-refused" }
    /** Not enough empty instances of one type for all nodes. */
    | { readonly kind: "gang"; readonly nodes: number }
    /** There is room: what blocks is the queue. */
    | { readonly kind: "none" };
  /** By price, the cheapest first. */
  readonly types: readonly TypeReason[];
}

export interface WaitReasons {
  readonly job: number;
  readonly queue: number;
  readonly shape: Shape;
  /** Null: the queue would start it. */
  readonly queueBlock: QueueBlock | null;
  /** Whether it could start now if it were first in its queue. */
  readonly couldStart: boolean;
  readonly environments: readonly EnvironmentReason[];
  /** Why the job that is in front of it waits; null when none is. */
  readonly head: WaitReasons | null;
  /** Whom the changes let start: this job, or one before it whose way must be cleared first. */
  readonly changesFor: number;
  /** In the order in which they must be made. */
  readonly changes: readonly Change[];
}

/** A change of the user's side; microUsdPerHour is what it costs while the job runs. */
export type Change =
  | { readonly kind: "wait"; readonly instances: number; readonly environment: number; readonly microUsdPerHour: 0 }
  | { readonly kind: "wait-for-decision"; readonly microUsdPerHour: 0 }
  | { readonly kind: "wait-for-capacity"; readonly untilMs: number; readonly microUsdPerHour: 0 }
  | {
      readonly kind: "lower-request";
      readonly short: Shortage;
      readonly instanceType: number;
      readonly microUsdPerHour: number;
    }
  | {
      readonly kind: "raise-max-vcpus";
      readonly environment: number;
      readonly toVcpuMilli: number;
      /** What it makes room for. */
      readonly instanceType: number;
      readonly instances: number;
      readonly microUsdPerHour: number;
    }
  | { readonly kind: "let-pass"; readonly head: number; readonly microUsdPerHour: 0 }
  | { readonly kind: "hold-back-less"; readonly microUsdPerHour: 0 }
  | { readonly kind: "lower-reservation"; readonly toPercent: number; readonly microUsdPerHour: 0 }
  | { readonly kind: "lower-weight"; readonly share: number; readonly toWeight: number; readonly microUsdPerHour: 0 }
  | { readonly kind: "shorten-limit"; readonly toMs: number; readonly head: number; readonly microUsdPerHour: 0 }
  | {
      readonly kind: "raise-consumable";
      readonly resource: number;
      readonly toQuantity: number;
      readonly microUsdPerHour: 0;
    }
  | {
      readonly kind: "add-larger-type";
      readonly environment: number;
      readonly shape: Shape;
      readonly microUsdPerHour: 0;
    }
  | { readonly kind: "add-multi-node-environment"; readonly microUsdPerHour: 0 }
  | { readonly kind: "wait-for-room"; readonly environment: number; readonly microUsdPerHour: 0 };
