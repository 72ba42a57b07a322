import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/issues.js";
import { MOST_USER_DATA_BYTES, type UserDataInput, userData } from "../../../src/live/execute/user-data.js";
import { CLUSTER, SETTINGS } from "./fixture.js";

const input = (launch: Partial<UserDataInput["launch"]> = {}, over: Partial<UserDataInput> = {}): UserDataInput => ({
  launch: { ...SETTINGS.launch, ...launch },
  clusterArn: CLUSTER,
  pool: "night",
  market: "spot",
  hasGpu: false,
  ...over,
});

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "stowage-user-data-"));
  folders.push(made);
  return made;
}

describe("user data", () => {
  it("is the ECS agent's settings, then the user's lines", () => {
    const launch = { attributes: { rack: 'a"b' }, userData: "echo hello" };
    expect(userData(input(launch))).toBe(`#!/bin/bash
cat >> /etc/ecs/ecs.config <<'STOWAGE_END'
ECS_CLUSTER=AWSBatch-night
ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
ECS_RESERVED_MEMORY=32
ECS_AVAILABLE_LOGGING_DRIVERS=["json-file","awslogs"]
ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance
ECS_INSTANCE_ATTRIBUTES={"rack":"a\\"b","stowage.pool":"night","stowage.lifecycle":"spot"}
ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=10m
ECS_IMAGE_PULL_BEHAVIOR=prefer-cached
STOWAGE_END
echo hello
`);
  });

  it("asks for GPUs where there are any", () => {
    expect(userData(input({}, { hasGpu: true }))).toContain("\nECS_ENABLE_GPU_SUPPORT=true\n");
    expect(userData(input())).not.toContain("GPU");
  });

  it("is bash, with the dead man's switch too, and writes what it says", () => {
    const root = folder();
    // The same script with its absolute paths below a folder of the test, and no systemd.
    const script = userData(input({ deadManMs: 1_200_000, userData: "echo done > /etc/user" }))
      .replaceAll("/etc/", `${root}/`)
      .replaceAll("/usr/local/sbin/", `${root}/`)
      .replaceAll(/^systemctl /gm, "true ");
    execFileSync("mkdir", ["-p", `${root}/ecs`, `${root}/systemd/system`]);
    execFileSync("bash", ["-eu", "-c", script]);
    expect(readFileSync(`${root}/ecs/ecs.config`, "utf8").split("\n")[0]).toBe("ECS_CLUSTER=AWSBatch-night");
    expect(readFileSync(`${root}/user`, "utf8")).toBe("done\n");
    expect(readFileSync(`${root}/systemd/system/stowage-dead-man.timer`, "utf8")).toContain("OnUnitActiveSec=60");
    expect(existsSync(`${root}/stowage-dead-man`)).toBe(true);
  });

  it("takes what EC2 takes, in bytes, and refuses one more", () => {
    const rest = Buffer.byteLength(userData(input({ userData: "#\n" }))) - 2;
    const room = MOST_USER_DATA_BYTES - rest - 1; // and the newline
    expect(() => userData(input({ userData: "x".repeat(room) }))).not.toThrow();
    expect(() => userData(input({ userData: "x".repeat(room + 1) }))).toThrow(InputError);
    expect(() => userData(input({ userData: "é".repeat(room / 2 + 1) }))).toThrow(/user data is \d+ bytes/);
  });
});

describe("the dead man's switch", () => {
  /** Runs it once on a host that is up for so long, with an agent and a Docker that answer so; whether the host is powered off. */
  function run(root: string, upS: number, agent: string | null, docker = ""): boolean {
    const script = /stowage-dead-man <<'STOWAGE_END'\n(.*?)\nSTOWAGE_END/s.exec(
      userData(input({ deadManMs: 600_000 })),
    )![1]!;
    const program = (name: string, text: string) => {
      writeFileSync(join(root, name), `#!/bin/sh\n${text}\n`);
      chmodSync(join(root, name), 0o755);
    };
    program("curl", agent === null ? "exit 7" : `echo '${agent}'`);
    program("docker", docker === "" ? "true" : `echo ${docker}`);
    program("systemctl", `touch ${root}/off`);
    program("cut", `echo ${upS}`);
    execFileSync("sh", ["-c", script], {
      env: { PATH: `${root}:${process.env.PATH}`, STOWAGE_STAMP: join(root, "stamp") },
    });
    return existsSync(join(root, "off"));
  }
  const task = '{"Tasks":[{"DesiredStatus":"RUNNING","KnownStatus":"PENDING"}]}';
  const stopped = '{"Tasks":[{"DesiredStatus":"STOPPED","KnownStatus":"STOPPED"}]}';

  it("powers off ten minutes after the last task, and not before", () => {
    const root = folder();
    expect(run(root, 60, stopped)).toBe(false); // first run: from here on it counts
    expect(run(root, 500, task)).toBe(false);
    expect(run(root, 1_099, stopped)).toBe(false); // 599 s after the task
    expect(run(root, 1_100, stopped)).toBe(true);
  });

  it("spares a host whose agent is silent as long as Docker runs a task", () => {
    const root = folder();
    run(root, 0, null);
    expect(run(root, 700, null, "c0ffee")).toBe(false);
    expect(run(root, 1_300, null)).toBe(true);
  });
});
