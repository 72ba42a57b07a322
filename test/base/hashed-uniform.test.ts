import { describe, expect, it } from "vitest";
import { hashedUniform } from "../../src/base/random.js";

const TWO_32 = 2 ** 32;

describe("hashedUniform", () => {
  it.each([
    // Published test vectors of MurmurHash3_x86_32 for whole words; little-endian words of the bytes.
    { seed: 0, words: [], hash: 0 },
    { seed: 1, words: [], hash: 0x514e28b7 },
    { seed: 0xffffffff, words: [], hash: 0x81f16f39 },
    { seed: 0, words: [0], hash: 0x2362f9de },
    { seed: 0, words: [0xffffffff], hash: 0x76293b50 },
    { seed: 0, words: [0x87654321], hash: 0xf55b516b },
    { seed: 0x5082edee, words: [0x87654321], hash: 0x2362f9de },
  ])("of $words with seed $seed is the published hash", ({ seed, words, hash }) => {
    expect(hashedUniform(seed, words) * TWO_32).toBe(hash);
  });

  it("is uniform over counting words", () => {
    // Ten bins of 100000: 10000 each, +- 4 x sqrt(100000 x 0.1 x 0.9) = 380.
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(hashedUniform(3, [i, 1, 0, 0]) * 10)]!++;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(380);
  });
});
