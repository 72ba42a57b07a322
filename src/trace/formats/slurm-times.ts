// Times in Slurm's tables: local time without a zone as a rule, seconds since the epoch where SLURM_TIME_FORMAT was "%s".

import { MS_PER_SECOND } from "../../base/units.js";
import type { RowSink } from "../format.js";
import { readIsoMs } from "../text/cells.js";
import type { Zone } from "../zone.js";

const EPOCH_SECONDS = /^\d{9,11}(?:\.\d+)?$/;
/** Ends in a zone. */
const ZONED = /(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$/i;

export class SlurmTimes {
  private readonly sink: RowSink;
  private readonly zone: Zone;

  constructor(sink: RowSink, zone: Zone) {
    this.sink = sink;
    this.zone = zone;
  }

  /**
   * Epoch milliseconds; NaN when missing, UNREADABLE otherwise. Where the clocks showed the time twice it is the instant
   * that is not before `notBeforeMs`. Counts such times.
   */
  read(cell: string, notBeforeMs?: number): number {
    if (EPOCH_SECONDS.test(cell)) return Number(cell) * MS_PER_SECOND;
    const epochMs = readIsoMs(cell, this.zone, Number.isFinite(notBeforeMs) ? notBeforeMs : undefined);
    if (!Number.isFinite(epochMs) || (cell.includes(":") && ZONED.test(cell.slice(11)))) return epochMs;
    if (this.zone.placing === "ambiguous") this.sink.adjust("ambiguous-time");
    if (this.zone.placing === "skipped") this.sink.adjust("skipped-time");
    return epochMs;
  }
}
