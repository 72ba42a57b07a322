// All pages of a list that AWS hands out piece by piece.

/** AWS's lists end; more pages than this are a token that leads in a circle. */
const MOST_PAGES = 100_000;

/**
 * Yields the pages of a list. `next` asks for the page behind a token (undefined: the first one); `tokenOf` finds the token in
 * its answer. A page may be empty and have a token all the same. Throws what the call throws.
 */
export async function* pagesOf<Page>(
  next: (token: string | undefined) => Promise<Page>,
  tokenOf: (page: Page) => string | undefined,
): AsyncGenerator<Page> {
  let token: string | undefined;
  for (let count = 0; count < MOST_PAGES; count++) {
    const page = await next(token);
    yield page;
    const following = tokenOf(page);
    if (following === undefined || following === "" || following === token) return;
    token = following;
  }
}
