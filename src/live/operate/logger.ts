// The log: JSON lines on standard error, with times from the clock and nothing secret. What was decided and sent is in the
// audit log (journal/); this one is for whoever runs the process.

import { type DestinationStream, destination, type Logger, pino } from "pino";
import type { LiveSettings } from "../../model/live-settings.js";
import type { Clock } from "../ports.js";

export type LiveLogger = Logger;

export interface LoggerOptions {
  readonly level: LiveSettings["logLevel"];
  readonly clock: Clock;
  /** Default: standard error, written at once, so that a crash loses no line. */
  readonly to?: DestinationStream;
}

/** Standard error. */
const STDERR = 2;

/** The root logger; each part of live mode takes `logger.child({ part: "gate" })`. */
export function makeLogger({ level, clock, to }: LoggerOptions): LiveLogger {
  return pino(
    {
      level,
      // Process id and host are whoever collects the lines' business.
      base: null,
      messageKey: "message",
      errorKey: "error",
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: plainError },
      hooks: { streamWrite: withoutSecrets },
    },
    to ?? destination({ dest: STDERR, sync: true }),
  );
}

/** Of an error only this: errors of the SDK carry the signed request. */
interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly requestId?: string;
  readonly cause?: PlainError;
}

/** A chain of causes may be a circle. */
const MAX_CAUSES = 5;

function plainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { requestId?: unknown } };
  const requestId = $metadata?.requestId;
  return {
    name: error.name,
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof requestId === "string" ? { requestId } : {}),
    ...(error.cause === undefined || depth === MAX_CAUSES ? {} : { cause: plainError(error.cause, depth + 1) }),
  };
}

/** Values of these keys at any depth; access key ids; the parts of a SigV4 signature, in headers and in signed URLs. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [
    /"(authorization|x-amz-security-token|secretAccessKey|sessionToken|password|credentials?)":("(?:[^"\\]|\\.)*"|\{[^{}]*\}|\[[^[\]]*\])/gi,
    '"$1":"[redacted]"',
  ],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "[redacted]"],
  [/\b(Signature|X-Amz-Signature|X-Amz-Credential|X-Amz-Security-Token|Credential)=[^\s"&,\\]+/gi, "$1=[redacted]"],
];

function withoutSecrets(line: string): string {
  return SECRETS.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line);
}
