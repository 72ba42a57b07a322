// Finds out whether units wait for each other in a circle, by taking away units that wait for nothing (Kahn, Topological
// sorting of large networks, CACM 5 (11), 1962): linear in units and edges.

/** Units of one circle, each waiting for the next and the last for the first; undefined when there is none. */
export function findCycle(unitCount: number, dependent: Int32Array, on: Int32Array): number[] | undefined {
  const waitsFor = new Int32Array(unitCount);
  const starts = new Int32Array(unitCount + 1);
  for (let edge = 0; edge < on.length; edge++) {
    waitsFor[dependent[edge]!]!++;
    starts[on[edge]! + 1]!++;
  }
  for (let unit = 0; unit < unitCount; unit++) starts[unit + 1]! += starts[unit]!;
  const next = starts.slice();
  const dependents = new Int32Array(on.length);
  for (let edge = 0; edge < on.length; edge++) dependents[next[on[edge]!]!++] = dependent[edge]!;
  const free = new Int32Array(unitCount);
  let found = 0;
  for (let unit = 0; unit < unitCount; unit++) if (waitsFor[unit] === 0) free[found++] = unit;
  for (let taken = 0; taken < found; taken++) {
    const unit = free[taken]!;
    for (let i = starts[unit]!; i < starts[unit + 1]!; i++) {
      if (--waitsFor[dependents[i]!]! === 0) free[found++] = dependents[i]!;
    }
  }
  return found === unitCount ? undefined : walk(waitsFor, dependent, on);
}

/** Every unit that is left waits for another one that is left: going from one to the next ends in a circle. */
function walk(waitsFor: Int32Array, dependent: Int32Array, on: Int32Array): number[] {
  const nextLeft = new Map<number, number>();
  for (let edge = 0; edge < on.length; edge++) {
    if (waitsFor[on[edge]!]! > 0 && waitsFor[dependent[edge]!]! > 0) nextLeft.set(dependent[edge]!, on[edge]!);
  }
  const path = new Map<number, number>();
  let unit: number = nextLeft.keys().next().value!;
  while (!path.has(unit)) {
    path.set(unit, path.size);
    unit = nextLeft.get(unit)!;
  }
  return [...path.keys()].slice(path.get(unit)!);
}
