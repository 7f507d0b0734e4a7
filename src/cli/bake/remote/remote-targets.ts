// Targets of bake files that lie in a repository: their paths are places in it, but for those of `cwd://`.
import { readFileSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { isAddress } from '../../build/addresses.ts';
import { systemMessage } from '../../container-config/env.ts';
import type { BakeFile, BakeTarget } from '../files/bake-file.ts';
import { withoutHere } from '../files/clean-path.ts';
import type { ResolvedTargets } from '../resolve-targets.ts';

/** Of an address, another target, an image: of anything but a path. */
export const hasScheme = (text: string) => isAddress(text) || /^[a-z-]+:/.test(text);

/**
 * What is of the working directory gets its whole path, and what begins with a slash begins at the repository: paths that
 * are relative after that are the repository's, whatever inherits them.
 */
export function tellApart(file: BakeFile, directory: string): BakeFile {
  const told = (path: string) => {
    const local = withoutHere(path);
    if (local !== path) return resolve(directory, local);
    return path.startsWith('/') ? posix.join('.', path) : path;
  };
  const targets = Object.entries(file.targets).map(([name, target]): [string, BakeTarget] => [
    name,
    {
      ...target,
      ...(target.context !== undefined && { context: told(target.context) }),
      ...(target.contexts && { contexts: mapped(target.contexts, told) }),
    },
  ]);
  return { ...file, targets: Object.fromEntries(targets) };
}

/** The same with addresses, in the repository at `address`, for its relative paths. Throws a plain Error for a Dockerfile that cannot be read. */
export function placeTargets(
  { targets, groups }: ResolvedTargets,
  address: string,
  directory: string,
): ResolvedTargets {
  const placed = (path: string) => (path.startsWith('/') || hasScheme(path) ? path : addressOf(address, path));
  const all = [...targets].map(([name, target]): [string, BakeTarget] => [
    name,
    {
      ...target,
      context: placed(target.context ?? '.'),
      ...(target.contexts && { contexts: mapped(target.contexts, placed) }),
      ...ownDockerfile(target, directory),
    },
  ]);
  return { targets: new Map(all), groups };
}

/** Of the working directory for a context that is elsewhere: it is sent as it is. */
function ownDockerfile({ dockerfile = '' }: BakeTarget, directory: string): Pick<BakeTarget, 'dockerfile-inline'> {
  const local = withoutHere(dockerfile);
  if (local === dockerfile) return {};
  try {
    return { 'dockerfile-inline': readFileSync(resolve(directory, local), 'utf8') };
  } catch (error) {
    throw new Error(`open ${local}: ${systemMessage(error)}`, { cause: error });
  }
}

/** A directory in the repository (or the part of it) that an address means; nothing leads out of the repository. */
export function addressOf(address: string, path: string): string {
  const wanted = posix.join('/', path).slice(1);
  if (wanted === '') return address;
  const [remote = '', fragment = ''] = address.split('#', 2);
  if (fragment === '' && remote.includes('?')) {
    const [place = '', query] = remote.split('?', 2);
    const fields = new URLSearchParams(query);
    fields.set('subdir', posix.join('/', fields.get('subdir') ?? '', wanted).slice(1));
    return `${place}?${fields}`;
  }
  const [ref = '', directory = ''] = fragment.split(':', 2);
  return `${remote}#${ref}:${posix.join('/', directory, wanted).slice(1)}`;
}

const mapped = (record: Readonly<Record<string, string>>, change: (text: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
