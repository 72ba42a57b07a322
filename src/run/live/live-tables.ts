// A scenario as live mode's engine takes it: one UNMANAGED compute environment, its job queues, the first strategy; no jobs yet.

import { errorIssue, InputError } from "../../base/issues.js";
import type { LiveSettings } from "../../model/live-settings.js";
import type { SystemTables } from "../../model/tables.js";
import { DEFAULTS } from "../../scenario/defaults.js";
import { duration } from "../../scenario/schema-parts.js";
import { type ResolvedScenario, tablesFor, toStrategy } from "../tables.js";
import { unmanagedTables } from "../unmanaged-tables.js";

/**
 * Classes, shapes and shares that one session may meet; then another begins. Workflow engines that fit every job's memory to its input
 * reach that in some days. The columns for them are a few megabytes.
 */
const MOST_CLASSES = 16_384;
const MOST_SHAPES = 16_384;
const MOST_SHARES = 1024;

const PRICE_INTERVAL_MS = duration.parse(DEFAULTS.unmanaged.priceInterval);

export interface LiveScenario {
  readonly resolved: ResolvedScenario;
  readonly settings: LiveSettings;
  readonly tables: SystemTables;
  /** In the tables' order. */
  readonly queues: readonly string[];
  readonly strategy: string;
  /** How many the scenario has: live mode follows the first. */
  readonly strategies: number;
  /** How often spot prices are read. */
  readonly priceIntervalMs: number;
}

/** Throws InputError when the scenario has no `live` block. */
export function liveScenario(resolved: ResolvedScenario, fileName: string): LiveScenario {
  const { scenario } = resolved;
  const settings = scenario.live;
  if (settings === undefined) {
    const hint = "`stowage live init` writes one; docs/live-settings.md has every key";
    throw new InputError([errorIssue("no-live-block", "the scenario has no `live` block", { file: fileName, hint })]);
  }
  const environment = settings.identity.computeEnvironment.replace(/^.*\//, "");
  const queues = scenario.jobQueues
    .filter(({ computeEnvironments }) => computeEnvironments.includes(environment))
    .map(({ name }) => name);
  const [spec] = scenario.strategies;
  const placement = scenario.world.unmanaged?.placement ?? DEFAULTS.unmanaged.placement;
  const tables = tablesFor(
    resolved,
    resolved.environments,
    { classes: [], shapes: [], shareNames: [""], consumableSets: [[]], queueNames: queues, originMs: 0 },
    toStrategy(scenario, spec!),
  );
  const capacity = { classes: MOST_CLASSES, shapes: MOST_SHAPES, shares: MOST_SHARES };
  return {
    resolved,
    settings,
    tables: { ...unmanagedTables(tables, placement, settings.caps), capacity },
    queues,
    strategy: spec!.name,
    strategies: scenario.strategies.length,
    priceIntervalMs: scenario.world.unmanaged?.priceIntervalMs ?? PRICE_INTERVAL_MS,
  };
}
