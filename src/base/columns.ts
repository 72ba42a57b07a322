// Growable columns: typed arrays that double when full. Many jobs are stored as a struct of such arrays instead of an
// array of objects. Hot loops read `.data` directly, after the last push.

/** Smallest power of two that holds `count`. */
function grownCapacity(current: number, count: number): number {
  let capacity = Math.max(16, current);
  while (capacity < count) capacity *= 2;
  return capacity;
}

export class Float64Column {
  data: Float64Array;
  length = 0;
  constructor(capacity = 16) {
    this.data = new Float64Array(Math.max(1, capacity));
  }
  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }
  reserve(count: number): void {
    if (count <= this.data.length) return;
    const grown = new Float64Array(grownCapacity(this.data.length, count));
    grown.set(this.data);
    this.data = grown;
  }
  view(): Float64Array {
    return this.data.subarray(0, this.length);
  }
}

export class Int32Column {
  data: Int32Array;
  length = 0;
  constructor(capacity = 16) {
    this.data = new Int32Array(Math.max(1, capacity));
  }
  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }
  reserve(count: number): void {
    if (count <= this.data.length) return;
    const grown = new Int32Array(grownCapacity(this.data.length, count));
    grown.set(this.data);
    this.data = grown;
  }
  view(): Int32Array {
    return this.data.subarray(0, this.length);
  }
}

export class Uint8Column {
  data: Uint8Array;
  length = 0;
  constructor(capacity = 16) {
    this.data = new Uint8Array(Math.max(1, capacity));
  }
  push(value: number): void {
    if (this.length === this.data.length) this.reserve(this.length + 1);
    this.data[this.length++] = value;
  }
  reserve(count: number): void {
    if (count <= this.data.length) return;
    const grown = new Uint8Array(grownCapacity(this.data.length, count));
    grown.set(this.data);
    this.data = grown;
  }
  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}
