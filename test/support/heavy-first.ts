// The order of test files on a machine that has never run them: those known to take long come first, so that none of them is left
// over when all the others are done. Elsewhere vitest remembers how long each took.

import { BaseSequencer, type TestSpecification } from "vitest/node";

const HEAVY = [
  ...["real-traces/fuzz", "live/parity/", "live/cli/", "live/experiment/cli", "live/kill/", "live/faults/"],
  ...["calibration/fidelity", "determinism/command", "report/html-browser", "live/world/large", "live/big-tick"],
];

export class HeavyFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = HEAVY.findIndex((part) => moduleId.includes(`/test/${part}`));
      return at < 0 ? HEAVY.length : at;
    };
    return sorted
      .map((file, index) => ({ file, index }))
      .sort((a, b) => rank(a.file) - rank(b.file) || a.index - b.index)
      .map(({ file }) => file);
  }
}
