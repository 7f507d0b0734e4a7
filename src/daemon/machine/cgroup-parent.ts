// The group that all containers' cgroups lie in: made by the first container, removed when the daemon ends for good.

import type { Kernel } from '../../kernel/index.ts';

/** Where containers' cgroups are unless the configuration says otherwise. */
export const defaultCgroupParent = '/berth';

/**
 * Call it before any container starts; call what it gives when none runs any more. A group of another name that is
 * there already has been prepared by somebody, and stays.
 */
export function claimCgroupParent(
  cgroups: Pick<Kernel['cgroups'], 'exists' | 'list' | 'processes' | 'remove'>,
  parent: string,
): () => Promise<void> {
  const prepared = parent !== defaultCgroupParent && cgroups.exists(parent);
  return async () => {
    if (prepared || !cgroups.exists(parent)) return;
    // Another daemon with the same parent may have containers.
    if (cgroups.list(parent).length === 0 && cgroups.processes(parent).length === 0) await cgroups.remove(parent);
  };
}
