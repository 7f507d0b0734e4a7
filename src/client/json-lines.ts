// A stream of JSON documents, one a line.

/**
 * The documents as they come; blank lines are skipped. A line that is not JSON throws SyntaxError, a last one that is not
 * whole a plain Error `unexpected EOF`.
 */
export async function* jsonLines<T>(source: AsyncIterable<Buffer>): AsyncGenerator<T> {
  let parts: Buffer[] = [];
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end));
      start = end + 1;
      yield* parseLine<T>(parts);
      parts = [];
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
  yield* parseLast<T>(parts);
}

/** The last line may lack its end, or be cut off in its middle. */
function* parseLast<T>(parts: Buffer[]): Generator<T> {
  try {
    yield* parseLine<T>(parts);
  } catch (error) {
    throw new Error('unexpected EOF', { cause: error });
  }
}

function* parseLine<T>(parts: Buffer[]): Generator<T> {
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text !== '') yield JSON.parse(text) as T;
}
