// The mounts of a container as `inspect` and `ps` show them.

import type { MountPoint } from '../../../api/types/container-config.ts';
import type { Container } from '../state/container.ts';

/** `--tmpfs` mounts are shown in HostConfig only. */
export function describeMounts(container: Container): MountPoint[] {
  return container.record.mounts
    .filter(mount => !mount.hidden)
    .map(mount => ({
      Type: mount.type,
      ...(mount.name ? { Name: mount.name } : {}),
      Source: mount.source,
      Destination: mount.destination,
      ...(mount.driver ? { Driver: mount.driver } : {}),
      Mode: mount.mode,
      RW: mount.readWrite,
      Propagation: mount.propagation,
    }));
}
