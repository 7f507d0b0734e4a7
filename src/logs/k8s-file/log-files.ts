// The files of one log, open: the one being written and those rotated away.

import { closeSync, fstatSync, openSync, read as readFile, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { ifThere } from '../../lib/files/if-there.ts';
import { expandFile } from './compression.ts';
import { listRotated } from './rotated-files.ts';

/** An open file of a log. It stays the same file whatever it is renamed to. */
export interface LogFile {
  fd: number;
  inode: number;
  /** Bytes at the time of opening, or of expanding. */
  size: number;
  /** Where it was found. */
  path: string;
  /** `expandLogFile` comes before reading. */
  compressed: boolean;
}

/** Where the beginning of the oldest line is: see log-head.ts. */
export const headPath = (path: string) => `${path}.head`;

const readInto = promisify(readFile);

/** Oldest first. The caller closes them. Nothing there is an empty list. */
export function openLogFiles(path: string): LogFile[] {
  const files: LogFile[] = [];
  const numbers = new Set<number>();
  // Synchronous, so that no rotation of this process comes in between; youngest first, so that one by another process
  // shows a file twice and does not hide one.
  const live = { path, number: 0, compressed: false };
  const head = { path: headPath(path), number: Number.POSITIVE_INFINITY, compressed: false };
  for (const { path: name, number, compressed } of [live, ...listRotated(path), head]) {
    const file = numbers.has(number) ? undefined : openLogFile(name, compressed);
    if (!file) continue;
    numbers.add(number);
    if (files.some(({ inode }) => inode === file.inode)) closeSync(file.fd);
    else files.unshift(file);
  }
  return files;
}

/**
 * The files that came after the one with `inode`, oldest first: none while it is still the one being written, all
 * when it has been deleted or is undefined.
 */
export function openYoungerFiles(path: string, inode: number | undefined): LogFile[] {
  if (inode !== undefined && inodeOf(path) === inode) return [];
  const files = openLogFiles(path);
  // The head belongs to a line of which whoever has read so far has read the beginning.
  const index = Math.max(
    files.findIndex(file => file.inode === inode),
    inode === undefined ? -1 : files.findIndex(file => file.path === headPath(path)),
  );
  for (const file of files.slice(0, index + 1)) closeSync(file.fd);
  return files.slice(index + 1);
}

/** Makes a compressed file readable like the others. */
export async function expandLogFile(file: LogFile): Promise<void> {
  if (!file.compressed) return;
  const packed = file.fd;
  file.fd = await expandFile(packed, file.path);
  file.size = sizeOf(file);
  file.compressed = false;
  closeSync(packed);
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

/** `file` is not to be read any more. */
export function closeLogFile(file: LogFile): void {
  closeSync(file.fd);
}

/** Undefined when there is no file at the path now. */
export function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Undefined when it is not there. */
export function openLogFile(path: string, compressed: boolean): LogFile | undefined {
  const fd = ifThere(() => openSync(path, 'r'));
  if (fd === undefined) return undefined;
  const { ino, size } = fstatSync(fd);
  return { fd, inode: ino, size, path, compressed };
}
