// What a call threw, as data. The question that matters: has AWS said no, or does nobody know whether it was done?

import { AssertionError } from "../../base/assert.js";
import { errorClass } from "./error-codes.js";

export interface Failure {
  /** AWS's code, Node's ("ECONNRESET"), "TimeoutError", "AbortError", or our own in kebab case. */
  readonly code: string;
  readonly message: string;
  /** "" when AWS has not answered. */
  readonly requestId: string;
  /** AWS has refused the call: nothing was done. Otherwise it may have been done. */
  readonly isRefused: boolean;
}

export type Answer<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** An earlier try of the same request may have been done already. */
      readonly isReplay: boolean;
    }
  | { readonly ok: false; readonly failure: Failure };

interface SdkError extends Error {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
  readonly $response?: unknown;
}

const FIRST_ERROR_STATUS = 400;
const FIRST_SERVER_ERROR_STATUS = 500;

/** The failure that was thrown by a call. Throws our own bugs on. */
export function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error) || isBug(thrown)) throw thrown;
  const { name, message, code, $metadata } = thrown as SdkError;
  const status = $metadata?.httpStatusCode;
  const word = status === undefined && typeof code === "string" ? code : name;
  const isAnswered = status !== undefined && status >= FIRST_ERROR_STATUS;
  // A 503 that says "too many requests" is a refusal; other server errors leave open what was done.
  const isRefused = isAnswered && (status < FIRST_SERVER_ERROR_STATUS || errorClass(word) === "throttled");
  return { code: word, message, requestId: $metadata?.requestId ?? "", isRefused };
}

/** Nobody knows whether it was done, or it was not refused for what it is: the next tick may do. */
export function isOpen({ isRefused, code }: Failure): boolean {
  return !isRefused || code === "deadline" || code === "no-lease" || errorClass(code) === "throttled";
}

/** The SDK stumbles over answers that are cut off with the same errors, but says which answer it was. */
function isBug(error: Error): boolean {
  if (error instanceof AssertionError) return true;
  const isOfLanguage = error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
  return isOfLanguage && (error as SdkError).$response === undefined && (error as SdkError).code === undefined;
}
