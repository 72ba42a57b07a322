// The server over real HTTP, on a free port of loopback.

import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { LiveMetrics } from "../../../src/live/operate/metrics.js";
import { type StatusServer, startStatusServer } from "../../../src/live/operate/server.js";
import { busyStatus, NOW_MS } from "./fixture.js";
import { ManualClock } from "./manual-clock.js";

let clock: ManualClock;
let server: StatusServer;

const start = (host: string, port: number) =>
  startStatusServer({ host, port, clock, metrics: new LiveMetrics(), startupMs: 60_000 });
beforeEach(async () => {
  clock = new ManualClock(NOW_MS);
  server = await start("127.0.0.1", 0);
});
afterEach(() => server.close());

const get = (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init);

/** With a Host header of our choice, which fetch does not let us send. */
function getAs(host: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server.url}${path}`, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    asked.on("error", reject);
    asked.end();
  });
}

describe("pages", () => {
  it("answer before the first tick", async () => {
    expect([(await get("/")).status, (await get("/status.json")).status, (await get("/healthz")).status]).toEqual([
      ...[200, 503, 200],
    ]);
    expect(await (await get("/readyz")).text()).toBe("no tick yet\n");
  });

  it("give the whole status as JSON", async () => {
    const status = busyStatus();
    server.publish(status);
    const answer = await get("/status.json?x=1");
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    // What is not known is null, not NaN: nothing is lost on the way.
    expect(await answer.json()).toEqual(status);
  });

  it("give the page with a policy that allows its own script alone", async () => {
    server.publish(busyStatus());
    const answer = await get("/");
    const policy = answer.headers.get("content-security-policy")!;
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; connect-src 'self'/,
    );
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    const text = await answer.text();
    expect(text).toContain("genomics-unmanaged");
    expect(text).not.toMatch(/ (?:src|href)="(?!\/|data:,)/);
    expect(text).toContain(await (await get("/main")).text());
  });

  it("answer to HEAD without a body", async () => {
    server.publish(busyStatus());
    for (const path of ["/", "/events"]) {
      const answer = await get(path, { method: "HEAD" });
      expect([answer.status, await answer.text()]).toEqual([200, ""]);
    }
  });

  it("change nothing: other methods are refused, other paths not found", async () => {
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
      const answer = await get("/", { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    expect([(await get("/etc/passwd")).status, (await get("//")).status, (await get("/%00")).status]).toEqual([
      ...[404, 404, 404],
    ]);
  });

  it("on loopback answer to loopback's names alone", async () => {
    const { port } = new URL(server.url);
    expect([await getAs(`localhost:${port}`, "/"), await getAs("[::1]", "/")]).toEqual([200, 200]);
    expect(await getAs(`attacker.example:${port}`, "/status.json")).toBe(421);
    expect(await getAs("127.0.0.1.attacker.example", "/")).toBe(421);
  });

  it("elsewhere answer to any name: how the machine is reached is not ours to know", async () => {
    await server.close();
    server = await start("0.0.0.0", 0);
    server = { ...server, url: server.url.replace("0.0.0.0", "127.0.0.1") };
    expect(await getAs("metrics.internal", "/metrics")).toBe(200);
  });
});

describe("health", () => {
  it("is 200 while ticks come, 503 with the reason when they do not", async () => {
    server.publish(busyStatus({ lease: { state: "standby", owner: "host-b", leftMs: 0, epoch: 7 } }));
    expect((await get("/healthz")).status).toBe(200);
    expect((await get("/readyz")).status).toBe(200);
    clock.nowMs += 60_000;
    const answer = await get("/healthz");
    expect([answer.status, await answer.text()]).toEqual([
      503,
      "the last tick was 1 min ago; one was due within 30 s\n",
    ]);
    server.publish(busyStatus());
    expect((await get("/healthz")).status).toBe(200);
  });

  it("complains when there is no first tick", async () => {
    clock.nowMs += 61_000;
    expect((await get("/healthz")).status).toBe(503);
  });
});

describe("events", () => {
  /** Reads so many events of the stream as EventSource would. */
  async function eventsFrom(reader: AsyncIterator<string>, wanted: number): Promise<Record<string, string>[]> {
    let text = "";
    const events: Record<string, string>[] = [];
    while (events.length < wanted) {
      const { value, done } = await reader.next();
      if (done) break;
      text += value;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2)));
        if (fields.event !== undefined) events.push(fields);
      }
    }
    return events;
  }
  const open = async () => {
    const answer = await get("/events");
    const reader = answer.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    return { answer, reader };
  };

  it("come at once and at every tick, to everybody, with line breaks in names kept inside", async () => {
    const first = busyStatus({ warnings: ["one\ntwo\n\nevent: x"] });
    server.publish(first);
    const readers = [await open(), await open()];
    expect(readers[0]!.answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const second = busyStatus({ tick: { ...first.tick, number: 813 } });
    const seen = Promise.all(readers.map(({ reader }) => eventsFrom(reader, 2)));
    server.publish(second);
    for (const events of await seen) {
      expect(events.map(({ event, id }) => [event, id])).toEqual([
        ["status", "812"],
        ["status", "813"],
      ]);
      expect(events.map(({ data }) => JSON.parse(data!))).toEqual([first, second]);
    }
  });

  it("end when the server closes, and nothing is held open", async () => {
    server.publish(busyStatus());
    const { reader } = await open();
    await eventsFrom(reader, 1);
    await server.close();
    expect(await eventsFrom(reader, 1)).toEqual([]);
    await expect(get("/")).rejects.toThrow();
  });

  it("are not given to more listeners than it can serve; who leaves makes room", async () => {
    const aborts = Array.from({ length: 32 }, () => new AbortController());
    await Promise.all(aborts.map(({ signal }) => get("/events", { signal })));
    expect((await get("/events")).status).toBe(503);
    aborts[0]!.abort();
    await expect.poll(async () => (await get("/events", { method: "GET" })).status).toBe(200);
    for (const abort of aborts) abort.abort();
  });
});

describe("the address", () => {
  it("is an issue of the user's when it is taken or not this machine's", async () => {
    const { port } = new URL(server.url);
    const error = await start("127.0.0.1", Number(port)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).issues).toMatchObject([
      {
        code: "http-address",
        message: expect.stringContaining("EADDRINUSE"),
        hint: expect.stringContaining("live.http"),
      },
    ]);
    await expect(start("192.0.2.1", 0)).rejects.toThrow(/cannot listen on 192\.0\.2\.1/);
  });
});
