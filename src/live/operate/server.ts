// The status over HTTP: the page, its events, JSON, metrics, health. It only reads: nothing that it is asked changes anything.
// On loopback it answers to loopback's own names alone, so that no web page can read it under a name of its own.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { errorIssue, InputError } from "../../base/issues.js";
import type { Clock } from "../ports.js";
import { type Health, healthOf, readinessOf } from "./health.js";
import { StatusHistory } from "./history.js";
import type { LiveMetrics } from "./metrics.js";
import { PAGE_POLICY, renderMain, renderPage } from "./page/page.js";
import type { LiveStatus } from "./status.js";

export interface StatusServerOptions {
  /** A name or address to listen on; 127.0.0.1 is reached from this machine alone. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly metrics: LiveMetrics;
  /** Health complains when there is no status after so long. */
  readonly startupMs: number;
}

export interface StatusServer {
  /** "http://127.0.0.1:8080". */
  readonly url: string;
  /** Takes a status: every answer from now on is about it, and every open page is told. */
  publish(status: LiveStatus): void;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

/** Open pages; more are told to come back later. */
const MAX_LISTENERS = 32;
/** Unread bytes after which a listener is dropped: it has gone to sleep. It reconnects by itself when it wakes. */
const MAX_UNREAD_BYTES = 8_000_000;
/** After which an open page asks again when it has lost its connection. */
const RECONNECT_MS = 3_000;

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/;

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": PAGE_POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Starts to listen. Throws InputError when it cannot: the port is taken, the address is not this machine's. */
export async function startStatusServer(options: StatusServerOptions): Promise<StatusServer> {
  const pages = new StatusPages(options);
  const server = createServer((request, response) => {
    pages.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(":") ? `[${options.host.replace(/[[\]]/g, "")}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    publish: (status) => pages.publish(status),
    close: () => close(server, pages),
  };
}

function listen(server: Server, { host, port }: StatusServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", ({ message }) => {
      const hint = "choose another live.http.port, or set live.http to null";
      reject(new InputError([errorIssue("http-address", `cannot listen on ${host}:${port}: ${message}`, { hint })]));
    });
    server.listen(port, host.replace(/[[\]]/g, ""), resolve);
  });
}

function close(server: Server, pages: StatusPages): Promise<void> {
  pages.endListeners();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

class StatusPages {
  private readonly options: StatusServerOptions;
  private readonly isLoopback: boolean;
  private readonly history = new StatusHistory();
  private readonly listeners = new Set<ServerResponse>();
  private status: LiveStatus | undefined;
  /** When the status was published; before the first: when this began. By the monotonic clock. */
  private sinceMs: number;

  constructor(options: StatusServerOptions) {
    this.options = options;
    this.isLoopback = LOOPBACK.test(options.host);
    this.sinceMs = options.clock.monotonicMs();
  }

  publish(status: LiveStatus): void {
    this.status = status;
    this.sinceMs = this.options.clock.monotonicMs();
    this.history.add(status);
    this.options.metrics.update(status);
    for (const listener of this.listeners) tell(listener, status);
  }

  endListeners(): void {
    for (const listener of this.listeners) listener.end();
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return send(response, 405, "text/plain", "it only answers GET and HEAD\n");
    }
    if (this.isLoopback && !LOOPBACK.test(hostOf(request))) {
      return send(response, 421, "text/plain", "it is reached as localhost only\n");
    }
    switch ((request.url ?? "/").split("?")[0]) {
      case "/":
        return send(response, 200, "text/html", renderPage(this.status, this.history.points));
      case "/main":
        return send(response, 200, "text/html", renderMain(this.status, this.history.points));
      case "/events":
        return request.method === "HEAD" ? send(response, 200, "text/event-stream", "") : this.listen(response);
      case "/status.json":
        return this.sendStatus(response);
      case "/metrics":
        return this.sendMetrics(response);
      case "/healthz":
        return sendHealth(response, healthOf(this.status, this.ageMs, this.options.startupMs));
      case "/readyz":
        return sendHealth(response, readinessOf(this.status, this.ageMs, this.options.startupMs));
      default:
        return send(response, 404, "text/plain", "there is no such page\n");
    }
  }

  private get ageMs(): number {
    return this.options.clock.monotonicMs() - this.sinceMs;
  }

  private sendStatus(response: ServerResponse): void {
    if (this.status === undefined) send(response, 503, "text/plain", "no tick yet\n");
    else send(response, 200, "application/json", `${JSON.stringify(this.status)}\n`);
  }

  private async sendMetrics(response: ServerResponse): Promise<void> {
    const { registry } = this.options.metrics;
    send(response, 200, registry.contentType, await registry.metrics());
  }

  /** Server-sent events: the status now, then at every tick. */
  private listen(response: ServerResponse): void {
    if (this.listeners.size >= MAX_LISTENERS) {
      send(response, 503, "text/plain", "too many open pages\n");
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(`retry: ${RECONNECT_MS}\n\n`);
    this.listeners.add(response);
    response.on("close", () => this.listeners.delete(response));
    if (this.status !== undefined) tell(response, this.status);
  }
}

/** JSON has no line breaks of its own: one data line. */
function tell(listener: ServerResponse, status: LiveStatus): void {
  if (listener.writableLength > MAX_UNREAD_BYTES) {
    listener.destroy();
    return;
  }
  listener.write(`event: status\nid: ${status.tick.number}\ndata: ${JSON.stringify(status)}\n\n`);
}

/** The name under which it was asked, without the port. */
function hostOf(request: IncomingMessage): string {
  return (request.headers.host ?? "localhost").replace(/:\d+$/, "").toLowerCase();
}

function sendHealth(response: ServerResponse, { ok, reasons }: Health): void {
  send(response, ok ? 200 : 503, "text/plain", ok ? "ok\n" : `${reasons.join("\n")}\n`);
}

function send(response: ServerResponse, code: number, type: string, body: string): void {
  response.writeHead(code, {
    "content-type": type.includes(";") ? type : `${type}; charset=utf-8`,
    "content-length": Buffer.byteLength(body),
  });
  // Of an answer to HEAD, Node sends the headers alone.
  response.end(body);
}
