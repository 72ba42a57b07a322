// `catalog refresh` and --catalog as a user types them.

import { afterAll, beforeAll, expect, it } from "vitest";
import { contentOf, expectRefusal, testFolder, writeFiles } from "../../cli/stowage.js";
import { type Call, type Loopback, serve } from "../pull/loopback.js";
import { run } from "../pull/run-command.js";
import { answerOf, type FakeRegion } from "./account.js";

const REGION: FakeRegion = {
  types: [{ name: "zz9.large", vcpus: 2, memoryMib: 8_192 }],
  zones: { "us-east-1a": "use1-az4" },
  offerings: [["zz9.large", "use1-az4"]],
  prices: { virtual: { "zz9.large": "0.0500000000" }, metal: {} },
  spot: [["zz9.large", "us-east-1a", "0.020000", "2026-11-22T20:00:00.000Z"]],
};

const cwd = testFolder();
let server: Loopback;
let broken = "";
beforeAll(async () => {
  server = await serve((call: Call) =>
    call.name === broken ? { status: 403, code: "UnauthorizedOperation", message: "not you" } : answerOf(REGION, call),
  );
});
afterAll(async () => await server.close());
const refresh = (...args: string[]) => run(["catalog", "refresh", "--endpoint", server.url, ...args], cwd);

it("writes a catalogue that every command takes with --catalog", async () => {
  const { code, stdout, stderr } = await refresh("--region", "us-east-1");
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "Catalogue: .stowage/catalog (use it with --catalog .stowage/catalog)\n",
  });
  expect(stdout).toMatch(
    /^us-east-1: 1 instance types on sale, 1 spot pools with a price\n {2}new types: 1: zz9\.large\n/,
  );
  expect(Object.keys(contentOf(`${cwd}/.stowage`))).toEqual([
    ...["catalog/", "catalog/catalog.json", "catalog/instance-types.json.br", "catalog/prices/"],
    "catalog/prices/us-east-1.json.br",
  ]);
  const shown = await run(["catalog", "show", "--catalog", ".stowage/catalog", "--market", "spot", "--json"], cwd);
  const { instanceTypes } = JSON.parse(shown.stdout) as { instanceTypes: { instanceType: { name: string } }[] };
  expect(instanceTypes.map(({ instanceType }) => instanceType.name)).toEqual(["zz9.large"]);
  writeFiles(cwd, {
    "s.yaml": `trace: { file: jobs.csv }
computeEnvironments: [{ computeEnvironmentName: ce, computeResources: { type: EC2, maxvCpus: 4, instanceTypes: [zz9] } }]
`,
    "jobs.csv": "id,submit_ms,runtime_s,vcpus,memory_mib\na,0,3600,2,1024\n",
  });
  const replayed = await run(["replay", "s.yaml", "--catalog", ".stowage/catalog", "--no-report"], cwd);
  expect(replayed).toMatchObject({ code: 0, stderr: "" });
  const without = await run(["replay", "s.yaml", "--no-report"], cwd);
  expectRefusal(without, 2);
  expect(without.stderr).toContain('there is no instance family "zz9"');
});

it("tells which call failed, and keeps what there is", async () => {
  const before = contentOf(`${cwd}/.stowage`);
  broken = "EC2.DescribeSpotPriceHistory";
  const outcome = await refresh("--region", "us-east-1");
  broken = "";
  expectRefusal(outcome, 1);
  expect(outcome.stderr).toContain(
    "us-east-1 is left out: EC2.DescribeSpotPriceHistory failed: UnauthorizedOperation: not you (nothing was written)",
  );
  expect(contentOf(`${cwd}/.stowage`)).toEqual(before);
});

it.each<[string[], RegExp]>([
  [[], /--region: no region is given \(give --region, or set AWS_REGION\)/],
  [["--region", "us-east-1", "--out", "full"], /full: it is there and is no catalogue/],
])("refuses %j", async (args, message) => {
  writeFiles(cwd, { "full/mine.txt": "mine" });
  const outcome = await refresh(...args);
  expectRefusal(outcome, 2);
  expect(outcome.stderr).toMatch(message);
  expect(contentOf(`${cwd}/full`)).toEqual({ "mine.txt": "mine" });
});
