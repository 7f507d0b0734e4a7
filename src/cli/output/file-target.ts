// Archives written to a file that the user names.

import { createWriteStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorCode } from '../../lib/errors.ts';
import { systemMessage } from '../container-config/env.ts';
import { ExitError } from '../failure.ts';
import type { Io } from '../io.ts';

/** Where an archive goes. */
interface FileTarget {
  /** Writes all of `body`. A regular file is there when it is complete, or not at all, even when the user gives up. */
  write(body: AsyncIterable<Buffer>): Promise<void>;
}

/** Checks that `typed` can be written to, before anything is asked of a daemon. Throws a plain Error, `failure` first. */
export async function openFileTarget(io: Io, typed: string, failure: string): Promise<FileTarget> {
  const target = resolve(io.directory, typed);
  const refuse = (reason: string) => new Error(`${failure}: ${reason}`);
  // As Go has it: what ends with a slash is a directory.
  const directory = typed.endsWith('/') ? typed.replace(/(?<=.)\/+$/, '') : dirname(typed);
  try {
    await stat(resolve(io.directory, directory));
  } catch (error) {
    throw refuse(`invalid output path: stat ${directory}: ${systemMessage(error)}`);
  }
  const known = await stat(target).catch(error => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (known?.isDirectory()) throw refuse('cannot write to a directory');
  if (known?.isCharacterDevice()) throw refuse('cannot write to a character device file');
  if (known?.isBlockDevice()) throw refuse('cannot write to a block device file');
  if (known && !known.isFile()) return { write: body => pipeline(body, createWriteStream(target)) };
  return { write: body => writeWhole(io, target, body) };
}

/** Under another name until it is complete. */
async function writeWhole(io: Io, target: string, body: AsyncIterable<Buffer>): Promise<void> {
  const temporary = `${target}.tmp-${process.pid}`;
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  interrupted.catch(() => {});
  const listen = io.onSignals(['SIGINT', 'SIGTERM'], signal => reject(new ExitError(128 + constants.signals[signal])));
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx', 0o600);
    await Promise.race([copy(body, file), interrupted]);
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  } finally {
    listen();
  }
}

async function copy(body: AsyncIterable<Buffer>, file: FileHandle): Promise<void> {
  for await (const chunk of body) await file.writeFile(chunk);
}
