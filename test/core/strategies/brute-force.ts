// The cheapest plan by trying every way to put the jobs together: the reference for a few jobs.

import type { Planned } from "./planning.js";

/** The least that serving all the jobs that any type holds can cost, micro-USD per hour. */
export function cheapestPlan({ candidates, shapes, before }: Planned): number {
  const jobs = [...before.keys()].flatMap((shape) => new Array<number>(before[shape]!).fill(shape));
  const price = (group: readonly number[]): number =>
    Math.min(
      ...candidates.map((candidate) => {
        const total = (amount: (shape: number) => number) => group.reduce((sum, shape) => sum + amount(shape), 0);
        const fits =
          total((shape) => shapes[shape]!.vcpuMilli) <= candidate.vcpuMilli &&
          total((shape) => shapes[shape]!.memoryMib) <= candidate.memoryMib &&
          total((shape) => shapes[shape]!.gpuMilli) <= candidate.gpuMilli;
        return fits ? candidate.microUsdPerHour : Infinity;
      }),
    );
  const served = jobs.filter((shape) => price([shape]) < Infinity);
  const groups: number[][] = [];
  let best = Infinity;
  const place = (at: number) => {
    if (at === served.length) {
      best = Math.min(
        best,
        groups.reduce((sum, group) => sum + price(group), 0),
      );
      return;
    }
    for (const group of [...groups]) {
      group.push(served[at]!);
      if (price(group) < Infinity) place(at + 1);
      group.pop();
    }
    groups.push([served[at]!]);
    place(at + 1);
    groups.pop();
  };
  place(0);
  return best;
}
