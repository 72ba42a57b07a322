// What a tick of live mode costs us in a crowded account: 100,000 jobs wait in four queues (80,000 of them in arrays of 10,000),
// and 2,000 registered instances are full. CPU time of this process alone: the World, which answers in AWS's place over HTTP, is
// another. Beside it, JSON.parse of what one look saw. moto must be there (node tools/ensure-moto.mjs).
//
// Usage: npm run bench -- tick. Fails when a bound below does not hold.

import { hashText } from "../../src/base/hash.js";
import { BigWorld, countOf, type MeasuredTick } from "../live/big-tick/big-world.js";
import { cpu, type Timed, timed } from "./timing.js";

const CROWD = { arrays: 8, arraySize: 10_000, singles: 20_000, instances: 2_000, queues: 4 };
/** CPU time that the median tick may take. */
const MAX_CPU_S = 2;
const TICKS = 5;
const TICK_S = 15;

/** Calls per second on average over the interval: half of what AWS documents; of Batch's reads our own default. */
const RATES: readonly (readonly [what: string, calls: RegExp, perSecond: number])[] = [
  ["EC2 reads", /^ec2\.(Describe|Get)/, 10],
  ["EC2 changes", /^ec2\..*!$/, 2.5],
  ["ECS reads", /^ecs\.(List|Describe)/, 10],
  ["ECS changes", /^ecs\..*!$/, 20],
  ["Batch reads", /^batch\./, 5],
];

const big = await BigWorld.start(CROWD);
const ticks: MeasuredTick[] = [];
try {
  // The first is still busy with what the fleet's filling has left.
  await big.tick();
  for (let n = 0; n < TICKS; n++) ticks.push(await big.tick());
} finally {
  await big.close();
}

const { jobs, arrays, instances } = ticks[0]!.report.observation;
const text = JSON.stringify({ jobs, arrays, instances });
const parses: Timed<unknown>[] = Array.from({ length: TICKS }, () => timed(() => JSON.parse(text) as unknown));
const cpus = ticks.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b);
const walls = ticks.map(({ wallSeconds }) => wallSeconds).sort((a, b) => a - b);
const median = cpus[Math.floor(TICKS / 2)]!;
const waiting = arrays.reduce((sum, { statusSummary }) => sum + (statusSummary.RUNNABLE ?? 0), 0);
const singles = jobs.filter(({ status }) => status === "RUNNABLE").length;

console.log(
  `state                   ${singles + waiting} jobs wait (${waiting} in arrays), ${jobs.length - singles} run, ${instances.length} instances`,
);
console.log(
  `CPU time of a tick      median ${median.toFixed(2)} s (bound ${MAX_CPU_S}), least ${cpus[0]!.toFixed(2)}, most ${cpus.at(-1)!.toFixed(2)}; with the World's answers ${walls[Math.floor(TICKS / 2)]!.toFixed(2)} s`,
);
console.log(`JSON.parse of the look  ${(text.length / 1e6).toFixed(1)} MB: ${(cpu(parses) * 1_000).toFixed(0)} ms`);
console.log(`ratio to it             ${(median / cpu(parses)).toFixed(1)}`);
let holds = median <= MAX_CPU_S;
for (const [what, calls, perSecond] of RATES) {
  const rate = Math.max(...ticks.map((tick) => countOf(tick, calls))) / TICK_S;
  console.log(`${what.padEnd(24)}${rate.toFixed(2)} per second (bound ${perSecond})`);
  if (rate > perSecond) holds = false;
}
console.log(`hash of the look        ${hashText(text)}`);
if (!holds) {
  console.log("FAILED: a bound does not hold");
  process.exitCode = 1;
}
