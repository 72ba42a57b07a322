// What people have set, by whatever means, and what holds when nobody can tell.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KillSources, parameterReader, readKillState } from "../../../src/live/gate/kill-switch.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";

const NONE: KillSources = { file: null, readParameter: null, signals: [], leaseModes: [] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stowage-kill-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function modesOf(sources: Partial<KillSources>): Promise<string[]> {
  return [...(await readKillState({ ...NONE, ...sources })).modes].sort();
}

describe("the file", () => {
  it.each([
    ["drain-all", ["drain-all"]],
    ["pause-launch\npause-scale-in\n", ["pause-launch", "pause-scale-in"]],
    ["pause-launch, drain-all # Ann, until Monday", ["drain-all", "pause-launch"]],
    ["none\n", []],
    ["", ["pause-all"]],
    ["# nothing said\n", ["pause-all"]],
    ["pause-lunch", ["pause-all"]],
    ["none or so", ["pause-all"]],
  ])("%j: %j", async (text, modes) => {
    const file = join(folder, "stop");
    await writeFile(file, text);
    expect(await modesOf({ file })).toEqual(modes);
  });

  it("says nothing when it is not there", async () => {
    expect(await readKillState({ ...NONE, file: join(folder, "nothing") })).toEqual({ modes: new Set(), sources: [] });
  });

  it("stops everything when it is there and cannot be read", async () => {
    const state = await readKillState({ ...NONE, file: folder });
    expect([...state.modes]).toEqual(["pause-all"]);
    expect(state.sources[0]).toContain(`file ${folder}: pause-all (it cannot be read: EISDIR`);
  });
});

describe("all sources together", () => {
  it("add up, and each is named", async () => {
    const state = await readKillState({
      file: null,
      readParameter: async () => "pause-launch",
      signals: ["drain-all"],
      leaseModes: ["pause-scale-in"],
    });
    expect(state).toEqual({
      modes: new Set(["pause-launch", "drain-all", "pause-scale-in"]),
      sources: ["SSM parameter: pause-launch", "signal: drain-all", "lease: pause-scale-in"],
    });
  });

  it("stop everything for as long as one of them cannot be read", async () => {
    let isDown = true;
    const readParameter = async () => {
      if (isDown) throw new Error("throttled");
      return null;
    };
    expect(await modesOf({ readParameter })).toEqual(["pause-all"]);
    isDown = false;
    expect(await modesOf({ readParameter })).toEqual([]);
  });

  it("do not take an unknown word in the lease for none", async () => {
    expect(await modesOf({ leaseModes: ["stop"] })).toEqual(["pause-all"]);
  });
});

describe.skipIf(motoMissing() !== null)("an SSM parameter", () => {
  let moto: Moto;
  let client: SSMClient;
  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "dummy", secretAccessKey: "dummy" };
    client = new SSMClient({ region: "us-east-1", endpoint: moto.url, credentials, maxAttempts: 1 });
  });
  afterAll(async () => {
    client.destroy();
    await moto.stop();
  });

  it("is read anew each time, and need not be there", async () => {
    const readParameter = parameterReader(client, "/stowage/kill");
    expect(await modesOf({ readParameter })).toEqual([]);
    await client.send(new PutParameterCommand({ Name: "/stowage/kill", Value: "drain-all", Type: "String" }));
    expect(await modesOf({ readParameter })).toEqual(["drain-all"]);
    await client.send(
      new PutParameterCommand({ Name: "/stowage/kill", Value: "none", Type: "String", Overwrite: true }),
    );
    expect(await modesOf({ readParameter })).toEqual([]);
  });

  it("stops everything when nobody answers", async () => {
    const away = new SSMClient({
      region: "us-east-1",
      endpoint: "http://127.0.0.1:9", // nothing listens there
      credentials: { accessKeyId: "dummy", secretAccessKey: "dummy" },
      maxAttempts: 1,
    });
    expect(await modesOf({ readParameter: parameterReader(away, "/stowage/kill") })).toEqual(["pause-all"]);
    away.destroy();
  });
});
