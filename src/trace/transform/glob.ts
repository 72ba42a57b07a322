// Names with * (any text, also none) and ? (any one character). Without regular expressions, whose time may explode.

/** Whether the whole of `text` fits `glob`; capital letters count. At most glob length x text length steps. */
export function globMatches(glob: string, text: string): boolean {
  let at = 0;
  let inGlob = 0;
  let star = -1;
  let retryAt = 0;
  while (at < text.length) {
    if (glob[inGlob] === "*") {
      star = inGlob++;
      retryAt = at;
    } else if (glob[inGlob] === "?" || glob[inGlob] === text[at]) {
      inGlob++;
      at++;
    } else if (star >= 0) {
      // The last star takes one character more.
      inGlob = star + 1;
      at = ++retryAt;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === "*") inGlob++;
  return inGlob === glob.length;
}
