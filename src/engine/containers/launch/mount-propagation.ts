// Bind mounts that are to show what is mounted later: what they need of the host, and of the container's own root.

import { invalid } from '../../../lib/errors.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { HostPort } from '../../engine.ts';
import type { ContainerMount } from '../state/container-mount.ts';

/** Throws `invalid`, in Docker's words, for a bind whose source lies on a mount that does not propagate as asked. */
export function requirePropagation(
  host: Pick<HostPort, 'mountAt'>,
  { source, propagation }: Pick<ContainerMount, 'source' | 'propagation'>,
): void {
  const shared = propagation.endsWith('shared');
  if (!shared && !propagation.endsWith('slave')) return;
  const { target, propagation: peers } = host.mountAt(source);
  const has = (kind: string) => peers.some(peer => peer.startsWith(`${kind}:`));
  if (has('shared') || (!shared && has('master'))) return;
  throw invalid(`path ${source} is mounted on ${target} but it is not a shared ${shared ? '' : 'or slave '}mount`);
}

/** The runtime makes all that it mounts private, unless the root is to propagate at least as much as what is in it. */
export function rootfsPropagation(mounts: readonly MountSpec[]): 'shared' | 'rslave' | undefined {
  const asks = (kind: string) => mounts.some(mount => mount.propagation?.endsWith(kind));
  if (asks('shared')) return 'shared';
  return asks('slave') ? 'rslave' : undefined;
}
