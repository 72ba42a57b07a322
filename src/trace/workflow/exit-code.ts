// Exit codes that are none of a container's: 0 to 255.

/**
 * The code itself, or what a shell would tell in its place: of -n, an end by signal n, 128 + n; of larger codes the last
 * eight bits. NaN and UNREADABLE stay.
 */
export function containerExitCode(code: number): number {
  if (!Number.isInteger(code) || (code >= 0 && code <= 255)) return code;
  return code < 0 && code > -128 ? 128 - code : code & 255;
}
