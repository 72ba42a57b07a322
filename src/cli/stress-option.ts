// The option --stress, in the words of a scenario's `stress`.

export interface StressArguments {
  stress: string[] | undefined;
}

/** One line each; they come after the scenario's own. */
export const STRESS_OPTION = {
  type: "string",
  array: true,
  nargs: 1,
  describe: "A line of stress on the scenario's world, e.g. 'zone-lost use1-az4 from 2h for 6h'; may be repeated",
} as const;
