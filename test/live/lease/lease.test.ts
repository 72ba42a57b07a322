// Leases in a folder, in DynamoDB and in S3 (moto): one contract, and what is each one's own.

import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamoStore } from "../../../src/live/lease/dynamo-store.js";
import { fileStore } from "../../../src/live/lease/file-store.js";
import { NOBODY } from "../../../src/live/lease/lease-store.js";
import { type LeaseClients, openLease, openLeaseStore } from "../../../src/live/lease/open-lease.js";
import { s3Store } from "../../../src/live/lease/s3-store.js";
import { type HeldLease, type LeaseOptions, storeLease } from "../../../src/live/lease/store-lease.js";
import type { LiveSettings } from "../../../src/model/live-settings.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { HandClock, settingsOf } from "../gate/views.js";
import { leaseContract } from "./contract.js";

let ids = 0;
const newId = () => `id-${++ids}`;

function optionsOf(clock: HandClock, name = "a"): LeaseOptions {
  return { clock, durationMs: 30_000, name, newId };
}

const fileLease = (path: string, options: LeaseOptions): HeldLease => storeLease(fileStore(path, newId), options);
const dynamoLease = (client: DynamoDBClient, key: string, options: LeaseOptions, table = "stowage"): HeldLease =>
  storeLease(dynamoStore(client, table, key), options);
const s3Lease = (client: S3Client, key: string, options: LeaseOptions): HeldLease =>
  storeLease(s3Store(client, "stowage", key, options.clock), options);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stowage-lease-"));
});
afterAll(() => rm(folder, { recursive: true }));

leaseContract("a lease in a folder", () => {
  const path = join(folder, newId(), "lease");
  const again = () => fileStore(path, newId);
  return { store: again(), again, deleteByHand: () => rm(join(path, ".."), { recursive: true }) };
});

describe("the lease of the settings", () => {
  const { identity } = settingsOf();
  const never = () => Promise.reject(new Error("not asked for"));
  const store = (lease: LiveSettings["lease"], clients: Partial<LeaseClients> = {}, environment = "ce") =>
    openLeaseStore(
      { identity: { ...identity, computeEnvironment: environment }, lease },
      { dynamodb: never, s3: never, ...clients },
      { clock: new HandClock(), newId },
    );
  it("is kept where they say", async () => {
    const config = { region: "us-east-1" };
    const dynamodb = async () => new DynamoDBClient(config);
    const s3 = async () => new S3Client(config);
    const table = { kind: "dynamodb", table: "t", durationMs: 1 } as const;
    const name = "DynamoDB table t, item 123456789012/us-east-1/ce";
    expect((await store(table, { dynamodb })).name).toBe(name);
    const arn = "arn:aws:batch:us-east-1:123456789012:compute-environment/ce";
    expect((await store(table, { dynamodb }, arn)).name).toBe(name);
    expect((await store({ kind: "s3", bucket: "b", key: "k/l", durationMs: 1 }, { s3 })).name).toBe("s3://b/k/l");
    expect((await store({ kind: "file", path: "l", durationMs: 1 })).name).toBe("file l");
  });

  it("lasts as long as they say", async () => {
    const lease = { kind: "file", path: join(folder, newId(), "lease"), durationMs: 12_345 } as const;
    const clients = { dynamodb: never, s3: never };
    const held = await openLease({ identity, lease }, clients, { clock: new HandClock(), name: "a", newId });
    await held.hold();
    expect(held.leftMs()).toBe(12_345);
  });
});

