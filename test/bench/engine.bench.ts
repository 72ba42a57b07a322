// How fast a replay is: a million jobs of twelve shapes over 30 days on an elastic fleet, from columns in memory to the run's
// result, beside a bare event loop of the same jobs in the same process: typed arrays, first come first served on c servers,
// no shapes, no instances, no money. The same again with all million jobs submitted in the first minute: a decision must
// cost in shapes and instances, not in waiting jobs.
//
// Usage: npm run bench -- engine. Fails when a bound below does not hold.

import { EventHeap } from "../../src/base/event-heap.js";
import { hashText } from "../../src/base/hash.js";
import type { Workload } from "../../src/model/job.js";
import type { Profiles } from "../../src/model/profile.js";
import { JOBS as jobs, prepare, runEngine, SHAPES } from "./month.js";
import { best, cpu, middle, type Timed, timed } from "./timing.js";

/** The engine may take this many times as long as the bare loop. */
const MAX_RATIO = 8;
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

const month = prepare("30d");
const burst = prepare("60s");
const bare: Timed<number>[] = [];
const spread: Timed<string>[] = [];
const atOnce: Timed<string>[] = [];
for (let round = 0; round < ROUNDS; round++) {
  bare.push(timed(() => runBareLoop(month.trace.workload, month.trace.profiles)));
  spread.push(timed(() => runEngine(month)));
}
for (let round = 0; round < ROUNDS; round++) atOnce.push(timed(() => runEngine(burst)));

const hashes = new Set(spread.map(({ value }, round) => `${hashText(value)} ${hashText(atOnce[round]!.value)}`));
const ratio = best(spread) / best(bare);
const burstRatio = best(atOnce) / best(spread);
const rssMib = process.resourceUsage().maxRSS / 1024;
const rate = (rounds: readonly Timed<unknown>[]) =>
  `${Math.round(jobs / best(rounds)).toLocaleString("en")} jobs/s (${best(rounds).toFixed(3)} s; median ${middle(rounds).toFixed(3)} s, CPU ${cpu(rounds).toFixed(3)} s)`;
console.log(
  `jobs                    ${jobs.toLocaleString("en")} of ${SHAPES.length} shapes, median of ${ROUNDS} rounds`,
);
console.log(`bare loop, c = ${SERVERS}     ${rate(bare)}, mean wait ${bare[0]!.value.toFixed(3)} ms`);
console.log(`engine, over 30 days    ${rate(spread)}`);
console.log(`engine, in a minute     ${rate(atOnce)}`);
console.log(
  `ratio to bare loop      ${ratio.toFixed(2)} (bound ${MAX_RATIO}); by medians ${(middle(spread) / middle(bare)).toFixed(2)}, by CPU ${(cpu(spread) / cpu(bare)).toFixed(2)}`,
);
console.log(`in a minute / in a month ${burstRatio.toFixed(2)} (bound ${MAX_BURST_RATIO})`);
console.log(`peak RSS                ${rssMib.toFixed(0)} MiB (bound ${MAX_RSS_MIB})`);
console.log(`result hashes           ${[...hashes].join(" | ")}`);
const failed = ratio > MAX_RATIO || burstRatio > MAX_BURST_RATIO || rssMib > MAX_RSS_MIB || hashes.size !== 1;
if (failed) {
  console.log("FAILED: a bound does not hold");
  process.exitCode = 1;
}
