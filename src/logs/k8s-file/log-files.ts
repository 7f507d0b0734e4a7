// The files of one log: the one being written and those rotated away, `<path>.1` being the youngest of them.

import { closeSync, fstatSync, openSync, readdirSync, read as readFile, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from '../../lib/errors.ts';

/** An open file of a log. It stays the same file whatever it is renamed to. */
export interface LogFile {
  fd: number;
  inode: number;
  /** Bytes at the time of opening. */
  size: number;
}

const readInto = promisify(readFile);

/** Oldest first. The caller closes them. Nothing there is an empty list. */
export function openLogFiles(path: string): LogFile[] {
  const files: LogFile[] = [];
  // Synchronous, so that no rotation of this process comes in between; youngest first, so that one by another process
  // shows a file twice and does not hide one.
  for (const name of [path, ...rotatedNames(path)]) {
    const file = openLogFile(name);
    if (!file) continue;
    if (files.some(({ inode }) => inode === file.inode)) closeSync(file.fd);
    else files.unshift(file);
  }
  return files;
}

/**
 * The files that came after the one with `inode`, oldest first: none while it is still the one being written, all
 * when it has been deleted.
 */
export function openYoungerFiles(path: string, inode: number): LogFile[] {
  if (inodeOf(path) === inode) return [];
  const files = openLogFiles(path);
  const index = files.findIndex(file => file.inode === inode);
  for (const file of files.slice(0, index + 1)) closeSync(file.fd);
  return files.slice(index + 1);
}

/** Up to `length` bytes from `offset`, in a buffer of their own; empty at the end. */
export async function readLogFile(file: LogFile, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await readInto(file.fd, buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** Bytes now. */
export function sizeOf(file: LogFile): number {
  return fstatSync(file.fd).size;
}

export function closeLogFile(file: LogFile): void {
  closeSync(file.fd);
}

/** Deletes every file of the log. */
export function removeLogFiles(path: string): void {
  for (const name of [path, ...rotatedNames(path)]) rmSync(name, { force: true });
}

/** Undefined when there is no file at the path now. */
function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

function openLogFile(path: string): LogFile | undefined {
  try {
    const fd = openSync(path, 'r');
    const { ino, size } = fstatSync(fd);
    return { fd, inode: ino, size };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function rotatedNames(path: string): string[] {
  const directory = dirname(path);
  const prefix = `${basename(path)}.`;
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const numbers = names
    .filter(name => name.startsWith(prefix))
    .map(name => name.slice(prefix.length))
    .filter(suffix => /^\d+$/.test(suffix))
    .map(Number);
  return numbers.sort((a, b) => a - b).map(number => join(directory, `${prefix}${number}`));
}
