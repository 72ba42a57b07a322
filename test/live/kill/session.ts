// A small session that a controller may be killed in at any of its requests, and what must hold after every tick and at its end.

import { expect } from "vitest";
import { EndCause } from "../../../src/model/market.js";
import { Outcome, outcomeOf } from "../../../src/model/outcome.js";
import { NONE } from "../../../src/model/tables.js";
import { nextGridMs } from "../../../src/sim/decision-grid.js";
import type { Moto } from "../../support/moto.js";
import type { WorldRequest } from "../../world/gateway.js";
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

const TICK_MS = 15_000;
/** Of virtual time: what is not done by then never will be. Undisturbed it takes a fifth of it. */
const MOST_MS = 45 * 60_000;
const SEED = 42;
/** The environment's maxvCpus. */
const MOST_VCPU_MILLI = 32_000;

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
  const rig = await makeRig({ text: SESSION, moto });
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
  private readonly watch: Watch;
  private state: "alive" | "dying" | "dead" = "alive";
  private kills = 0;
  private died: (error: Killed) => void = () => {};

  constructor(rig: Rig, kill: KillPoint | null) {
    this.rig = rig;
    this.kill = kill;
    this.watch = new Watch(rig);
  }

  async play(): Promise<Played> {
    const { rig, watch } = this;
    const { world } = rig;
    watch.foreign = await world.addForeignInstance(onDemandPool(rig));
    world.beforeCall = (request) => this.beforeCall(request);
    const ticks: [number, number][] = [];
    let process: LiveProcess | null = null;
    let nowMs = 0;
    while (true) {
      const from = world.requests.length;
      const killed = new Promise<never>((_, reject) => {
        this.died = reject;
      });
      try {
        process ??= await Promise.race([LiveProcess.start(rig), killed]);
        await Promise.race([process.tick(nowMs), killed]);
      } catch (thrown) {
        if (!(thrown instanceof Killed)) throw thrown;
        this.kills++;
        this.state = "alive"; // the next one
        process = null;
      }
      ticks.push([from, world.requests.length]);
      watch.check();
      if (watch.isOver()) break;
      if (nowMs > MOST_MS) throw new Error(`not over after ${nowMs / 1000} s: ${JSON.stringify(watch.end())}`);
      nowMs = nextGridMs(nowMs + 1, TICK_MS);
      await world.advance(nowMs);
    }
    watch.checkAttempts();
    return {
      ...{ requests: world.requests, ticks, end: watch.end(), endMs: nowMs, kills: this.kills },
      ...{ launched: watch.launched, peak: watch.peak, interrupted: rig.account.warnings },
    };
  }

  private beforeCall(request: WorldRequest): undefined | Promise<undefined> {
    this.watch.look(request);
    const { kill, rig } = this;
    if (this.state === "alive" && this.kills === 0 && request.index === kill?.index) {
      if (kill.when === "after") {
        // The client, none the wiser, asks again: then it dies.
        rig.world.faults.add({ kind: "lost-answer" });
        this.state = "dying";
        return undefined;
      }
      this.state = "dying";
    }
    if (this.state === "alive") return undefined;
    this.state = "dead";
    this.died(new Killed());
    return new Promise(() => {}); // a dead process reads no answer
  }
}

/** What must hold after every tick. */
class Watch {
  /** Host of somebody else's instance. */
  foreign = NONE;
  peak = 0;
  private readonly rig: Rig;
  /** Instances asked for, by token: one counts once, however often it was sent. */
  private readonly asked = new Map<string, number>();

  constructor(rig: Rig) {
    this.rig = rig;
  }

  get launched(): number {
    return this.ours().length;
  }

  /** A request that is about to be worked on: the account is as it will meet it. */
  look({ operation, body, service }: WorldRequest): void {
    const { account, world } = this.rig;
    if (operation === "CreateFleet") {
      const params = new URLSearchParams(body);
      const count = Number(params.get("TargetCapacitySpecification.TotalTargetCapacity"));
      expect(count).toBeGreaterThan(0);
      this.asked.set(params.get("ClientToken")!, count);
    }
    if (operation === "TerminateInstances") {
      for (const [name, instanceId] of new URLSearchParams(body)) {
        if (!name.startsWith("InstanceId.")) continue;
        const host = world.hostOf(instanceId)!;
        expect(host, "somebody else's instance is terminated").not.toBe(this.foreign);
        expect(account.host(host).jobs.size, `jobs on an instance that is terminated: ${instanceId}`).toBe(0);
      }
    }
    if (service === "ecs" && /^(Update|Deregister)/.test(operation)) {
      expect(body).not.toContain(world.containerInstanceArn(this.foreign));
      if (operation === "DeregisterContainerInstance") expect(JSON.parse(body).force).toBe(false);
    }
  }

  check(): void {
    const { tables } = this.rig.input;
    const mostLaunched = [...this.asked.values()].reduce((sum, count) => sum + count, 0);
    expect(this.launched, "instances against those asked for, a token counting once").toBeLessThanOrEqual(mostLaunched);
    const alive = this.ours().filter(({ goneMs }) => Number.isNaN(goneMs));
    const vcpuMilli = alive.reduce((sum, { pool }) => {
      return sum + tables.instanceTypes[tables.pools[pool]!.instanceType]!.vcpuMilli;
    }, 0);
    expect(vcpuMilli, "vCPUs of ours").toBeLessThanOrEqual(MOST_VCPU_MILLI);
    this.peak = Math.max(this.peak, alive.length);
  }

  /** Every job ran until it succeeded, and again only where EC2 took its host. */
  checkAttempts(): void {
    const { account } = this.rig;
    for (let job = 0; job < account.jobCount; job++) {
      const { ended } = account.job(job);
      const last = ended.at(-1)!;
      expect(outcomeOf(last.outcome), `job ${job}`).toBe(Outcome.Succeeded);
      for (const { host, outcome } of ended.slice(0, -1)) {
        expect([outcomeOf(outcome), account.host(host).cause]).toEqual([Outcome.HostTerminated, EndCause.Reclaimed]);
      }
    }
  }

  isOver(): boolean {
    const { oursAlive, containerInstances, pending } = this.end();
    return this.rig.account.done && oursAlive === 0 && containerInstances === 0 && pending === 0;
  }

  end(): EndState {
    const { account, leaseStore } = this.rig;
    const alive = this.ours().filter(({ goneMs }) => Number.isNaN(goneMs));
    const registered = alive.filter(({ registeredMs, deregistered }) => !Number.isNaN(registeredMs) && !deregistered);
    return {
      statuses: Array.from({ length: account.jobCount }, (_, job) => account.job(job).status),
      oursAlive: alive.length,
      containerInstances: registered.length,
      pending: leaseStore.pending.length,
    };
  }

  private ours() {
    const { account } = this.rig;
    return Array.from({ length: account.hostCount }, (_, host) => host)
      .filter((host) => host !== this.foreign && account.host(host).pool !== NONE)
      .map((host) => account.host(host));
  }
}
