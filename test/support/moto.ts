// moto, an AWS emulator, as a process of its own on a loopback port. One per test file. Installed by tools/ensure-moto.mjs.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../.cache/moto/bin", import.meta.url));
/** A cold start compiles Python files: on a busy machine that takes its time. */
const START_MS = 60_000;
const STOP_MS = 5_000;

export interface Moto {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
  /** Forgets everything; the same `seed` makes the same ids come again. */
  reset(seed?: number): Promise<void>;
}

/** A program of moto's virtual environment: "python", "aws". */
export function motoProgram(name: string): string {
  return `${BIN}/${name}`;
}

/**
 * Why the tests that need moto are skipped; null: it is there. In CI it is never null without moto being there: the suites run
 * and fail.
 */
export function motoMissing(): string | null {
  if (existsSync(motoProgram("moto_server")) || process.env.CI !== undefined) return null;
  return "moto is not installed: node tools/ensure-moto.mjs";
}

/** Starts moto on a free port. Throws when it is not there or does not answer. */
export async function startMoto(): Promise<Moto> {
  const server = motoProgram("moto_server");
  if (!existsSync(server)) throw new Error("moto is not installed: node tools/ensure-moto.mjs");
  const port = await freePort();
  const host = "127.0.0.1";
  const child = spawn(server, ["-H", host, "-p", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", AWS_EC2_METADATA_DISABLED: "true" },
  });
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (errors.length < 50) errors.push(text);
  });
  const ended = () => child.exitCode !== null || child.signalCode !== null;
  // A test file that dies takes its moto with it.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const url = `http://${host}:${port}`;
  await answers(url, () => (ended() ? errors.join("") : undefined));
  const reset = async (seed?: number) => {
    await post(`${url}/moto-api/reset`);
    // Without Docker: a submitted job has no container to run in.
    await post(`${url}/moto-api/config`, JSON.stringify({ batch: { use_docker: false } }));
    if (seed !== undefined) await post(`${url}/moto-api/seed?a=${seed}`);
  };
  await reset();
  return {
    url,
    host,
    port,
    reset,
    stop: async () => {
      process.off("exit", kill);
      await stop(child, ended);
    },
  };
}

async function stop(child: ChildProcess, ended: () => boolean): Promise<void> {
  if (ended()) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await Promise.race([gone, sleep(STOP_MS)]);
  if (!ended()) child.kill("SIGKILL");
}

async function answers(url: string, died: () => string | undefined): Promise<void> {
  for (let waitedMs = 0; waitedMs < START_MS; waitedMs += 100) {
    const said = died();
    if (said !== undefined) throw new Error(`moto ended: ${said}`);
    const isUp = await fetch(`${url}/moto-api/data.json`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    await sleep(100);
  }
  throw new Error(`moto does not answer on ${url}`);
}

async function post(url: string, body = ""): Promise<void> {
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}
