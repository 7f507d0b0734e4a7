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

/** Places that are tried: nearly always one of so many is good. */
const candidates = 4;

/**
 * Makes the directory (0755 under the umask). ext4 without a journal does not take the place of a file that was removed in
 * the last minutes, and to make a file it looks at all such places of a part of the disk, thousands perhaps; new
 * directories go where few are, which is where many have just been removed. So some are made, which go to different
 * parts, and the one in which a file is made fastest stays. Throws SystemCallError.
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
  while (places.length < candidates) {
    const other = `${path}.${places.length}`;
    mkdirSync(other);
    places.push(other);
  }
  const timed = places.map(place => ({ place, time: timeOfFile(place) })).sort((a, b) => a.time - b.time);
  for (const { place } of timed.slice(1)) rmdirSync(place);
  const best = timed[0]?.place;
  if (best !== undefined && best !== path) renameSync(best, path);
}

/** Milliseconds to make a file. */
function timeOfFile(directory: string): number {
  const file = `${directory}/probe`;
  const start = performance.now();
  closeSync(openSync(file, 'wx', 0o600));
  const time = performance.now() - start;
  unlinkSync(file);
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
