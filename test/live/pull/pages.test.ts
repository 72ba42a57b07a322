// Lists that come piece by piece.

import { expect, it } from "vitest";
import { pagesOf } from "../../../src/live/pull/pages.js";

/** What is read of a list whose page n has this token, and the tokens that were asked with. */
async function read(tokenOf: (page: number) => string | undefined) {
  const asked: (string | undefined)[] = [];
  const found: number[] = [];
  const pages = pagesOf(
    async (token) => {
      asked.push(token);
      return asked.length;
    },
    (page) => tokenOf(page),
  );
  for await (const page of pages) found.push(page);
  return { asked, found };
}

it.each([undefined, ""])("ends with the token %j", async (last) => {
  expect(await read((page) => (page < 3 ? `after ${page}` : last))).toEqual({
    asked: [undefined, "after 1", "after 2"],
    found: [1, 2, 3],
  });
});

it("is not whole when a token comes twice in a row", async () => {
  await expect(read((page) => (page < 3 ? `after ${page}` : "after 2"))).rejects.toThrow(
    /^AWS's list did not end: page 3 leads to itself$/,
  );
});

it("is not whole when it never ends", async () => {
  await expect(read((page) => `after ${page}`)).rejects.toThrow(/^AWS's list did not end after 100000 pages$/);
});
