// Devices, fifos, attributes and exact times for a writer of trees, by the kernel room.
import { constants } from 'node:fs';
import { type Kernel, makeDevice } from '../../kernel/index.ts';
import type { SpecialFiles } from '../../lib/tar/tree/tree-writer.ts';

export function specialFiles(files: Kernel['files']): SpecialFiles {
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
