// /dev/shm of a container that lets others join its IPC namespace: a mount on the host, which both can have.

import { mkdirSync } from 'node:fs';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { rootOutside } from '../../../lib/id-map.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { containerIds } from '../configuration/user-namespace.ts';
import type { Container } from '../state/container.ts';

const destination = '/dev/shm';

/** None for a container that does not share: the runtime makes that. What was asked for at its place wins. */
export function prepareSharedMemory(
  engine: Pick<Engine, 'host' | 'config'>,
  container: Container,
  undo: CleanupStack,
): MountSpec[] {
  const { hostConfig, mounts } = container.record;
  if (hostConfig.IpcMode !== 'shareable' || mounts.some(mount => mount.destination === destination)) return [];
  const source = container.file('shm');
  const ids = containerIds(engine, hostConfig);
  mkdirSync(source, { recursive: true });
  engine.host.unmount(source);
  engine.host.mountSharedMemory(source, {
    size: hostConfig.ShmSize || engine.config.shmSize,
    owner: ids && rootOutside(ids),
  });
  undo.defer('shared memory', () => engine.host.unmount(source));
  return [{ kind: 'bind', source, destination }];
}

/** Of the container whose IPC namespace is joined; none where that one has no such place on the host. */
export function joinSharedMemory(donor: Container): MountSpec[] {
  const own = donor.record.mounts.find(mount => mount.destination === destination);
  const source = own ? own.source : donor.file('shm');
  return source === '' ? [] : [{ kind: 'bind', source, destination }];
}
