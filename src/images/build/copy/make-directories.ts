// Parents of a destination, made as needed.
import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import type { Kernel } from '../../../kernel/index.ts';
import { systemError } from '../../../lib/errors.ts';
import { encodeName } from '../../../lib/tar/names.ts';
import type { Owner } from './copy-job.ts';

/** Nanoseconds of a time in seconds; undefined leaves the present. */
export function nanoseconds(time: number | undefined): bigint | undefined {
  return time === undefined ? undefined : BigInt(Math.trunc(time)) * 1_000_000_000n;
}

/** Makes `path` (a host path without links on its way) and what is missing above it: `mode` or 0755, `owner` or root. */
export function makeDirectories(
  path: string,
  o: {
    owner?: Owner | undefined;
    /** What messages leave out of paths. */
    root?: string;
    mode?: number | undefined;
    time?: number | undefined;
    files: Pick<Kernel['files'], 'lutimes'>;
  },
): void {
  const stats = lstatSync(encodeName(path), { throwIfNoEntry: false });
  if (stats?.isDirectory()) return;
  if (stats) throw systemError(`mkdir ${path.slice(o.root?.length ?? 0)}: not a directory`);
  makeDirectories(path.slice(0, path.lastIndexOf('/')) || '/', o);
  mkdirSync(encodeName(path), { mode: 0o755 });
  // The umask took its part.
  chmodSync(encodeName(path), o.mode ?? 0o755);
  if (o.owner) chownSync(encodeName(path), o.owner.uid, o.owner.gid);
  const time = nanoseconds(o.time);
  if (time !== undefined) o.files.lutimes(path, time, time);
}
