// Options of the commands that ask an AWS account: where, and through what.

import type { Argv } from "yargs";
import { errorIssue, InputError } from "../base/issues.js";

export interface AwsArguments {
  readonly region: string | undefined;
  readonly endpoint: string | undefined;
}

const ENDPOINT = {
  type: "string",
  requiresArg: true,
  describe: "URL that every call goes to instead of AWS's own",
} as const;

/** Adds the options. */
export function withAwsOptions<T>(command: Argv<T>) {
  return withEndpoint(command).option("region", {
    type: "string",
    requiresArg: true,
    describe: "AWS region [default: AWS_REGION, AWS_DEFAULT_REGION]",
  });
}

/** Adds --endpoint alone, for commands that know their region otherwise. */
export function withEndpoint<T>(command: Argv<T>) {
  return command.option("endpoint", ENDPOINT);
}

/** The region that is meant. Throws InputError when none is. */
export function regionOf({ region }: Pick<AwsArguments, "region">): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const found = [region, AWS_REGION, AWS_DEFAULT_REGION].find((name) => name !== undefined && name !== "");
  if (found !== undefined) return found;
  const hint = "give --region, or set AWS_REGION";
  throw new InputError([errorIssue("no-region", "no region is given", { path: "--region", hint })]);
}

/** The URL as given. Throws InputError when it is none. */
export function endpointOf({ endpoint }: Pick<AwsArguments, "endpoint">): string | undefined {
  if (endpoint === undefined || URL.canParse(endpoint)) return endpoint;
  const message = `"${endpoint}" is no URL`;
  throw new InputError([
    errorIssue("usage", message, { path: "--endpoint", hint: "for example http://127.0.0.1:5000" }),
  ]);
}

/** "a,b" to a and b. */
export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
