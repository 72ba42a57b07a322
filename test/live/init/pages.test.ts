// docs/live-settings.md has every key of the block `live` with its default, and every flag of the commands of live mode; the other
// pages of live mode name what there is.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GATE_RULES } from "../../../src/live/command.js";
import { KILL_MODES } from "../../../src/live/gate/kill-switch.js";
import { scenarioJsonSchemaText } from "../../../src/scenario/json-schema.js";

interface JsonSchema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

const page = readFileSync("docs/live-settings.md", "utf8");

/** Cells of the page's rows that begin with a key. */
const rows = new Map(
  page.split("\n").flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const key = /^`([\w.[\]]+)`$/.exec(cells[1] ?? "")?.[1];
    return key === undefined ? [] : [[key, cells] as const];
  }),
);

/** Every key below a schema, with its path. */
function keysOf(schema: JsonSchema, path: string): { path: string; schema: JsonSchema }[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    return [{ path: at, schema: child }, ...keysOf(child, at)];
  });
  const items = schema.items === undefined ? [] : keysOf(schema.items, `${path}[]`);
  return [...own, ...items, ...(schema.anyOf ?? []).flatMap((each) => keysOf(each, path))];
}

const live = (JSON.parse(scenarioJsonSchemaText()) as JsonSchema).properties!.live!;
const keys = keysOf(live, "");
/** Maps that only hold keys: their sections tell of them. */
const SECTIONS = ["launch", "caps", "timing", "health", "lease", "killSwitch"];

describe("docs/live-settings.md", () => {
  it("has a row for every key", () => {
    const missing = keys.map(({ path }) => path).filter((path) => !SECTIONS.includes(path) && !rows.has(path));
    expect(missing).toEqual([]);
    expect(keys.length).toBeGreaterThan(60);
  });

  it("has no row for a key that there is not", () => {
    const known = new Set(keys.map(({ path }) => path));
    const live = [...rows].filter(([, cells]) => cells.length === 6).map(([key]) => key); // four columns
    expect(live.filter((key) => !known.has(key))).toEqual([]);
  });

  it("has the schema's defaults", () => {
    const given = keys.filter(({ schema }) => ["string", "number", "boolean"].includes(typeof schema.default));
    const wrong = given.filter(({ path, schema }) => {
      const cell = rows.get(path)![2]!.replaceAll("`", "");
      return cell !== String(schema.default) && !(cell === "empty" && schema.default === "");
    });
    expect(wrong.map(({ path, schema }) => `${path}: ${String(schema.default)}`)).toEqual([]);
    expect(given.length).toBeGreaterThan(20);
  });

  it("has every flag of `stowage live` and `stowage doctor`", () => {
    const files = readdirSync("src/cli").filter((file) => /^(live.*|doctor|aws-options)\.ts$/.test(file));
    const flags = files.flatMap((file) => {
      const text = readFileSync(`src/cli/${file}`, "utf8");
      return [...text.matchAll(/\.option\("([a-z-]+)"/g)].map(([, flag]) => flag!);
    });
    expect(flags.length).toBeGreaterThan(15);
    expect(flags.filter((flag) => !page.includes(`\`--${flag}`))).toEqual([]);
  });

  it("has every command of `stowage live`", () => {
    const text = readFileSync("src/cli/live.ts", "utf8") + readFileSync("src/cli/live-init.ts", "utf8");
    const commands = [...text.matchAll(/command: "(\w+)/g)].map(([, command]) => command!);
    expect(commands.length).toBeGreaterThanOrEqual(5);
    expect(
      commands.filter((command) => !page.includes(`stowage live${command === "live" ? "" : ` ${command}`}`)),
    ).toEqual([]);
  });
});

describe("docs/live.md", () => {
  const text = readFileSync("docs/live.md", "utf8");

  it("says of fifteen safeguards where they are, and they are there", () => {
    const safeguards = text.split("\n").filter((line) => /^\| \d+ \|/.test(line));
    expect(safeguards.map((line) => Number(line.split("|")[1]))).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    const paths = safeguards.map((line) => [...line.matchAll(/`(src\/[\w./-]+)`/g)].map(([, path]) => path!));
    expect(paths.filter((named) => named.length === 0)).toEqual([]);
    expect(paths.flat().filter((path) => !existsSync(path))).toEqual([]);
  });
});

describe("docs/runbook.md", () => {
  const text = readFileSync("docs/runbook.md", "utf8");

  it("has every rule of the gate and every kill mode", () => {
    expect([...GATE_RULES, ...KILL_MODES].filter((word) => !text.includes(word))).toEqual([]);
    const rows = text.split("\n").filter((line) => line.startsWith("| `"));
    const inTable = rows.flatMap((line) => [...line.split("|")[1]!.matchAll(/`([a-z-]+)`/g)].map(([, rule]) => rule!));
    expect(GATE_RULES.filter((rule) => !inTable.includes(rule))).toEqual([]);
  });

  it("links to headings that it has", () => {
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/\s/g, "-"),
    );
    const links = [...text.matchAll(/\(#([\w-]+)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !headings.includes(link))).toEqual([]);
  });
});
