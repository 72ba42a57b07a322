// How often each id occurred, in few bytes per id: tables that keep only the base id of array jobs repeat it, and a table of
// gigabytes has millions of them.

const START_CAPACITY = 4_096; // a power of two

/**
 * Counts occurrences by a hash of 52 bits. That two of ten million ids fall together has a chance of one in a hundred; then
 * one of them is called repeated, which does no harm.
 */
export class RepeatedIds {
  private keys = new Float64Array(START_CAPACITY);
  private counts = new Uint32Array(START_CAPACITY);
  private used = 0;

  /** Adds an occurrence of `id`; returns the number of them, 1 for the first. */
  count(id: string): number {
    if (this.used * 2 > this.keys.length) this.grow();
    const slot = this.slotOf(hashOf(id));
    if (this.counts[slot] === 0) this.used++;
    return ++this.counts[slot]!;
  }

  /** The place of a key, taken by it if it was free. */
  private slotOf(key: number): number {
    const mask = this.keys.length - 1;
    let slot = (key >>> 0) & mask;
    while (this.keys[slot] !== 0 && this.keys[slot] !== key) slot = (slot + 1) & mask;
    this.keys[slot] = key;
    return slot;
  }

  private grow(): void {
    const { keys, counts } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.counts = new Uint32Array(keys.length * 2);
    for (let slot = 0; slot < keys.length; slot++) {
      if (keys[slot] !== 0) this.counts[this.slotOf(keys[slot]!)] = counts[slot]!;
    }
  }
}

/** Values of 32 bits. */
const LANE = 4_294_967_296;

/** 52 bits after FNV-1a and a second multiplier, never 0. */
function hashOf(text: string): number {
  let low = 0x811c9dc5 | 0;
  let high = 0x9e3779b9 | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) + (low >>> 13);
  }
  low ^= low >>> 15;
  return (high >>> 12) * LANE + (low >>> 0) + 1;
}
