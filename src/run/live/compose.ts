// Live mode put together: clients, observer, executor, gate and loop, for one compute environment. Used by the command and by
// whoever steps a controller through a world of his own; nothing here differs between the two.

import type { AwsClients } from "../../live/aws/clients.js";
import { deadlineAfter } from "../../live/clock.js";
import { type LiveExecutor, makeExecutor } from "../../live/execute/executor.js";
import { launchToken, shapeHash } from "../../live/execute/launch-request.js";
import { type LiveGate, makeGate } from "../../live/gate/gate.js";
import { Controller } from "../../live/loop/controller.js";
import type { PoolPrice } from "../../live/loop/controller-parts.js";
import { makeObserver } from "../../live/observe/observer.js";
import type { Clock, Deadline, Journal, KillState, Lease, Observer } from "../../live/ports.js";
import type { SessionWriter } from "../../live/session/recording-engine.js";
import type { LiveSettings } from "../../model/live-settings.js";
import { learns } from "../../model/policy.js";
import type { LiveScenario } from "./live-tables.js";

export interface ComposeOptions {
  readonly live: LiveScenario;
  readonly clients: AwsClients;
  readonly clock: Clock;
  /** Null: a dry run. */
  readonly lease: Lease | null;
  readonly holdLease: () => Promise<void>;
  readonly journal: Journal;
  readonly writeSession: SessionWriter;
  readonly version: string;
  /** Epoch ms of the engine's time 0: a point of the decision grid. */
  readonly originMs: number;
  readonly clusterArn: string;
  readonly readKill: () => Promise<KillState>;
  readonly readPrices: (deadline: Deadline) => Promise<readonly PoolPrice[] | null>;
  readonly identityOk: () => boolean;
  readonly note: (text: string) => void;
  /** CreateFleet calls under way at once; default: the executor's. */
  readonly launchesAtOnce?: number;
  /** Every so many looks queues and compute environment are read; default: the observer's. */
  readonly queueLooks?: number;
}

/** A dry run takes no messages: whoever acts on the same queue would miss them. */
function withoutQueue(settings: LiveSettings): LiveSettings {
  return { ...settings, eventQueueUrl: null };
}

export interface Composed {
  readonly controller: Controller;
  readonly observer: Observer;
  readonly executor: LiveExecutor;
  readonly gate: LiveGate;
}

/** Puts a controller together. Throws InputError when an AMI cannot be had, or user data is too long. */
export async function composeController(options: ComposeOptions): Promise<Composed> {
  const { live, clients, clock, lease, journal, clusterArn } = options;
  const { tables, queues } = live;
  const settings = lease === null ? withoutQueue(live.settings) : live.settings;
  const observer = await makeObserver({
    ...{ clients, clock, settings, queues, clusterArn, note: options.note },
    ...(options.queueLooks === undefined ? {} : { queueLooks: options.queueLooks }),
  });
  const executor = await makeExecutor({
    ...{ clients, settings, tables, lease, journal, clock, clusterArn },
    ...(options.launchesAtOnce === undefined ? {} : { launchesAtOnce: options.launchesAtOnce }),
  });
  const gate = makeGate(settings, clock);
  const controller = new Controller({
    settings,
    tables,
    queues,
    version: options.version,
    originMs: options.originMs,
    learns: learns(tables.strategy),
    priceIntervalMs: live.priceIntervalMs,
    applies: lease !== null,
    clock,
    deadline: (ms) => deadlineAfter(clock, ms),
    observer,
    executor,
    gate,
    lease,
    holdLease: options.holdLease,
    journal,
    writeSession: options.writeSession,
    readKill: options.readKill,
    readPrices: options.readPrices,
    identityOk: options.identityOk,
    token: (planSeq, pools, count) =>
      launchToken({
        pool: settings.identity.pool,
        epoch: lease?.epoch ?? 0,
        planSeq,
        shapeHash: shapeHash(pools, count),
        attempt: 0,
      }),
  });
  return { controller, observer, executor, gate };
}
