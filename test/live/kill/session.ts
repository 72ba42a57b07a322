// A small session that a controller may be killed in at any of its requests, and what must hold after every tick and at its end.

import { expect } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import type { Moto } from "../../support/moto.js";
import type { WorldRequest } from "../../world/gateway.js";
import { type CheckedCaps, Invariants, ourInstances } from "../rig/invariants.js";
import { LiveProcess, makeRig, type Rig } from "../rig/rig.js";

/**
 * Sixteen jobs in three bursts on instances of four vCPUs, bought on spot beside one of somebody else's; EC2 takes some back. What
 * is idle goes after a minute, so that launches, drains, deregistrations and terminations lie side by side.
 */
export const SESSION = `
trace:
  jobs:
    - { id: long, repeat: 6, vcpus: 2, memory: 3 GiB, runtime: 150s }
    - { id: small, repeat: 4, vcpus: 1, memory: 2 GiB, runtime: 60s, submit: 60s }
    - { id: late, repeat: 6, vcpus: 2, memory: 3 GiB, runtime: 45s, submit: 330s }
  retryStrategy: { attempts: 5, evaluateOnExit: [{ onStatusReason: "Host EC2*", action: RETRY }, { onReason: "*", action: EXIT }] }
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: 32, instanceTypes: [m6i.xlarge, c6i.xlarge], zones: [use1-az1, use1-az2] }
strategies: [{ like: best-fit, name: plain, holdBack: never, spareLaunches: 0, scaleDown: { idleDelay: 60s } }]
baselines: []
seed: 4
world:
  unmanaged: { schedulerInterval: 5s }
  decisionInterval: 15s
  pending: 15s
  boot: 20s
  pull: 5s
  cachedPull: 1s
  stopDelay: 0s
  spot: { interruptions: { early: { share: 0.3, after: 100s } } }
`;

/** An instance that was deregistered and not yet terminated when its controller died is found out by it; by default 15 minutes. */
export const LIVE = "  health: { registrationTimeout: 3m }";

const TICK_MS = 15_000;
/** Of virtual time: what is not done by then never will be. Undisturbed it takes a third of it. */
const MOST_MS = 25 * 60_000;
const SEED = 42;
/** The environment's maxvCpus, in instances of four vCPUs. */
export const CAPS: CheckedCaps = {
  maxInstances: 8,
  maxVcpus: 32,
  maxLaunchesPerTick: 8,
  maxLaunchesPerTenMinutes: 24,
  maxTerminationsPerTick: 8,
};

/** Where the controller is killed: at a request, before AWS has worked on it, or after, when the answer is never read. */
export interface KillPoint {
  readonly index: number;
  readonly when: "before" | "after";
}

export interface Played {
  readonly requests: readonly WorldRequest[];
  /** Per tick: its first request, and the one behind its last. */
  readonly ticks: readonly (readonly [from: number, to: number])[];
  readonly end: EndState;
  readonly endMs: number;
  readonly launched: number;
  /** Most instances of ours at one time. */
  readonly peak: number;
  readonly interrupted: number;
  readonly kills: number;
}

/** What is left when all is over. */
export interface EndState {
  readonly statuses: readonly string[];
  readonly oursAlive: number;
  readonly containerInstances: number;
  readonly pending: number;
}

class Killed extends Error {}

/** Plays the session in a fresh account, with a kill or without; throws where an invariant does not hold. */
export async function play(moto: Moto, kill: KillPoint | null): Promise<Played> {
  await moto.reset(SEED);
  const rig = await makeRig({ text: SESSION, moto, live: LIVE });
  try {
    return await new Session(rig, kill).play();
  } finally {
    await rig.world.close();
  }
}

/** A pool of the scenario on demand: EC2 leaves what runs there alone. */
export function onDemandPool({ input }: Rig): number {
  return input.tables.pools.findIndex(({ market }) => market === "on-demand");
}

