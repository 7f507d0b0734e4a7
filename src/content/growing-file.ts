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

/** The bytes from `start` on, as they come, in chunks of 1 MiB at most. Leaves the file open. */
export async function* readGrowing(
  descriptor: number,
  sizes: AsyncIterable<number>,
  start = 0,
): AsyncGenerator<Buffer, void> {
  let at = start;
  let isCut = false;
  for await (const size of sizes) {
    while (at < size && !isCut) {
      const length = Math.min(size - at, portion);
      const { bytesRead, buffer } = await readAt(descriptor, Buffer.allocUnsafe(length), 0, length, at);
      // Cut short by who writes it: why, the sizes will tell.
      isCut = bytesRead === 0;
      at += bytesRead;
      if (!isCut) yield buffer.subarray(0, bytesRead);
    }
  }
  if (isCut) throw new Error(`the file ends after ${at} bytes`);
}
