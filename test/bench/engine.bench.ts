// How fast a replay is: a million jobs of twelve shapes over 30 days on an elastic fleet, from columns in memory to the run's
// result, beside a bare event loop of the same jobs in the same process: typed arrays, first come first served on c servers,
// no shapes, no instances, no money. The same again with all million jobs submitted in the first minute: a decision must
// cost in shapes and instances, not in waiting jobs. Two strategies: plain best fit, and what a user gets who says nothing.
//
// Usage: npm run bench -- engine. Fails when a bound below does not hold.

import { EventHeap } from "../../src/base/event-heap.js";
import { hashText } from "../../src/base/hash.js";
import type { Workload } from "../../src/model/job.js";
import type { Profiles } from "../../src/model/profile.js";
import { JOBS, PLAIN, prepare, runEngine, SHAPES } from "./month.js";
import { best, cpu, middle, type Timed, timed } from "./timing.js";

/** Plain best fit may take this many times as long as the bare loop. */
const MAX_PLAIN_RATIO = 8;
/** The default strategy may: a tenth more than it did when this was written. */
const MAX_DEFAULT_RATIO = 15;
/** All jobs at once may take this many times as long as the same jobs over a month. */
const MAX_BURST_RATIO = 2;
const MAX_RSS_MIB = 600;
/** Servers of the bare loop. */
const SERVERS = 1_000;
/** Enough for one to be undisturbed, and for the median to be that of compiled code. */
const ROUNDS = 7;

/** Multi-server first come, first served; returns the mean wait in ms. */
function runBareLoop(workload: Workload, profiles: Profiles): number {
  const { submitMs, jobCount } = workload;
  const { runtimeMs } = profiles;
  const finish = new EventHeap(SERVERS);
  let totalWaitMs = 0;
  let busy = 0;
  for (let job = 0; job < jobCount; job++) {
    let startMs = submitMs[job]!;
    while (busy > 0 && finish.nextTime <= startMs) {
      finish.pop();
      busy--;
    }
    if (busy === SERVERS) {
      startMs = finish.nextTime;
      finish.pop();
      busy--;
    }
    totalWaitMs += startMs - submitMs[job]!;
    finish.push(startMs + runtimeMs[job]!, job);
    busy++;
  }
  return totalWaitMs / jobCount;
}

interface Measured {
  readonly spread: readonly Timed<string>[];
  readonly atOnce: readonly Timed<string>[];
}

/** The rounds of one strategy; those over a month in turn with the bare loop. */
function measure(more: string, bare: Timed<number>[]): Measured {
  const month = prepare("30d", JOBS, more);
  const burst = prepare("60s", JOBS, more);
  const spread: Timed<string>[] = [];
  const atOnce: Timed<string>[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(timed(() => runBareLoop(month.trace.workload, month.trace.profiles)));
    spread.push(timed(() => runEngine(month)));
  }
  for (let round = 0; round < ROUNDS; round++) atOnce.push(timed(() => runEngine(burst)));
  return { spread, atOnce };
}

const rate = (rounds: readonly Timed<unknown>[]) =>
  `${Math.round(JOBS / best(rounds)).toLocaleString("en")} jobs/s (${best(rounds).toFixed(3)} s; median ${middle(rounds).toFixed(3)} s, CPU ${cpu(rounds).toFixed(3)} s)`;

/** Prints what one strategy takes; whether its bounds hold. */
function report(name: string, { spread, atOnce }: Measured, bare: readonly Timed<number>[], maxRatio: number): boolean {
  const ratio = best(spread) / best(bare);
  const burstRatio = best(atOnce) / best(spread);
  const hashes = new Set(spread.map(({ value }, round) => `${hashText(value)} ${hashText(atOnce[round]!.value)}`));
  console.log(`\n${name}`);
  console.log(`engine, over 30 days    ${rate(spread)}`);
  console.log(`engine, in a minute     ${rate(atOnce)}`);
  console.log(
    `ratio to bare loop      ${ratio.toFixed(2)} (bound ${maxRatio}); by medians ${(middle(spread) / middle(bare)).toFixed(2)}, by CPU ${(cpu(spread) / cpu(bare)).toFixed(2)}`,
  );
  console.log(`in a minute / in a month ${burstRatio.toFixed(2)} (bound ${MAX_BURST_RATIO})`);
  console.log(`result hashes           ${[...hashes].join(" | ")}`);
  return ratio <= maxRatio && burstRatio <= MAX_BURST_RATIO && hashes.size === 1;
}

const bare: Timed<number>[] = [];
const plain = measure(PLAIN, bare);
const usual = measure("", bare);
const rssMib = process.resourceUsage().maxRSS / 1024;
console.log(
  `jobs                    ${JOBS.toLocaleString("en")} of ${SHAPES.length} shapes, best of ${ROUNDS} rounds`,
);
console.log(`bare loop, c = ${SERVERS}     ${rate(bare)}, mean wait ${bare[0]!.value.toFixed(3)} ms`);
const plainHolds = report("plain best fit", plain, bare, MAX_PLAIN_RATIO);
const defaultHolds = report("the default strategy, which learns from every job", usual, bare, MAX_DEFAULT_RATIO);
console.log(`\npeak RSS                ${rssMib.toFixed(0)} MiB (bound ${MAX_RSS_MIB})`);
if (!plainHolds || !defaultHolds || rssMib > MAX_RSS_MIB) {
  console.log("FAILED: a bound does not hold");
  process.exitCode = 1;
}
