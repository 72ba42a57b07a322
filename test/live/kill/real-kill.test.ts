// The same with a real process and a real SIGKILL, its lease in a real file: killed at one call of each kind that changes
// something, and at one that reads, in a single session.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import type { WorldRequest } from "../../world/gateway.js";
import { Invariants, ourInstances } from "../rig/invariants.js";
import { makeRig, type Rig } from "../rig/rig.js";
import { remoteWorld } from "../wire/controller.js";
import type { ChildAnswer, ChildSetup } from "./child.js";
import { CAPS, checkAttempts, endOf, LIVE, SESSION } from "./session.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PROGRAM = join(ROOT, ".cache/programs/kill-child.mjs");
const TICK_MS = 15_000;
const MOST_MS = 25 * 60_000;

/** In this order, each at the first such call since the kill before; "done": AWS has done its work when the process is gone. */
const KILLS: readonly (readonly [operation: string, work: "done" | "not done"])[] = [
  ["CreateFleet", "done"],
  ["DescribeJobs", "not done"],
  ["UpdateContainerInstancesState", "done"],
  ["DeregisterContainerInstance", "done"],
  ["TerminateInstances", "not done"],
];

/** One life of the process. */
class Child {
  private readonly process: ChildProcess;
  private readonly exited: Promise<void>;
  private answered: (line: string) => void = () => {};
  private isDead = false;
  private errors = "";

  constructor() {
    this.process = spawn(process.execPath, ["--enable-source-maps", "--no-warnings", PROGRAM], {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, AWS_EC2_METADATA_DISABLED: "true" },
    });
    this.exited = new Promise((resolve) => this.process.once("exit", () => resolve()));
    this.process.stdin!.on("error", () => {}); // it is dead: the exit tells
    createInterface({ input: this.process.stdout! }).on("line", (line) => this.answered(line));
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
  }

  /** Its answer; null: it was killed before it gave one. */
  async tell(line: string): Promise<ChildAnswer | null> {
    const answer = new Promise<string>((resolve) => {
      this.answered = resolve;
    });
    this.process.stdin!.write(`${line}\n`);
    const got = await Promise.race([answer, this.exited.then(() => null)]);
    if (got === null && !this.isDead) throw new Error(`the process ended by itself: ${this.errors}`);
    return got === null ? null : (JSON.parse(got) as ChildAnswer);
  }

  async kill(): Promise<void> {
    this.isDead = true;
    this.process.kill("SIGKILL");
    await this.exited;
  }
}

describe.skipIf(motoMissing() !== null)("a process that is killed with SIGKILL", () => {
  let moto: Moto;
  let folder: string;
  beforeAll(async () => {
    moto = await startMoto();
    folder = await mkdtemp(join(tmpdir(), "stowage-kill-"));
    await build({
      ...{ absWorkingDir: ROOT, entryPoints: ["test/live/kill/child.ts"], outfile: PROGRAM, bundle: true },
      ...{ platform: "node", format: "esm", target: "node20", packages: "external", sourcemap: "inline" },
      logLevel: "warning",
    });
  }, 60_000);
  afterAll(async () => {
    await moto?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it("five times in a session: another one takes the lease over, and brings it to its end", async () => {
    await moto.reset(42);
    const rig = await makeRig({ text: SESSION, moto, live: LIVE });
    try {
      const { killed, epochs, pending } = await play(rig, join(folder, "lease"));
      expect(killed).toEqual(KILLS.map(([operation]) => operation));
      // One more with every process that took the lease.
      expect(epochs).toEqual(Array.from({ length: KILLS.length + 1 }, (_, life) => epochs[0]! + life));
      expect(pending).toBe(0);
      const { statuses, oursAlive, containerInstances } = endOf(rig);
      expect(new Set(statuses)).toEqual(new Set(["SUCCEEDED"]));
      expect([oursAlive, containerInstances]).toEqual([0, 0]);
      checkAttempts(rig);
    } finally {
      await rig.world.close();
    }
  }, 300_000);
});

/** Plays the session to its end with one process after the other. */
async function play(rig: Rig, leasePath: string) {
  const { world } = rig;
  const invariants = new Invariants(rig, CAPS);
  const setup: ChildSetup = { remote: remoteWorld(rig), leasePath };
  const killed: string[] = [];
  const epochs: number[] = [];
  let child: Child | null = null;
  invariants.beforeCall = async ({ operation }: WorldRequest) => {
    const [wanted, work] = KILLS[killed.length] ?? [];
    if (operation !== wanted || child === null) return undefined;
    killed.push(operation);
    const dying = child;
    child = null;
    await dying.kill();
    return work === "done" ? undefined : "reset";
  };
  let pending = Number.NaN;
  for (let nowMs = 0; nowMs <= MOST_MS; nowMs += TICK_MS) {
    await world.advance(nowMs);
    if (child === null) {
      const fresh = new Child();
      epochs.push((await fresh.tell(JSON.stringify(setup)))!.epoch);
      child = fresh;
    }
    const answer = await (child as Child).tell(String(nowMs));
    if (answer === null) continue;
    pending = answer.pending;
    if (rig.account.done && pending === 0 && ourInstances(rig).every(({ alive }) => !alive)) break;
  }
  await (child as Child | null)?.kill();
  invariants.atEnd();
  return { killed, epochs, pending };
}
