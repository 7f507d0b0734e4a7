// The file-system side of a start: volumes mounted and filled, bind sources checked, everything as plain mounts.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { CleanupStack } from '../../../lib/cleanup-stack.ts';
import { invalid } from '../../../lib/errors.ts';
import { type IdMap, rootOutside } from '../../../lib/id-map.ts';
import type { MountSpec } from '../../../runtime/index.ts';
import type { Engine } from '../../engine.ts';
import { publishVolumeEvent } from '../../volumes/volume-events.ts';
import { requireTmpfsOption } from '../configuration/mounts/mount-spec.ts';
import { containerIds } from '../configuration/user-namespace.ts';
import { requireBindSource } from '../configuration/validation/check-places.ts';
import { makeDirectory } from '../make-directory.ts';
import { type Container, zeroTime } from '../state/container.ts';
import type { ContainerMount } from '../state/container-mount.ts';
import { networkOwner } from '../state/network-owner.ts';
import { requirePropagation } from './mount-propagation.ts';
import { refuseInProc } from './refuse-in-proc.ts';
import { mountSubpath } from './subpath.ts';

/** How long what is prepared has to last. */
interface Ends {
  /** Until the exit, should all go well. */
  readonly undo: CleanupStack;
  /** Until it is mounted in the container. */
  readonly places: CleanupStack;
}

/** The mounts of a start in the order they are to be made; volumes stay mounted until `undo` or the exit. */
export async function prepareMounts(
  engine: Pick<Engine, 'images' | 'volumes' | 'host' | 'events' | 'containers' | 'config'>,
  container: Container,
  rootfs: string,
  ends: Ends,
): Promise<MountSpec[]> {
  const specs: MountSpec[] = [];
  for (const mount of container.record.mounts) {
    specs.push(await prepareMount(engine, container, rootfs, mount, ends));
  }
  const depth = ({ destination }: MountSpec) => destination.split('/').length;
  // A volume for all of /etc has the container's names in it, too.
  return [...identityMounts(engine, container), ...specs].sort((a, b) => depth(a) - depth(b));
}

async function prepareMount(
  engine: Pick<Engine, 'images' | 'volumes' | 'host' | 'events' | 'config'>,
  container: Container,
  rootfs: string,
  mount: ContainerMount,
  ends: Ends,
): Promise<MountSpec> {
  refuseInProc(mount.destination);
  const common = { destination: mount.destination, readonly: !mount.readWrite };
  switch (mount.type) {
    case 'tmpfs':
      mount.options?.forEach(requireTmpfsOption);
      return { ...common, kind: 'tmpfs', options: mount.options };
    case 'bind':
      requireSource(mount, containerIds(engine, container.record.hostConfig));
      requirePropagation(engine.host, mount);
      return {
        ...common,
        kind: 'bind',
        source: mount.source,
        propagation: mount.propagation || 'rprivate',
        nonRecursive: mount.nonRecursive,
        // Nothing lies below a file, and crun refuses to go down there.
        readonlyNonRecursive: mount.readonlyNonRecursive || !statSync(mount.source).isDirectory(),
      };
    case 'image': {
      const source = mountImage(engine, container, mount, ends);
      return { ...common, kind: 'bind', source, readonly: true, readonlyNonRecursive: !statSync(source).isDirectory() };
    }
    case 'volume':
      return { ...common, kind: 'bind', source: await mountVolume(engine, container, rootfs, mount, ends) };
  }
}

/** Docker makes a missing source of `-v` as a directory; that of `--mount` must be there. */
function requireSource(mount: ContainerMount, ids: IdMap | undefined): void {
  if (mount.createSource) {
    try {
      makeDirectory(mount.source, ids && rootOutside(ids));
    } catch (error) {
      if (!statSync(mount.source, { throwIfNoEntry: false })) {
        throw invalid(`error while creating mount source path '${mount.source}'`, error);
      }
    }
  } else requireBindSource(mount.source);
}

/** The layers of the image, or what lies at the subpath in them. */
function mountImage(
  engine: Pick<Engine, 'images' | 'host' | 'config'>,
  container: Container,
  mount: ContainerMount,
  ends: Ends,
): string {
  const { layer = '' } = mount.image ?? {};
  const root = engine.images.mountRootfs(layer);
  ends.undo.defer(`image ${mount.name}`, () => engine.images.unmountRootfs(layer));
  return placeOf(engine, container, mount, root, ends);
}

async function mountVolume(
  engine: Pick<Engine, 'volumes' | 'host' | 'events' | 'config'>,
  container: Container,
  rootfs: string,
  mount: ContainerMount,
  ends: Ends,
): Promise<string> {
  const name = mount.name!;
  const source = engine.volumes.mount(name, container.id);
  const volume = { name, driver: mount.driver ?? 'local' };
  publishVolumeEvent(engine, 'mount', volume, {
    container: container.id,
    destination: mount.destination,
    propagation: mount.propagation,
    'read/write': String(mount.readWrite),
  });
  ends.undo.defer(`volume ${name}`, () => {
    engine.volumes.unmount(name, container.id);
    publishVolumeEvent(engine, 'unmount', volume, { container: container.id });
  });
  const place = placeOf(engine, container, mount, source, ends);
  // Only before its first start: what the container has emptied since stays empty.
  if (!mount.noCopy && container.state.StartedAt === zeroTime && statSync(place).isDirectory()) {
    const inImage = engine.host.resolveInRoot(rootfs, mount.destination);
    const fills = statSync(inImage, { throwIfNoEntry: false })?.isDirectory();
    if (fills) await engine.volumes.copyUp(name, inImage, ...(mount.subpath ? [place] : []));
  }
  return place;
}

/** Where `root`, or the subpath of it that the mount shows, can be mounted from. */
function placeOf(
  engine: Pick<Engine, 'host' | 'config'>,
  container: Container,
  mount: ContainerMount,
  root: string,
  { places }: Ends,
): string {
  const { subpath } = mount;
  if (!subpath) return root;
  const name = `${container.id}-${container.record.mounts.indexOf(mount)}`;
  return mountSubpath(engine, { root, subpath, name }, places);
}

/** resolv.conf, hostname and hosts, unless the user mounts something else there. */
function identityMounts(engine: Pick<Engine, 'containers'>, container: Container): MountSpec[] {
  const owner = networkOwner(engine.containers, container);
  const taken = new Set(container.record.mounts.map(mount => mount.destination));
  return (['resolv.conf', 'hostname', 'hosts'] as const)
    .map(file => ({
      kind: 'bind' as const,
      source: owner.file(file),
      destination: join('/etc', file),
      readonly: container.record.hostConfig.ReadonlyRootfs === true,
      readonlyNonRecursive: true,
    }))
    .filter(mount => !taken.has(mount.destination));
}
