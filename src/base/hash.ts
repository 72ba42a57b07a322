// A 64-bit identity hash (two 32-bit lanes, multiply-xorshift mixing after MurmurHash3's finaliser) for result headers and
// goldens. It tells "same input?", it is no protection against a forger. Pure integer arithmetic: same everywhere.

export class Hasher {
  private a = 0x9e3779b9 | 0;
  private b = 0x85ebca6b | 0;

  /** Mixes one 32-bit word in. */
  word(value: number): this {
    this.a = Math.imul(this.a ^ value, 0xcc9e2d51);
    this.a = (this.a << 13) | (this.a >>> 19);
    this.b = Math.imul(this.b ^ value, 0x1b873593) + this.a;
    this.b = (this.b << 15) | (this.b >>> 17);
    return this;
  }

  /** Mixes the raw bytes of a typed array in (its length included). */
  bytes(view: ArrayBufferView): this {
    const all = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    this.word(all.length);
    const whole = all.length & ~3;
    if (view.byteOffset % 4 === 0) {
      const words = new Int32Array(view.buffer, view.byteOffset, whole / 4);
      for (let i = 0; i < words.length; i++) this.word(words[i]!);
    } else {
      for (let i = 0; i < whole; i += 4) {
        this.word(all[i]! | (all[i + 1]! << 8) | (all[i + 2]! << 16) | (all[i + 3]! << 24));
      }
    }
    for (let i = whole; i < all.length; i++) this.word(all[i]!);
    return this;
  }

  text(value: string): this {
    return this.bytes(new TextEncoder().encode(value));
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return (
      hex(finalise(this.a ^ Math.imul(this.b, 0x27d4eb2f))) + hex(finalise(this.b ^ Math.imul(this.a, 0x165667b1)))
    );
  }
}

function finalise(lane: number): number {
  let h = lane;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, "0");
}

/** Identity hash of a text. */
export function hashText(text: string): string {
  return new Hasher().text(text).digest();
}
