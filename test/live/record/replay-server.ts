// A recording as AWS: every request is answered as the same one was when it was recorded, in its turn. One that was not recorded
// is refused and remembered.

import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Exchange, questionOf } from "../../../src/live/record/recorder.js";
import { readCall } from "../../world/wire.js";

export interface ReplayServer {
  readonly url: string;
  /** Requests that were not recorded, or not so often. */
  readonly strange: readonly string[];
  /** Answers that nobody has asked for. */
  left(): number;
  close(): Promise<void>;
}

/** The exchanges of a recording's folder. */
export function readRecording(folder: string): Exchange[] {
  const [, ...lines] = readFileSync(join(folder, "recording.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Exchange);
}

const keyOf = (service: string, operation: string, request: string) =>
  `${service.toLowerCase()} ${operation} ${request}`;

export async function startReplayServer(exchanges: readonly Exchange[]): Promise<ReplayServer> {
  const answers = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const key = keyOf(exchange.service, exchange.operation, exchange.request);
    answers.set(key, [...(answers.get(key) ?? []), exchange]);
  }
  const strange: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const { service, operation } = readCall(request.method!, request.url!, request.headers, body);
    const key = keyOf(service, operation, questionOf(body.toString("utf8")));
    const exchange = answers.get(key)?.shift();
    if (exchange === undefined) strange.push(key);
    if (exchange === undefined || exchange.status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(exchange.status, { ...exchange.headers }).end(exchange.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    strange,
    left: () => [...answers.values()].reduce((sum, each) => sum + each.length, 0),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
