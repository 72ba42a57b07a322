// The user's words about the market (`world.spot`, `world.quotas`, `stress`), with units normalised. `run/market` makes the
// tables of a run from it.

import type { CapacityProcess, InterruptionModel, NoticeModel, PriceProcess } from "../model/market.js";

export interface MarketSpec {
  readonly prices: PriceSpec;
  readonly capacity: CapacitySpec;
  /** "advisor": hazards from the Spot Instance advisor's bands; null: none beside what lack of capacity does. */
  readonly interruptions: InterruptionModel | "advisor" | null;
  /** Instances are taken when the price exceeds the environment's bidPercentage. */
  readonly interruptedByPrice: boolean;
  readonly notice: NoticeModel;
  readonly quotas: readonly QuotaSpec[];
  readonly stress: readonly StressSpec[];
}

export type PriceSpec =
  /** The catalogue's snapshot, for the whole run. */
  | { readonly kind: "snapshot" }
  /** Replayed: a file of price changes (DescribeSpotPriceHistory's JSON, or CSV, gzip or not), beside the scenario. */
  | {
      readonly kind: "history";
      readonly file: string;
      /** Epoch ms of the history at which the run begins; undefined: the trace's own time if covered, else the start of the file. */
      readonly fromMs: number | undefined;
    }
  | ({ readonly kind: "process" } & PriceProcess)
  /** A process whose parameters are fitted to a file of price changes. */
  | { readonly kind: "fitted"; readonly file: string };

export type CapacitySpec =
  | { readonly kind: "unlimited" }
  | ({ readonly kind: "seeded" } & CapacityProcess)
  /** Replayed: a file of runs (offset_seconds, duration_seconds, available_instances) or of add/remove events. */
  | {
      readonly kind: "trace";
      readonly file: string;
      /** Ids of the traces in the file to use, dealt out to the spot pools in turn; empty: all. */
      readonly traces: readonly string[];
      /** Counts of the trace are multiplied by this. */
      readonly scale: number;
    };

export interface QuotaSpec {
  readonly market: "on-demand" | "spot";
  /** Instance families ("m5") or EC2's classes: "standard" (A C D H I M R T Z), "g" (G and VT), "p", "inf", "trn", "x", "f", "u". */
  readonly families: readonly string[];
  readonly vcpus: number;
}

/** One line of stress, e.g. "zone-lost use1-az4 from 2h for 6h". */
export interface StressSpec {
  readonly text: string;
  readonly fromMs: number;
  /** null: to the end. */
  readonly untilMs: number | null;
  readonly effect:
    | { readonly kind: "zone-lost"; readonly zone: string }
    | { readonly kind: "no-capacity"; readonly family: string }
    | { readonly kind: "price"; readonly factor: number }
    | { readonly kind: "quota"; readonly factor: number }
    | { readonly kind: "slow-boot"; readonly factor: number }
    | { readonly kind: "reclaim-storm"; readonly share: number; readonly everyMs: number | null }
    | { readonly kind: "api-throttled"; readonly launchesPerMinute: number };
}
