// A tar archive as an async iterable of members whose content is an async iterable.
import type { TarEntry } from './entry.ts';
import { TarReader } from './reader.ts';

export interface TarMember {
  entry: TarEntry;
  /** The content of a file, holes as zeros; read it before asking for the next member, or never. */
  body: AsyncIterable<Buffer>;
}

const zeros = 64 * 1024;

/** Reads a plain (decompressed) archive; throws `invalid` for a malformed or truncated one. Closes the source. */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember, void> {
  const reader = new TarReader();
  const chunks = source[Symbol.asyncIterator]();
  const next = async () => {
    for (;;) {
      const event = reader.next();
      if (event) return event;
      const chunk = await chunks.next();
      if (chunk.done) {
        reader.finish();
        return undefined;
      }
      reader.feed(asBuffer(chunk.value));
    }
  };
  let open = false;
  async function* content(entry: TarEntry): AsyncGenerator<Buffer, void> {
    let at = 0;
    while (open) {
      const event = await next();
      if (event?.kind === 'data') {
        yield* hole(event.offset - at);
        at = event.offset + event.bytes.length;
        yield event.bytes;
      } else {
        open = false;
        yield* hole(entry.size - at);
      }
    }
  }
  try {
    for (let event = await next(); event; event = await next()) {
      if (event.kind === 'end') open = false;
      if (event.kind !== 'entry') continue;
      open = true;
      const { entry } = event;
      yield { entry, body: content(entry) };
    }
  } finally {
    await chunks.return?.();
  }
}

function* hole(length: number): Generator<Buffer, void> {
  for (let left = length; left > 0; left -= zeros) yield Buffer.alloc(Math.min(left, zeros));
}

/** The chunk as a Buffer over the same memory. */
export function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
