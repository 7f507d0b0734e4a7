// `--cidfile`: the file that gets the id of a new container, made before there is one to lose.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { errorCode } from '../../../lib/errors.ts';
import { systemMessage } from '../../container-config/env.ts';

/** What is disposed of unwritten is removed. */
interface IdFile extends Disposable {
  write(id: string): void;
}

/** Nothing is written for ''. Throws a plain Error in Docker's words for a file that is there, or cannot be made. */
export function openIdFile(path: string): IdFile {
  if (path === '') return { write() {}, [Symbol.dispose]() {} };
  const fd = make(path);
  let isWritten = false;
  return {
    write(id) {
      writeSync(fd, id);
      isWritten = true;
    },
    [Symbol.dispose]() {
      closeSync(fd);
      if (!isWritten) rmSync(path, { force: true });
    },
  };
}

function make(path: string): number {
  try {
    return openSync(path, 'wx', 0o666);
  } catch (error) {
    const why =
      errorCode(error) === 'EEXIST'
        ? `container ID file found, make sure the other container isn't running or delete ${path}`
        : `failed to create the container ID file: open ${path}: ${systemMessage(error)}`;
    throw new Error(why, { cause: error });
  }
}
