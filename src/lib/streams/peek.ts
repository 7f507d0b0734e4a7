// The beginning of a stream, looked at before the stream is read.

/** Reads until `length` bytes are there, or all there are; `whole` then yields everything, from the start. */
export async function peek(
  source: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ start: Buffer; whole: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]();
  let start: Buffer = Buffer.alloc(0);
  let done = false;
  while (start.length < length && !done) {
    const next = await chunks.next();
    if (next.done) done = true;
    else start = start.length === 0 ? toBuffer(next.value) : Buffer.concat([start, next.value]);
  }
  async function* whole(): AsyncGenerator<Buffer, void> {
    try {
      if (start.length > 0) yield start;
      while (!done) {
        const next = await chunks.next();
        if (next.done) return;
        yield toBuffer(next.value);
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { start, whole: whole() };
}

function toBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
