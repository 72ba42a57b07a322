// The SDK's standard retries without their delays, for tests and for worlds whose time stands still.

/** What the SDK tells of a failed attempt. */
interface RetryErrorInfo {
  readonly errorType: "TRANSIENT" | "THROTTLING" | "SERVER_ERROR" | "CLIENT_ERROR";
}

interface RetryToken {
  getRetryCount(): number;
  getRetryDelay(): number;
}

function token(count: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}

/** Retries what the standard strategy would, at once. `maxAttempts` counts the first. */
export function promptRetries(maxAttempts: number) {
  return {
    mode: "standard",
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (used: RetryToken, { errorType }: RetryErrorInfo) => {
      const count = used.getRetryCount() + 1;
      const isRetried = errorType === "THROTTLING" || errorType === "TRANSIENT";
      if (!isRetried || count >= maxAttempts) throw new Error("No retry token available");
      return token(count);
    },
    recordSuccess: () => {},
  };
}
