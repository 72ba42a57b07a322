// What array jobs and fair share cost: a million children in 100 array jobs of 20 shares, on the same fleet and with the same
// shapes and run times as the million single jobs of the FIFO month, measured in turn with it in the same process.
//
// Usage: npm run bench -- fair-share. Fails when the bound below does not hold.

import { hashText } from "../../src/base/hash.js";
import { neutralJobRow, WorkloadBuilder } from "../../src/trace/workload-builder.js";
import { JOBS, type Prepared, prepare, resolveText, runEngine, scenarioText } from "./month.js";
import { best, cpu, middle, type Timed, timed } from "./timing.js";

/** Fair share over arrays may take this many times as long as FIFO over single jobs. */
const MAX_RATIO = 2;
const ROUNDS = 5;
const ARRAYS = 100;
const SHARES = 20;

const FAIR_SHARE = `
schedulingPolicies:
  - name: teams
    arn: arn:aws:batch:us-east-1:123456789012:scheduling-policy/teams
    fairsharePolicy:
      shareDecaySeconds: 3600
      shareDistribution: [{ shareIdentifier: "team*", weightFactor: 1 }]
jobQueues:
  - jobQueueName: main
    priority: 1
    schedulingPolicyArn: arn:aws:batch:us-east-1:123456789012:scheduling-policy/teams
    computeEnvironmentOrder: [{ order: 1, computeEnvironment: spot }]
`;

/** The month's jobs again, each run of 10,000 of them as one array job, submitted with its first child. */
function asArrays(month: Prepared): Prepared {
  const { workload, profiles, report } = month.trace;
  const builder = new WorkloadBuilder();
  const row = neutralJobRow();
  const size = JOBS / ARRAYS;
  for (let array = 0; array < ARRAYS; array++) {
    const handle = builder.addArray(`array-${array}`);
    for (let child = 0; child < size; child++) {
      const job = array * size + child;
      const { shape } = workload.classes[workload.jobClass[job]!]!;
      Object.assign(row, workload.shapes[shape]!);
      row.id = `array-${array}:${child}`;
      row.name = workload.jobNames[workload.jobName[job]!]!;
      row.queue = "main";
      row.submitMs = workload.submitMs[array * size]!;
      row.runtimeMs = profiles.runtimeMs[job]!;
      row.share = `team${array % SHARES}`;
      row.array = handle;
      builder.addJob(row);
    }
  }
  return { resolved: resolveText(scenarioText("30d", FAIR_SHARE)), trace: { ...builder.seal(), report } };
}

const month = prepare("30d");
const arrays = asArrays(month);
const fifo: Timed<string>[] = [];
const fair: Timed<string>[] = [];
for (let round = 0; round < ROUNDS; round++) {
  fifo.push(timed(() => runEngine(month)));
  fair.push(timed(() => runEngine(arrays)));
}
const ratio = best(fair) / best(fifo);
const rate = (rounds: readonly Timed<unknown>[]) =>
  `${Math.round(JOBS / best(rounds)).toLocaleString("en")} jobs/s (${best(rounds).toFixed(3)} s; median ${middle(rounds).toFixed(3)} s, CPU ${cpu(rounds).toFixed(3)} s)`;
const hashes = new Set(fair.map(({ value }) => hashText(value)));
console.log(`FIFO, single jobs              ${rate(fifo)}`);
console.log(`${ARRAYS} arrays, ${SHARES} shares          ${rate(fair)}`);
console.log(
  `ratio                          ${ratio.toFixed(2)} (bound ${MAX_RATIO}); by CPU ${(cpu(fair) / cpu(fifo)).toFixed(2)}`,
);
console.log(`peak RSS                       ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
console.log(`result hashes                  ${[...hashes].join(" | ")}`);
if (ratio > MAX_RATIO || hashes.size !== 1) {
  console.log("FAILED: a bound does not hold");
  process.exitCode = 1;
}
