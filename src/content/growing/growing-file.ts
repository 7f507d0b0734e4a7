// A file that may still be written to, as its readers see it.
import { read } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Reading beyond the sizes that were told gives nothing, or what is not right yet. */
export interface GrowingFile {
  /** Open for reading at positions; the reader closes it. */
  readonly file: FileHandle;
  /** Bytes that are there, told whenever there are more; ends when that is all. Throws why no more will come. */
  readonly sizes: AsyncIterable<number>;
}

const portion = 1024 * 1024;
const readAt = promisify(read);

/** A file that has all its bytes. Throws what the file system says. */
export async function openWhole(path: string): Promise<GrowingFile> {
  const file = await open(path, 'r');
  const { size } = await file.stat();
  return {
    file,
    sizes: (async function* () {
      yield size;
    })(),
  };
}

/** The bytes from the beginning on, as they come, in chunks of 1 MiB at most. Leaves the file open. */
export async function* readGrowing(descriptor: number, sizes: AsyncIterable<number>): AsyncGenerator<Buffer, void> {
  let at = 0;
  let isCut = false;
  for await (const size of sizes) {
    while (at < size && !isCut) {
      const chunk = await readPortion(descriptor, at, size);
      // Cut short by who writes it: why, the sizes will tell.
      isCut = chunk.length === 0;
      at += chunk.length;
      if (!isCut) yield chunk;
    }
  }
  if (isCut) throw new Error(`the file ends after ${at} bytes`);
}

/** Up to 1 MiB of the bytes from `start` to `end`; none where the file ends. */
export async function readPortion(descriptor: number, start: number, end: number): Promise<Buffer> {
  const length = Math.min(end - start, portion);
  const { bytesRead, buffer } = await readAt(descriptor, Buffer.allocUnsafe(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
}
