// What AWS's clients throw, as a failure of the world in words: which call, AWS's code and message, and what to do about it.

import { errorIssue, InputError } from "../../base/issues.js";
import { EndlessList } from "../../live/pull/pages.js";
import { OutputError } from "../errors.js";

const HINTS: readonly (readonly [pattern: RegExp, hint: string])[] = [
  [/credentials come from/, "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"], // with an endpoint
  [
    /CredentialsProviderError/,
    "no AWS credentials were found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  ],
  [/ExpiredToken|RequestExpired/, "the credentials have expired: sign in again"],
  [
    /AccessDenied|Unauthorized|AuthFailure|InvalidClientTokenId|UnrecognizedClient/,
    "the credentials do not allow this call",
  ],
  [
    /Throttl|TooManyRequests|RequestLimitExceeded/,
    "AWS is asked too often: wait a minute, and go on with the same command",
  ],
  [
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|TimeoutError|EAI_AGAIN/,
    "AWS could not be reached: see --region, --endpoint and the network",
  ],
];

/** Runs what asks AWS; `what` is what could not be done, as in "the queue could not be read". Throws OutputError for AWS's errors. */
export async function askingAws<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isOfAws(error)) throw error;
    const words = error.name === "Error" ? error.message : `${error.name}: ${error.message}`;
    const code = "code" in error ? String(error.code) : "";
    const hint = HINTS.find(([pattern]) => pattern.test(`${words} ${code}`))?.[1];
    throw new OutputError([errorIssue("aws-failed", `${what}: ${words}`, hint === undefined ? {} : { hint })]);
  }
}

/** Errors of calls carry metadata; lists without end, credentials and connections are told by their names. */
function isOfAws(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof InputError) return false;
  const code = "code" in error ? String(error.code) : "";
  return (
    "$metadata" in error ||
    error instanceof EndlessList ||
    error.name === "CredentialsProviderError" ||
    /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EPIPE|EHOST|ENET)/.test(code)
  );
}
