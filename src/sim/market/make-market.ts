// Which market a run needs. An undisturbed one costs nothing.

import { isUndisturbed } from "../../model/market.js";
import type { SimulationInput } from "../simulation-input.js";
import { type CloudMarket, UNLIMITED_MARKET } from "./cloud-market.js";
import { Ec2Market } from "./ec2-market.js";

/** The market of a run, as its world model says. */
export function makeMarket(input: SimulationInput): CloudMarket {
  return isUndisturbed(input.world.market) ? UNLIMITED_MARKET : new Ec2Market(input);
}
