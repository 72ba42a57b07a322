// The editors' schema and the reference page say what the code says.

import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { scenarioJsonSchemaText } from "../../src/scenario/json-schema.js";

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Every property of the schema with its path. */
function properties(schema: JsonSchema, path: string): { path: string; key: string; schema: JsonSchema }[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    return [{ path: `${path}.${key}`, key, schema: child }, ...properties(child, `${path}.${key}`)];
  });
  const nested = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
  return [...own, ...nested.flatMap((child) => properties(child, path))];
}

const text = scenarioJsonSchemaText();
const all = properties(JSON.parse(text) as JsonSchema, "");

it("schema/scenario.schema.json is up to date (tools/build-schema.ts writes it)", () => {
  expect(readFileSync("schema/scenario.schema.json", "utf8")).toBe(text);
});

it("every property is described", () => {
  expect(all.filter((property) => property.schema.description === undefined).map(({ path }) => path)).toEqual([]);
  expect(all.length).toBeGreaterThan(100);
});

it("docs/scenario.md names every key", () => {
  const page = readFileSync("docs/scenario.md", "utf8");
  expect(all.filter(({ key }) => !page.includes(`\`${key}\``)).map(({ path }) => path)).toEqual([]);
});

it("the quickstart scenario points editors at the schema", () => {
  const firstLine = readFileSync("scenarios/quickstart/scenario.yaml", "utf8").split("\n")[0]!;
  const target = /^# yaml-language-server: \$schema=(.*)$/.exec(firstLine)?.[1] ?? "";
  expect(existsSync(new URL(`../../scenarios/quickstart/${target}`, import.meta.url))).toBe(true);
});
