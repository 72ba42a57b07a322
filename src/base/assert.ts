// Assertions guard against our own bugs. A user's mistake is an Issue, a failure of the world is an event; only a
// contradiction in our own reasoning ends here, and it crashes.

export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * Crashes when a condition that our own code guarantees does not hold. On the hot path the message must be a constant: a
 * template is built on every call, whether it is needed or not.
 */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
