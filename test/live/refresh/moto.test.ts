// EC2's real answers, as moto has recorded them: the embedded catalogue was compiled from recordings of the same call by other
// code, so both must say the same of every type.

import { EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalog } from "../../../src/catalog/catalog.js";
import { TYPE_FLAGS } from "../../../src/catalog/format.js";
import { describeTypes, typeRowOf } from "../../../src/live/refresh/instance-types.js";
import { describeZones } from "../../../src/live/refresh/zones.js";
import { type Moto, motoMissing, startMoto } from "../../support/moto.js";
import { clientOptions } from "../pull/loopback.js";

describe.skipIf(motoMissing() !== null)("with moto", () => {
  let moto: Moto;
  let ec2: EC2Client;
  beforeAll(async () => {
    moto = await startMoto();
    ec2 = new EC2Client(clientOptions(moto.url));
  }, 180_000);
  afterAll(async () => await moto?.stop());

  it("describes every type as the embedded catalogue does", async () => {
    const catalog = loadCatalog();
    const groups = catalog.memoryFits.map(({ group }) => group);
    const described = await describeTypes(ec2);
    expect(described.length).toBeGreaterThan(1_000);
    const differing = described.flatMap((info) => {
      const older = catalog.typeRow(info.InstanceType ?? "");
      // What EC2 describes is not withdrawn: dl1 was, on the embedded catalogue's day.
      const known = older && { ...older, flags: older.flags & ~TYPE_FLAGS.withdrawn };
      const row = typeRowOf(info, known, undefined, groups, known?.asOf ?? "");
      return known === undefined || JSON.stringify(row) === JSON.stringify(known) ? [] : [[row, known]];
    });
    expect(differing).toEqual([]);
    // New types may come with a newer moto; most must be known.
    const known = described.filter(({ InstanceType: name }) => catalog.typeRow(name ?? "") !== undefined);
    expect(known.length).toBeGreaterThan(1_200);
  });

  it("knows the zones that have a type", async () => {
    const zones = await describeZones(ec2);
    expect(zones.ids).toEqual(["use1-az1", "use1-az2", "use1-az3", "use1-az4", "use1-az5", "use1-az6"]);
    expect(zones.ofType.get("m5.large")).toEqual(loadCatalog().region("us-east-1").findOffer("m5.large")!.zones);
  });
});
