// What a daemon says of a path in a container.

import { posix } from 'node:path';
import type { Context } from '../context.ts';
import { splitEntry } from './go-path.ts';

interface ContainerPathStat {
  /** Go's fs.FileMode. */
  mode: number;
  /** Where a link leads, absolute in the container as far as the daemon could tell. */
  linkTarget: string;
}

const goModes = { directory: 2 ** 31, symlink: 2 ** 27, device: 2 ** 26, irregular: 2 ** 19 };

export const isDirectory = (stat: ContainerPathStat) => hasBit(stat, goModes.directory);
export const isSymlink = (stat: ContainerPathStat) => hasBit(stat, goModes.symlink);
export const isDevice = (stat: ContainerPathStat) => hasBit(stat, goModes.device);

/** Undefined when there is nothing at the path, or nothing to be learned of it. */
export async function statInContainer(
  context: Context,
  container: string,
  path: string,
): Promise<ContainerPathStat | undefined> {
  try {
    const answer = await context.client.stream('ContainerArchiveInfo', { path: { id: container }, query: { path } });
    answer.close();
    return readPathStat(answer.headers);
  } catch {
    // What follows will fail too, and say why: this answer has no room for words.
    return undefined;
  }
}

/** The stat in an answer's headers. Throws a plain Error when there is none. */
export function readPathStat(headers: Readonly<Record<string, string>>): ContainerPathStat {
  const text = headers['x-docker-container-path-stat'];
  if (text === undefined) throw new Error('unable to decode container path stat header: EOF');
  const { mode, linkTarget } = JSON.parse(Buffer.from(text, 'base64').toString('utf8')) as ContainerPathStat;
  return { mode, linkTarget };
}

/** The absolute path a link at `path` leads to. */
export function linkedPath(path: string, { linkTarget }: ContainerPathStat): string {
  return linkTarget.startsWith('/') ? linkTarget : posix.join(splitEntry(path).directory, linkTarget);
}

function hasBit({ mode }: ContainerPathStat, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}
