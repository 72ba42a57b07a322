// All pages of a list that AWS hands out piece by piece.

/** AWS's lists end; more pages than this are a token that leads in a circle. */
const MOST_PAGES = 100_000;

/** A list of AWS was not read to its end: what was read of it is not the whole. */
export class EndlessList extends Error {
  override readonly name = "EndlessList";
}

/**
 * Yields the pages of a list. `next` asks for the page behind a token (undefined: the first one); `tokenOf` finds the token in
 * its answer. A page may be empty and have a token all the same. Throws what the call throws, EndlessList when tokens lead nowhere.
 */
export async function* pagesOf<Page>(
  next: (token: string | undefined) => Promise<Page>,
  tokenOf: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let token: string | undefined;
  for (let count = 1; count <= MOST_PAGES; count++) {
    const page = await next(token);
    yield page;
    const following = tokenOf(page) || undefined;
    if (following === undefined) return;
    if (following === token) throw new EndlessList(`AWS's list did not end: page ${count} leads to itself`);
    token = following;
  }
  throw new EndlessList(`AWS's list did not end after ${MOST_PAGES} pages`);
}
