// The order in which keys ascend, equal keys keeping their places: a bottom-up merge sort that carries each key along
// with its index, so that all memory is read in sequence. Two blocks already in order are copied, not merged: real traces
// are nearly sorted. (For ten million random keys the built-in sort with a comparator takes twice as long.)

/** Indexes into `keys` (no NaN), by (key, index). */
export function stableOrder(keys: Float64Array): Uint32Array {
  const count = keys.length;
  let source = { keys: Float64Array.from(keys), rows: new Uint32Array(count) };
  for (let row = 0; row < count; row++) source.rows[row] = row;
  let target = { keys: new Float64Array(count), rows: new Uint32Array(count) };
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      mergeBlocks(source, target, start, middle, Math.min(middle + width, count));
    }
    [source, target] = [target, source];
  }
  return source.rows;
}

interface KeyedRows {
  readonly keys: Float64Array;
  readonly rows: Uint32Array;
}

/** Merges source[start..middle) and source[middle..end), each ascending, into target[start..end). */
function mergeBlocks(source: KeyedRows, target: KeyedRows, start: number, middle: number, end: number): void {
  const { keys, rows } = source;
  if (middle >= end || keys[middle - 1]! <= keys[middle]!) {
    target.keys.set(keys.subarray(start, end), start);
    target.rows.set(rows.subarray(start, end), start);
    return;
  }
  const targetKeys = target.keys;
  const targetRows = target.rows;
  let left = start;
  let right = middle;
  for (let place = start; place < end; place++) {
    const next = right >= end || (left < middle && keys[left]! <= keys[right]!) ? left++ : right++;
    targetKeys[place] = keys[next]!;
    targetRows[place] = rows[next]!;
  }
}

/** Where each index stands in an order: result[order[i]] is i. */
export function inversePermutation(order: Uint32Array): Uint32Array {
  const inverse = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) inverse[order[place]!] = place;
  return inverse;
}
