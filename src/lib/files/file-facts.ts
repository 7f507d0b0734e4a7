// What is told of a file to somebody else: less than node's Stats have, which take longer to make than to ask for.
import type { BigIntStats } from 'node:fs';
import { splitDevice } from '../device-number.ts';

/** Of a file or of a link itself. */
export interface FileFacts {
  /** Type and permissions, as in `st_mode`. */
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  /** When its content changed, in nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** What a device is. */
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** Of what has several names: the same for each of them. */
  readonly inode?: string | undefined;
}

/** The same in node's words. */
export function factsOf(stats: BigIntStats): FileFacts {
  const { major, minor } = splitDevice(Number(stats.rdev));
  return {
    ...{ mode: Number(stats.mode), size: Number(stats.size), mtimeNs: stats.mtimeNs },
    ...{ deviceMajor: major, deviceMinor: minor },
    inode: stats.nlink > 1n ? `${stats.dev}:${stats.ino}` : undefined,
  };
}
