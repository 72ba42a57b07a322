// A stream's beginning, to tell what it is, without taking it away from the reader.

/** The first chunk as text ("" when there is none), and all chunks. */
export async function withFirstChunk(
  source: AsyncGenerator<Uint8Array, void, undefined>,
): Promise<{ readonly first: string; readonly chunks: AsyncGenerator<Uint8Array, void, undefined> }> {
  const start = await source.next();
  if (start.done === true) return { first: "", chunks: source };
  const { value } = start;
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield value;
      yield* source;
    } finally {
      await source.return();
    }
  }
  return { first: new TextDecoder().decode(value), chunks: all() };
}
