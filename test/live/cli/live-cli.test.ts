// The command line against a World that lives in real time: a few seconds of a real session, and what belongs to it.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { readRecording, startReplayServer } from "../record/replay-server.js";
import { makeRig, type Rig } from "../rig/rig.js";

const MAIN = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

/** Jobs of two seconds on instances that boot within one. */
const TEXT = `
name: smoke
trace:
  jobs:
    - { jobName: a, jobQueue: main, submit: 0s, runtime: 2s, arrayProperties: { size: 4 }, vcpus: 1, memory: 1 GiB }
    - { jobName: b, jobQueue: main, submit: 1s, runtime: 2s, vcpus: 2, memory: 2 GiB }
jobQueues:
  - { jobQueueName: main, priority: 1, computeEnvironmentOrder: [{ order: 1, computeEnvironment: ours }] }
computeEnvironments:
  - computeEnvironmentName: ours
    type: UNMANAGED
    computeResources: { type: SPOT, minvCpus: 0, maxvCpus: 16, instanceTypes: [m6i.large, c6i.xlarge], zones: [use1-az1, use1-az2] }
strategies: [{ name: plain, scaleDown: { idleDelay: 2s } }]
baselines: []
world: { decisionInterval: 1s, unmanaged: { schedulerInterval: 500ms }, pending: 500ms, boot: 500ms, pull: 0s, cachedPull: 0s }
`;

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
}

function begin(folder: string, ...args: string[]): Running {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    NO_COLOR: "1",
    NODE_NO_WARNINGS: "1",
  };
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: folder, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => {
    stdout += text;
  });
  child.stderr.on("data", (text) => {
    stderr += text;
  });
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr }))) };
}

const stowage = (folder: string, ...args: string[]) => begin(folder, ...args).ended;

