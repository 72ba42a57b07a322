// What happens to every AWS call of live mode: it goes to no other host than it may, waits for its turn, is counted, tells AWS's
// time, and is reported when it is over. Two middlewares in each client's stack: one around the call with its retries, one
// around each request.

import type { BatchClient } from "@aws-sdk/client-batch";
import type { Clock } from "../ports.js";
import type { HttpAnswer, HttpQuestion, Recorder } from "../record/recorder.js";
import type { Rates } from "./rates.js";
import type { ServerTime } from "./server-time.js";

/** A call with all its attempts, as it came out. */
export interface AwsCall {
  readonly service: string;
  readonly operation: string;
  readonly tookMs: number;
  /** Of the last attempt; 0: no answer came. */
  readonly status: number;
  /** AWS's error code, or the error's name; "": it succeeded. */
  readonly code: string;
  /** "" without an answer. */
  readonly requestId: string;
  /** Requests that were sent, or were to be. */
  readonly attempts: number;
}

export interface WireParts {
  readonly clock: Clock;
  readonly time: ServerTime;
  /** Null: nothing waits for its turn. */
  readonly rates: Rates | null;
  /** The only origin that may be called; null: AWS's own endpoints. */
  readonly origin: string | null;
  /** One more request of "Service.Operation". */
  readonly count: (call: string) => void;
  readonly onCall: (call: AwsCall) => void;
  /** Null: nobody records the answers. */
  readonly recorder: Recorder | null;
}

/** What is thrown instead of calling a host that may not be called. Never retried. */
class ForeignHostError extends Error {
  override readonly name = "ForeignHostError";
}

class AbortedError extends Error {
  override readonly name = "AbortError";
}

/** All clients have the same stack; what differs are the types of what goes through, which nobody looks at here. */
type Stack = BatchClient["middlewareStack"];

interface WireRequest extends HttpQuestion {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
}

interface WireError {
  readonly name?: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number };
}

/** Puts the middlewares into a client's stack. */
export function wire<C extends { readonly middlewareStack: unknown }>(client: C, service: string, parts: WireParts): C {
  const stack = client.middlewareStack as Stack;
  // It copies every answer in order to log it, to nobody: a sixth of the time of a tick among 100,000 jobs.
  stack.remove("loggerMiddleware");
  stack.add(
    (next, context) => async (args) => {
      const report = reporter(service, operationOf(context), parts);
      try {
        const result = await next(args);
        report(result.output.$metadata, "");
        return result;
      } catch (thrown) {
        const { name = "Error", code, $metadata } = thrown as WireError;
        report($metadata, $metadata?.httpStatusCode === undefined && typeof code === "string" ? code : name);
        throw thrown;
      }
    },
    { step: "initialize", priority: "high", name: "stowageCall" },
  );
  stack.add(
    (next, context) => async (args) => {
      const request = args.request as WireRequest;
      checkHost(request, parts.origin);
      const call = `${service}.${operationOf(context)}`;
      const signal = context.__smithy_context?.abortSignal as AbortSignal | undefined;
      if (parts.rates !== null && !(await parts.rates.take(call, signal))) throw new AbortedError("Request aborted");
      parts.count(call);
      const sentMs = parts.clock.monotonicMs();
      const result = await recorded(next(args), service, operationOf(context), request, parts.recorder);
      const headers = (result.response as { headers?: Readonly<Record<string, string>> }).headers ?? {};
      parts.time.answered(headers.date ?? "", sentMs, parts.clock.monotonicMs());
      return result;
    },
    // The last before the request goes out, within the retries.
    { step: "deserialize", priority: "low", name: "stowageRequest" },
  );
  return client;
}

/** The answer, which the recorder has read, if there is one. */
async function recorded<R extends { readonly response: unknown }>(
  answer: Promise<R>,
  service: string,
  operation: string,
  request: WireRequest,
  recorder: Recorder | null,
): Promise<R> {
  if (recorder === null) return answer;
  const result = await answer.catch((thrown: unknown) => {
    recorder.failed(service, operation, request);
    throw thrown;
  });
  await recorder.answered(service, operation, request, result.response as HttpAnswer);
  return result;
}

function operationOf(context: { readonly commandName?: string }): string {
  return (context.commandName ?? "").replace(/Command$/, "");
}

function reporter(service: string, operation: string, { clock, onCall }: WireParts) {
  const beganMs = clock.monotonicMs();
  return (metadata: WireError["$metadata"], code: string) =>
    onCall({
      service,
      operation,
      tookMs: clock.monotonicMs() - beganMs,
      status: metadata?.httpStatusCode ?? 0,
      code,
      requestId: metadata?.requestId ?? "",
      attempts: metadata?.attempts ?? 1,
    });
}

function checkHost({ protocol, hostname, port }: WireRequest, origin: string | null): void {
  if (origin === null) return;
  const asked = new URL(`${protocol}//${hostname}${port === undefined ? "" : `:${port}`}`).origin;
  if (asked !== origin) throw new ForeignHostError(`${asked} may not be called: the endpoint is ${origin}`);
}