describe("a lease in a folder", () => {
  it("leaves one file behind, that only its owner may read", async () => {
    const path = join(folder, newId(), "lease");
    const lease = fileLease(path, optionsOf(new HandClock()));
    for (let i = 0; i < 5; i++) await lease.hold();
    expect(await readdir(join(path, ".."))).toEqual(["lease.5"]);
    expect((await stat(`${path}.5`)).mode & 0o777).toBe(0o600);
  });

  it("does not let who slept for many versions win with a number that is past", async () => {
    const path = join(folder, newId(), "lease");
    const store = fileStore(path, newId);
    const record = { ...NOBODY, rvn: "r" };
    const old = (await store.create(record))!;
    let latest = old;
    for (let i = 0; i < 5; i++) latest = (await store.replace({ ...record, rvn: `r${i}` }, latest.version))!;
    expect(await store.replace({ ...record, rvn: "late" }, old.version)).toBeNull();
    expect(await store.read()).toEqual(latest);
  });

  it("tidies away what writers that died have left", async () => {
    const path = join(folder, newId(), "lease");
    const store = fileStore(path, newId);
    const first = (await store.create(NOBODY))!;
    await writeFile(`${path}.1.dead.draft`, "half a rec");
    await writeFile(`${path}.txt`, "not ours");
    await store.replace({ ...NOBODY, rvn: "r" }, first.version);
    expect((await readdir(join(path, ".."))).sort()).toEqual(["lease.2", "lease.txt"]);
  });

  it("takes nothing that is not a lease for one", async () => {
    const path = join(folder, newId());
    await writeFile(`${path}.3`, '{"hello":"world"}');
    await expect(fileLease(path, optionsOf(new HandClock())).hold()).rejects.toThrow(
      "holds something that is no lease",
    );
    await writeFile(`${path}.3`, "hello");
    await expect(fileLease(path, optionsOf(new HandClock())).hold()).rejects.toThrow(`${path}.3 holds something`);
  });
});

