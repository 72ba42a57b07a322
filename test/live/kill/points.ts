// Kills the controller at one request after the other, each in a session of its own, and says where the session came out
// otherwise than undisturbed.

import { expect } from "vitest";
import type { Moto } from "../../support/moto.js";
import { type KillPoint, type Played, play } from "./session.js";

/**
 * A restart costs some instances' idle time and the looks that lie before it: jobs may meet another instance, and EC2 may take
 * others. So much later everything is over at the latest: the registration timeout of an instance that was deregistered and not
 * yet terminated (15 min).
 */
const MOST_LATER_MS = 16 * 60_000;

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
  // One may be taken by EC2 beside those that the undisturbed session lost, and be bought again before it is gone.
  expect(played.peak, "most instances at a time").toBeLessThanOrEqual(undisturbed.peak + 1);
}

export const BOTH = ["before", "after"] as const;

/** Requests of ticks in which something was changed. */
export function requestsOfChanges({ requests, ticks }: Played): number[] {
  return ticks
    .map(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i))
    .filter((indexes) => indexes.some((index) => requests[index]!.mutating))
    .flat();
}
