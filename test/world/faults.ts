// What goes wrong between a client and AWS, and within AWS: a list that tests add to. Faults of calls are matched by service,
// operation and count; faults of state hold from when they are added until they are removed.

import { type Call, isMutating } from "./wire.js";

/** Which calls; what is not given matches all. */
export interface CallMatch {
  readonly service?: string;
  readonly operation?: string;
  readonly mutating?: boolean;
  /** The first of the calls that match, since the fault was added, that it strikes: 1 is the first and the default. */
  readonly from?: number;
  /** How many it strikes; default: 1. Infinity: all. */
  readonly count?: number;
}

export type CallEffect =
  /** Too many requests, in the service's words. */
  | { readonly kind: "throttle" }
  /** 500, in the service's words. */
  | { readonly kind: "server-error" }
  | { readonly kind: "error"; readonly status: number; readonly code: string; readonly message: string }
  /** Real milliseconds before the work is done. */
  | { readonly kind: "latency"; readonly ms: number }
  /** Never answered: until the client gives up. Nothing is done. */
  | { readonly kind: "hang" }
  /** The connection is reset and nothing is done. */
  | { readonly kind: "reset-before" }
  /** The work is done, and the connection reset before the answer. */
  | { readonly kind: "lost-answer" }
  /** Lists come in pages of so many, with a token to the next; 0: the first page is empty, then as usual. */
  | { readonly kind: "short-pages"; readonly size: number }
  /** The first answer is kept, and given again to the same question for so much virtual time. */
  | { readonly kind: "stale"; readonly forMs: number };

export type CallFault = CallMatch & CallEffect;

export type StateFault =
  /** Instances are not in lists, and unknown by id, for so long after their launch. */
  | { readonly kind: "hide-new-instances"; readonly forMs: number }
  /** Tasks of jobs that are STARTING are not seen by ECS for so long after they were placed. */
  | { readonly kind: "hide-new-tasks"; readonly forMs: number }
  /** Agents are not connected between two times of the run. An instance that goes then leaves its container instance behind. */
  | {
      readonly kind: "agent-disconnected";
      readonly hosts: readonly number[] | "all";
      readonly fromMs: number;
      readonly untilMs: number;
    }
  /** The next so many instances run, and their agents never register. They are the World's own: the account has no host. */
  | { readonly kind: "never-registers"; readonly count: number }
  /** Describing instances of a zone by id fails. */
  | { readonly kind: "zone-outage"; readonly zoneId: string }
  /** Whatever moto answers is answered by a reset. */
  | { readonly kind: "moto-down" }
  /** What becomes of every so-manieth message to the event queue (default: every one). */
  | { readonly kind: "messages"; readonly effect: "lose" | "duplicate" | "reverse"; readonly every?: number }
  | { readonly kind: "messages"; readonly effect: "delay"; readonly byMs: number; readonly every?: number };

export type Fault = CallFault | StateFault;

const STATE_KINDS: ReadonlySet<string> = new Set<StateFault["kind"]>([
  "hide-new-instances",
  "hide-new-tasks",
  "agent-disconnected",
  "never-registers",
  "zone-outage",
  "moto-down",
  "messages",
]);

export class Faults {
  private readonly calls: { readonly fault: CallFault; seen: number }[] = [];
  private readonly states = new Set<StateFault>();
  /** Instances that have met a "never-registers". */
  private readonly used = new WeakMap<StateFault, number>();

  /** Adds a fault; the result takes it away again. */
  add(fault: Fault): () => void {
    if (isState(fault)) {
      const own = { ...fault };
      this.states.add(own);
      return () => this.states.delete(own);
    }
    const entry = { fault, seen: 0 };
    this.calls.push(entry);
    return () => {
      const at = this.calls.indexOf(entry);
      if (at !== -1) this.calls.splice(at, 1);
    };
  }

  clear(): void {
    this.calls.length = 0;
    this.states.clear();
  }

  /** What strikes a call that has come, in the order in which it was added. */
  strike(call: Call): CallEffect[] {
    const effects: CallEffect[] = [];
    for (const entry of this.calls) {
      if (!matches(entry.fault, call)) continue;
      entry.seen++;
      const { from = 1, count = 1 } = entry.fault;
      if (entry.seen >= from && entry.seen < from + count) effects.push(entry.fault);
    }
    return effects;
  }

  /** State faults of a kind that hold now. */
  holding<K extends StateFault["kind"]>(kind: K): Extract<StateFault, { kind: K }>[] {
    return [...this.states].filter((fault): fault is Extract<StateFault, { kind: K }> => fault.kind === kind);
  }

  isDisconnected(host: number, timeMs: number): boolean {
    return this.holding("agent-disconnected").some(
      ({ hosts, fromMs, untilMs }) => timeMs >= fromMs && timeMs < untilMs && (hosts === "all" || hosts.includes(host)),
    );
  }

  /** Whether a thing that appeared at a time is still hidden. */
  hides(kind: "hide-new-instances" | "hide-new-tasks", sinceMs: number, nowMs: number): boolean {
    return this.holding(kind).some(({ forMs }) => nowMs < sinceMs + forMs);
  }

  /** Whether the next instance never registers; counts it. */
  takeNeverRegisters(): boolean {
    for (const fault of this.holding("never-registers")) {
      const used = (this.used.get(fault) ?? 0) + 1;
      this.used.set(fault, used);
      if (used >= fault.count) this.states.delete(fault);
      return true;
    }
    return false;
  }
}

function isState(fault: Fault): fault is StateFault {
  return STATE_KINDS.has(fault.kind);
}

function matches({ service, operation, mutating }: CallMatch, call: Call): boolean {
  if (service !== undefined && service !== call.service) return false;
  if (operation !== undefined && operation !== call.operation) return false;
  return mutating === undefined || mutating === isMutating(call);
}
