// Removes a file or directory by descriptors: nobody who renames things meanwhile can lead the removal outside.
import { closeSync, lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { TimeSlice } from '../../concurrency/time-slice.ts';
import { encodeName } from '../names.ts';
import { descriptorPath, entryNames, openDirectory } from './walk-tree.ts';

/** Links are not followed; what is not there is fine. Lets the event loop run every millisecond. */
export async function removeTree(path: string, slice: TimeSlice = new TimeSlice()): Promise<void> {
  const stats = lstatSync(encodeName(path), { throwIfNoEntry: false });
  if (!stats) return;
  if (!stats.isDirectory()) return unlinkSync(encodeName(path));
  const descriptor = openDirectory(path);
  if (descriptor === undefined) return;
  try {
    for (const name of entryNames(descriptorPath(descriptor))) {
      await removeTree(`${descriptorPath(descriptor)}/${name}`, slice);
      if (slice.used) await slice.pause();
    }
  } finally {
    closeSync(descriptor);
  }
  rmdirSync(encodeName(path));
}
