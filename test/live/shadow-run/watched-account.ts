// An account that somebody else scales, and what shadow mode sees of it: a controller of the simulator serves it, and looks are taken
// on the grid, each before the controller acts. `Observation`s are made by hand from the account's API.

import { textAt } from "../../../src/base/text-column.js";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import type { JobRequest, Observation, SeenEnd, SeenInstance, SeenJob } from "../../../src/live/observation.js";
import { ShadowRecorder } from "../../../src/live/shadow/recorder.js";
import { EndCause } from "../../../src/model/market.js";
import { exitCodeOf, OUTCOME_WORDS, Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { NONE } from "../../../src/model/tables.js";
import { loadTrace } from "../../../src/run/load-replay.js";
import { planRuns, simulationOf } from "../../../src/run/replay.js";
import { type ResolvedScenario, resolveScenario } from "../../../src/run/resolve.js";
import { parseScenario } from "../../../src/scenario/parse-scenario.js";
import type { SimulationInput } from "../../../src/sim/simulate.js";
import type { SimulatedAccount } from "../../../src/sim/unmanaged/account.js";
import { UnmanagedRun } from "../../../src/sim/unmanaged/simulate-unmanaged.js";

/** Monday 5 January 2026, 08:00 UTC: the account's time 0. */
export const START_MS = Date.UTC(2026, 0, 5, 8);
export const LOOK_MS = 15_000;

export function resolve(text: string): ResolvedScenario {
  return resolveScenario(parseScenario(text, "s.yaml", "s"), loadCatalog(), "s.yaml");
}

async function inputOf(resolved: ResolvedScenario): Promise<SimulationInput> {
  const trace = await loadTrace(resolved, resolved.scenario.trace, "s.yaml", undefined);
  return simulationOf(resolved, trace, planRuns(resolved, trace)[0]!);
}

export interface Watch {
  readonly recorder: ShadowRecorder;
  readonly input: SimulationInput;
  /** Of the account's last job, ms after its time 0. */
  readonly lastEndMs: number;
}

/** Lets the first strategy of a scenario serve its account, and watches from `fromMs` to `untilMs` after time 0 (or to its end). */
export async function watched(
  resolved: ResolvedScenario,
  { fromMs = 0, untilMs = Number.POSITIVE_INFINITY, overhead = resolved.overheadMicroUsdPerHour } = {},
): Promise<Watch> {
  const input = await inputOf(resolved);
  const run = new UnmanagedRun(input, { runsOn: true });
  const { account } = run;
  const view = new AccountLooks(account, input);
  const recorder = new ShadowRecorder({
    priceOf: (type, zone, market) =>
      resolved.pools.find(
        (pool) =>
          resolved.instanceTypes[pool.instanceType]!.name === type && pool.zone === zone && pool.market === market,
      )?.priceMicroUsdPerHour ?? Number.NaN,
    overheadMicroUsdPerHour: overhead,
  });
  let nextLookMs = fromMs;
  const lookUntil = (timeMs: number, advance: (timeMs: number) => void) => {
    for (; nextLookMs <= timeMs && nextLookMs <= untilMs; nextLookMs += LOOK_MS) {
      advance(nextLookMs);
      recorder.observe(view.look());
    }
  };
  const advance = account.advance.bind(account);
  account.advance = (timeMs) => {
    lookUntil(timeMs, advance);
    advance(timeMs);
  };
  while (account.nowMs < untilMs && run.step(Number.POSITIVE_INFINITY)) {
    // On to the end.
  }
  // Ends are known from the looks that follow.
  if (untilMs === Number.POSITIVE_INFINITY) account.advance(account.nowMs + 4 * LOOK_MS);
  return { recorder, input, lastEndMs: account.lastEndMs };
}

/** What is new since the last look, and what is there. */
class AccountLooks {
  private readonly account: SimulatedAccount;
  private readonly input: SimulationInput;
  private readonly ends: number[] = [];

  constructor(account: SimulatedAccount, input: SimulationInput) {
    this.account = account;
    this.input = input;
  }

  look(): Observation {
    const { account } = this;
    const all = Array.from({ length: account.jobCount }, (_, job) => job);
    return {
      ...{ serverMs: START_MS + account.nowMs, problems: [], arrays: [], notices: [], warnings: [] },
      jobs: all.flatMap((job) => this.seenJob(job)),
      ends: all.flatMap((job) => this.newEnds(job)),
      instances: Array.from({ length: account.hostCount }, (_, host) => host).flatMap((host) =>
        this.seenInstance(host),
      ),
    };
  }

  private seenJob(job: number): SeenJob[] {
    const { status, createdMs, startedMs, host, ended } = this.account.job(job);
    if (status !== "RUNNABLE" && status !== "STARTING" && status !== "RUNNING") return [];
    return [
      {
        ...{ ...this.names(job), status, createdAtMs: START_MS + createdMs, startedAtMs: START_MS + startedMs },
        ...{ endedAttempts: ended.length, request: this.request(job), arrayId: "", statusReason: "" },
        containerInstanceArn: host === NONE ? "" : `arn:${host}`,
      },
    ];
  }

  private newEnds(job: number): SeenEnd[] {
    const { createdMs, ended } = this.account.job(job);
    const known = this.ends[job] ?? 0;
    this.ends[job] = ended.length;
    return ended.slice(known).map(({ host, startedMs, stoppedMs, outcome, retried }, index) => {
      const kind = outcomeOf(outcome);
      const hasExited = kind === Outcome.Succeeded || kind === Outcome.Exited;
      // AWS names the instance; the model's own words leave the name out.
      const statusReason = OUTCOME_WORDS[kind]!.statusReason.replace("(instance)", `(instance i-${host})`);
      return {
        ...{ ...this.names(job), arrayId: "", createdAtMs: START_MS + createdMs, request: this.request(job) },
        ...{ endedAttempts: known + index, containerInstanceArn: `arn:${host}` },
        ...{ startedAtMs: START_MS + startedMs, stoppedAtMs: START_MS + stoppedMs },
        ...{ succeeded: kind === Outcome.Succeeded, retried, statusReason, reason: "" },
        exitCode: hasExited ? exitCodeOf(outcome) : undefined,
      };
    });
  }

  /** Gone instances are told for a minute: EC2 does so for an hour. */
  private seenInstance(host: number): SeenInstance[] {
    const { pool, launchedMs, runningMs, registeredMs, goneMs, cause, jobs, draining } = this.account.host(host);
    if (pool === NONE || goneMs < this.account.nowMs - 60_000) return [];
    const { pools, instanceTypes } = this.input.tables;
    const { zone, market, instanceType } = pools[pool]!;
    const type = instanceTypes[instanceType]!;
    const isThere = Number.isNaN(goneMs);
    const hasRegistered = !Number.isNaN(registeredMs);
    return [
      {
        ...{ instanceId: `i-${host}`, ours: false, launchToken: "", instanceType: type.name, zoneId: zone, market },
        ec2State: !isThere ? "terminated" : Number.isNaN(runningMs) ? "pending" : "running",
        stateReason: cause === EndCause.Reclaimed ? "Server.SpotInstanceTermination" : "Client.UserInitiatedShutdown",
        launchTimeMs: START_MS + launchedMs,
        ...{ containerInstanceArn: hasRegistered ? `arn:${host}` : "", agentConnected: hasRegistered },
        ecsStatus: !hasRegistered ? "" : draining ? "DRAINING" : "ACTIVE",
        registeredAtMs: START_MS + registeredMs,
        registeredVcpuMilli: hasRegistered ? type.vcpuMilli : 0,
        ...{ registeredMemoryMib: type.memoryMib, registeredGpus: 0, runningTasks: jobs.size, pendingTasks: 0 },
      },
    ];
  }

  private names(job: number): { jobId: string; queue: string } {
    const { workload } = this.input;
    const { queue } = workload.classes[workload.jobClass[job]!]!;
    return { jobId: textAt(workload.ids, job), queue: workload.queueNames[queue]! };
  }

  private request(job: number): JobRequest {
    const { workload } = this.input;
    const { shape, share, priority, nodes } = workload.classes[workload.jobClass[job]!]!;
    const { vcpuMilli, memoryMib, gpuMilli } = workload.shapes[shape]!;
    return {
      ...{ jobName: workload.jobNames[workload.jobName[job]!]!, vcpuMilli, memoryMib, gpuMilli, nodes },
      ...{ shareIdentifier: workload.shareNames[share]!, schedulingPriority: priority },
      ...{ attempts: 3, timeoutMs: workload.limitMs[job]! },
    };
  }
}
