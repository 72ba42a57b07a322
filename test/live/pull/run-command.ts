// Runs the built command beside a server in this process: unlike test/cli, it must not block it.

import { spawn } from "node:child_process";
import { MAIN, type Outcome } from "../../cli/stowage.js";

export interface Running {
  readonly outcome: Promise<Outcome>;
  /** Everything that it has written to stderr so far. */
  stderr(): string;
  signal(name: NodeJS.Signals): void;
}

/** Starts `stowage` in a folder, with credentials that open nothing. */
export function startCommand(args: readonly string[], cwd: string): Running {
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, AWS_PROFILE: ___, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: {
      ...inherited,
      ...{ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_EC2_METADATA_DISABLED: "true" },
      // Node 20 is told about at every start of a client; that is not what is tested.
      NODE_NO_WARNINGS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { outcome, stderr: () => stderr, signal: (name) => child.kill(name) };
}

export async function run(args: readonly string[], cwd: string): Promise<Outcome> {
  return await startCommand(args, cwd).outcome;
}
