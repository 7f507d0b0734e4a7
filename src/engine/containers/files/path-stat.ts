// The `X-Docker-Container-Path-Stat` header: what is at a path, as JSON in base64.

import type { BigIntStats } from 'node:fs';
import type { PathStat } from '../../../images/index.ts';

/** Go's fs.FileMode: the permission bits, and these. */
const goModes = {
  directory: 2 ** 31,
  symlink: 2 ** 27,
  device: 2 ** 26,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  setuid: 2 ** 23,
  setgid: 2 ** 22,
  characterDevice: 2 ** 21,
  sticky: 2 ** 20,
} as const;

/** Headers that carry the answer. */
export function pathStatHeaders({ name, stats, linkTarget }: PathStat): Record<string, string> {
  const value = {
    name,
    size: Number(stats.size),
    mode: goFileMode(stats),
    mtime: goTime(stats.mtimeNs),
    linkTarget,
  };
  return { 'X-Docker-Container-Path-Stat': Buffer.from(JSON.stringify(value)).toString('base64') };
}

/** `mode` of stat(2) as Go counts it. */
export function goFileMode(stats: BigIntStats): number {
  const bits = Number(stats.mode) & 0o7777;
  return (
    (bits & 0o777) +
    (stats.isDirectory() ? goModes.directory : 0) +
    (stats.isSymbolicLink() ? goModes.symlink : 0) +
    (stats.isBlockDevice() ? goModes.device : 0) +
    (stats.isCharacterDevice() ? goModes.device + goModes.characterDevice : 0) +
    (stats.isFIFO() ? goModes.fifo : 0) +
    (stats.isSocket() ? goModes.socket : 0) +
    (bits & 0o4000 ? goModes.setuid : 0) +
    (bits & 0o2000 ? goModes.setgid : 0) +
    (bits & 0o1000 ? goModes.sticky : 0)
  );
}

/** RFC 3339 with as many digits as there are nanoseconds. */
function goTime(nanoseconds: bigint): string {
  const fraction = ((nanoseconds % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const whole = new Date(Number((nanoseconds - fraction) / 1_000_000n)).toISOString().slice(0, 19);
  const digits = String(fraction).padStart(9, '0').replace(/0+$/, '');
  return `${whole}${digits && `.${digits}`}Z`;
}
