// The zone of a reader's times that carry none. Using it is an assumption, so the report says so.

import type { RowSink } from "./format.js";
import type { FormatOptions } from "./options.js";
import { type Zone, zoneOf } from "./zone.js";

/** The zone that the options name; the first local time that it places puts a note into the report. */
export function localZone(options: FormatOptions, sink: RowSink): Zone {
  return new NotedZone(zoneOf(options.timeZone)!, sink, false);
}

/** The same, which besides counts times that occurred twice or never as adjustments of the row that is admitted next. */
export function countingZone(options: FormatOptions, sink: RowSink): Zone {
  return new NotedZone(zoneOf(options.timeZone)!, sink, true);
}

class NotedZone implements Zone {
  private readonly zone: Zone;
  private readonly sink: RowSink;
  private readonly counts: boolean;
  private isNoted = false;

  constructor(zone: Zone, sink: RowSink, counts: boolean) {
    this.zone = zone;
    this.sink = sink;
    this.counts = counts;
  }

  get name(): string {
    return this.zone.name;
  }

  get placing(): Zone["placing"] {
    return this.zone.placing;
  }

  epochMs(localMs: number, notBeforeMs?: number): number {
    if (!this.isNoted) {
      this.isNoted = true;
      this.sink.note(
        `times carry no zone: they were taken as local time of ${this.name} (--time-zone, trace.timeZone)`,
      );
    }
    const epochMs = this.zone.epochMs(localMs, notBeforeMs);
    if (this.counts && this.placing !== "plain") this.sink.adjust(`${this.placing}-time`);
    return epochMs;
  }
}