class Session {
  private readonly rig: Rig;
  private readonly kill: KillPoint | null;
  private readonly invariants: Invariants;
  private state: "alive" | "dying" | "dead" = "alive";
  private kills = 0;
  private died: (error: Killed) => void = () => {};

  constructor(rig: Rig, kill: KillPoint | null) {
    this.rig = rig;
    this.kill = kill;
    this.invariants = new Invariants(rig, CAPS);
    this.invariants.beforeCall = (request) => this.beforeCall(request);
  }

  async play(): Promise<Played> {
    const { rig } = this;
    const { world } = rig;
    await world.addForeignInstance(onDemandPool(rig));
    const ticks: [number, number][] = [];
    let peak = 0;
    let process: LiveProcess | null = null;
    let nowMs = 0;
    while (true) {
      const from = world.requests.length;
      process = await this.tick(process, nowMs);
      ticks.push([from, world.requests.length]);
      peak = Math.max(peak, ourInstances(rig).filter(({ alive }) => alive).length);
      const end = endOf(rig);
      if (rig.account.done && end.oursAlive === 0 && end.pending === 0) break;
      if (nowMs > MOST_MS) throw new Error(`not over after ${nowMs / 1000} s: ${JSON.stringify(end)}`);
      nowMs += TICK_MS;
      await world.advance(nowMs);
    }
    this.invariants.atEnd();
    checkAttempts(rig);
    return {
      ...{ requests: world.requests, ticks, end: endOf(rig), endMs: nowMs, kills: this.kills },
      ...{ launched: ourInstances(rig).length, peak, interrupted: rig.account.warnings },
    };
  }

  /** A tick of this process, or of a new one; null: it was killed in it. */
  private async tick(given: LiveProcess | null, nowMs: number): Promise<LiveProcess | null> {
    const { rig, invariants } = this;
    const killed = new Promise<never>((_, reject) => {
      this.died = reject;
    });
    try {
      const process = given ?? (await Promise.race([LiveProcess.start(rig), killed]));
      const { epoch } = rig.leaseStore;
      const from = rig.world.requests.length;
      const report = await Promise.race([process.tick(nowMs), killed]);
      invariants.afterTick({ report, epoch, from });
      return process;
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      this.kills++;
      this.state = "alive"; // the next one
      return null;
    }
  }

  private beforeCall(request: WorldRequest): undefined | Promise<undefined> {
    const { kill, rig } = this;
    if (this.state === "alive" && this.kills === 0 && request.index === kill?.index) {
      this.state = "dying";
      if (kill.when === "after") {
        // The client, none the wiser, asks again: then it dies.
        rig.world.faults.add({ kind: "lost-answer" });
        return undefined;
      }
    }
    if (this.state === "alive") return undefined;
    this.state = "dead";
    this.died(new Killed());
    return new Promise(() => {}); // a dead process reads no answer
  }
}

/** Every job ran until it succeeded, and again only where EC2 took its host. */
export function checkAttempts({ account }: Rig): void {
  for (let job = 0; job < account.jobCount; job++) {
    const { ended } = account.job(job);
    expect(outcomeOf(ended.at(-1)!.outcome), `job ${job}`).toBe(Outcome.Succeeded);
    for (const { host, outcome } of ended.slice(0, -1)) {
      expect([outcomeOf(outcome), account.host(host).cause]).toEqual([Outcome.HostTerminated, EndCause.Reclaimed]);
    }
  }
}

export function endOf(rig: Rig): EndState {
  const { account, leaseStore, world } = rig;
  const hosts = ourInstances(rig).map(({ instanceId }) => account.host(world.hostOf(instanceId)!));
  const alive = hosts.filter(({ goneMs }) => Number.isNaN(goneMs));
  const registered = alive.filter(({ registeredMs, deregistered }) => !Number.isNaN(registeredMs) && !deregistered);
  return {
    statuses: Array.from({ length: account.jobCount }, (_, job) => account.job(job).status),
    oursAlive: alive.length,
    containerInstances: registered.length,
    pending: leaseStore.pending.length,
  };
}
