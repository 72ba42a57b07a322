// The one buffer that holds all columns of a sealed workload: shared memory where there is any, so that worker threads read
// ten million jobs without a copy. Widest elements first, so that each is aligned.

import { assert } from "../base/assert.js";
import type { SealedText } from "../base/text-column.js";

/** How many elements of each width the buffer holds. */
export interface BufferSizes {
  readonly floats: number;
  readonly ints: number;
  readonly bytes: number;
}

export class SealedBuffer {
  private readonly buffer: ArrayBufferLike;
  private readonly sizes: BufferSizes;
  private floatsTaken = 0;
  private intsTaken = 0;
  private bytesTaken = 0;

  constructor(sizes: BufferSizes) {
    this.sizes = sizes;
    const size = sizes.floats * 8 + sizes.ints * 4 + sizes.bytes;
    this.buffer = typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(size) : new SharedArrayBuffer(size);
  }

  /** The next `length` floats. */
  floats(length: number): Float64Array {
    const start = this.floatsTaken * 8;
    this.floatsTaken += length;
    assert(this.floatsTaken <= this.sizes.floats, "more floats than laid out");
    return new Float64Array(this.buffer, start, length);
  }

  ints(length: number): Int32Array {
    const start = this.sizes.floats * 8 + this.intsTaken * 4;
    this.intsTaken += length;
    assert(this.intsTaken <= this.sizes.ints, "more integers than laid out");
    return new Int32Array(this.buffer, start, length);
  }

  bytes(length: number): Uint8Array {
    const start = this.sizes.floats * 8 + this.sizes.ints * 4 + this.bytesTaken;
    this.bytesTaken += length;
    assert(this.bytesTaken <= this.sizes.bytes, "more bytes than laid out");
    return new Uint8Array(this.buffer, start, length);
  }

  /** Everything, once every column has been taken. */
  whole(): Uint8Array {
    const { floats, ints, bytes } = this.sizes;
    const isFull = this.floatsTaken === floats && this.intsTaken === ints && this.bytesTaken === bytes;
    assert(isFull, "a column that was laid out is missing");
    return new Uint8Array(this.buffer);
  }
}

/** Copies in `order` (null: as is). NaN is written as one bit pattern: its bytes go into the workload's hash. */
export function copyFloats(from: Float64Array, order: Uint32Array | null, to: Float64Array): Float64Array {
  const words = new Uint32Array(to.buffer, to.byteOffset, to.length * 2);
  for (let place = 0; place < to.length; place++) {
    const value = from[order === null ? place : order[place]!]!;
    if (Number.isNaN(value)) {
      words[2 * place] = 0;
      words[2 * place + 1] = 0x7ff80000;
    } else {
      to[place] = value;
    }
  }
  return to;
}

/** Copies in `order` (null: as is). */
function copyInts(from: Int32Array, order: Uint32Array | null, to: Int32Array): Int32Array {
  if (order === null) to.set(from);
  else for (let place = 0; place < to.length; place++) to[place] = from[order[place]!]!;
  return to;
}

/** Copies in `order` (null: as is). */
export function copyText(from: SealedText, order: Uint32Array | null, to: SealedText): SealedText {
  if (order === null) {
    to.bytes.set(from.bytes);
    to.ends.set(from.ends);
    return to;
  }
  let end = 0;
  for (let place = 0; place < order.length; place++) {
    const row = order[place]!;
    const stop = from.ends[row]!;
    for (let i = row === 0 ? 0 : from.ends[row - 1]!; i < stop; i++) to.bytes[end++] = from.bytes[i]!;
    to.ends[place] = end;
  }
  return to;
}

/** The rows' values in `order` (null: as is), as the buffer's next column. */
export function sealFloats(rows: Float64Array, order: Uint32Array | null, buffer: SealedBuffer): Float64Array {
  return copyFloats(rows, order, buffer.floats(rows.length));
}

/** The same of whole numbers. */
export function sealInts(rows: Int32Array, order: Uint32Array | null, buffer: SealedBuffer): Int32Array {
  return copyInts(rows, order, buffer.ints(rows.length));
}
