// `stowage catalog show`: instance types and prices, filtered, as a table or as JSON.

import Table from "cli-table3";
import type { CommandModule } from "yargs";
import { InputError } from "../base/issues.js";
import { MICRO_USD } from "../base/units.js";
import { type Catalog, loadCatalog } from "../catalog/catalog.js";
import {
  CATALOG_SORT_KEYS,
  type CatalogFilters,
  type CatalogRow,
  type CatalogSortKey,
  catalogRows,
} from "../catalog/show.js";
import { catalogRefreshCommand } from "./catalog-refresh.js";
import { SAY_A_COMMAND } from "./usage-error.js";

interface ShowArguments {
  region: string;
  market: "on-demand" | "spot";
  family: string | undefined;
  arch: "x86_64" | "arm64" | undefined;
  "min-vcpus": number | undefined;
  "max-vcpus": number | undefined;
  "min-memory": number | undefined;
  "max-memory": number | undefined;
  "min-gpus": number | undefined;
  gpu: string | undefined;
  "max-price": number | undefined;
  sort: CatalogSortKey;
  limit: number;
  json: boolean;
}

const showCommand: CommandModule<object, ShowArguments> = {
  command: "show",
  describe: "List instance types with on-demand and spot prices",
  builder: (command) =>
    command
      .option("region", { type: "string", default: "us-east-1", describe: "AWS region" })
      .option("market", {
        choices: ["on-demand", "spot"] as const,
        default: "on-demand" as const,
        describe: "Market that must sell it, and whose price counts",
      })
      .option("family", { type: "string", describe: "Instance family, e.g. m6i" })
      .option("arch", { choices: ["x86_64", "arm64"] as const, describe: "Processor architecture" })
      .option("min-vcpus", { type: "number", describe: "At least this many vCPUs" })
      .option("max-vcpus", { type: "number", describe: "At most this many vCPUs" })
      .option("min-memory", { type: "number", describe: "At least this much advertised memory, GiB" })
      .option("max-memory", { type: "number", describe: "At most this much advertised memory, GiB" })
      .option("min-gpus", { type: "number", describe: "At least this many GPUs" })
      .option("gpu", { type: "string", describe: "GPU name, e.g. T4" })
      .option("max-price", { type: "number", describe: "At most this many USD an hour on the market" })
      .option("sort", { choices: CATALOG_SORT_KEYS, default: "price" as const, describe: "Order" })
      .option("limit", { type: "number", default: 40, describe: "Rows of the table (0: all); JSON has all" })
      .option("json", { type: "boolean", default: false, describe: "JSON instead of a table" }),
  handler: (given) => {
    const catalog = loadCatalog();
    const rows = findRows(catalog, given);
    process.stdout.write(
      given.json ? `${JSON.stringify(toJson(catalog, given.region, rows), null, 1)}\n` : table(catalog, rows, given),
    );
  },
};

export const catalogCommand: CommandModule<object, object> = {
  command: "catalog",
  describe: "Instance types and prices",
  builder: (command) => command.command(showCommand).command(catalogRefreshCommand).demandCommand(1, SAY_A_COMMAND),
  handler: () => {},
};

/** The catalogue knows no command line: its issues name its own settings. */
const OPTIONS: Readonly<Record<string, string>> = { region: "--region", family: "--family", gpuName: "--gpu" };

function findRows(catalog: Catalog, given: ShowArguments): CatalogRow[] {
  try {
    return catalogRows(catalog, toFilters(given));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.issues.map((issue) => ({ ...issue, path: OPTIONS[issue.path ?? ""] ?? issue.path ?? "" })),
    );
  }
}

/** Leaves out what was not given: an absent filter is no filter. */
function toFilters(given: ShowArguments): CatalogFilters {
  const filters = {
    region: given.region,
    market: given.market,
    sort: given.sort,
    family: given.family,
    architecture: given.arch,
    minVcpus: given["min-vcpus"],
    maxVcpus: given["max-vcpus"],
    minMemoryGib: given["min-memory"],
    maxMemoryGib: given["max-memory"],
    minGpus: given["min-gpus"],
    gpuName: given.gpu,
    maxMicroUsdPerHour: given["max-price"] === undefined ? undefined : given["max-price"] * MICRO_USD,
  };
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as CatalogFilters;
}

function toJson(catalog: Catalog, region: string, rows: readonly CatalogRow[]) {
  return { region, asOf: catalog.datesOf(region), instanceTypes: rows };
}

/** Horizontal rules are enough, and the table is the narrower for it. */
const RULES = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", right: "", "right-mid": "", middle: "  ", mid: "", "mid-mid": "" },
};

function table(catalog: Catalog, rows: readonly CatalogRow[], { region, limit }: ShowArguments): string {
  if (rows.length === 0) return `No instance type on sale in ${region} matches.\n`;
  const shown = limit > 0 ? rows.slice(0, limit) : rows;
  const output = new Table({
    chars: RULES,
    head: [...COLUMNS.keys()],
    colAligns: [...COLUMNS.values()],
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  for (const row of shown) output.push(tableRow(row));
  const more = rows.length > shown.length ? `, the first ${shown.length} shown (--limit 0 shows all)` : "";
  const { onDemand, spotSnapshot, spotAdvisor, instanceTypes } = catalog.datesOf(region);
  return `${output.toString()}

${rows.length} instance types in ${region}${more}. Prices in USD an hour.
Usable memory is what jobs get: advertised minus kernel, firmware and agent.
As of: types ${instanceTypes}, on-demand ${onDemand}, spot ${spotSnapshot}, interruption buckets ${spotAdvisor}.
`;
}

const COLUMNS: ReadonlyMap<string, "left" | "right"> = new Map([
  ["instance type", "left"],
  ["vCPUs", "right"],
  ["memory", "right"],
  ["usable", "right"],
  ["GPUs", "left"],
  ["arch", "left"],
  ["on-demand", "right"],
  ["spot", "right"],
  ["zone", "left"],
  ["saving", "right"],
  ["interrupted", "right"],
  ["per vCPU", "right"],
]);

function tableRow(row: CatalogRow): string[] {
  const type = row.instanceType;
  const usd = (microUsd: number) => (microUsd / MICRO_USD).toFixed(4);
  return [
    type.name,
    String(type.vcpus),
    `${type.nominalMemoryMib / 1024} GiB`,
    `${type.usableMemoryMib} MiB`,
    type.gpuCount === 0 ? "" : `${type.gpuCount} x ${type.gpuName}`,
    type.architecture,
    usd(row.onDemandMicroUsdPerHour),
    row.spot === null ? "–" : usd(row.spot.microUsdPerHour),
    row.spot === null ? "" : row.spot.zone,
    row.spotSavingShare === null ? "" : `${Math.round(row.spotSavingShare * 100)} %`,
    row.interruptionBucket ?? "–",
    usd(row.microUsdPerVcpuHour),
  ];
}
