// A directory for a great many files, in a part of the disk where making files is fast.
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename } from 'node:path';
import { splitDevice } from '../../lib/device-number.ts';
import { fromNodeError } from '../libc/system-call-error.ts';

/** Places that are tried: more than layers an image usually has, whose places are what is emptied at a time. */
const candidates = 16;
/** Milliseconds: a file takes a third of it where nothing was removed, and ten times as long where thousands were. */
const good = 0.06;

/**
 * Makes the directory (0755 under the umask). ext4 without a journal does not take the place of a file that was removed in
 * the last minutes, and to make a file it looks at all such places of a part of the disk, thousands perhaps; new
 * directories go where few are, which is where many have just been removed. So others are made beside it, each of which
 * goes to another part, until making files is fast in one; the best stays. Throws SystemCallError.
 */
export function placeDirectory(path: string): void {
  const places = [path];
  try {
    mkdirSync(path);
    if (isWithoutJournal(path)) chooseBest(path, places);
  } catch (error) {
    for (const made of places.slice(1)) rmSync(made, { recursive: true, force: true });
    throw fromNodeError(error);
  }
}

/** Adds to `places` what it makes; at the end only `path` is there. */
function chooseBest(path: string, places: string[]): void {
  let best = path;
  let shortest = timeOfFile(path);
  while (shortest > good && places.length < candidates) {
    const other = `${path}.${places.length}`;
    mkdirSync(other);
    places.push(other);
    const time = timeOfFile(other);
    if (time < shortest) [best, shortest] = [other, time];
  }
  for (const place of places) if (place !== best) rmdirSync(place);
  if (best !== path) renameSync(best, path);
}

/** Milliseconds to make a file: the second, for the first may have to wait for the disk. */
function timeOfFile(directory: string): number {
  const files = [`${directory}/first`, `${directory}/second`];
  let time = 0;
  for (const file of files) {
    const start = performance.now();
    closeSync(openSync(file, 'wx', 0o600));
    time = performance.now() - start;
  }
  for (const file of files) unlinkSync(file);
  return time;
}

/** True for ext4 that is known to have none. */
function isWithoutJournal(path: string): boolean {
  try {
    const { major, minor } = splitDevice(statSync(path).dev);
    const device = basename(readlinkSync(`/sys/dev/block/${major}:${minor}`));
    const journals = readdirSync('/proc/fs/jbd2');
    return readdirSync('/proc/fs/ext4').includes(device) && !journals.some(name => name.startsWith(`${device}-`));
  } catch {
    // Not a block device, or no ext4.
    return false;
  }
}
