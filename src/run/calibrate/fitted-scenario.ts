// The scenario file that a calibration leaves behind: the user's own, with the fitted delays.

import { dirname, isAbsolute, join, relative } from "node:path";
import type { WorldDelay } from "../../model/calibration.js";
import { replaceWorld } from "../../scenario/replace-world.js";
import { readScenarioText } from "../scenario-files.js";

/** The text of the scenario named `given` with other delays, to be written to `output`. Throws InputError when there is none. */
export function fittedScenarioText(
  given: string,
  output: string,
  world: Readonly<Record<WorldDelay, unknown>>,
): string {
  const { text, file } = readScenarioText(given);
  return replaceWorld(text, {
    world,
    // Relative paths start from the folder of the scenario file, and that is another one now.
    movePath: (path) => (isAbsolute(path) ? path : relative(dirname(output), join(dirname(file), path))),
    comment: "Fitted by stowage calibrate",
  });
}
