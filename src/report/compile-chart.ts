// Vega-Lite to Vega, for the page: the browser gets the compiled spec and no compiler.

import { compile } from "vega-lite";
import { assert } from "../base/assert.js";
import type { Chart } from "./charts/chart.js";

/** What Vega-Lite's compiler writes its warnings to; the default is the console. */
class WarningList {
  readonly warnings: string[] = [];
  level(): this {
    return this;
  }
  error(...messages: unknown[]): this {
    return this.warn(...messages);
  }
  warn(...messages: unknown[]): this {
    this.warnings.push(messages.join(" "));
    return this;
  }
  info(): this {
    return this;
  }
  debug(): this {
    return this;
  }
}

/** Two legends below each other (side by side they would be cut off on a phone). Vega knows this, Vega-Lite does not. */
const LEGEND_LAYOUT = { bottom: { direction: "vertical", anchor: "start", margin: 6, offset: 12 } };

/** The Vega spec of a chart that is as wide as its element. A warning of the compiler is a mistake in our chart. */
export function compileChart(chart: Chart): object {
  const logger = new WarningList();
  const spec = { ...chart.spec, width: "container", autosize: { type: "fit-x", contains: "padding" } };
  const vega = compile(spec as Chart["spec"], { logger }).spec;
  assert(logger.warnings.length === 0, `chart ${chart.name}: ${logger.warnings.join("; ")}`);
  return { ...vega, config: { ...vega.config, legend: { ...vega.config?.legend, layout: LEGEND_LAYOUT } } };
}
