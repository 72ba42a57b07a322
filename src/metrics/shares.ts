// What each share of fair-share scheduling got: vCPU-hours and waits of the jobs of one shareIdentifier.

import { MILLI, MS_PER_HOUR } from "../base/units.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Workload } from "../model/job.js";
import type { ShareSummary } from "../model/run-result.js";
import { distributionOf, type JobWaits } from "./waits.js";

/** Shares listed one by one; the rest is summed. */
const SHARES_LISTED = 50;

/** Sums up every share that has jobs; empty when no job has a share. */
export function summariseShares(ledger: Ledger, workload: Workload, waits: JobWaits): ShareSummary[] {
  const { shareNames } = workload;
  if (shareNames.length <= 1) return [];
  const shareOf = Int32Array.from(workload.classes, ({ share }) => share);
  const vcpuMilliMs = heldByShare(ledger, workload, shareOf);
  const jobs = jobsByShare(workload, shareOf);
  const ranked = shareNames
    .map((_, share) => share)
    .filter((share) => jobs[share]! > 0)
    .sort((a, b) => vcpuMilliMs[b]! - vcpuMilliMs[a]! || a - b);
  const entries = ranked.slice(0, SHARES_LISTED).map((share) => [share]);
  if (ranked.length > SHARES_LISTED) entries.push(ranked.slice(SHARES_LISTED));
  const waitsOf = waitsByEntry(workload, shareOf, waits, entries);
  return entries.map((shares, i) => ({
    shareIdentifier: i < SHARES_LISTED ? shareNames[shares[0]!]! : null,
    jobs: sumOver(shares, jobs),
    vcpuHours: Math.round((sumOver(shares, vcpuMilliMs) / MILLI / MS_PER_HOUR) * 1e3) / 1e3,
    waitMs: distributionOf(waitsOf[i]!, Math.round),
  }));
}

function heldByShare({ attempts }: Ledger, { classes, shapes, shareNames }: Workload, shareOf: Int32Array) {
  const vcpuMilliOf = Int32Array.from(classes, ({ shape }) => shapes[shape]!.vcpuMilli);
  const held = new Float64Array(shareNames.length);
  const { jobClass, placedMs, endedMs } = attempts;
  for (let row = 0; row < attempts.length; row++) {
    const share = shareOf[jobClass[row]!]!;
    held[share] = held[share]! + vcpuMilliOf[jobClass[row]!]! * (endedMs[row]! - placedMs[row]!);
  }
  return held;
}

function jobsByShare({ jobCount, jobClass, shareNames }: Workload, shareOf: Int32Array): Float64Array {
  const jobs = new Float64Array(shareNames.length);
  for (let job = 0; job < jobCount; job++) {
    const share = shareOf[jobClass[job]!]!;
    jobs[share] = jobs[share]! + 1;
  }
  return jobs;
}

/** The waits of each entry, a list of shares, together. */
function waitsByEntry(
  { jobClass, shareNames }: Workload,
  shareOf: Int32Array,
  waits: JobWaits,
  entries: readonly (readonly number[])[],
): Float64Array[] {
  const entryOf = new Int32Array(shareNames.length);
  entries.forEach((shares, entry) => {
    for (const share of shares) entryOf[share] = entry;
  });
  const counts = new Int32Array(entries.length);
  const entryOfWait = new Int32Array(waits.job.length);
  for (let i = 0; i < entryOfWait.length; i++) {
    const entry = entryOf[shareOf[jobClass[waits.job[i]!]!]!]!;
    entryOfWait[i] = entry;
    counts[entry] = counts[entry]! + 1;
  }
  const values = entries.map((_, entry) => new Float64Array(counts[entry]!));
  counts.fill(0);
  for (let i = 0; i < entryOfWait.length; i++) {
    const entry = entryOfWait[i]!;
    values[entry]![counts[entry]!] = waits.waitMs[i]!;
    counts[entry] = counts[entry]! + 1;
  }
  return values;
}

function sumOver(indexes: readonly number[], values: Float64Array): number {
  return indexes.reduce((sum, index) => sum + values[index]!, 0);
}
