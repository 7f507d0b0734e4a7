// How a bind propagates that says nothing of it, and what binds of the daemon's own directories may not do: a container
// that keeps the mounts of all others to itself would hold them for as long as it lives.

import { existsSync } from 'node:fs';
import { invalid } from '../../../../lib/errors.ts';
import { isInside } from '../../../../lib/files/is-inside.ts';
import type { HostPort } from '../../../engine.ts';
import type { ContainerMount } from '../../state/container-mount.ts';

/** Throws `invalid` in Docker's words. Where the host's mounts do not propagate at all, those of the daemon cannot either. */
export function settlePropagation(
  mount: ContainerMount,
  { dataRoot, host }: { dataRoot: string; host: Pick<HostPort, 'mountAt'> },
): ContainerMount {
  if (mount.type !== 'bind') return mount;
  const { source, propagation } = mount;
  if (!isInside(source, dataRoot) && !isInside(dataRoot, source))
    return { ...mount, propagation: propagation || 'rprivate' };
  if (propagation === '') {
    const { propagation: peers } = host.mountAt(existsSync(source) ? source : dataRoot);
    return { ...mount, propagation: peers.length > 0 ? 'rslave' : 'rprivate' };
  }
  if (propagation === 'rslave' || propagation === 'rshared') return mount;
  throw invalid(
    `invalid mount config: must use either propagation mode "rslave" or "rshared" when mount source is within the daemon root, daemon root: ${JSON.stringify(dataRoot)}, bind mount source: ${JSON.stringify(source)}, propagation: ${JSON.stringify(propagation)}`,
  );
}
