// Archives as input: from a file, or from standard input.

import { createReadStream, statSync } from 'node:fs';
import { systemMessage } from '../container-config/env.ts';
import type { Io } from '../io.ts';

/** The bytes of a file, in pieces. Throws a plain Error when it cannot be opened. */
export function readFile(path: string): AsyncIterable<Buffer> {
  let isDirectory: boolean;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    throw new Error(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
  if (isDirectory) throw new Error(`read ${path}: is a directory`);
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

/** Standard input; a terminal is refused with `refusal`. */
export function readStdin(io: Io, refusal: string): AsyncIterable<Buffer> {
  if (io.stdin.isTerminal) throw new Error(refusal);
  return io.stdin.read();
}
