// Where an archive goes: the file the user names, or standard output.

import type { Io } from '../io.ts';
import { openFileTarget } from './file-target.ts';

/**
 * Returns what writes the archive: to the file `path`, or to standard output when it is ''. Throws a plain Error, with
 * Docker's wording, for a terminal and for a place that cannot be written to; `failure` goes before the latter.
 */
export async function openArchiveOutput(
  io: Io,
  path: string,
  failure: string,
): Promise<(body: AsyncIterable<Buffer>) => Promise<void>> {
  if (path !== '') {
    const target = await openFileTarget(io, path, failure);
    return body => target.write(body);
  }
  if (io.stdout.isTerminal) throw new Error('cowardly refusing to save to a terminal. Use the -o flag or redirect');
  return async body => {
    for await (const chunk of body) {
      if (!io.stdout.write(chunk)) await io.stdout.drained();
      if (io.stdout.broken) return;
    }
  };
}
