// `stowage live init`: what is known of the account, read and never changed, and what the user says, as the files to begin with.

import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorIssue, InputError, type Issue, throwIfErrors } from "../../base/issues.js";
import { loadCatalog } from "../../catalog/catalog.js";
import { makeAwsClients } from "../../live/aws/clients.js";
import type { InitLease } from "../../live/init/answers.js";
import { type InitFile, liveInit } from "../../live/init/init.js";
import { MOST_POLICY_CHARACTERS } from "../../live/init/policy.js";
import { type InitOptions, readAccount } from "../../live/init/read-account.js";
import { parseScenario } from "../../scenario/parse-scenario.js";
import { resolveScenario } from "../resolve.js";
import { askingAws } from "./aws-failure.js";

/**
 * Writes the files; returns their paths. Throws InputError for what is missing in the account, what would not be valid, or files in
 * the way: then nothing is written.
 */
export async function initLive(options: InitOptions): Promise<string[]> {
  const { region, endpoint = null, out } = options;
  const lease = leaseOf(options.lease);
  const clients = makeAwsClients({ region, endpoint });
  try {
    const answers = await askingAws("the account could not be read", () => readAccount(clients, options, lease));
    const made = liveInit(answers);
    throwIfErrors(made.flatMap((file) => [...scenarioIssues(file), ...policyIssues(file)]));
    const files = made.map(({ name, content }) => ({ path: join(out, name), content }));
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

/** Where parts of the scenario come from. */
const OPTIONS: readonly (readonly [path: string, option: string])[] = [
  ["name", "--pool"],
  ["region", "--region"],
  ["computeEnvironments[0].computeEnvironmentName", "--compute-environment"],
  ["computeEnvironments[0].computeResources.instanceTypes", "--instance-types"],
  ["computeEnvironments[0].computeResources.maxvCpus", "--max-vcpus"],
  ["computeEnvironments[0].computeResources.zones", "--subnets"],
  ["live.caps.maxUsdPerDay", "--max-usd-per-day"],
  ["live.caps.maxUsdPerHour", "--max-usd-per-hour"],
  ["live.caps.maxVcpus", "--max-vcpus"],
  ["live.launch.instanceProfile", "--instance-profile"],
  ["live.launch.securityGroupIds", "--security-groups"],
  ["live.launch.subnets", "--subnets"],
  ["live.lease", "--lease"],
  ["live.pool", "--pool"],
];

/** What `stowage validate` would say of the scenario, of the options that it was made of: there is no file to look into. */
function scenarioIssues({ name, content }: InitFile): Issue[] {
  if (name !== "live.yaml") return [];
  try {
    resolveScenario(parseScenario(content, name, name), loadCatalog(), name);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.issues.map(({ code, message, hint, path = "" }) => {
      const option = OPTIONS.find(([start]) => path.startsWith(start))?.[1];
      const where = { path: option ?? `${name} ${path}`.trimEnd(), ...(hint === undefined ? {} : { hint }) };
      return errorIssue(code, message, where);
    });
  }
}

function policyIssues({ name, content }: InitFile): Issue[] {
  if (!name.startsWith("policy")) return [];
  const length = JSON.stringify(JSON.parse(content)).length;
  if (length <= MOST_POLICY_CHARACTERS) return [];
  const message = `the policy has ${length} characters, and IAM takes ${MOST_POLICY_CHARACTERS}`;
  const hint = "give fewer subnets and security groups; each job queue counts in policy-replay.json";
  return [errorIssue("policy-too-long", message, { path: name, hint })];
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
