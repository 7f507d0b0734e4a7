// Archives as input: from a file, or from standard input.

import { createReadStream, openSync, type Stats, statSync } from 'node:fs';
import { systemMessage } from '../container-config/env.ts';
import type { Io } from '../io.ts';
import { type FileBody, fileBody } from './file-body.ts';

/** The bytes of a file, in pieces. Throws a plain Error when it cannot be opened. */
export function readFile(path: string): AsyncIterable<Buffer> {
  checkFile(path);
  return createReadStream(path, { highWaterMark: 256 * 1024 });
}

/** A file as the body of a request; throws as `readFile`. */
export function uploadFile(path: string): AsyncIterable<Buffer> | FileBody {
  if (!checkFile(path).isFile()) return readFile(path);
  return asked(path, () => fileBody(openSync(path, 'r'))) ?? readFile(path);
}

/** Standard input as the body of a request; a terminal is refused with `refusal`. */
export function readStdin(io: Io, refusal: string): AsyncIterable<Buffer> | FileBody {
  if (io.stdin.isTerminal) throw new Error(refusal);
  const { descriptor } = io.stdin;
  return (descriptor === undefined ? undefined : fileBody(descriptor)) ?? io.stdin.read();
}

function checkFile(path: string): Stats {
  const stats = asked(path, () => statSync(path));
  if (stats.isDirectory()) throw new Error(`read ${path}: is a directory`);
  return stats;
}

/** What the file system says against it, in Docker's words. */
function asked<T>(path: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new Error(`open ${path}: ${systemMessage(error)}`, { cause: error });
  }
}
