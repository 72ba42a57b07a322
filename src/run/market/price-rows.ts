// The formats of spot price histories: DescribeSpotPriceHistory's JSON, in as many replies as there are, and CSV with a header.

import { errorIssue, InputError, type Issue } from "../../base/issues.js";
import { MICRO_USD } from "../../base/units.js";
import { timeMsOf } from "../../trace/aws/times.js";
import { readNumber } from "../../trace/text/cells.js";
import { readCsvRows } from "../../trace/text/csv-rows.js";
import { readJsonRecords } from "../../trace/text/json-records.js";
import { isObject, type JsonObject, textOf } from "../../trace/text/json-values.js";
import { readText } from "../../trace/text/text-stream.js";
import { zoneOf } from "../../trace/zone.js";
import { CsvColumns } from "./csv-columns.js";
import { withFirstChunk } from "./first-chunk.js";

export interface PriceRow {
  /** Zone id or zone name. */
  readonly zone: string;
  readonly instanceType: string;
  /** ProductDescription; "" when it is not told. */
  readonly product: string;
  /** As they are told: of most rows nobody asks. */
  readonly time: unknown;
  readonly price: string;
}

/** A price and since when it holds. */
export interface TimedPrice {
  /** Epoch ms. */
  readonly timeMs: number;
  readonly microUsdPerHour: number;
}

/** Takes a row; returns what is wrong with it, if anything. */
export type OnPriceRow = (row: PriceRow) => string | undefined;

export interface UnreadableRows {
  readonly count: number;
  /** Of the first; 0: none. */
  readonly firstLine: number;
}

/** Columns by the words of their headers; where there are both, a zone's id is better than its name. */
const COLUMNS = {
  time: ["timestamp_utc", "timestamp", "date", "time"],
  zone: ["az_id", "availabilityzoneid", "az_name", "availabilityzone", "zone"],
  instanceType: ["instance_type", "instancetype"],
  price: ["usd_per_hour", "spotprice", "price"],
  product: ["productdescription", "product"],
} as const;
const OPTIONAL = ["product"] as const;

/** As many unreadable rows as are shown when nothing can be read. */
const MOST_ISSUES = 5;

const UTC = zoneOf("UTC")!;

/**
 * Calls `onRow` for every row of a file, gzip or not; JSON when it begins with a brace or bracket, else CSV. Returns how many
 * rows could not be read, here or by `onRow`. Throws InputError when no row could, and for what is neither JSON nor
 * CSV with the columns of a price history.
 */
export async function readPriceRows(path: string, name: string, onRow: OnPriceRow): Promise<UnreadableRows> {
  const tally = new RowTally(name, onRow);
  const { first, chunks } = await withFirstChunk(readText(path, name, () => {}));
  if (/^\s*[[{]/.test(first)) {
    await readJsonRecords(chunks, new Set(["SpotPriceHistory"]), (record) => {
      if (record.kind === "value")
        tally.take(isObject(record.value) ? rowOfJson(record.value) : "no object", record.line);
      else tally.take(record.detail, record.line);
    });
  } else {
    let columns: CsvColumns<keyof typeof COLUMNS> | undefined;
    await readCsvRows(chunks, undefined, name, (cells, line) => {
      if (columns === undefined)
        columns = new CsvColumns<keyof typeof COLUMNS>(COLUMNS, OPTIONAL, cells, { file: name, line });
      else tally.take(columns.hasAll(cells) ? rowOfCells(columns, cells) : "a cell is missing", line);
    });
  }
  return tally.finish();
}

function rowOfCells(columns: CsvColumns<keyof typeof COLUMNS>, cells: readonly string[]): PriceRow {
  return {
    zone: columns.cell("zone", cells),
    instanceType: columns.cell("instanceType", cells),
    product: columns.cell("product", cells),
    time: columns.cell("time", cells),
    price: columns.cell("price", cells),
  };
}

function rowOfJson(row: JsonObject): PriceRow {
  return {
    zone: textOf(row.AvailabilityZoneId) || textOf(row.AvailabilityZone),
    instanceType: textOf(row.InstanceType),
    product: textOf(row.ProductDescription),
    time: row.Timestamp,
    price: textOf(row.SpotPrice),
  };
}

/** Time and price of a row, or what is wrong with them. Times without a zone are UTC. */
export function timedPriceOf({ time, price }: PriceRow): TimedPrice | string {
  const timeMs = timeMsOf(time, UTC);
  const microUsdPerHour = Math.round(readNumber(price) * MICRO_USD);
  if (!Number.isFinite(timeMs)) return `"${textOf(time)}" is no time`;
  if (!Number.isSafeInteger(microUsdPerHour) || microUsdPerHour <= 0) return `"${price}" is no price in USD per hour`;
  return { timeMs, microUsdPerHour };
}

class RowTally {
  private readonly file: string;
  private readonly onRow: OnPriceRow;
  private readonly issues: Issue[] = [];
  private read = 0;
  private unreadable = 0;

  constructor(file: string, onRow: OnPriceRow) {
    this.file = file;
    this.onRow = onRow;
  }

  /** A row, or why there is none. */
  take(row: PriceRow | string, line: number): void {
    const problem = typeof row === "string" ? row : this.problemOf(row);
    if (problem === undefined) {
      this.read++;
      return;
    }
    this.unreadable++;
    if (this.issues.length < MOST_ISSUES) {
      this.issues.push(errorIssue("unreadable-price", problem, { file: this.file, line }));
    }
  }

  private problemOf(row: PriceRow): string | undefined {
    return row.zone === "" || row.instanceType === "" ? "zone or instance type is missing" : this.onRow(row);
  }

  finish(): UnreadableRows {
    if (this.read > 0) return { count: this.unreadable, firstLine: this.issues[0]?.line ?? 0 };
    if (this.issues.length > 0) throw new InputError(this.issues);
    const hint =
      "the output of `aws ec2 describe-spot-price-history`, or CSV: timestamp_utc,az_id,instance_type,usd_per_hour";
    throw new InputError([errorIssue("no-prices", "the file has no prices", { file: this.file, hint })]);
  }
}
