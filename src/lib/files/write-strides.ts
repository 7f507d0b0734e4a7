// Bytes into the kernel's memory, in pieces that it has room for at hand.
import { writeSync } from 'node:fs';

/**
 * The page cache takes as much as one call writes for one piece, if it can. Up to this size, in bytes, a processor has such
 * pieces at hand, used a moment ago; larger ones come from memory that nobody has used for long, and that a virtual machine's
 * host may have to find first: the same bytes then took 2 to 5 times as long.
 */
export const stride: number = 32 * 1024;

/** Writes all of `data` where the file is. Throws what writing throws. */
export function writeStrides(file: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) done += writeSync(file, data, done, Math.min(stride, data.length - done));
}
