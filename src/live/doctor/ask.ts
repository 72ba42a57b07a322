// A question to AWS on behalf of a check: when it fails, the check ends there, and what failed is told once.

import { errorClass } from "../execute/error-codes.js";
import { type Failure, failureOf } from "../execute/failure.js";
import { actionOf } from "../init/operations.js";

/** A call failed. Checks that need its answer cannot say anything. */
export class CallFailed extends Error {
  override readonly name = "CallFailed";
  /** "EC2.DescribeSubnets". */
  readonly operation: string;
  readonly failure: Failure;
  constructor(operation: string, failure: Failure) {
    super(`${operation}: ${failure.code}: ${failure.message}`);
    this.operation = operation;
    this.failure = failure;
  }
}

/** Something that a check needs is not there: another check has told of it. */
export class NotThere extends Error {
  override readonly name = "NotThere";
}

/** Runs a call; what AWS answers with an error is thrown as CallFailed. */
export async function ask<T>(operation: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (thrown) {
    throw new CallFailed(operation, failureOf(thrown));
  }
}

/** Codes that say nothing of a permission: AWS does not know who asks. */
const WHO = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "RequestExpired",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
  "AuthFailure",
  "CredentialsProviderError",
]);

/** What to do about a failed call. */
export function hintOf({ operation, failure: { code } }: CallFailed): string {
  if (WHO.has(code)) return "AWS does not take these credentials: renew them, or give others";
  const action = actionOf(operation);
  if (errorClass(code) === "unauthorized")
    return `allow ${action ?? operation}: policy.json of \`stowage live init\` has it`;
  if (errorClass(code) === "throttled") return "AWS answers too many calls already: try again in a minute";
  if (code === "TimeoutError" || code.startsWith("ECONN") || code.startsWith("ENOTFOUND")) {
    return "is AWS's endpoint reachable from here?";
  }
  return "";
}