describe.skipIf(motoMissing() !== null && process.env.CI === undefined)("stowage live", () => {
  let moto: Moto;
  let rig: Rig;
  let timer: NodeJS.Timeout;
  const folder = mkdtempSync(join(tmpdir(), "stowage-live-"));
  const file = join(folder, "live.yaml");

  const jobsAreOver = () =>
    Array.from({ length: rig.account.jobCount }, (_, job) => rig.account.job(job).status).every(
      (status) => status === "SUCCEEDED",
    );

  beforeAll(async () => {
    moto = await startMoto();
    rig = await makeRig({ text: TEXT, moto, originMs: Math.floor(Date.now() / 1000) * 1000 });
    // The World goes with this machine's clock, from now on.
    const began = Date.now();
    let busy = false;
    timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      await rig.world.advance(Math.max(rig.account.nowMs, Date.now() - began));
      busy = false;
    }, 100);
    writeFileSync(file, rig.scenarioText.replace("timing: {}", "timing: { settleTicks: 1 }"));
  });
  afterAll(async () => {
    clearInterval(timer);
    await rig?.world.close();
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("looks once and changes nothing, unless told otherwise", async () => {
    const { code, stdout, stderr } = await stowage(folder, "live", file, "--once", "--port", "0");
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    expect(stdout).toContain("dry");
    expect(rig.world.requests.filter(({ mutating }) => mutating)).toEqual([]);
  }, 60_000);

  it("records a look, from which others decide the same", async () => {
    const record = join(folder, "recording");
    const looked = await stowage(folder, "live", file, "--once", "--port", "0", "--record", record);
    expect(looked.code).toBe(0);
    const decided = (text: string) => text.split("\n").filter((line) => /^ *(launch|\S+ +launch)/.test(line));
    expect(decided(looked.stdout)).not.toEqual([]);
    expect(looked.stdout).toContain("read both files before you send them");
    expect(readdirSync(record).sort()).toEqual(["recording.jsonl", "scenario.yaml"]);
    const files = readdirSync(record).map((name) => readFileSync(join(record, name), "utf8"));
    expect(files.join("")).not.toContain(rig.world.accountId);
    const server = await startReplayServer(readRecording(record));
    const scenario = join(record, "scenario.yaml");
    const again = await stowage(folder, "live", scenario, "--once", "--port", "0", "--endpoint", server.url);
    expect(server.strange).toEqual([]);
    expect(server.left()).toBe(0);
    await server.close();
    expect(decided(again.stdout)).toEqual(decided(looked.stdout));
    const other = await stowage(folder, "live", file, "--once", "--record", record);
    expect(other.stderr).toContain("a recording needs a folder of its own");
    expect(other.code).toBe(2);
    expect(rig.world.requests.filter(({ mutating }) => mutating)).toEqual([]);
  }, 60_000);

  it("examines the account", async () => {
    const { stdout } = await stowage(folder, "doctor", file);
    expect(stdout).toMatch(/ok\s+account/);
    expect(stdout).toMatch(/\d+ errors, \d+ warnings/);
    expect(rig.world.requests.filter(({ mutating }) => mutating)).toEqual([]);
  }, 60_000);

  it("serves the queue to its end, and gives the same actions when its session is played again", async () => {
    // Stopped as a service manager does it once the jobs are over; should they never be, its looks have an end.
    const args = ["--apply", "--ticks", "90", "--view", "log", "--port", "0"];
    const { child, ended } = begin(folder, "live", file, ...args);
    while (!jobsAreOver() && child.exitCode === null) await sleep(100);
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect(stderr).toContain("launch");
    expect(code).toBe(0);
    expect(jobsAreOver()).toBe(true);
    const log = readdirSync(join(folder, ".stowage/live/ours"))
      .filter((name) => name.startsWith("session-"))
      .sort()
      .at(-1)!;
    const replay = await stowage(folder, "live", "replay", join(folder, ".stowage/live/ours", log));
    expect(replay.stdout).toContain("the same actions");
    expect(replay.code).toBe(0);
    const audit = readFileSync(join(folder, ".stowage/live/ours/audit.jsonl"), "utf8");
    expect(audit).toContain("CreateFleet");
    // What was spent is with the lease, for a process on another machine, as it is in the folder.
    const ours = join(folder, ".stowage/live/ours");
    const leaseFile = readdirSync(ours).find((name) => /^unused\.\d+$/.test(name))!;
    const [lease, spending] = [leaseFile, "spending.json"].map((name) =>
      JSON.parse(readFileSync(join(ours, name), "utf8")),
    );
    expect(lease.spent).toEqual({
      microUsd: expect.any(Number),
      dayStartMs: spending.dayStartMs,
      asOfMs: spending.asOfMs,
    });
    expect(lease.spent.microUsd).toBeGreaterThan(0);
  }, 120_000);

  it("sets the kill switch, and takes everything away", async () => {
    const kill = await stowage(folder, "live", "kill", file, "pause-all");
    expect(kill.stdout + kill.stderr).toContain("pause-all is set");
    expect((await stowage(folder, "live", "kill", file, "none")).code).toBe(0);
    const list = await stowage(folder, "live", "uninstall", file);
    expect(list.stdout).toContain("Nothing was changed");
    const { code, stdout } = await stowage(folder, "live", "uninstall", file, "--apply", "--yes");
    expect(stdout).toContain("Nothing of this pool is left");
    expect(code).toBe(0);
  }, 120_000);

  it("refuses a scenario without a live block, and one of another account", async () => {
    writeFileSync(join(folder, "plain.yaml"), TEXT);
    const plain = await stowage(folder, "live", join(folder, "plain.yaml"), "--once");
    expect(plain.code).toBe(2);
    expect(plain.stderr).toContain("no `live` block");
    writeFileSync(
      join(folder, "other.yaml"),
      readFileSync(file, "utf8").replace(/account: "\d+"/, 'account: "999999999999"'),
    );
    const other = await stowage(folder, "live", join(folder, "other.yaml"), "--once", "--apply");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("these credentials are of account");
  }, 60_000);

  it("fails, but not as a mistake of the user's, when AWS cannot be reached: a service manager may start it again", async () => {
    const none = await stowage(folder, "live", file, "--once", "--endpoint", "http://127.0.0.1:9");
    expect(none.stderr).toContain("is there a way to AWS");
    expect(none.code).toBe(1);
  }, 60_000);
});
