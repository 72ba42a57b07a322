import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.js";
import { expandInstanceTypes } from "../../src/catalog/expand.js";

const catalog = loadCatalog();

function families(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.slice(0, name.indexOf("."))))].sort();
}

describe("expandInstanceTypes", () => {
  it("takes an exact type", () => {
    expect(expandInstanceTypes(catalog, ["m5.large"], "us-east-1", "spot")).toEqual({
      names: ["m5.large"],
      positions: [0],
      issues: [],
    });
  });

  it("takes a family without its bare metal types, sizes ascending", () => {
    const { names, issues } = expandInstanceTypes(catalog, ["c7i"], "us-east-1", "on-demand");
    expect(issues).toEqual([]);
    expect(names).toEqual([
      "c7i.large",
      "c7i.xlarge",
      "c7i.2xlarge",
      "c7i.4xlarge",
      "c7i.8xlarge",
      "c7i.12xlarge",
      "c7i.16xlarge",
      "c7i.24xlarge",
      "c7i.48xlarge",
    ]);
  });

  it("takes a bare metal type that is named", () => {
    expect(expandInstanceTypes(catalog, ["m5.metal"], "us-east-1", "on-demand").names).toEqual(["m5.metal"]);
  });

  it.each([
    ["optimal", ["c6i", "c7i", "m6i", "r6i"]],
    ["default_x86_64", ["c6i", "c7i", "m6i", "r6i"]],
    ["default_arm64", ["c6g", "c7g", "m6g", "r6g"]],
  ])("expands %s as AWS Batch does", (bundle, expected) => {
    const { names, issues } = expandInstanceTypes(catalog, [bundle], "us-east-1", "spot");
    expect(issues).toEqual([]);
    expect(families(names)).toEqual(expected);
  });

  it.each([
    ["all", "x86_64"],
    ["all_arm64", "arm64"],
  ])("expands %s to ordinary types of %s", (word, architecture) => {
    const { names, issues } = expandInstanceTypes(catalog, [word], "us-east-1", "on-demand");
    expect(issues).toEqual([]);
    expect(names.length).toBeGreaterThan(200);
    const region = catalog.region("us-east-1");
    const expected = catalog.instanceTypes.filter(
      (type) =>
        region.findOffer(type.name) !== undefined &&
        type.architecture === architecture &&
        !(type.withdrawn || type.bareMetal || type.burstable),
    );
    expect(names).toEqual(expected.map((type) => type.name));
  });

  it("says which selector gives a type first", () => {
    const { names, positions } = expandInstanceTypes(
      catalog,
      ["r5.large", "m5.large", "m5", "r5.large"],
      "us-east-1",
      "on-demand",
    );
    const positionOf = new Map(names.map((name, index) => [name, positions[index]]));
    expect(positionOf.get("r5.large")).toBe(0);
    expect(positionOf.get("m5.large")).toBe(1);
    expect(positionOf.get("m5.xlarge")).toBe(2);
  });

  it("gives the same list whatever the order and repetition of the selectors", () => {
    const selectors = ["m5", "m5.large", "c5.xlarge", "r5", "t3.medium"];
    const reference = expandInstanceTypes(catalog, selectors, "eu-west-1", "spot");
    fc.assert(
      fc.property(fc.shuffledSubarray([...selectors, ...selectors], { minLength: 10 }), (shuffled) => {
        const { names, issues } = expandInstanceTypes(catalog, shuffled, "eu-west-1", "spot");
        expect({ names, issues }).toEqual({ names: reference.names, issues: reference.issues });
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ["m5.lrage", 'did you mean "m5.large"?'],
    ["c7ii", 'did you mean "c7i"?'],
    ["optimum", 'did you mean "optimal"?'],
    ["nothing-like-it", "`stowage catalog show` lists the instance types"],
  ])("does not know %s", (selector, hint) => {
    const { names, issues } = expandInstanceTypes(catalog, ["m5.large", selector], "us-east-1", "on-demand", "it");
    expect(names).toEqual(["m5.large"]);
    expect(issues).toMatchObject([{ code: "unknown-instance-type", path: "it[1]", hint }]);
  });

  it("says where a type is on sale when it is not here", () => {
    // p4d is not sold in Paris.
    const { issues } = expandInstanceTypes(catalog, ["p4d.24xlarge"], "eu-west-3", "on-demand");
    expect(issues).toMatchObject([{ code: "instance-type-not-offered", path: "instanceTypes[0]" }]);
    expect(issues[0]?.hint).toMatch(/^on sale in ap-northeast-1, .* and \d+ more$/);
  });

  it("tells a missing market from a missing type", () => {
    // c9g came in 2026, two years after the spot snapshot.
    const { issues } = expandInstanceTypes(catalog, ["c9g.large"], "us-east-1", "spot");
    expect(issues).toMatchObject([
      {
        code: "instance-type-not-offered",
        hint: "it has an on-demand price here; no region in the catalogue has one",
      },
    ]);
    expect(expandInstanceTypes(catalog, ["c9g"], "us-east-1", "spot").issues).toMatchObject([
      { code: "instance-family-not-offered" },
    ]);
  });

  it("says when a region has no spot prices at all", () => {
    const { issues } = expandInstanceTypes(catalog, ["m5", "c5"], "sa-east-1", "spot");
    expect(issues).toMatchObject([{ code: "no-prices-in-region", path: "instanceTypes" }]);
  });

  it("refuses two architectures in one list", () => {
    const { issues } = expandInstanceTypes(catalog, ["m6g.large", "m6i.large"], "us-east-1", "spot");
    const oneArchitecture =
      "the instance types that you select for the compute environment must share the same architecture";
    expect(issues).toMatchObject([
      {
        code: "mixed-architectures",
        path: "instanceTypes",
        message: `${oneArchitecture}: m6g.large is arm64, m6i.large is x86_64`,
      },
    ]);
  });

  it("refuses an empty list and an unknown region", () => {
    expect(expandInstanceTypes(catalog, [], "us-east-1", "spot").issues).toMatchObject([{ code: "no-instance-types" }]);
    expect(expandInstanceTypes(catalog, ["m5"], "mars-1", "spot").issues).toMatchObject([{ code: "unknown-region" }]);
  });
});
