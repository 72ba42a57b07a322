// Which market a run needs. An undisturbed one costs nothing.

import { isUndisturbed } from "../../model/market.js";
import type { SimulationInput } from "../simulation-input.js";
import { type CloudMarket, UNLIMITED_MARKET } from "./cloud-market.js";

/** The market of a run, as its world model says. */
export function makeMarket({ world }: SimulationInput): CloudMarket {
  if (isUndisturbed(world.market)) return UNLIMITED_MARKET;
  return UNLIMITED_MARKET;
}
