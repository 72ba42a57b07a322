// AWS Batch's patterns: a literal that may end in an asterisk, which then stands for anything.

/** Whether a text is the literal, or begins with what is before the asterisk. */
export function matchesPattern(pattern: string, text: string): boolean {
  return pattern.endsWith("*") ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
