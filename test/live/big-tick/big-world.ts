// A crowded account with a controller: its World in another process. Used by a test with a few thousand jobs and by a benchmark
// with a hundred thousand.

import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { TickReport } from "../../../src/live/loop/controller-parts.js";
import type { Lease, PendingLaunch } from "../../../src/live/ports.js";
import { startMoto } from "../../support/moto.js";
import { type RemoteController, remoteController } from "../wire/controller.js";
import type { WorldAnswer, WorldOrder } from "./world-process.js";

export interface Crowd {
  /** Jobs that wait for long, beside one that runs on each vCPU of the fleet. */
  readonly arrays: number;
  readonly arraySize: number;
  readonly singles: number;
  /** Of two vCPUs; every one full. */
  readonly instances: number;
  readonly queues: number;
}

export interface MeasuredTick {
  readonly report: TickReport;
  /** User and system time of this process, all threads. */
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Requests of the tick as the World counted them. */
  readonly requests: Readonly<Record<string, number>>;
}

const TICK_MS = 15_000;
const PROGRAM = ".cache/programs/big-world.mjs";
/** Memory that every job asks for: two of them, and what the agent keeps, are less than an instance has. */
const SHAPES = ["256 MiB", "512 MiB", "1 GiB", "2 GiB"];
const VCPUS = 2;
/** For everything to be bought, booted and filled. */
const MOST_TICKS = 40;

/** The scenario: single jobs first, so that they are the ones that run. */
function crowdText({ arrays, arraySize, singles, instances, queues }: Crowd): string {
  const queue = (n: number) => `jobQueue: q${n % queues}`;
  const job = (n: number) => `vcpus: 1, memory: ${SHAPES[n % SHAPES.length]}, runtime: 1000h`;
  const running = instances * VCPUS;
  const rows = [
    ...Array.from({ length: queues }, (_, n) => `id: run${n}, repeat: ${running / queues}, ${queue(n)}, ${job(n)}`),
    ...Array.from({ length: queues }, (_, n) => {
      return `id: wait${n}, repeat: ${singles / queues}, ${queue(n)}, ${job(n)}, submit: 10s`;
    }),
    ...Array.from({ length: arrays }, (_, n) => {
      return `id: array${n}, arrayProperties: { size: ${arraySize} }, ${queue(n)}, ${job(n)}, submit: 10s`;
    }),
  ];
  const names = Array.from({ length: queues }, (_, n) => n);
  return `
trace:
  jobs:
${rows.map((row) => `    - { ${row} }`).join("\n")}
jobQueues:
${names.map((n) => `  - { jobQueueName: q${n}, priority: ${n + 1}, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }`).join("\n")}
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: ${instances * VCPUS}, instanceTypes: [m6i.large], zones: [use1-az1, use1-az2] }
strategies: [{ like: best-fit, name: plain, holdBack: never, spareLaunches: 0, maxLaunchesPerDecision: 2000 }]
baselines: []
world: { unmanaged: { schedulerInterval: 15s }, decisionInterval: 15s, pending: 15s, boot: 15s, pull: 5s, cachedPull: 1s, stopDelay: 0s }
`;
}

export class BigWorld {
  private readonly controller: RemoteController;
  private readonly order: (order: WorldOrder) => Promise<WorldAnswer>;
  private nowMs = 0;
  readonly close: () => Promise<void>;

  private constructor(controller: RemoteController, order: BigWorld["order"], close: () => Promise<void>) {
    this.controller = controller;
    this.order = order;
    this.close = close;
  }

  /** The fleet is bought and full, and all else waits. */
  static async start(crowd: Crowd): Promise<BigWorld> {
    const moto = await startMoto();
    await moto.reset(42); // its ids are the same every time
    const { order, stop } = await worldProcess();
    const close = async () => {
      await stop();
      await moto.stop();
    };
    try {
      const { url, host, port } = moto;
      const { remote } = await order({ kind: "start", text: crowdText(crowd), moto: { url, host, port } });
      const big = new BigWorld(await remoteController(remote, new OwnLease()), order, close);
      await big.fill(crowd);
      return big;
    } catch (thrown) {
      await close();
      throw thrown;
    }
  }

  /** One tick, 15 s after the one before. */
  async tick(): Promise<MeasuredTick> {
    const cpu = process.cpuUsage();
    const beganMs = performance.now();
    const report = await this.controller.tick(this.nowMs);
    const { user, system } = process.cpuUsage(cpu);
    const wallSeconds = (performance.now() - beganMs) / 1000;
    const { requests } = await this.advance();
    return { report, cpuSeconds: (user + system) / 1e6, wallSeconds, requests };
  }

  private async fill({ instances }: Crowd): Promise<void> {
    for (let tick = 0; tick < MOST_TICKS; tick++) {
      await this.controller.tick(this.nowMs);
      const { registered, statuses } = await this.advance();
      if (registered === instances && statuses.RUNNING === instances * VCPUS) return;
    }
    throw new Error("the fleet is not full in time");
  }

  private advance(): Promise<WorldAnswer> {
    this.nowMs += TICK_MS;
    return this.order({ kind: "advance", toMs: this.nowMs });
  }
}

/** Requests of a service by a tick, those that match. */
export function countOf({ requests }: MeasuredTick, name: RegExp): number {
  return Object.entries(requests).reduce((sum, [each, count]) => sum + (name.test(each) ? count : 0), 0);
}

async function worldProcess() {
  await mkdir(".cache/programs", { recursive: true });
  await build({
    ...{ entryPoints: ["test/live/big-tick/world-process.ts"], outfile: PROGRAM, bundle: true, platform: "node" },
    ...{ format: "esm", target: "node20", packages: "external", sourcemap: "inline", logLevel: "warning" },
    // The catalogue looks for its data beside itself.
    define: { "import.meta.url": JSON.stringify(pathToFileURL("src/catalog/catalog.ts").href) },
  });
  const child = spawn(process.execPath, ["--enable-source-maps", "--no-warnings", join(process.cwd(), PROGRAM)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise<never>((_, reject) => child.once("exit", () => reject(new Error("the World has ended"))));
  ended.catch(() => {}); // told to whoever waits for an answer
  let answered: (line: string) => void = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => answered(line));
  const order = async (given: WorldOrder): Promise<WorldAnswer> => {
    const answer = new Promise<string>((resolve) => {
      answered = resolve;
    });
    child.stdin.write(`${JSON.stringify(given)}\n`);
    return JSON.parse(await Promise.race([answer, ended])) as WorldAnswer;
  };
  const stop = async () => {
    child.stdin.end();
    await ended.catch(() => {});
  };
  return { order, stop };
}

/** A lease that nobody contends for. */
class OwnLease implements Lease {
  readonly epoch = 1;
  readonly killModes = [];
  pending: PendingLaunch[] = [];
  hold = async () => true;
  leftMs = () => 3_600_000;
  write = async (launches: readonly PendingLaunch[]) => {
    this.pending.push(...launches);
  };
  clear = async (tokens: readonly string[]) => {
    this.pending = this.pending.filter(({ token }) => !tokens.includes(token));
  };
  release = async () => {};
}
