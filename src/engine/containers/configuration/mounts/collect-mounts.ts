// All mounts a container asks for, from every place they can be written, one per destination.

import { posix } from 'node:path';
import type { ContainerConfig, HostConfig } from '../../../../api/types/container-config.ts';
import { invalid } from '../../../../lib/errors.ts';
import type { Container } from '../../state/container.ts';
import type { ContainerMount } from '../../state/container-mount.ts';
import { parseBind } from './bind-spec.ts';
import { parseMount, parseTmpfs } from './mount-spec.ts';

/**
 * Later kinds do not replace earlier ones: `-v`, `--mount` and `--tmpfs` of the caller, then `--volumes-from`, then
 * the image's VOLUME lines as anonymous volumes. `readonlyNonRecursive`: read-only binds leave what is mounted below
 * them as it is. Throws `invalid` for two mounts of the caller on one destination.
 */
export function collectMounts(
  config: ContainerConfig,
  host: HostConfig,
  o: { find: (reference: string) => Container; readonlyNonRecursive?: boolean | undefined },
): ContainerMount[] {
  const own = [
    ...[...(host.Binds ?? []).map(parseBind), ...(host.Mounts ?? []).map(parseMount)].map(mount =>
      o.readonlyNonRecursive && mount.type === 'bind' ? { ...mount, readonlyNonRecursive: true } : mount,
    ),
    ...Object.entries(host.Tmpfs ?? {}).map(([path, options]) => parseTmpfs(path, options)),
  ];
  const byDestination = new Map<string, ContainerMount>();
  for (const mount of own) {
    if (byDestination.has(mount.destination)) throw invalid(`Duplicate mount point: ${mount.destination}`);
    byDestination.set(mount.destination, mount);
  }
  // Of several containers the last one counts.
  const lent = new Map(
    (host.VolumesFrom ?? []).flatMap(text => mountsFrom(text, o.find)).map(mount => [mount.destination, mount]),
  );
  for (const [destination, mount] of lent) {
    if (!byDestination.has(destination)) byDestination.set(destination, mount);
  }
  for (const path of Object.keys(config.Volumes ?? {})) {
    const mount = anonymousVolume(path);
    if (!byDestination.has(mount.destination)) byDestination.set(mount.destination, mount);
  }
  // Outer directories first, so that an inner mount is not hidden by an outer one.
  return [...byDestination.values()].sort((a, b) => depth(a) - depth(b));
}

const depth = (mount: ContainerMount) => mount.destination.split('/').length;

function anonymousVolume(path: string): ContainerMount {
  return {
    type: 'volume',
    // `-v data` names a directory of the root.
    destination: posix.normalize(`/${path}`).replace(/(.)\/$/, '$1'),
    source: '',
    mode: '',
    readWrite: true,
    propagation: '',
    anonymous: true,
  };
}

function mountsFrom(text: string, find: (reference: string) => Container): ContainerMount[] {
  const [reference = '', mode = 'rw'] = text.split(':');
  if (text === '') throw invalid('volumes-from specification cannot be an empty string');
  if (reference === '') throw invalid(`invalid volumes-from: ${text}`);
  if (!['ro', 'rw', 'z', 'Z'].includes(mode)) throw invalid(`invalid mode: ${mode}`);
  return find(reference)
    .record.mounts.filter(mount => mount.type === 'bind' || mount.type === 'volume')
    .map(mount => ({ ...mount, readWrite: mount.readWrite && mode !== 'ro', noCopy: true }));
}