describe.skipIf(motoMissing() !== null)("over HTTP", () => {
  let moto: Moto;
  let proxy: Proxy;
  let dynamodb: DynamoDBClient;
  let s3: S3Client;
  /** The same, through a proxy that loses answers. */
  let lossy: { dynamodb: DynamoDBClient; s3: S3Client };
  beforeAll(async () => {
    moto = await startMoto();
    proxy = await startProxy(moto);
    const clients = (endpoint: string) => {
      const credentials = { accessKeyId: "dummy", secretAccessKey: "dummy" };
      const config = { region: "us-east-1", endpoint, credentials, maxAttempts: 2 };
      return { dynamodb: new DynamoDBClient(config), s3: new S3Client({ ...config, forcePathStyle: true }) };
    };
    ({ dynamodb, s3 } = clients(moto.url));
    lossy = clients(proxy.url);
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "stowage",
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      }),
    );
    await s3.send(new CreateBucketCommand({ Bucket: "stowage" }));
  });
  afterAll(async () => {
    for (const client of [dynamodb, s3, lossy.dynamodb, lossy.s3]) client.destroy();
    await proxy.stop();
    await moto.stop();
  });

  leaseContract(
    "a lease in DynamoDB",
    () => {
      const key = newId();
      const again = () => dynamoStore(dynamodb, "stowage", key);
      const item = { TableName: "stowage", Key: { pk: { S: key } } };
      return { store: again(), again, deleteByHand: () => dynamodb.send(new DeleteItemCommand(item)) };
    },
    { inTurn: true },
  );

  leaseContract(
    "a lease in S3",
    () => {
      const key = newId();
      const clock = new HandClock();
      const again = () => s3Store(s3, "stowage", key, clock);
      const object = { Bucket: "stowage", Key: key };
      return { store: again(), again, deleteByHand: () => s3.send(new DeleteObjectCommand(object)) };
    },
    { inTurn: true },
  );

  describe("a lease in DynamoDB", () => {
    const itemOf = async (key: string) =>
      (await dynamodb.send(new GetItemCommand({ TableName: "stowage", Key: { pk: { S: key } } }))).Item;

    it("is the item that is documented", async () => {
      const key = newId();
      const lease = dynamoLease(dynamodb, key, optionsOf(new HandClock()));
      await lease.hold();
      await lease.write([{ token: "t", request: "{}", count: 1, writtenAtMs: 5 }]);
      expect(await itemOf(key)).toEqual({
        pk: { S: key },
        owner: { S: expect.stringMatching(/^a id-\d+$/) },
        rvn: { S: expect.stringMatching(/^id-\d+$/) },
        ttlMs: { N: "30000" },
        epoch: { N: "1000" }, // the clock stands at 1,000,000 ms
        wal: { S: '[{"token":"t","request":"{}","count":1,"writtenAtMs":5}]' },
        spent: { S: "null" },
      });
    });

    it.each([
      [{ SS: ["pause-all"] }, ["pause-all"]],
      [{ S: "pause-launch, drain-all" }, ["pause-launch", "drain-all"]],
      [{ L: [{ S: "drain-all" }] }, ["drain-all"]],
    ])("reads kill modes however people write them: %j", async (value, modes) => {
      const key = newId();
      const lease = dynamoLease(dynamodb, key, optionsOf(new HandClock()));
      await lease.hold();
      await dynamodb.send(
        new UpdateItemCommand({
          TableName: "stowage",
          Key: { pk: { S: key } },
          UpdateExpression: "SET killModes = :m",
          ExpressionAttributeValues: { ":m": value },
        }),
      );
      await lease.hold();
      expect(lease.killModes).toEqual(modes);
      await lease.hold();
      expect((await itemOf(key))?.killModes).toEqual(value);
    });

    it("says so when there is no table", async () => {
      await expect(dynamoLease(dynamodb, "k", optionsOf(new HandClock()), "none").hold()).rejects.toThrow();
    });
  });

  describe("answers that are lost on their way", () => {
    it.each([
      ["DynamoDB", (options: LeaseOptions) => dynamoLease(lossy.dynamodb, newId(), options)],
      ["S3", (options: LeaseOptions) => s3Lease(lossy.s3, newId(), options)],
    ])("cost no lease in %s", async (_, leaseOf) => {
      const clock = new HandClock();
      const lease = leaseOf(optionsOf(clock));
      proxy.lose = 1; // the read's, the SDK asks again
      expect(await lease.hold()).toBe(true);
      const { epoch } = lease;
      proxy.lose = 1; // the write's: the SDK's second try meets the first
      clock.nowMs += 10_000;
      expect(await lease.hold()).toBe(true);
      expect([lease.epoch, lease.leftMs()]).toEqual([epoch, 30_000]);
      expect(proxy.lose).toBe(0);
      proxy.lose = 2; // both of the SDK's tries
      clock.nowMs += 10_000;
      await expect(lease.hold()).rejects.toThrow();
      expect(lease.leftMs()).toBe(20_000);
      expect(await lease.hold()).toBe(true);
      expect([lease.epoch, lease.leftMs()]).toEqual([epoch, 30_000]);
    });
  });

  describe("a lease in S3", () => {
    it("is written again when S3 says that another write was under way", async () => {
      const clock = new HandClock();
      const lease = s3Lease(lossy.s3, newId(), optionsOf(clock));
      proxy.conflicts = 3;
      expect(await lease.hold()).toBe(true);
      expect(proxy.conflicts).toBe(0);
      proxy.conflicts = 9;
      await expect(lease.hold()).rejects.toMatchObject({ $metadata: { httpStatusCode: 409 } });
      proxy.conflicts = 0;
      expect(await lease.hold()).toBe(true);
    });

    it("takes no other object for one, and does not write over it", async () => {
      const key = newId();
      await s3.send(new PutObjectCommand({ Bucket: "stowage", Key: key, Body: "a report" }));
      const lease = s3Lease(s3, key, optionsOf(new HandClock()));
      await expect(lease.hold()).rejects.toThrow(`s3://stowage/${key} holds something that is no lease`);
    });
  });
});

interface Proxy {
  readonly url: string;
  /** So many answers more are lost: the request is done, and the connection breaks. */
  lose: number;
  /** So many PUTs more are answered with 409. */
  conflicts: number;
  stop(): Promise<void>;
}

async function startProxy(moto: Moto): Promise<Proxy> {
  const server: Server = createServer((incoming, outgoing) => {
    if (incoming.method === "PUT" && proxy.conflicts > 0) {
      proxy.conflicts--;
      incoming.resume().on("end", () => {
        const code = "ConditionalRequestConflict";
        outgoing.writeHead(409).end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`);
      });
      return;
    }
    const { method, url, headers } = incoming;
    const forwarded = request({ host: moto.host, port: moto.port, method, path: url, headers }, (answer) => {
      if (proxy.lose > 0) {
        proxy.lose--;
        answer.resume().on("end", () => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: 0,
    conflicts: 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
