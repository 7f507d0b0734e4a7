// Devices, fifos, attributes and exact times for a writer of trees.
import { constants } from 'node:fs';
import type { SpecialFiles } from '../../lib/tar/tree/tree-writer.ts';
import { openLibc } from '../libc/libc.ts';
import type { Files } from './files.ts';
import { LinuxFiles } from './linux-files.ts';
import { makeDevice } from './make-device.ts';

/** For writers that may make devices: the caller answers for what they are told to make. */
export function specialFiles(
  files: Pick<Files, 'mkfifo' | 'mknod' | 'lutimes' | 'setXattr'>,
): SpecialFiles & Required<Pick<SpecialFiles, 'setXattr'>> {
  return {
    makeNode(path, entry) {
      if (entry.type === 'fifo') return files.mkfifo(path, entry.mode);
      const type = entry.type === 'char' ? constants.S_IFCHR : constants.S_IFBLK;
      files.mknod(path, type | entry.mode, makeDevice(entry.deviceMajor, entry.deviceMinor));
    },
    setTimes(path, entry) {
      const time = BigInt(entry.mtime) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds);
      files.lutimes(path, time, time);
    },
    setXattr: (path, name, value) => files.setXattr(path, name, value),
  };
}

/** The same for a program that needs nothing else of the kernel. */
export function hostSpecialFiles(): ReturnType<typeof specialFiles> {
  return specialFiles(new LinuxFiles(openLibc()));
}
