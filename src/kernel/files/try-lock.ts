// A lock that the kernel takes back when its process ends, however it ends.
import { dlopen, read } from 'bun:ffi';
import { closeSync, constants, openSync } from 'node:fs';
import { fromNodeError, SystemCallError } from '../libc/system-call-error.ts';

const LOCK_EX = 2;
const LOCK_NB = 4;

/**
 * Locks the file, which is made if it is not there, until what is returned is disposed; undefined when it is locked. Throws
 * SystemCallError. Needs nothing else of the kernel room: a program that only wants a lock has only that in its memory.
 */
export function tryLock(path: string): Disposable | undefined {
  const { __errno_location, flock } = dlopen('libc.so.6', {
    __errno_location: { args: [], returns: 'ptr' },
    flock: { args: ['i32', 'i32'], returns: 'i32' },
  }).symbols;
  const fd = openToLock(path);
  if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
    const error = new SystemCallError('lock', read.i32(__errno_location()!, 0), path);
    closeSync(fd);
    if (error.code === 'EAGAIN') return undefined;
    throw error;
  }
  let open = true;
  return {
    [Symbol.dispose]: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

function openToLock(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  } catch (error) {
    throw fromNodeError(error);
  }
}
