// The World's door: one HTTP server that finds out what a request is for, keeps a log of it, lets faults strike, and has it
// answered by the World's services or by moto.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountState } from "./account-state.js";
import type { BatchService } from "./batch/batch-service.js";
import type { Ec2Service } from "./ec2/ec2-service.js";
import type { EcsService } from "./ecs-service.js";
import type { EventQueue } from "./event-queue.js";
import type { CallEffect } from "./faults.js";
import { answerPricing, answerQuotas } from "./price-service.js";
import {
  type Answer,
  AwsError,
  type Call,
  errorAnswer,
  isMutating,
  readCall,
  serverError,
  throttling,
} from "./wire.js";

/** One request that came, whatever became of it. */
export interface WorldRequest {
  /** From 0, in the order in which they came. */
  readonly index: number;
  readonly service: string;
  readonly operation: string;
  readonly region: string;
  /** The Host header. */
  readonly host: string;
  readonly mutating: boolean;
  /** SHA-256 of the body, in hex. */
  readonly digest: string;
  /** The body of mutating requests; "" of others. */
  readonly body: string;
  /** Time of the run, ms. */
  readonly atMs: number;
  /** HTTP status; 0: none was sent, or not yet. */
  status: number;
}

/** Called before a request is worked on; "reset": the connection is reset and nothing is done. */
export type BeforeCall = (request: WorldRequest) => undefined | "reset" | Promise<undefined | "reset">;

interface Services {
  readonly batch: BatchService;
  readonly ecs: EcsService;
  readonly ec2: Ec2Service;
  readonly queue: EventQueue;
}

export class Gateway {
  readonly requests: WorldRequest[] = [];
  /** Added to the Date header of every answer. */
  skewMs = 0;
  beforeCall: BeforeCall | undefined;
  private readonly state: AccountState;
  private readonly services: Services;
  private readonly server: Server;
  /** Answers by question that a fault repeats. */
  private readonly answers = new Map<string, { readonly answer: Answer; readonly atMs: number }>();

  constructor(state: AccountState, services: Services) {
    this.state = state;
    this.services = services;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => {
        // A bug of the World's: told to whoever reads the test's output, and no answer that could be taken for AWS's.
        process.stderr.write(`World: ${request.method} ${request.url}: ${String((error as Error).stack)}\n`);
        request.socket.destroy();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const call = readCall(request.method ?? "", request.url ?? "", request.headers, body);
    const log = this.log(call);
    if ((await this.beforeCall?.(log)) === "reset") return reset(request);
    const effects = this.state.faults.strike(call);
    for (const effect of effects) {
      if (effect.kind === "latency") await sleep(effect.ms);
    }
    if (effects.some(({ kind }) => kind === "hang")) return;
    if (effects.some(({ kind }) => kind === "reset-before")) return reset(request);
    const answer = await this.answer(call, effects);
    if (answer === undefined || effects.some(({ kind }) => kind === "lost-answer")) return reset(request);
    log.status = answer.status;
    this.send(response, answer, request.method === "HEAD");
  }

  private log(call: Call): WorldRequest {
    const mutating = isMutating(call);
    const log = {
      index: this.requests.length,
      service: call.service,
      operation: call.operation,
      region: call.region,
      host: call.headers.host ?? "",
      mutating,
      digest: createHash("sha256").update(call.body).digest("hex"),
      body: mutating ? call.body.toString("utf8") : "",
      atMs: this.state.account.nowMs,
      status: 0,
    };
    this.requests.push(log);
    return log;
  }

  /** Undefined: the connection is reset. */
  private async answer(call: Call, effects: readonly CallEffect[]): Promise<Answer | undefined> {
    const refused = effects.map((effect) => refusalOf(call.service, effect)).find((error) => error !== undefined);
    if (refused !== undefined) return errorAnswer(call.service, refused);
    const stale = effects.find((effect) => effect.kind === "stale");
    const key = `${call.service} ${call.operation} ${call.path} ${call.body}`;
    const kept = this.answers.get(key);
    const { nowMs } = this.state.account;
    if (stale !== undefined && kept !== undefined && nowMs <= kept.atMs + stale.forMs) return kept.answer;
    const pages = effects.find((effect) => effect.kind === "short-pages");
    const answer = await this.work(call, pages?.size ?? Number.POSITIVE_INFINITY).catch((error: unknown) => {
      if (error instanceof AwsError) return errorAnswer(call.service, error);
      throw error;
    });
    if (stale !== undefined && answer?.status === 200) this.answers.set(key, { answer, atMs: nowMs });
    return answer;
  }

  private async work(call: Call, pageLimit: number): Promise<Answer | undefined> {
    const own = await this.own(call, pageLimit);
    if (own !== undefined) return own;
    if (this.state.faults.holding("moto-down").length > 0) return undefined;
    if (call.service !== "sqs") return this.state.moto.forward(call);
    const known = this.services.queue.answer(call);
    if (known !== undefined) return known;
    const answer = await this.state.moto.forward(call);
    this.services.queue.answered(call, answer);
    return answer;
  }

  /** Undefined: moto's. */
  private own(call: Call, pageLimit: number): Promise<Answer | undefined> | Answer | undefined {
    switch (call.service) {
      case "batch":
        return this.services.batch.answer(call, pageLimit);
      case "ecs":
        return this.services.ecs.answer(call, pageLimit);
      case "ec2":
        return this.services.ec2.answer(call, pageLimit);
      case "pricing":
        return answerPricing(this.state, call, pageLimit);
      case "servicequotas":
        return answerQuotas(this.state, call);
      default:
        return undefined;
    }
  }

  private send(response: ServerResponse, { status, headers, body }: Answer, isHead: boolean): void {
    response.sendDate = false;
    const length = isHead ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const own = {
      date: new Date(this.state.nowEpochMs + this.skewMs).toUTCString(),
      "x-amzn-requestid": `world-${this.requests.length}`,
    };
    response.writeHead(status, { ...headers, ...own, ...length });
    response.end(isHead ? undefined : body);
  }
}

function refusalOf(service: string, effect: CallEffect): AwsError | undefined {
  if (effect.kind === "throttle") return throttling(service);
  if (effect.kind === "server-error") return serverError(service);
  return effect.kind === "error" ? new AwsError(effect.code, effect.message, effect.status) : undefined;
}

function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
