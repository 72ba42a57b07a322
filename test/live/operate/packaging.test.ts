// The service files: what they run, copy and alert on is there.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { METRICS } from "../../../src/live/operate/metrics.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const packageJson = JSON.parse(read("package.json")) as { bin: { stowage: string }; engines: { node: string } };
const unit = read("packaging/stowage-live.service");
const containerfile = read("packaging/Containerfile");
const compose = parse(read("packaging/compose.yaml")) as {
  services: { stowage: { command: string[]; build: { context: string; dockerfile: string }; volumes: string[] } };
};

/** Values of a unit's key, in order. */
const settings = (key: string) => [...unit.matchAll(new RegExp(`^${key}=(.*)$`, "gm"))].map(([, value]) => value!);
const instructions = (word: string) =>
  [...containerfile.matchAll(new RegExp(`^${word} (.*)$`, "gm"))].map(([, value]) => value!);

/** The command lines that the files run, and those that their comments and the page show. */
function commandLines(): string[][] {
  const [exec] = settings("ExecStart");
  const shown = [...read("packaging/README.md").matchAll(/`(--[a-z-]+)`/g)].map(([, flag]) => [
    "stowage",
    "live",
    flag!,
  ]);
  return [
    exec!.replace("$STOWAGE_LIVE_FLAGS", "--apply").split(" "),
    ["stowage", ...(JSON.parse(instructions("CMD")[0]!) as string[])],
    ["stowage", ...compose.services.stowage.command],
    ...shown,
  ];
}

/** The command is wired by src/cli; until it is there, nothing can be asked for its flags. */
const hasLive = existsSync(join(root, "src/cli/live.ts"));

describe("commands", () => {
  it.skipIf(!hasLive)("and their flags exist", () => {
    for (const [program, ...words] of commandLines()) {
      expect(program).toMatch(/(^|\/)stowage$/);
      const help = spawnSync(process.execPath, [join(root, packageJson.bin.stowage), words[0]!, "--help"], {
        encoding: "utf8",
      });
      expect(help.stdout).toMatch(new RegExp(`^stowage ${words[0]} `));
      for (const flag of words.filter((word) => word.startsWith("--"))) expect(help.stdout).toContain(` ${flag} `);
    }
  });

  it("read one scenario, the one that is mounted", () => {
    expect(settings("ExecStart")).toEqual(["/usr/bin/stowage live /etc/stowage/live.yaml $STOWAGE_LIVE_FLAGS"]);
    expect(JSON.parse(instructions("CMD")[0]!)).toEqual(["live", "/etc/stowage/live.yaml"]);
    expect(compose.services.stowage.command).toEqual(["live", "/etc/stowage/live.yaml"]);
    expect(compose.services.stowage.volumes).toContain("./live.yaml:/etc/stowage/live.yaml:ro");
  });

  it("do not act by themselves", () => {
    for (const line of [settings("ExecStart")[0], instructions("CMD")[0], compose.services.stowage.command.join(" ")]) {
      expect(line).not.toContain("--apply");
    }
  });
});

describe("the systemd unit", () => {
  const analyzer = "/usr/bin/systemd-analyze";
  it.skipIf(!existsSync(analyzer))("is understood by systemd, and hardened", () => {
    const folder = mkdtempSync(join(tmpdir(), "stowage-unit-"));
    const file = join(folder, "stowage-live.service");
    // The program need not be installed here.
    writeFileSync(file, unit.replace("/usr/bin/stowage", "/bin/true"));
    const verified = spawnSync(analyzer, ["verify", file], { encoding: "utf8" });
    // 0 is safest, 100 has no protection at all.
    const security = spawnSync(analyzer, ["security", "--offline=true", "--threshold=20", file], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect([verified.status, verified.stderr]).toEqual([0, ""]);
    expect([security.status, security.stdout.split("\n").at(-2)]).toEqual([0, expect.stringContaining("OK")]);
  });

  it("stops gently, restarts after failures, and not after a wrong scenario", () => {
    expect(["Restart", "RestartPreventExitStatus", "KillSignal", "TimeoutStopSec"].map((key) => settings(key))).toEqual(
      [...[["on-failure"], ["2"], ["SIGTERM"], ["60"]]],
    );
    // The JavaScript engine writes code at run time: with it, Node does not start.
    expect(settings("MemoryDenyWriteExecute")).toEqual([]);
  });
});

describe("the image", () => {
  it("copies what there is, past its ignore file, and what the build needs", () => {
    const allowed = read("packaging/Containerfile.dockerignore").split("\n");
    const copied = instructions("COPY")
      .filter((line) => !line.startsWith("--from"))
      .flatMap((line) => line.split(" ").slice(0, -1));
    expect(copied).toEqual([
      "package.json",
      "package-lock.json",
      "tsconfig.json",
      "tsconfig.build.json",
      "tools",
      "src",
    ]);
    for (const path of copied)
      expect([path, existsSync(join(root, path)), allowed.includes(`!${path}`)]).toEqual([path, true, true]);
    const [script] = instructions("RUN").filter((line) => line.includes("npm run"));
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(scripts).toHaveProperty(/npm run (\w+)/.exec(script!)![1]!);
  });

  it("runs the package's program, on a Node that it supports, as an ordinary user", () => {
    expect(instructions("ENTRYPOINT")).toEqual(['["stowage"]']);
    expect(containerfile).toContain(`ln -s /opt/stowage/${packageJson.bin.stowage} /usr/local/bin/stowage`);
    const majors = instructions("FROM").map((line) => /node:(\d+)-/.exec(line)![1]!);
    for (const major of majors) expect(packageJson.engines.node).toMatch(new RegExp(`(\\^|>=)${major}\\.`));
    expect(instructions("USER")).toEqual(["1000:1000"]);
  });

  it("is what compose builds", () => {
    const { context, dockerfile } = compose.services.stowage.build;
    expect(existsSync(join(root, "packaging", context, dockerfile))).toBe(true);
  });
});

describe("alerts", () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: { readonly summary: string };
  }
  const { groups } = parse(read("packaging/prometheus-alerts.yaml")) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    "%s asks for metrics that there are",
    (_, { expr, annotations }) => {
      const names = [...expr.matchAll(/stowage_[a-z_]+/g)].map(([name]) => name);
      expect(names.length).toBeGreaterThan(0);
      const known = METRICS.map(({ name }) => name);
      expect(names.filter((name) => !known.includes(name))).toEqual([]);
      expect(annotations.summary).toMatch(/\.$/);
    },
  );
});
