// The World's way to moto: requests handed on as they came, and calls of its own.

import { Agent, request } from "node:http";
import type { Moto } from "../support/moto.js";
import type { Answer, Call } from "./wire.js";
import { parseXml, type XmlNode } from "./xml.js";

/** Hop-by-hop, or the World's own to say. */
const NOT_HANDED_ON = new Set(["connection", "date", "server", "transfer-encoding", "keep-alive"]);

export class MotoClient {
  private readonly moto: Moto;
  private readonly region: string;
  private readonly agent = new Agent({ keepAlive: true });

  constructor(moto: Moto, region: string) {
    this.moto = moto;
    this.region = region;
  }

  /** Hands a request on as it came, the Host header too: moto puts it into URLs. */
  forward({ method, path, headers, body }: Pick<Call, "method" | "path" | "headers" | "body">): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { host, port } = this.moto;
      const sent = request({ host, port, method, path, headers, agent: this.agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode!, headers: kept(response.headers), body: Buffer.concat(chunks) }),
        );
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** One EC2 call of the World's own: the answer's root element. Throws when moto refuses. */
  async ec2(action: string, params: Readonly<Record<string, string>>): Promise<XmlNode> {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...params }).toString();
    const answer = await this.forward(this.own("ec2", { "content-type": "application/x-www-form-urlencoded" }, body));
    if (answer.status !== 200) throw new Error(`moto's ${action}: ${answer.status} ${answer.body}`);
    return parseXml(answer.body.toString());
  }

  /** One call of a JSON service. Throws when moto refuses. */
  async json(service: string, target: string, input: unknown): Promise<Readonly<Record<string, unknown>>> {
    const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": target };
    const answer = await this.forward(this.own(service, headers, JSON.stringify(input)));
    if (answer.status !== 200) throw new Error(`moto's ${target}: ${answer.status} ${answer.body}`);
    return JSON.parse(answer.body.toString() || "{}") as Readonly<Record<string, unknown>>;
  }

  close(): void {
    this.agent.destroy();
  }

  private own(service: string, headers: Readonly<Record<string, string>>, text: string) {
    const body = Buffer.from(text);
    const scope = `Credential=world/20260101/${this.region}/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0`;
    const length = String(body.length);
    const host = `${this.moto.host}:${this.moto.port}`;
    return { method: "POST", path: "/", headers: { ...headers, authorization, host, "content-length": length }, body };
  }
}

function kept(headers: NodeJS.Dict<string | string[]>): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !NOT_HANDED_ON.has(name)) result[name] = value;
  }
  return result;
}
