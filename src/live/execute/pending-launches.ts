// Launches that were written down before they were sent, until it is known what became of them. A launch that nobody knows of
// ("was it done?") holds all others back: its instances may be there and count against no cap.

import { AssertionError } from "../../base/assert.js";
import { MS_PER_MINUTE } from "../../base/units.js";
import type { SeenInstance } from "../observation.js";
import type { Clock, Lease, PendingLaunch } from "../ports.js";
import type { Failure } from "./failure.js";

/** New instances may be missing from EC2's lists; after so long their ids are the mirror's business alone. */
const UNSEEN_MS = 5 * MS_PER_MINUTE;
/** DynamoDB's items end at 400 KB, and the lease needs a part of it. */
const MOST_BYTES = 300_000;

type State =
  /** Sent, or about to be. */
  | "sending"
  /** It may have been done. */
  | "unknown"
  /** Its instances are known by id, and not yet seen. */
  | "answered"
  /** Nothing is left to be found out. */
  | "done";

export interface Entry {
  readonly launch: PendingLaunch;
  state: State;
  /** Instances that were named and not seen since. */
  unseen: Set<string>;
  /** The engine does not know the instances: it learns of them by looking. */
  isNews: boolean;
  /** There is no use in sending it again. */
  isOnlyLookedFor: boolean;
  sinceMs: number;
  looks: number;
}

export class PendingLaunches {
  private readonly lease: Lease;
  private readonly clock: Clock;
  private readonly entries = new Map<string, Entry>();

  constructor(lease: Lease, clock: Clock) {
    this.lease = lease;
    this.clock = clock;
  }

  /** A launch whose instances may be there without the engine's knowing of them; undefined: none. */
  get inDoubt(): Entry | undefined {
    this.adopt();
    for (const entry of this.entries.values()) if (entry.state === "unknown" || isNews(entry)) return entry;
    return undefined;
  }

  get unknown(): readonly Entry[] {
    this.adopt();
    return [...this.entries.values()].filter(({ state }) => state === "unknown");
  }

  /** Writes down as many launches as fit, in order; by token those that were not written, and may not be sent. */
  async write(launches: readonly PendingLaunch[]): Promise<ReadonlyMap<string, Failure>> {
    this.adopt();
    const failures = new Map<string, Failure>();
    let bytes = this.lease.pending.reduce((sum, { request }) => sum + request.length, 0);
    const fitting = launches.filter(({ token, request }) => {
      const fits = bytes + request.length <= MOST_BYTES;
      if (fits) bytes += request.length;
      else failures.set(token, notWritten("too many launches wait for their instances to be seen"));
      return fits;
    });
    if (fitting.length === 0) return failures;
    for (const launch of fitting) this.enter(launch, "sending");
    try {
      await this.lease.write(fitting);
    } catch (thrown) {
      if (!(thrown instanceof Error) || thrown instanceof AssertionError) throw thrown;
      for (const { token } of fitting) {
        this.nothing(token); // it may have been written all the same; what was never sent is cleared
        failures.set(token, notWritten(`${thrown.name}: ${thrown.message}`));
      }
    }
    return failures;
  }

  /** EC2 named the instances, and the engine is told of them. */
  answered(token: string, instanceIds: readonly string[]): void {
    this.settled(token, instanceIds, false);
  }

  /** They were found afterwards: the engine learns of them when they are seen. */
  found(token: string, instanceIds: readonly string[]): void {
    this.settled(token, instanceIds, true);
  }

  /** Surely nothing was launched, or nothing is left of it. */
  nothing(token: string): void {
    this.become(token, "done");
  }

  doubtful(token: string): void {
    this.become(token, "unknown");
  }

  /** What a look has shown: instances with the tag of their launch. */
  saw(seen: Iterable<SeenInstance>): void {
    this.adopt();
    const counts = new Map<string, number>();
    for (const { instanceId, launchToken } of seen) {
      const entry = this.entries.get(launchToken);
      if (entry === undefined) continue;
      entry.unseen.delete(instanceId);
      counts.set(launchToken, (counts.get(launchToken) ?? 0) + 1);
    }
    for (const [token, entry] of this.entries) {
      const isAll = entry.state === "unknown" && (counts.get(token) ?? 0) >= entry.launch.count;
      if (isAll || (entry.state === "answered" && (entry.unseen.size === 0 || this.isOld(entry)))) entry.state = "done";
    }
  }

  /** Takes what is done out of the lease. Throws what the lease throws; the next time tries again. */
  async clear(): Promise<void> {
    this.adopt();
    const done = [...this.entries].filter(([, { state }]) => state === "done");
    const written = new Set(this.lease.pending.map(({ token }) => token));
    const tokens = done.map(([token]) => token).filter((token) => written.has(token));
    if (tokens.length > 0) await this.lease.clear(tokens);
    for (const [token, entry] of done) {
      // One whose writing failed may turn out to be written after all: it must not pass for a predecessor's then.
      if (written.has(token) || this.isOld(entry)) this.entries.delete(token);
    }
  }

  /** Launches of a predecessor, or of this process before it lost the lease; those that somebody else has cleared go. */
  private adopt(): void {
    const written = new Set(this.lease.pending.map(({ token }) => token));
    for (const [token, { state }] of this.entries) {
      if (!written.has(token) && state !== "sending" && state !== "done") this.entries.delete(token);
    }
    for (const launch of this.lease.pending) if (!this.entries.has(launch.token)) this.enter(launch, "unknown");
  }

  private enter(launch: PendingLaunch, state: State): void {
    this.entries.set(launch.token, {
      launch,
      state,
      unseen: new Set(),
      isNews: false,
      isOnlyLookedFor: false,
      sinceMs: this.clock.monotonicMs(),
      looks: 0,
    });
  }

  private settled(token: string, instanceIds: readonly string[], isNews: boolean): void {
    const entry = this.become(token, "answered");
    if (entry === undefined) return;
    entry.unseen = new Set(instanceIds);
    entry.isNews = isNews;
  }

  /** Undefined: somebody else has cleared it meanwhile. */
  private become(token: string, state: State): Entry | undefined {
    const entry = this.entries.get(token);
    if (entry === undefined) return undefined;
    entry.state = state;
    entry.sinceMs = this.clock.monotonicMs();
    return entry;
  }

  private isOld({ sinceMs }: Entry): boolean {
    return this.clock.monotonicMs() - sinceMs > UNSEEN_MS;
  }
}

function isNews({ state, isNews: news }: Entry): boolean {
  return state === "answered" && news;
}

function notWritten(message: string): Failure {
  return { code: "not-written", message, requestId: "", isRefused: true };
}
