// `stowage live init`: what is known of the account, read and never changed, and what the user says, as the files to begin with.

import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorIssue, InputError, throwIfErrors } from "../../base/issues.js";
import { makeAwsClients } from "../../live/aws/clients.js";
import type { InitLease } from "../../live/init/answers.js";
import { liveInit } from "../../live/init/init.js";
import { type InitOptions, readAccount } from "../../live/init/read-account.js";
import { askingAws } from "./aws-failure.js";

/** Writes the files; returns their paths. Throws InputError for what is missing in the account, or files in the way. */
export async function initLive(options: InitOptions): Promise<string[]> {
  const { region, endpoint = null, out } = options;
  const lease = leaseOf(options.lease);
  const clients = makeAwsClients({ region, endpoint });
  try {
    const answers = await askingAws("the account could not be read", () => readAccount(clients, options, lease));
    const files = liveInit(answers).map(({ name, content }) => ({ path: join(out, name), content }));
    const inTheWay = files.filter(({ path }) => existsSync(path));
    throwIfErrors(
      inTheWay.map(({ path }) =>
        errorIssue("file-exists", "it is there already", { file: path, hint: "choose another --out, or move it away" }),
      ),
    );
    mkdirSync(out, { recursive: true });
    for (const { path, content } of files) {
      writeFileSync(`${path}.tmp`, content);
      renameSync(`${path}.tmp`, path);
    }
    return files.map(({ path }) => path);
  } finally {
    clients.destroy();
  }
}

function leaseOf(text: string): InitLease {
  const [, kind, rest] = /^(dynamodb|s3|file):(.+)$/.exec(text) ?? [];
  if (kind === "dynamodb") return { kind, table: rest! };
  if (kind === "file") return { kind, path: rest! };
  const [, bucket, key] = /^([^/]+)\/(.+)$/.exec(rest ?? "") ?? [];
  if (kind === "s3" && bucket !== undefined) return { kind, bucket, key: key! };
  const hint = "dynamodb:TABLE, s3:BUCKET/KEY or file:PATH";
  throw new InputError([errorIssue("usage", `"${text}" is no place for a lease`, { path: "--lease", hint })]);
}
