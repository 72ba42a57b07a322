// `stowage catalog refresh`: today's types and prices from AWS into a catalogue of one's own, and what changed.

import type { CommandModule } from "yargs";
import { errorIssue } from "../base/issues.js";
import { MICRO_USD } from "../base/units.js";
import { printable } from "../report/format.js";
import { OutputError } from "../run/errors.js";
import type { RefreshOutcome, RegionChanges } from "../run/live/refresh.js";
import { endpointOf, listOf, regionOf, withEndpoint } from "./aws-options.js";

interface RefreshArguments {
  readonly region: string | undefined;
  readonly types: string | undefined;
  readonly out: string;
  readonly endpoint: string | undefined;
}

/** Changes of one kind that are listed before the rest is counted. */
const MOST_LISTED = 10;

const DEFAULT_CATALOG = ".stowage/catalog";

export const catalogRefreshCommand: CommandModule<object, RefreshArguments> = {
  command: "refresh",
  describe: "Ask AWS for today's instance types, zones and prices; write a catalogue for --catalog",
  builder: (command) =>
    withEndpoint(command)
      .option("region", {
        type: "string",
        requiresArg: true,
        describe: "Regions to refresh, separated by commas [default: AWS_REGION, AWS_DEFAULT_REGION]",
      })
      .option("types", {
        type: "string",
        requiresArg: true,
        describe: "Only these instance types and families, e.g. m7g,c7g.large",
      })
      .option("out", {
        type: "string",
        requiresArg: true,
        default: DEFAULT_CATALOG,
        describe: "Folder of the catalogue; other regions that it has stay",
      })
      .example("$0 catalog refresh --region us-east-1,eu-west-1", ""),
  handler: async ({ region, types, out, endpoint }) => {
    const regions = listOf(regionOf({ region }));
    const { refreshUserCatalog } = await import("../run/live/refresh.js");
    const outcome = await refreshUserCatalog({
      regions: [...new Set(regions)],
      types: types === undefined ? [] : listOf(types),
      folder: out,
      endpoint: endpointOf({ endpoint }),
      onStep: (name, call) => {
        if (process.stderr.isTTY === true) process.stderr.write(`${name}: ${call}\n`);
      },
    });
    tell(outcome, out);
  },
};

function tell({ changes, problems, files }: RefreshOutcome, folder: string): void {
  process.stdout.write(changes.map((change) => `${regionLines(change).join("\n")}\n`).join(""));
  if (files !== undefined) process.stderr.write(`Catalogue: ${folder} (use it with --catalog ${folder})\n`);
  if (problems.length === 0) return;
  const hint = files === undefined ? "nothing was written" : "what the catalogue had of the region stays";
  throw new OutputError(
    problems.map(({ region, call, code, message }) =>
      errorIssue("region-not-refreshed", printable(`${region} is left out: ${call} failed: ${code}: ${message}`), {
        hint,
      }),
    ),
  );
}

function regionLines(change: RegionChanges): string[] {
  const { region, offers, spotPools, newTypes, goneTypes, newZones, goneZones, onDemand, spot, leftOut } = change;
  const prices = (list: RegionChanges["spot"]) =>
    list.map(({ type, zone, fromMicroUsdPerHour: from, toMicroUsdPerHour: to }) => {
      const percent = Math.round((to / from - 1) * 100);
      const place = zone === undefined ? "" : ` in ${zone}`;
      return `${type}${place} ${usd(from)} -> ${usd(to)} (${percent > 0 ? "+" : ""}${percent} %)`;
    });
  return [
    `${region}: ${offers} instance types on sale, ${spotPools} spot pools with a price`,
    ...listed("new types", newTypes),
    ...listed("gone types", goneTypes),
    ...listed("new zones", newZones),
    ...listed("gone zones", goneZones),
    ...listed("on-demand prices changed by more than 5 %", prices(onDemand)),
    ...listed("spot prices changed by more than 5 %", prices(spot)),
    ...listed("left out, for want of facts or of one clear price", leftOut),
  ];
}

function listed(what: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > MOST_LISTED ? `, and ${items.length - MOST_LISTED} more` : "";
  return [`  ${what}: ${items.length}: ${items.slice(0, MOST_LISTED).map(printable).join(", ")}${more}`];
}

function usd(microUsd: number): string {
  return `$${(microUsd / MICRO_USD).toFixed(4)}`;
}
