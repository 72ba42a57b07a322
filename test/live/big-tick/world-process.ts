// A World in a process of its own, so that a controller's CPU time can be told from the World's. Told by lines of JSON on its
// standard input; answers each with one.

import { createInterface } from "node:readline";
import { makeRig, type Rig } from "../rig/rig.js";
import { type RemoteWorld, remoteWorld } from "../wire/controller.js";

export type WorldOrder =
  | { readonly kind: "start"; readonly text: string; readonly moto: MotoAddress }
  /** On to a time of the run, ms. */
  | { readonly kind: "advance"; readonly toMs: number };

export interface MotoAddress {
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

export interface WorldAnswer {
  readonly remote: RemoteWorld;
  /** Container instances that are registered, and jobs by status. */
  readonly registered: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests since the last answer: "ec2.DescribeInstances", those that change anything with a "!" behind them. */
  readonly requests: Readonly<Record<string, number>>;
}

let rig: Rig | undefined;
let read = 0;

async function obey(order: WorldOrder): Promise<WorldAnswer> {
  if (order.kind === "start") {
    const moto = { ...order.moto, stop: async () => {}, reset: async () => {} };
    rig = await makeRig({ text: order.text, moto, setup: { jobEvents: false } });
  } else {
    await rig!.world.advance(order.toMs);
  }
  return answerOf(rig!);
}

function answerOf(rig: Rig): WorldAnswer {
  const { account, world } = rig;
  const requests: Record<string, number> = {};
  for (; read < world.requests.length; read++) {
    const { service, operation, mutating } = world.requests[read]!;
    const name = `${service}.${operation}${mutating ? "!" : ""}`;
    requests[name] = (requests[name] ?? 0) + 1;
  }
  const statuses: Record<string, number> = {};
  for (let job = 0; job < account.jobCount; job++) {
    const { status } = account.job(job);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  let registered = 0;
  for (let host = 0; host < account.hostCount; host++) {
    if (!Number.isNaN(account.host(host).registeredMs)) registered++;
  }
  return { remote: remoteWorld(rig), registered, statuses, requests };
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await obey(JSON.parse(line) as WorldOrder))}\n`);
}
process.exit(0);
