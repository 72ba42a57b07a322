// A market that does what a test says: instances are warned and taken at given instants. Use it in place of the real one:
//   vi.mock("../../../src/sim/market/make-market.js", () => import("./scripted-market.js"));

import { MS_PER_SECOND } from "../../../src/base/units.js";
import { EventKind } from "../../../src/model/event.js";
import { EndCause } from "../../../src/model/market.js";
import { type CloudMarket, UNLIMITED_MARKET } from "../../../src/sim/market/cloud-market.js";
import type { SimulationInput } from "../../../src/sim/simulate.js";

export interface Loss {
  readonly atS: number;
  /** How much later than announced it comes; default: not at all. */
  readonly lateS?: number;
  readonly instance: number;
  /** When the interruption notice came; default: there is none. */
  readonly warnedS?: number;
  /** Default: reclaimed. */
  readonly cause?: EndCause;
}

interface Happening {
  readonly timeMs: number;
  readonly loss: Loss;
  readonly kind: "warned" | "lost";
}

const lossesOf = new WeakMap<SimulationInput, readonly Loss[]>();

/** The same run, in which these instances are lost. */
export function losing(input: SimulationInput, losses: readonly Loss[]): SimulationInput {
  const interruptions = { hourlyByBand: [0, 0, 0, 0, 0, 0], early: null };
  const { world } = input;
  const disturbed = { ...input, world: { ...world, market: { ...world.market, interruptions } } };
  lossesOf.set(disturbed, losses);
  return disturbed;
}

export function makeMarket(input: SimulationInput): CloudMarket {
  const happenings: Happening[] = (lossesOf.get(input) ?? [])
    .flatMap((loss): Happening[] => [
      ...(loss.warnedS === undefined ? [] : [{ timeMs: loss.warnedS * MS_PER_SECOND, loss, kind: "warned" as const }]),
      { timeMs: (loss.atS + (loss.lateS ?? 0)) * MS_PER_SECOND, loss, kind: "lost" },
    ])
    .sort((a, b) => a.timeMs - b.timeMs);
  const ended = new Set<number>();
  let next = 0;
  return {
    ...UNLIMITED_MARKET,
    get nextMs() {
      return happenings[next]?.timeMs ?? Number.POSITIVE_INFINITY;
    },
    happen(sink, victims) {
      const { timeMs, loss, kind } = happenings[next++]!;
      if (ended.has(loss.instance)) return;
      if (kind === "lost") victims.lose(loss.instance, loss.cause ?? EndCause.Reclaimed, timeMs);
      else sink.ingest(EventKind.InterruptionWarned, timeMs, loss.instance, loss.atS * MS_PER_SECOND, 0);
    },
    ended(instance) {
      ended.add(instance);
    },
    close() {
      next = happenings.length;
    },
  };
}
