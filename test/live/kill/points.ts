// Kills the controller at one request after the other, each in a session of its own, and says where the session came out
// otherwise than undisturbed.

import { expect } from "vitest";
import type { Moto } from "../../support/moto.js";
import type { WorldRequest } from "../../world/gateway.js";
import { type KillPoint, type Played, play } from "./session.js";

/** The registration timeout, for an instance that was deregistered and not yet terminated, and some idle delays. */
const MOST_LATER_MS = 4 * 60_000;

export interface Tried {
  readonly points: number;
  readonly failures: readonly string[];
}

/** Plays the session once per point. A point that lies behind the session's end is a failure: nobody was killed. */
export async function tryPoints(moto: Moto, undisturbed: Played, points: readonly KillPoint[]): Promise<Tried> {
  const failures: string[] = [];
  for (const point of points) {
    const { service, operation } = undisturbed.requests[point.index]!;
    try {
      compare(await play(moto, point), undisturbed);
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      failures.push(`${point.when} request ${point.index} (${service} ${operation}): ${thrown.message}`);
    }
  }
  return { points: points.length, failures };
}

function compare(played: Played, undisturbed: Played): void {
  expect(played.kills, "kills").toBe(1);
  expect(played.end).toEqual(undisturbed.end);
  expect(played.endMs).toBeLessThanOrEqual(undisturbed.endMs + MOST_LATER_MS);
  // One that was deregistered is waited for beside those that are bought for the next burst.
  expect(played.peak, "most instances at a time").toBeLessThanOrEqual(undisturbed.peak + 1);
}

export function bothAt(requests: readonly WorldRequest[]): KillPoint[] {
  return requests.flatMap(({ index }) => (["before", "after"] as const).map((when) => ({ index, when })));
}

/** Reading requests that lie behind the first change of their tick, and the one that is next before it. */
export function readsOfChanges({ requests, ticks }: Played): WorldRequest[] {
  return ticks.flatMap(([from, to]) => {
    const own = requests.slice(from, to);
    const first = own.findIndex(({ mutating }) => mutating);
    return first === -1 ? [] : own.slice(Math.max(0, first - 1)).filter(({ mutating }) => !mutating);
  });
}
