// A controller as a process of its own, with a lease in a file: what a test can really kill. It is told by lines on its standard
// input: first where its World is, then when to tick. It answers each with a line.

import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { systemClock } from "../../../src/live/clock.js";
import { fileStore } from "../../../src/live/lease/file-store.js";
import { storeLease } from "../../../src/live/lease/store-lease.js";
import type { Clock } from "../../../src/live/ports.js";
import { type RemoteController, type RemoteWorld, remoteController } from "../wire/controller.js";

/** What the parent says first. */
export interface ChildSetup {
  readonly remote: RemoteWorld;
  readonly leasePath: string;
}

/** What the child answers, to both. */
export interface ChildAnswer {
  readonly epoch: number;
  /** Launches written down in the lease. */
  readonly pending: number;
}

/** The lease's time runs so much faster than the real one: a dead holder's half minute is soon over. */
const LEASE_SPEED = 10;
const LEASE_MS = 30_000;

const system = systemClock();
const leaseClock: Clock = {
  monotonicMs: () => system.monotonicMs() * LEASE_SPEED,
  wallMs: () => system.wallMs(),
  sleep: (ms, signal) => system.sleep(ms / LEASE_SPEED, signal),
};

async function leaseAt(path: string) {
  const lease = storeLease(fileStore(path, randomUUID), {
    ...{ clock: leaseClock, durationMs: LEASE_MS, name: `pid ${process.pid}`, newId: randomUUID },
  });
  while (!(await lease.hold())) await system.sleep(50);
  void lease.keep(new AbortController().signal, (error) => process.stderr.write(`${error.message}\n`));
  return lease;
}

let lease: Awaited<ReturnType<typeof leaseAt>> | undefined;
let controller: RemoteController | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  if (lease === undefined) {
    const { remote, leasePath } = JSON.parse(line) as ChildSetup;
    lease = await leaseAt(leasePath);
    controller = await remoteController(remote, lease);
  } else {
    await controller!.tick(Number(line));
  }
  const answer: ChildAnswer = { epoch: lease.epoch, pending: lease.pending.length };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
