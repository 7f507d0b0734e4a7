// A plain archive into a tree: fed to a writer in small portions of time.

import { TimeSlice } from '../../concurrency/time-slice.ts';
import { BerthError, errorCode, errorMessage, systemError } from '../../errors.ts';
import { asBuffer } from '../read-tar.ts';
import { TarReader } from '../reader.ts';
import type { TreeWriter } from './tree-writer.ts';

/**
 * Writes everything and sets the times of directories. Throws `system` (a bad archive, a full disk) or `cancelled`;
 * what was written until then stays, except for the file that was not complete.
 */
export async function unpackTree(
  source: AsyncIterable<Uint8Array>,
  writer: Pick<TreeWriter, 'handle' | 'finish' | 'abandon'>,
  signal?: AbortSignal,
): Promise<void> {
  const reader = new TarReader();
  const slice = new TimeSlice();
  try {
    for await (const chunk of source) {
      reader.feed(asBuffer(chunk));
      for (let event = reader.next(); event; event = reader.next()) {
        const writing = writer.handle(event);
        if (writing) await writing;
        if (slice.used) await slice.pause();
        if (signal?.aborted) throw new BerthError('cancelled', 'the extraction was cancelled');
      }
    }
    reader.finish();
    writer.finish();
  } catch (error) {
    writer.abandon();
    if (signal?.aborted) throw new BerthError('cancelled', 'the extraction was cancelled', { cause: error });
    const mine = error instanceof BerthError && error.kind !== 'invalid';
    throw mine || (errorCode(error) === undefined && !(error instanceof BerthError))
      ? error
      : systemError(errorMessage(error), error);
  }
}
