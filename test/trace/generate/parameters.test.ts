import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { CLOUD_PARAMETERS } from "../../../src/trace/generate/cloud-parameters.js";
import { LIKE_PARAMETERS } from "../../../src/trace/generate/like-parameters.js";
import { LUBLIN_PARAMETERS } from "../../../src/trace/generate/lublin-parameters.js";
import { type ParameterTable, readSettings } from "../../../src/trace/generate/parameters.js";

const table = {
  share: { default: 0.5, min: 0, max: 1, meaning: "" },
  count: { default: 3, min: 1, max: 9, isWhole: true, meaning: "" },
};

function codesOf(settings: readonly string[]): string[] {
  try {
    readSettings(table, settings);
  } catch (error) {
    if (error instanceof InputError) return error.issues.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe("readSettings", () => {
  it("keeps defaults and takes what is set", () => {
    expect(readSettings(table, [])).toEqual({ share: 0.5, count: 3 });
    expect(readSettings(table, ["share=0", " count = 9 "])).toEqual({ share: 0, count: 9 });
    expect(readSettings(table, ["share=2.5e-1"]).share).toBe(0.25);
  });

  it.each([
    [["shar=0.1"], ["unknown-parameter"]],
    [["__proto__=1"], ["unknown-parameter"]],
    [["share"], ["bad-parameter"]],
    [["share="], ["bad-parameter"]],
    [["share=much"], ["bad-parameter"]],
    [["share=Infinity"], ["bad-parameter"]],
    [["share=1.01"], ["bad-parameter"]],
    [["share=-0.1"], ["bad-parameter"]],
    [["count=2.5"], ["bad-parameter"]],
    [["count=2", "count=2"], ["parameter-twice"]],
    [
      ["count=0", "x=1", "share=2"],
      ["bad-parameter", "unknown-parameter", "bad-parameter"],
    ],
  ])("refuses %j, all at once", (settings, codes) => {
    expect(codesOf(settings)).toEqual(codes);
  });

  it("names the parameter that was meant", () => {
    expect(() => readSettings(table, ["shar=1"])).toThrow('did you mean "share"?');
  });
});

describe("the tables", () => {
  const tables = { lublin: LUBLIN_PARAMETERS, cloud: CLOUD_PARAMETERS, like: LIKE_PARAMETERS };
  it.each(Object.entries(tables))("of %s: defaults lie in their ranges", (_, parameters: ParameterTable) => {
    const settings = Object.entries(parameters).map(([name, parameter]) => `${name}=${parameter.default}`);
    expect(() => readSettings(parameters, settings)).not.toThrow();
  });

  it.each(Object.entries(tables))(
    "of %s: docs/workload-models.md tells every parameter",
    (_, parameters: ParameterTable) => {
      const page = readFileSync(new URL("../../../docs/workload-models.md", import.meta.url), "utf8");
      for (const [name, { default: value, meaning }] of Object.entries(parameters)) {
        expect(page).toContain(`| \`${name}\` | ${value} | ${meaning} |`);
      }
    },
  );
});
